using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>Who holds which card and tier, asked live: a tier inserted later counts for “Silver Tier and Above” from that moment on.</summary>
public static class CardQueries
{
    /// <summary>Cards that count for benefits and audiences: active and within their validity.</summary>
    public static IQueryable<LoyaltyCard> Valid(LoyaltyDbContext db, DateTimeOffset now) =>
        db.LoyaltyCards.Where(card => card.Status == LoyaltyCardStatus.Active && (card.ValidUntil == null || card.ValidUntil > now));

    /// <summary>The tiers the choices mean right now: those named, and where asked for every tier of the same plan above them.</summary>
    public static IQueryable<long> TierIds(LoyaltyDbContext db, params IEnumerable<TierChoice> choices)
    {
        var named = choices.Select(choice => choice.TierId).Distinct().ToArray();
        var andAbove = choices.Where(choice => choice.AndAbove).Select(choice => choice.TierId).Distinct().ToArray();

        return db.CardTiers
            .Where(tier => named.Contains(tier.Id) || db.CardTiers.Any(from => andAbove.Contains(from.Id) && from.PlanId == tier.PlanId && tier.Rank >= from.Rank))
            .Select(tier => tier.Id);
    }

    /// <summary>The members with a valid card of one of the tiers.</summary>
    public static IQueryable<long> MembersInTiers(LoyaltyDbContext db, IEnumerable<TierChoice> choices, DateTimeOffset now)
    {
        var tiers = TierIds(db, choices);

        return Valid(db, now).Where(card => tiers.Contains(card.TierId)).Select(card => card.MemberId);
    }

    /// <summary>The members with a valid card of one of the plans.</summary>
    public static IQueryable<long> MembersOfPlans(LoyaltyDbContext db, IEnumerable<long> planIds, DateTimeOffset now)
    {
        var ids = planIds.ToArray();

        return Valid(db, now).Where(card => ids.Contains(card.PlanId)).Select(card => card.MemberId);
    }
}
