using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>What an import of gift cards is made of: sheet, checks, cards with their openings, approval above a limit, roll-back while unused.</summary>
internal sealed class GiftCardImport(LoyaltyDatabase database, Ledger.Ledger ledger, GiftCardCatalog catalog, CardNumbers numbers, TimeProvider clock) : ImportDefinition<ImportedCard, ReadyCard>
{
    public override ImportKind Kind => ImportKind.GiftCards;

    public override string Things => "cards";

    public override Sheet<ImportedCard> Rows => GiftCardImportSheet.Columns;

    public override bool CanRollBack => true;

    internal override async Task<Sheet> TemplateAsync(LoyaltyDbContext db, Grant grant, CancellationToken cancel)
    {
        var plans = await db.GiftCardPlans.Where(plan => plan.Status == GiftCardPlanStatus.Active).OrderBy(plan => plan.Code).Select(plan => plan.Code).ToListAsync(cancel);
        var stores = await db.Stores.Where(store => store.IsOpen).OrderBy(store => store.Code).Select(store => new { store.Id, store.Code }).ToListAsync(cancel);

        return GiftCardImportSheet.With(plans, stores.Where(store => grant.Sees(store.Id)).Select(store => store.Code));
    }

    public override async Task<ImportChecks<ImportedCard>> ChecksAsync(LoyaltyDbContext db, Grant grant, string? settings, CancellationToken cancel)
    {
        var plans = await db.GiftCardPlans.AsNoTracking().ToListAsync(cancel);
        foreach (var plan in plans)
        {
            plan.Rules = plan.Rules with { Stores = await StoreScopes.ResolveAsync(db, plan.Rules.Stores, cancel) };
        }

        return new GiftCardImportChecks(plans, await db.Stores.ToListAsync(cancel), grant, numbers, clock.GetUtcNow());
    }

    public override async Task<ImportApply<ImportedCard, ReadyCard>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel)
    {
        var plans = await db.GiftCardPlans.ToDictionaryAsync(plan => plan.Code, StringComparer.OrdinalIgnoreCase, cancel);
        var stores = await db.Stores.ToDictionaryAsync(store => store.Code, StringComparer.OrdinalIgnoreCase, cancel);

        return new GiftCardImportApply(database, numbers, clock, job, plans, stores);
    }

    internal override async Task ConfirmedAsync(LoyaltyDbContext db, Grant grant, ImportJob job, DateTimeOffset now, CancellationToken cancel)
    {
        if (grant.ImportLimit is not { } limit || job.Value <= limit)
        {
            return;
        }

        job.Status = ImportStatus.AwaitingApproval;
        await Approvals.RequestAsync(db, new Approval
        {
            Kind = ApprovalKind.GiftCardImport,
            Subject = job.FileName,
            SubjectId = job.Id,
            Amount = job.Value,
            Request = JsonSerializer.Serialize(new { job.Id, job.FileHash, job.ValueSummary, job.ValidRows, job.Mode }, Json.Options),
            Reason = string.Create(CultureInfo.InvariantCulture, $"Import of {job.ValidRows} cards worth {job.ValueSummary}."),
            RequestedByKey = grant.Actor.Key,
            RequestedByName = grant.Actor.Name,
            RequestedAt = now,
        }, cancel);
    }

    // Once the first card is reversed there is no way back.
    internal override async Task<string?> RollBackRefusalAsync(LoyaltyDbContext db, long importId, CancellationToken cancel) =>
        !await GiftCardImportUndo.HasBegunAsync(db, importId, cancel) && await GiftCardImportUndo.UsedAsync(db, importId, cancel) is > 0 and var used ? GiftCardImportUndo.UsedSentence(used) : null;

    internal override Task<int> UndoAsync(ImportTools tools, ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel) =>
        new GiftCardImportUndo(database, ledger, tools.Leases, catalog, tools.Keys, clock).RunAsync(job, lease, progressed, cancel);
}
