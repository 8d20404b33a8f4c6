using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>A running grant on a card.</summary>
public sealed record RunningGrant(long Id, string Tier, DateTimeOffset Until, string Source, string? Reason);

/// <summary>How far a card is: the figure of its plan's basis, what the next tier takes and what keeping the present one takes.</summary>
public sealed record TierProgress(TierBasis Basis, string Currency, decimal Figure, string? NextTier, decimal? NextAt, decimal PeriodFigure, decimal RetainAt)
{
    /// <summary>0 to 100, towards the next tier.</summary>
    public int Percent => NextAt is > 0 and { } at ? (int)Math.Min(100, Math.Floor(Figure / at * 100)) : 100;

    public decimal? Missing => NextAt is { } at ? Math.Max(0, at - Figure) : null;
}

/// <summary>A card of a member as the member page and the API show it.</summary>
public sealed record MemberCardRow(
    long Id, string Number, long PlanId, string PlanCode, string Plan, LoyaltyCardStatus Status, long TierId, string Tier, string Colour, string EarnedTier, DateOnly TierSince,
    DateOnly PeriodStart, DateOnly PeriodEnd, DateOnly IssuedOn, DateTimeOffset? ValidUntil, decimal EarningRate, TierProgress Progress, IReadOnlyList<RunningGrant> Grants);

/// <summary>One line of a member's tier history.</summary>
public sealed record TierChangeRow(long Id, DateTimeOffset At, string Plan, string? From, string To, TierChangeReason Reason, string? Detail, string ActorName);

/// <summary>A member's cards with tier, progress and history.</summary>
public sealed class MemberCardReader(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar)
{
    private static readonly SortColumns<TierChange> sorts = new(change => change.Id);

    /// <summary>The cards of a member, oldest first.</summary>
    [Requires(Permission.MembersRead, ApiScope.MembersRead)]
    public async Task<IReadOnlyList<MemberCardRow>> OfMemberAsync(Actor actor, string memberNumber, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, ApiScope.MembersRead, cancel);
        await using var db = await database.ReadAsync(cancel);

        return await OfAsync(db, await MemberIdAsync(db, grant, memberNumber, cancel), cancel);
    }

    /// <summary>The cards of a member the caller was let to, oldest first.</summary>
    internal async Task<IReadOnlyList<MemberCardRow>> OfAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel)
    {
        var day = await calendar.TodayAsync(db, cancel);
        var cards = await db.LoyaltyCards.Where(card => card.MemberId == memberId).OrderBy(card => card.Id).ToListAsync(cancel);
        if (cards.Count == 0)
        {
            return [];
        }

        var plans = await db.CardPlans.Where(plan => db.LoyaltyCards.Any(card => card.MemberId == memberId && card.PlanId == plan.Id)).ToDictionaryAsync(plan => plan.Id, cancel);
        var tiers = await db.CardTiers.Where(tier => plans.Keys.Contains(tier.PlanId)).OrderBy(tier => tier.Rank).ToListAsync(cancel);
        var byPoints = plans.Values.Any(plan => plan.Basis == TierBasis.Points);
        var orders = await db.Orders.Where(order => order.MemberId == memberId && order.IsPurchase).Select(order => new { order.BusinessDay, order.Revenue, order.GroupRevenue, Points = byPoints ? db.OrderPoints.Where(p => p.OrderId == order.Id).Select(p => p.Earned).FirstOrDefault() : 0 }).ToListAsync(cancel);
        PurchaseDay[] days = [.. orders.GroupBy(order => order.BusinessDay).Select(d => new PurchaseDay(d.Key, d.Sum(order => order.GroupRevenue), d.Any(order => order.Revenue > 0), Currency.Points.ToMajor(d.Sum(order => order.Points))))];
        var ids = cards.ConvertAll(card => card.Id);
        var grants = await db.TierGrants.Where(given => ids.Contains(given.CardId) && given.EndedAt == null && given.Until > day.Now).OrderBy(given => given.Until)
            .Select(given => new { given.CardId, Row = new RunningGrant(given.Id, db.CardTiers.Where(tier => tier.Id == given.TierId).Select(tier => tier.Name).First(), given.Until, given.Source, given.Reason) }).ToListAsync(cancel);

        return cards.ConvertAll(card =>
        {
            var plan = plans[card.PlanId];
            List<CardTier> steps = [.. tiers.Where(tier => tier.PlanId == plan.Id)];
            var tier = steps.First(step => step.Id == card.TierId);

            return new MemberCardRow(card.Id, card.Number, plan.Id, plan.Code, plan.Name, card.Status, tier.Id, tier.Name, tier.Colour, steps.First(step => step.Id == card.EarnedTierId).Name, card.TierSince,
                card.PeriodStart, card.PeriodEnd, card.IssuedOn, card.ValidUntil, tier.EarningRate, Progress(card, plan, steps, days, day), [.. grants.Where(given => given.CardId == card.Id).Select(given => given.Row)]);
        });
    }

    /// <summary>How the member's tiers changed, newest first.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<Page<TierChangeRow>> HistoryAsync(Actor actor, string memberNumber, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var memberId = await MemberIdAsync(db, grant, memberNumber, cancel);

        return await db.TierChanges.Where(change => change.MemberId == memberId).ToPageAsync(page, sorts, change => new TierChangeRow(change.Id, change.At,
            db.LoyaltyCards.Where(card => card.Id == change.CardId).Join(db.CardPlans, card => card.PlanId, plan => plan.Id, (_, plan) => plan.Name).First(),
            db.CardTiers.Where(tier => tier.Id == change.FromTierId).Select(tier => tier.Name).FirstOrDefault(),
            db.CardTiers.Where(tier => tier.Id == change.ToTierId).Select(tier => tier.Name).First(), change.Reason, change.Detail, change.ActorName), cancel);
    }

    private static async Task<long> MemberIdAsync(LoyaltyDbContext db, Grant grant, string memberNumber, CancellationToken cancel) =>
        await MemberQueries.Members(db, grant).Where(member => member.Number == memberNumber).Select(member => (long?)member.Id).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The member");

    private static TierProgress Progress(LoyaltyCard card, CardPlan plan, List<CardTier> tiers, PurchaseDay[] days, GroupDay day)
    {
        var rules = new TierRules(plan.Basis, plan.PeriodMonths, plan.FallsOneTierOnly, [.. tiers.Select(tier => new TierStep(tier.Id, tier.Rank, tier.Name, tier.UpgradeAt, tier.RetainAt))], day.Currency);
        var earned = tiers.FindIndex(tier => tier.Id == card.EarnedTierId);
        var next = earned + 1 < tiers.Count ? tiers[earned + 1] : null;

        return new TierProgress(plan.Basis, day.Currency, rules.FigureOn(days, card.IssuedOn, day.Today), next?.Name, next?.UpgradeAt,
            rules.Figure(days, card.PeriodStart, card.PeriodEnd.AddDays(-1)), tiers[earned].RetainAt);
    }
}
