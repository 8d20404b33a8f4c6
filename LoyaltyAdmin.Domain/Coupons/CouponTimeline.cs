using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>What happened to a member's coupons, for the member's timeline.</summary>
internal static class CouponTimeline
{
    public static async Task<IEnumerable<TimelineEvent>> IssuedAsync(LoyaltyDbContext db, long[] members, (DateTimeOffset At, long Id) before, int take, CancellationToken cancel)
    {
        var (at, id) = before;
        var rows = await db.MemberCoupons.Where(c => members.Contains(c.MemberId) && (c.IssuedAt < at || (c.IssuedAt == at && c.Id < id)))
            .OrderByDescending(c => c.IssuedAt).ThenByDescending(c => c.Id).Take(take)
            .Select(c => new { c.Id, c.IssuedAt, c.Origin, c.IssuedBy, c.Reason, c.Status, c.VoidReason, Name = db.Coupons.Where(d => d.Id == c.CouponId).Select(d => d.Name).First() }).ToListAsync(cancel);

        return rows.Select(c => new TimelineEvent(TimelineKind.Coupon, c.Id, c.IssuedAt, $"{c.Name} {(c.Origin == CouponOrigin.Claim ? "claimed" : "issued")}{(c.Status == MemberCouponStatus.Voided ? ", voided since" : "")}",
            (c.Status == MemberCouponStatus.Voided ? c.VoidReason : c.Reason) ?? c.IssuedBy, null, null));
    }

    public static async Task<IEnumerable<TimelineEvent>> UsedAsync(LoyaltyDbContext db, Grant grant, long[] members, (DateTimeOffset At, long Id) before, int take, CancellationToken cancel)
    {
        var (at, id) = before;
        var rows = await CouponRedemptionList.Filtered(db, grant, new CouponRedemptionFilter(), storeView: null)
            .Where(r => db.MemberCoupons.Where(c => members.Contains(c.MemberId)).Select(c => c.Id).Contains(r.MemberCouponId) && (r.At < at || (r.At == at && r.Id < id)))
            .OrderByDescending(r => r.At).ThenByDescending(r => r.Id).Take(take)
            .Select(r => new { r.Id, r.At, r.Sign, r.Discount, r.Currency, r.OrderNumber, r.Reason, Name = db.Coupons.Where(d => d.Id == r.CouponId).Select(d => d.Name).First(), Store = db.Stores.Where(s => s.Id == r.StoreId).Select(s => s.Name).First() }).ToListAsync(cancel);

        return rows.Select(r => new TimelineEvent(TimelineKind.CouponUse, r.Id, r.At, $"{r.Name} {(r.Sign > 0 ? "redeemed" : "given back")} at {r.Store}", r.Reason ?? (r.OrderNumber is { } order ? $"Order {order}" : null), r.Sign * r.Discount, r.Currency));
    }
}
