using System.Globalization;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>What becomes of a member's coupons when the member is merged or erased.</summary>
internal static class CouponMoves
{
    /// <summary>The survivor's coupons count on after its own; what both got for one reason stays two coupons, under two names of it.</summary>
    public static async Task MoveAsync(LoyaltyDbContext db, long fromId, long intoId, CancellationToken cancel)
    {
        var suffix = $"~{fromId.ToString(CultureInfo.InvariantCulture)}";
        await db.MemberCoupons.Where(c => c.MemberId == fromId && db.MemberCoupons.Any(o => o.MemberId == intoId && o.CouponId == c.CouponId && o.Source == c.Source && o.SourceItem == c.SourceItem))
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Source, c => c.Source + suffix), cancel);
        var held = await db.MemberCoupons.Where(c => c.MemberId == intoId && db.MemberCoupons.Any(o => o.MemberId == fromId && o.CouponId == c.CouponId))
            .GroupBy(c => c.CouponId).Select(g => new { g.Key, Last = g.Max(c => c.Ordinal) }).ToListAsync(cancel);
        foreach (var coupon in held)
        {
            await db.MemberCoupons.Where(c => c.MemberId == fromId && c.CouponId == coupon.Key)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.MemberId, intoId).SetProperty(c => c.Ordinal, c => c.Ordinal + coupon.Last), cancel);
        }

        await db.MemberCoupons.Where(c => c.MemberId == fromId).ExecuteUpdateAsync(set => set.SetProperty(c => c.MemberId, intoId), cancel);
    }

    /// <summary>What could still be used cannot be any more.</summary>
    public static Task VoidAsync(LoyaltyDbContext db, long[] memberIds, DateTimeOffset now, CancellationToken cancel) =>
        db.MemberCoupons.Where(c => memberIds.Contains(c.MemberId) && c.Status == MemberCouponStatus.Active).ExecuteUpdateAsync(set => set
            .SetProperty(c => c.Status, MemberCouponStatus.Voided).SetProperty(c => c.VoidedAt, now).SetProperty(c => c.VoidedBy, db.Actor.Name).SetProperty(c => c.VoidReason, "The member was erased."), cancel);
}
