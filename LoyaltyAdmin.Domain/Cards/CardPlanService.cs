using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>One line of the Card Plans list.</summary>
public sealed record CardPlanRow(long Id, string Code, string Name, CardPlanStatus Status, ValidityPeriod Validity, TierBasis Basis, int PeriodMonths, bool IsIssuedOnRegistration, int Tiers, int Cards, DateTimeOffset CreatedAt);

/// <summary>What the list is filtered by; null or empty: not filtered.</summary>
public sealed record CardPlanFilter(string? Name = null, CardPlanStatus? Status = null);

/// <summary>A tier and how many members have it with a valid card.</summary>
public sealed record TierRow(long Id, int Rank, string Name, decimal UpgradeAt, decimal RetainAt, decimal EarningRate, string Colour, int Members);

/// <summary>A plan with its tiers.</summary>
public sealed record CardPlanDetails(CardPlanRow Plan, string? Description, bool FallsOneTierOnly, string Currency, IReadOnlyList<TierRow> Tiers);

/// <summary>A plan to choose from, with its tiers in their order.</summary>
public sealed record CardPlanChoice(long Id, string Code, string Name, CardPlanStatus Status, IReadOnlyList<TierChoiceRow> Tiers);

public sealed record TierChoiceRow(long Id, int Rank, string Name, string Colour);

/// <summary>Card plans and their tiers: created, edited and taken out of use.</summary>
public sealed class CardPlanService(LoyaltyDatabase database, AccessControl access, Stores.GroupCalendar calendar, TimeProvider clock)
{
    private static readonly SortColumns<CardPlan> sorts = new SortColumns<CardPlan>(plan => plan.Id).By("Name", plan => plan.Name).By("Code", plan => plan.Code);

    [Requires(Permission.PlansRead)]
    public async Task<Page<CardPlanRow>> ListAsync(Actor actor, CardPlanFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var name = filter.Name?.Trim().ToLower();

        return await db.CardPlans
            .Where(plan => string.IsNullOrEmpty(name) || plan.Name.ToLower().Contains(name) || plan.Code.ToLower().Contains(name))
            .Where(plan => filter.Status == null || plan.Status == filter.Status)
            .ToPageAsync(page, sorts, plan => new CardPlanRow(plan.Id, plan.Code, plan.Name, plan.Status, plan.Validity, plan.Basis, plan.PeriodMonths, plan.IsIssuedOnRegistration,
                db.CardTiers.Count(tier => tier.PlanId == plan.Id), db.LoyaltyCards.Count(card => card.PlanId == plan.Id && card.Status == LoyaltyCardStatus.Active), plan.CreatedAt), cancel);
    }

    /// <summary>Every plan with its tiers in their order, for lists to choose from.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<IReadOnlyList<CardPlanChoice>> ChoicesAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var tiers = (await db.CardTiers.OrderBy(tier => tier.Rank).ToListAsync(cancel)).ToLookup(tier => tier.PlanId);
        var plans = await db.CardPlans.OrderBy(plan => plan.Name).Select(plan => new { plan.Id, plan.Code, plan.Name, plan.Status }).ToListAsync(cancel);

        return plans.ConvertAll(plan => new CardPlanChoice(plan.Id, plan.Code, plan.Name, plan.Status, [.. tiers[plan.Id].Select(tier => new TierChoiceRow(tier.Id, tier.Rank, tier.Name, tier.Colour))]));
    }

    /// <summary>The plan as an edited copy.</summary>
    [Requires(Permission.PlansRead)]
    public async Task<CardPlanForm> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return CardPlanForm.Of(await FindAsync(db, id, cancel), await db.CardTiers.Where(tier => tier.PlanId == id).ToListAsync(cancel));
    }

    /// <summary>The plan with how many members each tier has.</summary>
    [Requires(Permission.PlansRead)]
    public async Task<CardPlanDetails> DetailsAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var plan = await FindAsync(db, id, cancel);
        var day = await calendar.TodayAsync(db, cancel);
        // The same members the Member Directory shows the caller: a figure and the list it opens agree.
        var members = Members.MemberQueries.Members(db, grant);
        var counts = await CardQueries.Valid(db, day.Now).Where(card => card.PlanId == id).Join(members, card => card.MemberId, member => member.Id, (card, _) => card)
            .GroupBy(card => card.TierId).Select(tier => new { tier.Key, Count = tier.Count() }).ToDictionaryAsync(tier => tier.Key, tier => tier.Count, cancel);
        var tiers = await db.CardTiers.Where(tier => tier.PlanId == id).OrderBy(tier => tier.Rank).ToListAsync(cancel);

        return new CardPlanDetails(
            new CardPlanRow(plan.Id, plan.Code, plan.Name, plan.Status, plan.Validity, plan.Basis, plan.PeriodMonths, plan.IsIssuedOnRegistration, tiers.Count, counts.Values.Sum(), plan.CreatedAt),
            plan.Description, plan.FallsOneTierOnly, day.Currency,
            tiers.ConvertAll(tier => new TierRow(tier.Id, tier.Rank, tier.Name, tier.UpgradeAt, tier.RetainAt, tier.EarningRate, tier.Colour, counts.GetValueOrDefault(tier.Id))));
    }

    /// <summary>Who changed the plan, when, before and after; newest first.</summary>
    [Requires(Permission.PlansRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.HistoryOfAsync<CardPlan>(id, page, cancel);
    }

    /// <summary>
    /// Saves a new or edited plan with its tiers in the order of the form. Cards follow changed thresholds at the next recalculation.
    /// </summary>
    /// <exception cref="InvalidInputException">One message per field at fault.</exception>
    /// <exception cref="ConcurrentChangeException">Someone else saved the plan since it was read.</exception>
    /// <exception cref="RuleViolationException">A tier that was taken out is in use.</exception>
    [Requires(Permission.PlansEdit)]
    public async Task<long> SaveAsync(Actor actor, CardPlanForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        form.Validate().ThrowIfAny();

        return await database.WriteAsync(actor, async db =>
        {
            var code = form.Code.Trim().ToUpperInvariant();
            new FieldErrors().Require(form.Id is not null || !await db.CardPlans.AnyAsync(plan => plan.Code == code, cancel), nameof(form.Code), "Another card plan already has this code.").ThrowIfAny();
            var plan = form.Id is { } id ? await FindAsync(db, id, cancel) : db.CardPlans.Add(new CardPlan { Code = code, Name = form.Name.Trim(), Validity = form.Validity, CreatedAt = clock.GetUtcNow() }).Entity;
            if (form.Id is not null && plan.Version != form.Version)
            {
                throw new ConcurrentChangeException("The card plan");
            }

            if (plan.Code != code)
            {
                throw new RuleViolationException("code_is_fixed", "The code of a card plan cannot change: tills and imports name the plan by it.") { Field = nameof(form.Code) };
            }

            (plan.Name, plan.Description, plan.Validity) = (form.Name.Trim(), Inputs.Clean(form.Description), form.Validity);
            (plan.Basis, plan.PeriodMonths, plan.FallsOneTierOnly, plan.IsIssuedOnRegistration) = (form.Basis, form.PeriodMonths, form.FallsOneTierOnly, form.IsIssuedOnRegistration);
            if (form.Id is not null)
            {
                // Its tiers are part of it: two people editing only tiers must notice each other too.
                db.Entry(plan).State = EntityState.Modified;
            }

            await db.SaveChangesAsync(cancel);
            await SaveTiersAsync(db, plan.Id, form.Tiers, cancel);

            return plan.Id;
        }, cancel);
    }

    /// <summary>Issues the plan's card again.</summary>
    [Requires(Permission.PlansEdit)]
    public async Task ActivateAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).Status = CardPlanStatus.Active, cancel);
    }

    /// <summary>No new cards; those that exist stay valid and keep climbing.</summary>
    [Requires(Permission.PlansEdit)]
    public async Task DeactivateAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).Status = CardPlanStatus.Inactive, cancel);
    }

    private static async Task SaveTiersAsync(LoyaltyDbContext db, long planId, List<TierForm> forms, CancellationToken cancel)
    {
        var known = await db.CardTiers.Where(tier => tier.PlanId == planId).ToDictionaryAsync(tier => tier.Id, cancel);
        var kept = forms.Where(form => form.Id is not null).Select(form => form.Id!.Value).ToHashSet();
        if (!kept.IsSubsetOf(known.Keys))
        {
            throw new ConcurrentChangeException("The card plan");
        }

        foreach (var removed in known.Values.Where(tier => !kept.Contains(tier.Id)))
        {
            await TierUses.DemandUnusedAsync(db, removed, cancel);
            db.CardTiers.Remove(removed);
        }

        var renamed = known.Values.Where(tier => forms.Any(form => form.Id == tier.Id && form.Name.Trim() != tier.Name)).ToList();
        var taken = known.Values.Select(tier => tier.Name).ToHashSet(StringComparer.Ordinal);
        if (renamed.Count > 1 || renamed.Exists(tier => taken.Contains(forms.First(form => form.Id == tier.Id).Name.Trim())) || forms.Exists(form => form.Id is null && taken.Contains(form.Name.Trim())))
        {
            // Two tiers may swap names: free both first, the index allows no name twice even for a moment.
            foreach (var tier in renamed)
            {
                tier.Name = $"({tier.Id})";
            }

            await db.SaveChangesAsync(cancel);
        }

        for (var i = 0; i < forms.Count; i++)
        {
            var form = forms[i];
            var tier = form.Id is { } id ? known[id] : db.CardTiers.Add(new CardTier { PlanId = planId, Rank = i + 1, Name = form.Name.Trim() }).Entity;
            (tier.Rank, tier.Name, tier.Colour) = (i + 1, form.Name.Trim(), form.Colour);
            (tier.UpgradeAt, tier.RetainAt, tier.EarningRate) = (form.UpgradeAt ?? 0, form.RetainAt ?? form.UpgradeAt ?? 0, form.EarningRate ?? 0);
        }
    }

    private static async Task<CardPlan> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.CardPlans.FirstOrDefaultAsync(plan => plan.Id == id, cancel) ?? throw new NotFoundException("The card plan");
}
