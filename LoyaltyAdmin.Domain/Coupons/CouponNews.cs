using System.Globalization;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>Tells members of coupons that arrived, in the save that issued them: the commands of staff and programs, not the door all issuing goes through.</summary>
public sealed class CouponNews(MessageOutbox messages, GroupCalendar calendar)
{
    /// <summary>One message to each member, whatever number of coupons came.</summary>
    /// <param name="reason">The reason as a key; the member is added to it.</param>
    /// <param name="source">What it was given for, for people.</param>
    internal async Task TellAsync(LoyaltyDbContext db, IReadOnlyCollection<IssuedCoupon> issued, string reason, string? source, CancellationToken cancel)
    {
        var ids = issued.Select(c => c.Id).ToList();
        var coupons = await db.MemberCoupons.Where(c => EF.Parameter(ids).Contains(c.Id))
            .GroupBy(c => new { c.MemberId, c.CouponId, c.PackageId }).Select(g => new { g.Key.MemberId, g.Key.CouponId, g.Key.PackageId, Count = g.Count(), Until = g.Min(c => c.UsableUntil) }).ToListAsync(cancel);
        var (couponIds, packageIds) = (coupons.Select(c => c.CouponId).Distinct().ToList(), coupons.Where(c => c.PackageId != null).Select(c => c.PackageId!.Value).Distinct().ToList());
        var names = await db.Coupons.Where(c => EF.Parameter(couponIds).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, cancel);
        var packages = await db.CouponPackages.Where(p => EF.Parameter(packageIds).Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, cancel);
        var zone = (await calendar.TodayAsync(db, cancel)).Zone;

        await messages.AddAsync(db, [.. coupons.GroupBy(c => c.MemberId).Select(mine =>
        {
            // Of several kinds the first to end says until when: none of them is lost unnoticed.
            var (first, until) = (mine.First(), mine.Min(c => c.Until));

            return new MessageRequest(MessageScenario.CouponArrival, mine.Key, string.Create(CultureInfo.InvariantCulture, $"coupon:{reason}:{mine.Key}"))
            {
                Variables = new Dictionary<string, string?>
                {
                    ["coupon"] = first.PackageId is { } package ? packages[package] : names[first.CouponId],
                    ["quantity"] = mine.Sum(c => c.Count).ToString(CultureInfo.InvariantCulture),
                    ["validUntil"] = zone.DayOf(until.AddTicks(-1)).ToString("d MMM yyyy", CultureInfo.InvariantCulture),
                    ["source"] = source,
                },
                NotAfter = until,
            };
        })], cancel);
    }
}
