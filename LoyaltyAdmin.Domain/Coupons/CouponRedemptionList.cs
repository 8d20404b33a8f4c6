using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>What the Redemptions tab is filtered by; null or empty: not filtered.</summary>
public sealed record CouponRedemptionFilter
{
    public long? CouponId { get; init; }
    public long? MemberId { get; init; }
    public string? MemberNumber { get; init; }
    public long? StoreId { get; init; }
    public Channel? Channel { get; init; }
    public string? OrderNumber { get; init; }
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }
}

/// <summary>One line of the Redemptions tab; a reversal's amounts are negative, so that lines add up. Major units.</summary>
public sealed record CouponRedemptionRow(
    long Id, DateTimeOffset At, DateOnly BusinessDay, string TimeZone, long CouponId, string CouponCode, string CouponName, long MemberId, string MemberNumber, string StoreName, Channel Channel,
    string? OrderNumber, int Sign, decimal BasketAmount, decimal DiscountAmount, decimal CostAmount, string Currency, string ActorName, string? Reason, long? ReversesId, bool IsReversed)
{
    public decimal Revenue => Sign * BasketAmount;

    public decimal Discount => Sign * DiscountAmount;

    public decimal Cost => Sign * CostAmount;
}

/// <summary>What redemptions come to in one currency, less what was given back. Major units.</summary>
/// <param name="Revenue">What the orders cost before the discount.</param>
public sealed record CouponTotals(string Currency, int Redeemed, decimal Revenue, decimal Discount, decimal Cost);

/// <summary>The days of the Performance tab, inclusive.</summary>
public sealed record CouponPerformanceFilter(DateOnly From, DateOnly To);

/// <summary>A coupon's performance in a period.</summary>
public sealed record CouponPerformanceRow(long Id, string Code, string Name, CouponStatus Status, string Currency, int Issued, CouponTotals Totals);

/// <summary>Finds redemptions and adds them up: list, totals, performance and export come from one query.</summary>
public sealed class CouponRedemptionList(LoyaltyDatabase database, AccessControl access, IssuedCoupons issued, TimeProvider clock)
{
    private const int MostCoupons = 500;

    private static readonly SortColumns<CouponRedemption> sorts = new SortColumns<CouponRedemption>(r => r.Id).By("BusinessDay", r => r.BusinessDay);

    /// <summary>One page, newest first by default.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<Page<CouponRedemptionRow>> ListAsync(Actor actor, CouponRedemptionFilter filter, PageRequest page, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, grant, filter, storeView).ToPageAsync(page, sorts, Row(db), cancel);
    }

    /// <summary>How many the filter finds, counted up to 10,000.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, CouponRedemptionFilter filter, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, grant, filter, storeView).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>What the filter's lines add up to, one per currency.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<IReadOnlyList<CouponTotals>> TotalsAsync(Actor actor, CouponRedemptionFilter filter, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var sums = await Filtered(db, grant, filter, storeView).GroupBy(r => new { r.Currency, r.Sign })
            .Select(g => new Sums(0, g.Key.Currency, g.Key.Sign, g.Count(), g.Sum(r => r.BasketAmount), g.Sum(r => r.Discount), g.Sum(r => r.Cost))).ToListAsync(cancel);

        return [.. sums.GroupBy(s => s.Currency).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Add(g.Key, g))];
    }

    /// <summary>Coupons with what they came to between two days: issued on them, redeemed on them. Newest first, at most 500.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<IReadOnlyList<CouponPerformanceRow>> PerformanceAsync(Actor actor, DateOnly from, DateOnly to, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await PerformanceAsync(db, grant, new CouponPerformanceFilter(from, to), storeView, cancel);
    }

    /// <summary>As the page shows it, for background exports whose owner was asked already.</summary>
    internal async Task<IReadOnlyList<CouponPerformanceRow>> PerformanceAsync(LoyaltyDbContext db, Grant grant, CouponPerformanceFilter days, long? storeView, CancellationToken cancel)
    {
        var coupons = await db.Coupons.OrderByDescending(c => c.Id).Take(MostCoupons).Select(c => new { c.Id, c.Code, c.Name, c.Status, c.Currency }).ToListAsync(cancel);
        var given = await issued.Filtered(db, grant, new IssuedCouponFilter { From = days.From, To = days.To }, clock.GetUtcNow()).GroupBy(c => c.CouponId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel);
        var sums = (await Filtered(db, grant, new CouponRedemptionFilter { From = days.From, To = days.To }, storeView).GroupBy(r => new { r.CouponId, r.Sign })
            .Select(g => new Sums(g.Key.CouponId, "", g.Key.Sign, g.Count(), g.Sum(r => r.BasketAmount), g.Sum(r => r.Discount), g.Sum(r => r.Cost))).ToListAsync(cancel)).ToLookup(s => s.CouponId);

        return [.. coupons.Where(c => given.ContainsKey(c.Id) || sums.Contains(c.Id) || c.Status == CouponStatus.Active)
            .Select(c => new CouponPerformanceRow(c.Id, c.Code, c.Name, c.Status, c.Currency, given.GetValueOrDefault(c.Id), Add(c.Currency, sums[c.Id])))];
    }

    internal static IQueryable<CouponRedemption> Filtered(LoyaltyDbContext db, Grant grant, CouponRedemptionFilter filter, long? storeView)
    {
        var ids = grant.Stores.StoreIds.ToArray();
        var (order, member) = (Inputs.Clean(filter.OrderNumber), Inputs.Clean(filter.MemberNumber));
        var redemptions = grant.Stores.Kind switch
        {
            StoreScopeKind.Included => db.CouponRedemptions.Where(r => ids.Contains(r.StoreId)),
            StoreScopeKind.Excluded => db.CouponRedemptions.Where(r => !ids.Contains(r.StoreId)),
            _ => db.CouponRedemptions,
        };

        return redemptions
            .Where(r => storeView == null || r.StoreId == storeView)
            .Where(r => filter.CouponId == null || r.CouponId == filter.CouponId)
            .Where(r => filter.StoreId == null || r.StoreId == filter.StoreId)
            .Where(r => filter.Channel == null || r.Channel == filter.Channel)
            .Where(r => order == null || r.OrderNumber == order)
            .Where(r => filter.MemberId == null || db.MemberCoupons.Any(c => c.Id == r.MemberCouponId && c.MemberId == filter.MemberId))
            .Where(r => member == null || db.MemberCoupons.Any(c => c.Id == r.MemberCouponId && db.Members.Any(m => m.Id == c.MemberId && m.Number == member)))
            .Where(r => filter.From == null || r.BusinessDay >= filter.From)
            .Where(r => filter.To == null || r.BusinessDay <= filter.To);
    }

    internal static System.Linq.Expressions.Expression<Func<CouponRedemption, CouponRedemptionRow>> Row(LoyaltyDbContext db) => r => new CouponRedemptionRow(
        r.Id, r.At, r.BusinessDay, db.Stores.Where(s => s.Id == r.StoreId).Select(s => s.TimeZone).First(),
        r.CouponId, db.Coupons.Where(c => c.Id == r.CouponId).Select(c => c.Code).First(), db.Coupons.Where(c => c.Id == r.CouponId).Select(c => c.Name).First(),
        db.MemberCoupons.Where(c => c.Id == r.MemberCouponId).Select(c => c.MemberId).First(), db.Members.Where(m => db.MemberCoupons.Any(c => c.Id == r.MemberCouponId && c.MemberId == m.Id)).Select(m => m.Number).First(),
        db.Stores.Where(s => s.Id == r.StoreId).Select(s => s.Name).First(), r.Channel, r.OrderNumber, r.Sign, r.BasketAmount, r.Discount, r.Cost, r.Currency, r.ActorName, r.Reason, r.ReversesId,
        db.CouponRedemptions.Any(o => o.ReversesId == r.Id));

    // Signs are applied here: amounts are integers in one database and decimals in others, and multiplying is not for SQL.
    private static CouponTotals Add(string currency, IEnumerable<Sums> sums) =>
        sums.Aggregate(new CouponTotals(currency, 0, 0, 0, 0), (t, s) => new CouponTotals(currency, t.Redeemed + (s.Sign * s.Count), t.Revenue + (s.Sign * s.Basket), t.Discount + (s.Sign * s.Discount), t.Cost + (s.Sign * s.Cost)));

    private sealed record Sums(long CouponId, string Currency, int Sign, int Count, decimal Basket, decimal Discount, decimal Cost);
}
