using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>Starts an import that a second person approved.</summary>
public sealed class GiftCardImportApprovals(ImportWork work) : ApprovalHandler
{
    public override ApprovalKind Kind => ApprovalKind.GiftCardImport;

    public override Permission ApproverNeeds => Permission.GiftCardsImportApprove;

    public override async Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel)
    {
        var job = await db.ImportJobs.SingleAsync(j => j.Id == approval.SubjectId, cancel);
        if (job.Status != ImportStatus.AwaitingApproval)
        {
            throw new RuleViolationException("not_waiting", "The import was cancelled meanwhile.");
        }

        job.Status = ImportStatus.Applying;
        work.Wake();
    }
}
