using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

internal sealed record CardState(long Id, long MemberId, long PlanId, long TierId, long EarnedTierId, DateOnly TierSince, DateOnly IssuedOn, DateOnly PeriodStart, DateOnly PeriodEnd);

internal sealed record PlanRules(string Code, TierRules Rules)
{
    public int PositionOf(long tierId) => Enumerable.Range(0, Rules.Tiers.Count).First(position => Rules.Tiers[position].Id == tierId);

    public string NameOf(long tierId) => Rules.Tiers[PositionOf(tierId)].Name;
}

/// <summary>All that decides about the tiers of a set of cards, read in a handful of queries.</summary>
internal sealed class CardFacts
{
    public required IReadOnlyList<CardState> Cards { get; init; }
    public required IReadOnlyDictionary<long, PlanRules> Plans { get; init; }
    public required IReadOnlyDictionary<long, IReadOnlyList<PurchaseDay>> Purchases { get; init; }
    public required ILookup<long, long> GrantedTiers { get; init; }
    public required IReadOnlyDictionary<long, LastUpgrade> Upgrades { get; init; }

    public static async Task<CardFacts> ReadAsync(LoyaltyDbContext db, IReadOnlyCollection<long> cardIds, GroupDay day, CancellationToken cancel)
    {
        var ids = cardIds.ToArray();
        var cards = await db.LoyaltyCards.AsNoTracking()
            .Where(card => ids.Contains(card.Id) && (card.Status == LoyaltyCardStatus.Active || card.Status == LoyaltyCardStatus.Frozen))
            .OrderBy(card => card.Id)
            .Select(card => new CardState(card.Id, card.MemberId, card.PlanId, card.TierId, card.EarnedTierId, card.TierSince, card.IssuedOn, card.PeriodStart, card.PeriodEnd)).ToListAsync(cancel);
        var plans = await PlansAsync(db, [.. cards.Select(card => card.PlanId).Distinct()], day.Currency, cancel);
        var granted = await db.TierGrants.Where(grant => ids.Contains(grant.CardId) && grant.EndedAt == null && grant.From <= day.Now && grant.Until > day.Now).Select(grant => new { grant.CardId, grant.TierId }).ToListAsync(cancel);

        return new CardFacts
        {
            Cards = cards,
            Plans = plans,
            Purchases = await PurchasesAsync(db, cards, plans, cancel),
            GrantedTiers = granted.ToLookup(grant => grant.CardId, grant => grant.TierId),
            Upgrades = await UpgradesAsync(db, cards, plans, day, cancel),
        };
    }

    /// <summary>The rules of plans, by plan.</summary>
    public static async Task<Dictionary<long, PlanRules>> PlansAsync(LoyaltyDbContext db, long[] planIds, string currency, CancellationToken cancel)
    {
        var plans = await db.CardPlans.AsNoTracking().Where(plan => planIds.Contains(plan.Id)).Select(plan => new { plan.Id, plan.Code, plan.Basis, plan.PeriodMonths, plan.FallsOneTierOnly }).ToListAsync(cancel);
        var tiers = await db.CardTiers.AsNoTracking().Where(tier => planIds.Contains(tier.PlanId)).OrderBy(tier => tier.Rank).ToListAsync(cancel);

        return plans.ToDictionary(plan => plan.Id, plan => new PlanRules(plan.Code, new TierRules(plan.Basis, plan.PeriodMonths, plan.FallsOneTierOnly,
            [.. tiers.Where(tier => tier.PlanId == plan.Id).Select(tier => new TierStep(tier.Id, tier.Rank, tier.Name, tier.UpgradeAt, tier.RetainAt))], currency)));
    }

    private static async Task<IReadOnlyDictionary<long, IReadOnlyList<PurchaseDay>>> PurchasesAsync(LoyaltyDbContext db, List<CardState> cards, Dictionary<long, PlanRules> plans, CancellationToken cancel)
    {
        if (cards.Count == 0)
        {
            return new Dictionary<long, IReadOnlyList<PurchaseDay>>();
        }

        // Not nullable: a list that might hold null is searched without the index.
        var members = cards.Select(card => card.MemberId).Distinct().ToArray();
        var since = cards.Min(card => plans[card.PlanId].Rules.Since(card.IssuedOn, card.PeriodStart));
        // What an order earned is read only where a plan asks: most rank by spend or visits.
        var byPoints = plans.Values.Any(plan => plan.Rules.Basis == TierBasis.Points);
        // In the order of the index: each member's orders come together, so that they are added up as they are read.
        var orders = db.Orders.AsNoTracking()
            .Where(order => order.MemberId != null && members.Contains(order.MemberId.Value) && order.BusinessDay >= since && order.IsPurchase)
            .OrderBy(order => order.MemberId).ThenBy(order => order.BusinessDay)
            .Select(order => new { order.MemberId, order.BusinessDay, order.Revenue, order.GroupRevenue, Points = byPoints ? db.OrderPoints.Where(p => p.OrderId == order.Id).Select(p => p.Earned).FirstOrDefault() : 0 }).AsAsyncEnumerable();
        var found = new Dictionary<long, IReadOnlyList<PurchaseDay>>(members.Length);
        List<PurchaseDay> days = [];
        var last = 0L;
        await foreach (var order in orders.WithCancellation(cancel))
        {
            var member = order.MemberId!.Value;
            if (member != last)
            {
                found[member] = days = [];
                last = member;
            }

            var points = Values.Currency.Points.ToMajor(order.Points);
            if (days.Count > 0 && days[^1].Day == order.BusinessDay)
            {
                days[^1] = new PurchaseDay(order.BusinessDay, days[^1].Revenue + order.GroupRevenue, days[^1].IsVisit || order.Revenue > 0, days[^1].Points + points);
            }
            else
            {
                days.Add(new PurchaseDay(order.BusinessDay, order.GroupRevenue, order.Revenue > 0, points));
            }
        }

        return found;
    }

    // A grant does not earn anything: what the running period rests on is the last change that the rules made.
    private static async Task<IReadOnlyDictionary<long, LastUpgrade>> UpgradesAsync(LoyaltyDbContext db, List<CardState> cards, Dictionary<long, PlanRules> plans, GroupDay day, CancellationToken cancel)
    {
        var byId = cards.ToDictionary(card => card.Id);
        var risen = cards.Where(card => plans[card.PlanId].Rules.Tiers[0].Id != card.EarnedTierId).Select(card => card.Id).ToArray();
        var changes = await db.TierChanges.AsNoTracking()
            .Where(change => risen.Contains(change.CardId) && change.Reason != TierChangeReason.Granted && change.Reason != TierChangeReason.GrantEnded)
            .OrderBy(change => change.Id).Select(change => new { change.CardId, change.FromTierId, change.ToTierId, change.Reason, change.At }).ToListAsync(cancel);
        var upgrades = new Dictionary<long, LastUpgrade>();
        foreach (var change in changes)
        {
            var plan = plans[byId[change.CardId].PlanId];
            if (change.Reason is TierChangeReason.Purchase or TierChangeReason.Recalculation or TierChangeReason.Merge && change.FromTierId is { } from
                && change.ToTierId == byId[change.CardId].EarnedTierId && plan.Rules.Tiers.Any(tier => tier.Id == from) && plan.PositionOf(from) < plan.PositionOf(change.ToTierId))
            {
                upgrades[change.CardId] = new LastUpgrade(plan.PositionOf(from), Values.Calendar.DayOf(day.Zone, change.At));
            }
            else
            {
                upgrades.Remove(change.CardId);
            }
        }

        return upgrades;
    }
}
