using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>Who stands in the way of removing a tier.</summary>
internal static class TierUses
{
    /// <exception cref="RuleViolationException">Cards, grants, segments or tags need the tier; the message names them.</exception>
    public static async Task DemandUnusedAsync(LoyaltyDbContext db, CardTier tier, CancellationToken cancel)
    {
        var uses = new List<string>();
        Count(uses, await db.LoyaltyCards.CountAsync(card => card.TierId == tier.Id || card.EarnedTierId == tier.Id, cancel), "card");
        Count(uses, await db.TierGrants.CountAsync(grant => grant.TierId == tier.Id, cancel), "grant");
        Count(uses, await db.TierChanges.CountAsync(change => change.ToTierId == tier.Id || change.FromTierId == tier.Id, cancel), "line", " of tier history");
        uses.AddRange(from segment in await db.Segments.Where(segment => segment.Rule != null).Select(segment => new { segment.Name, segment.Rule }).ToListAsync(cancel)
                      where Names(segment.Rule!, tier.Id)
                      select $"the segment “{segment.Name}”");
        uses.AddRange(from tag in await db.Tags.Where(tag => tag.Rule != null).Select(tag => new { tag.Name, tag.Rule }).ToListAsync(cancel)
                      where Names(tag.Rule!, tier.Id)
                      select $"the tag “{tag.Name}”");
        if (uses.Count > 0)
        {
            throw new RuleViolationException("tier_in_use", $"The tier “{tier.Name}” cannot be removed: it is used by {string.Join(", ", uses)}. Rename it or raise its threshold instead.") { Field = nameof(CardPlanForm.Tiers) };
        }
    }

    private static void Count(List<string> uses, int count, string noun, string rest = "")
    {
        if (count > 0)
        {
            uses.Add($"{count:N0} {noun}{(count == 1 ? "" : "s")}{rest}");
        }
    }

    private static bool Names(SegmentRule rule, long tierId) =>
        rule.Conditions.Any(condition => condition is CardCondition card && card.TierId == tierId) || rule.Groups.Any(group => Names(group, tierId));
}
