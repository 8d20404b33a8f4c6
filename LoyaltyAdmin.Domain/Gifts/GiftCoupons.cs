using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>The coupons and packages that gifts name, read once for a delivery.</summary>
internal sealed class GiftCoupons
{
    private readonly Dictionary<long, CouponPackage> packages;
    private readonly Dictionary<long, (string Name, ValidityRule Validity)> coupons;

    private GiftCoupons(Dictionary<long, CouponPackage> packages, Dictionary<long, (string Name, ValidityRule Validity)> coupons) => (this.packages, this.coupons) = (packages, coupons);

    public static async Task<GiftCoupons> LoadAsync(LoyaltyDbContext db, IReadOnlyCollection<DueGift> due, CancellationToken cancel)
    {
        long[] packageIds = [.. due.Select(gift => gift.Line!.PackageId).OfType<long>().Distinct()];
        var packages = packageIds.Length == 0 ? [] : await db.CouponPackages.AsNoTracking().Where(p => packageIds.Contains(p.Id)).ToDictionaryAsync(p => p.Id, cancel);
        long[] couponIds = [.. due.Select(gift => gift.Line!.CouponId).OfType<long>().Concat(packages.Values.SelectMany(p => p.Items).Select(item => item.CouponId)).Distinct()];
        var coupons = couponIds.Length == 0 ? [] : await db.Coupons.AsNoTracking().Where(c => couponIds.Contains(c.Id)).Select(c => new { c.Id, c.Name, c.Rules }).ToListAsync(cancel);

        return new GiftCoupons(packages, coupons.ToDictionary(c => c.Id, c => (c.Name, c.Rules.Validity)));
    }

    public string NameOf(long coupon) => coupons[coupon].Name;

    public ValidityRule ValidityOf(CouponOrder order) => order.Validity ?? coupons[order.CouponId].Validity;

    /// <summary>Why nothing of it can be issued at all; null: the issue decides.</summary>
    public string? RefusalOf(DueGift gift) => gift.Line!.PackageId is { } id && packages[id].Status != CouponStatus.Active ? $"The coupon package “{packages[id].Name}” is not active." : null;

    /// <summary>What is issued for it; the same for every member who gets the same thing for the same reason.</summary>
    public IEnumerable<CouponOrder> OrdersOf(DueGift gift)
    {
        var order = new CouponOrder { CouponId = gift.Line!.CouponId ?? 0, Quantity = gift.Line.Quantity, Source = "", Origin = CouponOrigin.Gift, Validity = gift.Line.Validity, Reason = gift.SourceName };

        return gift.Line.PackageId is not { } id ? [order] : packages[id].Status == CouponStatus.Active ? CouponPackages.OrdersOf(packages[id], order) : [];
    }
}
