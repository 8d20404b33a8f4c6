using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

public enum AudienceItem
{
    CardPlan,
    CardTier,
    Segment,
    Tag,
}

/// <summary>Something that would change its meaning if a plan, tier, segment or tag went away; <paramref name="User"/> names it for people.</summary>
public sealed record AudienceUse(AudienceItem Item, long Id, string User);

/// <summary>
/// Tells which plans, tiers, segments and tags a module's objects mean, so that none of them is deleted under its users. A module with rules or
/// audiences adds one: <c>services.AddSingleton&lt;AudienceUses, ActivityAudienceUses&gt;()</c>.
/// </summary>
public abstract class AudienceUses
{
    public abstract Task<IReadOnlyList<AudienceUse>> FindAsync(LoyaltyDbContext db, CancellationToken cancel);

    /// <summary>What a rule means.</summary>
    public static IEnumerable<AudienceUse> Of(SegmentRule rule, string user) => SegmentCompiler.ConditionsOf(rule).SelectMany(condition => condition switch
    {
        TagCondition c => [new(AudienceItem.Tag, c.TagId, user)],
        SegmentMembership c => [new(AudienceItem.Segment, c.SegmentId, user)],
        CardCondition { TierId: { } tier } c => [new(AudienceItem.CardPlan, c.PlanId, user), new(AudienceItem.CardTier, tier, user)],
        CardCondition c => [new(AudienceItem.CardPlan, c.PlanId, user)],
        _ => (AudienceUse[])[],
    });

    /// <summary>What an audience means.</summary>
    public static IEnumerable<AudienceUse> Of(Values.AudienceScope scope, string user) =>
    [
        .. scope.CardPlanIds.Select(id => new AudienceUse(AudienceItem.CardPlan, id, user)),
        .. scope.Tiers.Select(tier => new AudienceUse(AudienceItem.CardTier, tier.TierId, user)),
        .. scope.SegmentIds.Select(id => new AudienceUse(AudienceItem.Segment, id, user)),
        .. scope.TagIds.Select(id => new AudienceUse(AudienceItem.Tag, id, user)),
    ];
}

/// <summary>The rules of segments and computed tags.</summary>
internal sealed class RuleUses : AudienceUses
{
    public override async Task<IReadOnlyList<AudienceUse>> FindAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var segments = await db.Segments.AsNoTracking().Where(s => s.Rule != null).Select(s => new { s.Name, s.Rule }).ToListAsync(cancel);
        var tags = await db.Tags.AsNoTracking().Where(t => t.Rule != null).Select(t => new { t.Name, t.Rule }).ToListAsync(cancel);

        return [.. segments.SelectMany(s => Of(s.Rule!, $"member segment “{s.Name}”")), .. tags.SelectMany(t => Of(t.Rule!, $"computed tag “{t.Name}”"))];
    }
}

/// <summary>Asks every module.</summary>
public sealed class AudienceUsers(IEnumerable<AudienceUses> modules)
{
    /// <summary>Who uses the things of one kind, by their identifier.</summary>
    internal async Task<ILookup<long, string>> OfAsync(LoyaltyDbContext db, AudienceItem item, CancellationToken cancel)
    {
        var uses = new List<AudienceUse>();
        foreach (var module in modules)
        {
            uses.AddRange(await module.FindAsync(db, cancel));
        }

        return uses.Where(use => use.Item == item).Distinct().ToLookup(use => use.Id, use => use.User);
    }
}
