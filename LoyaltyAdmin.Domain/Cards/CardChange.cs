using LoyaltyAdmin.Domain.Stores;

namespace LoyaltyAdmin.Domain.Cards;

internal sealed record TierHistory(long From, long To, TierChangeReason Reason, string? Detail);

/// <summary>What a card becomes, and the history that tells why.</summary>
internal sealed record CardChange(CardState Card, PlanRules Plan, long TierId, long EarnedTierId, DateOnly TierSince, DateOnly PeriodStart, DateOnly PeriodEnd, IReadOnlyList<TierHistory> History)
{
    /// <summary>What is to be changed, or null when the card is up to date.</summary>
    public static CardChange? Of(CardState card, CardFacts facts, GroupDay day, TierChangeReason reason)
    {
        var plan = facts.Plans[card.PlanId];
        var taken = new List<TierStepTaken>();
        var before = plan.PositionOf(card.TierId);
        var earnedBefore = plan.PositionOf(card.EarnedTierId);
        var earned = plan.Rules.Follow(new EarnedTier(earnedBefore, card.PeriodStart, card.PeriodEnd), card.IssuedOn,
            facts.Upgrades.TryGetValue(card.Id, out var upgrade) ? upgrade : null, facts.Purchases.GetValueOrDefault(card.MemberId) ?? [], day.Today, reason, taken);
        var after = facts.GrantedTiers[card.Id].Select(plan.PositionOf).Append(earned.Tier).Max();
        if (after == before && earned == new EarnedTier(earnedBefore, card.PeriodStart, card.PeriodEnd))
        {
            return null;
        }

        var history = taken.ConvertAll(step => new TierHistory(IdOf(plan, step.From), IdOf(plan, step.To), step.Reason, step.Detail));
        if (after > before && after > earned.Tier)
        {
            history.Add(new(card.TierId, IdOf(plan, after), TierChangeReason.Granted, null));
        }
        else if (after < before && before > earnedBefore)
        {
            history.Add(new(card.TierId, IdOf(plan, after), TierChangeReason.GrantEnded, null));
        }

        return new CardChange(card, plan, IdOf(plan, after), IdOf(plan, earned.Tier), after == before ? card.TierSince : day.Today, earned.PeriodStart, earned.PeriodEnd, history);
    }

    private static long IdOf(PlanRules plan, int position) => plan.Rules.Tiers[position].Id;
}
