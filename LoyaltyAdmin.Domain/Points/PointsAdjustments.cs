using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>Gives or takes a member's points by hand for a stated reason; above the role's limit it waits for a second person.</summary>
public sealed class PointsAdjustments(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, PointsPostings postings, GroupCalendar calendar) : ApprovalHandler
{
    public override ApprovalKind Kind => ApprovalKind.PointsAdjustment;

    public override Permission ApproverNeeds => Permission.PointsAdjustApprove;

    /// <summary>Gives (positive) or takes (negative) points.</summary>
    /// <exception cref="InsufficientBalanceException">More would be taken than there is.</exception>
    [Requires(Permission.PointsAdjust)]
    public async Task<ValueDecision> AdjustAsync(Actor actor, long memberId, decimal change, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PointsAdjust, cancel: cancel);
        new FieldErrors()
            .Text(nameof(reason), "Reason", reason, 1000, required: true)
            .Require(change != 0 && Currency.Points.Fits(change), nameof(change), "The change must not be 0 and has at most two decimals.")
            .ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var member = await MemberQueries.Members(db, grant).AsNoTracking().FirstOrDefaultAsync(m => m.Id == memberId, cancel) ?? throw new NotFoundException("The member");
        DemandLiving(member.Status);
        var operation = Operation.For(actor, operationId, "adjust points", memberId, change);
        if (await Approvals.FindAsync(database, Kind, memberId, operation, cancel) is { } waiting)
        {
            return new ValueDecision(null, waiting);
        }

        if (grant.PointsLimit is { } limit && Math.Abs(change) > limit && await ledger.FindAsync(operation, cancel) is null)
        {
            return new ValueDecision(null, await RequestAsync(operation, member, change, reason, cancel));
        }

        var posted = await ledger.OnceAsync(operation, write => PostAsync(write, operation, memberId, change, reason, cancel), cancel);

        return new ValueDecision(posted.Transaction.Id, ApprovalId: null);
    }

    public override async Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel)
    {
        // Merged meanwhile: the points are with the survivor.
        var member = await db.Members.AsNoTracking().SingleAsync(m => m.Id == approval.SubjectId, cancel);
        member = member.MergedIntoId is { } into ? await db.Members.AsNoTracking().SingleAsync(m => m.Id == into, cancel) : member;
        DemandLiving(member.Status);
        var operation = Operation.For(approver, approval.OperationKey, "adjust points", approval.SubjectId) with { Source = "approval" };
        await PostAsync(db, operation, member.Id, approval.Amount ?? 0, $"{approval.Reason} (asked for by {approval.RequestedByName})", cancel);
    }

    private async Task<LedgerTransaction> PostAsync(LoyaltyDbContext db, Operation operation, long memberId, decimal change, string reason, CancellationToken cancel)
    {
        var account = await postings.AccountAsync(db, memberId, storeId: null, cancel);
        var minor = Currency.Points.ToMinor(change);
        var posting = account.Posting(operation, TransactionType.Adjustment) with { Reason = Inputs.Clean(reason) };
        posting = minor > 0
            ? PointsPostings.Given(account, await PointsPostings.SettingsAsync(db, cancel), posting, minor, usableFrom: null)
            : posting with { Amount = minor, Lots = new LotChange.Take { WhateverDates = true } };

        return await ledger.PostAsync(db, posting with { House = [new HouseLeg(House.Adjustments, -minor)] }, cancel);
    }

    private Task<long> RequestAsync(Operation operation, Member member, decimal change, string reason, CancellationToken cancel) =>
        database.WriteAsync(operation.Actor, async db =>
        {
            await database.Provider.LockRowsAsync(db, "Members", [member.Id], cancel);

            return await Approvals.FindAsync(db, Kind, member.Id, operation, cancel) ?? (await Approvals.RequestAsync(db, new Approval
            {
                Kind = Kind,
                Subject = $"Member {member.Number}",
                SubjectId = member.Id,
                Amount = change,
                Currency = Currency.Points.Code,
                StoreId = member.HomeStoreId,
                Request = Approvals.RequestText(operation, new { member.Id, change }),
                Reason = reason.Trim(),
                RequestedByKey = operation.Actor.Key,
                RequestedByName = operation.Actor.Name,
                RequestedAt = (await calendar.TodayAsync(db, cancel)).Now,
            }, cancel)).Id;
        }, cancel);

    private static void DemandLiving(MemberStatus status)
    {
        if (status is not (MemberStatus.Active or MemberStatus.Frozen))
        {
            throw new RuleViolationException("member_erased", "The member's data was erased: points cannot be adjusted any more.");
        }
    }
}
