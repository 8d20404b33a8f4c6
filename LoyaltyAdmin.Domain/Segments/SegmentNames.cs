using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Tags;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>A tier with its place in its plan.</summary>
public sealed record TierName(long Id, long PlanId, int Rank, string Name);

/// <summary>Something with an identifier to choose.</summary>
public sealed record NamedItem(long Id, string Name);

/// <summary>What rules and audiences can name: for editors to choose from and for sentences to speak of.</summary>
public sealed record SegmentNames(IReadOnlyList<NamedItem> Plans, IReadOnlyList<TierName> Tiers, IReadOnlyList<NamedItem> Tags, IReadOnlyList<NamedItem> Segments, string Currency)
{
    public static readonly SegmentNames None = new([], [], [], [], "USD");

    public string Plan(long id) => Find(Plans, id);

    public string Tier(long id) => Tiers.FirstOrDefault(t => t.Id == id)?.Name ?? "(gone)";

    public string Tag(long id) => Find(Tags, id);

    public string Segment(long id) => Find(Segments, id);

    internal static async Task<SegmentNames> LoadAsync(LoyaltyDbContext db, CancellationToken cancel) => new(
        await db.Set<CardPlan>().AsNoTracking().OrderBy(p => p.Name).Select(p => new NamedItem(p.Id, p.Name)).ToListAsync(cancel),
        await db.Set<CardTier>().AsNoTracking().OrderBy(t => t.PlanId).ThenBy(t => t.Rank).Select(t => new TierName(t.Id, t.PlanId, t.Rank, t.Name)).ToListAsync(cancel),
        await db.Set<Tag>().AsNoTracking().OrderBy(t => t.Name).Select(t => new NamedItem(t.Id, t.Name)).ToListAsync(cancel),
        await db.Set<Segment>().AsNoTracking().OrderBy(s => s.Name).Select(s => new NamedItem(s.Id, s.Name)).ToListAsync(cancel),
        await db.CompanySettings.Select(c => c.Currency).FirstOrDefaultAsync(cancel) ?? "USD");

    private static string Find(IReadOnlyList<NamedItem> items, long id) => items.FirstOrDefault(item => item.Id == id)?.Name ?? "(gone)";
}
