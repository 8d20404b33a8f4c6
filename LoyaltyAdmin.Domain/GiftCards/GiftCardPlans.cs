using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>One line of the Gift Cards tab.</summary>
public sealed record GiftCardPlanRow(long Id, string Code, string Name, string Currency, GiftCardType CardType, GiftCardPlanStatus Status, GiftCardRules Rules, string DesignName, string? DesignKey, long DesignId, DateTimeOffset CreatedAt);

/// <summary>What the Gift Cards tab is filtered by; null or empty: not filtered.</summary>
public sealed record GiftCardPlanFilter(string? Name = null, GiftCardType? CardType = null, GiftCardPlanStatus? Status = null, string? Currency = null);

/// <summary>A plan that can be sold in a store and channel right now (API).</summary>
public sealed record SellablePlan(string Code, string Name, string Currency, GiftCardType CardType, GiftCardRules Rules);

/// <summary>Gift card plans from first draft to deactivation (member-benefits 2.5.2, 2.5.3).</summary>
public sealed class GiftCardPlans(LoyaltyDatabase database, AccessControl access, GiftCardCatalog catalog, TimeProvider clock)
{
    private const int SaveAttempts = 10;

    private static readonly SortColumns<GiftCardPlan> sorts = new SortColumns<GiftCardPlan>(plan => plan.Id).By("Name", plan => plan.Name).By("Code", plan => plan.Code);

    [Requires(Permission.PlansRead)]
    public async Task<Page<GiftCardPlanRow>> ListAsync(Actor actor, GiftCardPlanFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var name = filter.Name?.Trim().ToLower();

        return await db.GiftCardPlans
            .Where(p => string.IsNullOrEmpty(name) || p.Name.ToLower().Contains(name) || p.Code.ToLower().Contains(name))
            .Where(p => filter.CardType == null || p.CardType == filter.CardType)
            .Where(p => filter.Status == null || p.Status == filter.Status)
            .Where(p => string.IsNullOrEmpty(filter.Currency) || p.Currency == filter.Currency)
            .ToPageAsync(page, sorts, p => new GiftCardPlanRow(p.Id, p.Code, p.Name, p.Currency, p.CardType, p.Status, p.Rules,
                db.GiftCardDesigns.Where(d => d.Id == p.DesignId).Select(d => d.Name).First(), db.GiftCardDesigns.Where(d => d.Id == p.DesignId).Select(d => d.LibraryKey).First(), p.DesignId, p.CreatedAt), cancel);
    }

    /// <summary>The plan as an edited copy.</summary>
    [Requires(Permission.PlansRead)]
    public async Task<GiftCardPlanForm> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return GiftCardPlanForm.Of(await FindAsync(db, id, cancel));
    }

    /// <summary>Who changed the plan, when, before and after; newest first.</summary>
    [Requires(Permission.PlansRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.HistoryOfAsync<GiftCardPlan>(id, page, cancel);
    }

    /// <summary>
    /// Saves a new or edited plan. A new plan goes live at once unless saved as draft; an edited one keeps its status.
    /// Sold cards keep the terms they were sold under. The same form sent again (<see cref="GiftCardPlanForm.OperationId"/>) is the same plan.
    /// </summary>
    /// <exception cref="InvalidInputException">One message per field at fault.</exception>
    /// <exception cref="ConcurrentChangeException">Someone else saved the plan since it was read.</exception>
    [Requires(Permission.PlansEdit)]
    public async Task<long> SaveAsync(Actor actor, GiftCardPlanForm form, bool asDraft = false, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);

        // The trail keeps the operation with the plan it made; see MadeByAsync.
        return await OnceAsync(() => database.WriteAsync(form.Id is null ? actor with { CorrelationId = form.OperationId } : actor, async db =>
        {
            var next = (await db.GiftCardPlans.MaxAsync(p => (long?)p.Id, cancel) ?? 0) + 1;
            if (form.Id is null && await MadeByAsync(db, actor, form, cancel) is { } made)
            {
                return made;
            }

            var minimum = await db.CompanySettings.Select(s => s.MinimumGiftCardMonths).FirstOrDefaultAsync(cancel);
            (await ReferencesAsync(db, grant, form, form.Validate(minimum), cancel)).ThrowIfAny();
            var plan = form.Id is { } id ? await EditedAsync(db, id, form, cancel) : New(db, form, next);
            if (!asDraft && form.Id is null)
            {
                plan.Activate();
            }

            await db.SaveChangesAsync(cancel);
            await WriteTermsAsync(db, plan, cancel);

            return plan.Id;
        }, cancel));
    }

    /// <summary>Duplicates a plan with all its configuration under a new name, as a draft.</summary>
    [Requires(Permission.PlansEdit)]
    public async Task<long> CopyAsync(Actor actor, long id, string name, string operationId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        var form = await GetAsync(actor, id, cancel);
        (form.Id, form.Version, form.Name, form.OperationId) = (null, null, name, operationId);

        return await SaveAsync(actor, form, asDraft: true, cancel);
    }

    /// <summary>Launches an inactive or draft plan immediately in its stores and channels.</summary>
    [Requires(Permission.PlansEdit)]
    public async Task ActivateAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).Activate(), cancel);
    }

    /// <summary>Pauses sales; sold cards remain valid for redemption.</summary>
    [Requires(Permission.PlansEdit)]
    public async Task DeactivateAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).Deactivate(), cancel);
    }

    /// <summary>What can be sold in a store and channel right now.</summary>
    /// <exception cref="RuleViolationException">The store is unknown, closed or not the caller's.</exception>
    [Requires(Permission.PlansRead, ApiScope.PlansRead)]
    public async Task<IReadOnlyList<SellablePlan>> SellableAsync(Actor actor, string storeCode, Channel channel, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PlansRead, ApiScope.PlansRead, cancel);
        var store = await catalog.OpenStoreAsync(storeCode, cancel);
        grant.DemandStore(store.Id, "The store");
        await using var db = await database.ReadAsync(cancel);
        var active = await db.GiftCardPlans.Where(p => p.Status == GiftCardPlanStatus.Active).OrderBy(p => p.Code).ToListAsync(cancel);

        var sellable = new List<SellablePlan>();
        foreach (var plan in active.Where(p => p.Rules.SalesChannels.Includes(channel)))
        {
            if ((await StoreScopes.ResolveAsync(db, plan.Rules.Stores, cancel)).Allows(store.Id))
            {
                sellable.Add(new SellablePlan(plan.Code, plan.Name, plan.Currency, plan.CardType, plan.Rules));
            }
        }

        return sellable;
    }

    /// <summary>What the form points to must exist, and a caller of some stores offers plans in those only.</summary>
    private static async Task<FieldErrors> ReferencesAsync(LoyaltyDbContext db, Grant grant, GiftCardPlanForm form, FieldErrors errors, CancellationToken cancel)
    {
        var ids = form.Stores.StoreIds.ToArray();
        var existing = await db.Stores.Where(s => ids.Contains(s.Id)).Select(s => s.Id).ToListAsync(cancel);
        var groups = form.Stores.GroupIds.ToArray();
        // A group may grow beyond the stores of a caller who sees some only.
        var isOwn = grant.Stores.Kind == StoreScopeKind.All
            ? await db.StoreGroups.CountAsync(group => groups.Contains(group.Id), cancel) == groups.Length
            : form.Stores.Kind == StoreScopeKind.Included && groups.Length == 0 && ids.All(grant.Sees);

        return errors
            .Require(existing.Count == ids.Length && isOwn, nameof(form.Stores), grant.Stores.Kind == StoreScopeKind.All ? "Choose stores from the list." : "Choose Selected stores, and only stores you work for.")
            .Require(form.DesignId <= 0 || await db.GiftCardDesigns.AnyAsync(d => d.Id == form.DesignId, cancel), nameof(form.DesignId), "Choose a card design.")
            .Require(form.TermsOfUseId is not { } terms || await db.Agreements.AnyAsync(a => a.Id == terms && a.Kind == AgreementKind.GiftCardTerms, cancel), nameof(form.TermsOfUseId), "Choose terms of use from the list.");
    }

    private static async Task<GiftCardPlan> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.GiftCardPlans.FirstOrDefaultAsync(p => p.Id == id, cancel) ?? throw new NotFoundException("The gift card");

    /// <summary>
    /// The plan an earlier sending of this form made, or null. Looked for after the number of the next plan was read: two sendings at once either
    /// want the same number, and the second is refused it and comes again, or the second finds what the first one made.
    /// </summary>
    private static async Task<long?> MadeByAsync(LoyaltyDbContext db, Actor actor, GiftCardPlanForm form, CancellationToken cancel)
    {
        var made = await db.AuditEntries.AsNoTracking()
            .Where(e => e.Action == "GiftCardPlan.Create" && e.ActorKey == actor.Key && e.CorrelationId == form.OperationId)
            .Select(e => new { e.EntityId, e.Subject }).FirstOrDefaultAsync(cancel);
        if (made is null)
        {
            return null;
        }

        var id = long.Parse(made.EntityId!, CultureInfo.InvariantCulture);
        var rules = await db.GiftCardTerms.AsNoTracking().Where(t => t.PlanId == id && t.Number == 1).Select(t => t.Rules).FirstAsync(cancel);
        if (made.Subject != form.Name.Trim() || !Json.Same(rules, form.ToRules()))
        {
            throw new RuleViolationException("already_saved", $"This form was already saved as “{made.Subject}”. Open it in the list to change it.");
        }

        return id;
    }

    // Two new plans at once may want the same number: the second takes the next one, or finds that it was the same form.
    private async Task<long> OnceAsync(Func<Task<long>> save)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await save();
            }
            catch (Exception exception) when (database.Provider.IsUniqueViolation(exception) && attempt < SaveAttempts)
            {
            }
        }
    }

    private GiftCardPlan New(LoyaltyDbContext db, GiftCardPlanForm form, long number)
    {
        var plan = new GiftCardPlan
        {
            Code = $"GC-{number:D4}",
            Name = form.Name.Trim(),
            Currency = form.Currency,
            CardType = form.CardType,
            DesignId = form.DesignId,
            Rules = form.ToRules(),
            CreatedAt = clock.GetUtcNow(),
        };
        db.GiftCardPlans.Add(plan);

        return plan;
    }

    private static async Task<GiftCardPlan> EditedAsync(LoyaltyDbContext db, long id, GiftCardPlanForm form, CancellationToken cancel)
    {
        var plan = await FindAsync(db, id, cancel);
        if (plan.Version != form.Version)
        {
            throw new ConcurrentChangeException("The gift card");
        }

        if (plan.Currency != form.Currency || plan.CardType != form.CardType)
        {
            throw new RuleViolationException("immutable", "A gift card keeps the currency and card type it was created with. Copy it to change them.");
        }

        (plan.Name, plan.DesignId, plan.Rules) = (form.Name.Trim(), form.DesignId, form.ToRules());

        return plan;
    }

    private async Task WriteTermsAsync(LoyaltyDbContext db, GiftCardPlan plan, CancellationToken cancel)
    {
        var latest = await db.GiftCardTerms.Where(t => t.PlanId == plan.Id).OrderByDescending(t => t.Number).FirstOrDefaultAsync(cancel);
        var agreement = plan.Rules.TermsOfUseId is { } agreementId ? await db.Agreements.Where(a => a.Id == agreementId).Select(a => (int?)a.CurrentVersion).FirstOrDefaultAsync(cancel) : null;
        if (latest is not null && Json.Same(latest.Rules, plan.Rules) && latest.AgreementVersion == agreement)
        {
            return;
        }

        var terms = new GiftCardTerms { PlanId = plan.Id, Number = (latest?.Number ?? 0) + 1, Rules = plan.Rules, AgreementVersion = agreement, Since = clock.GetUtcNow() };
        db.GiftCardTerms.Add(terms);
        await db.SaveChangesAsync(cancel);
        plan.TermsId = terms.Id;
    }
}
