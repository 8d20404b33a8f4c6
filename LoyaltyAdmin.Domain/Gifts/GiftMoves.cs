using System.Globalization;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>What becomes of a member's gifts when the member is merged or erased.</summary>
internal static class GiftMoves
{
    /// <summary>The survivor takes over what the duplicate was given. For a reason both met, the person gets what is delivered already and nothing further of the duplicate's.</summary>
    public static async Task MoveAsync(LoyaltyDbContext db, long fromId, long intoId, CancellationToken cancel)
    {
        var both = db.GiftGrants.Where(g => g.MemberId == fromId && db.GiftGrants.Any(o => o.MemberId == intoId && o.SourceKind == g.SourceKind && o.SourceId == g.SourceId && o.Episode == g.Episode));
        await CancelAsync(db, db.GiftItems.Where(i => both.Any(g => g.Id == i.GrantId)), "The member was merged with one who has this gift already.", cancel);
        var suffix = $"~{fromId.ToString(CultureInfo.InvariantCulture)}";
        long[] ids = [.. await both.Select(g => g.Id).ToListAsync(cancel)];
        await db.GiftGrants.Where(g => ids.Contains(g.Id)).ExecuteUpdateAsync(set => set.SetProperty(g => g.Episode, g => g.Episode + suffix), cancel);
        await db.GiftItems.Where(i => i.MemberId == fromId).ExecuteUpdateAsync(set => set.SetProperty(i => i.MemberId, intoId), cancel);
        await db.GiftGrants.Where(g => g.MemberId == fromId).ExecuteUpdateAsync(set => set.SetProperty(g => g.MemberId, intoId), cancel);
    }

    /// <summary>What still waits of these will not come.</summary>
    public static Task<int> CancelAsync(LoyaltyDbContext db, IQueryable<GiftItem> items, string reason, CancellationToken cancel) =>
        items.Where(i => i.Status == GiftItemStatus.Pending).ExecuteUpdateAsync(set => set
            .SetProperty(i => i.Status, GiftItemStatus.Cancelled).SetProperty(i => i.NextAt, (DateTimeOffset?)null).SetProperty(i => i.Reason, reason), cancel);
}
