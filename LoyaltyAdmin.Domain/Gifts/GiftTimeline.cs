using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>A gift as a member's timeline tells it.</summary>
internal sealed record GiftEvent(long Id, DateTimeOffset At, string SourceName, string Text);

internal static class GiftTimeline
{
    /// <summary>Gifts of these members granted before a moment, or at it with a smaller number; newest first.</summary>
    public static async Task<IReadOnlyList<GiftEvent>> ReadAsync(LoyaltyDbContext db, long[] members, DateTimeOffset at, long id, int take, CancellationToken cancel)
    {
        var grants = await db.GiftGrants.Where(g => members.Contains(g.MemberId) && (g.GrantedAt < at || (g.GrantedAt == at && g.Id < id)))
            .OrderByDescending(g => g.GrantedAt).ThenByDescending(g => g.Id).Take(take).Select(g => new { g.Id, g.GrantedAt, g.SourceName }).ToListAsync(cancel);
        long[] ids = [.. grants.Select(g => g.Id)];
        var items = (await db.GiftItems.Where(i => ids.Contains(i.GrantId)).OrderBy(i => i.Line).Select(i => new
        {
            i.GrantId,
            i.Points,
            i.Quantity,
            i.Status,
            Name = db.Coupons.Where(c => c.Id == i.CouponId).Select(c => c.Name).FirstOrDefault() ?? db.CouponPackages.Where(p => p.Id == i.PackageId).Select(p => p.Name).FirstOrDefault(),
        }).ToListAsync(cancel)).ToLookup(i => i.GrantId);

        return [.. grants.Select(g => new GiftEvent(g.Id, g.GrantedAt, g.SourceName, string.Join("; ", items[g.Id].Select(i =>
            $"{(i.Points is { } points ? GiftSpec.PointsInWords(points) : $"{i.Quantity} × {i.Name}")}{(i.Status == GiftItemStatus.Delivered ? "" : $" ({Word(i.Status)})")}"))))];
    }

    private static string Word(GiftItemStatus status) => status == GiftItemStatus.Pending ? "to come" : status.ToString().ToLowerInvariant();
}
