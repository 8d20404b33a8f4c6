using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>Whether what a gift names exists and can be given, and how many can still get it.</summary>
public static class GiftChecks
{
    /// <summary>Says at the gift's fields what is wrong with it.</summary>
    /// <param name="db">Where its coupons are.</param>
    /// <param name="gift">The gift.</param>
    /// <param name="errors">Where to say it.</param>
    /// <param name="field">The form's property.</param>
    /// <param name="day">Now.</param>
    /// <param name="goesLive">It is about to be given: its coupons must be active and none may come after its fixed validity has ended.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task<FieldErrors> CheckAsync(LoyaltyDbContext db, GiftSpec gift, FieldErrors errors, string field, GroupDay day, bool goesLive, CancellationToken cancel = default)
    {
        gift.Validate(errors, field, required: goesLive);
        var (couponIds, packageIds) = (gift.Coupons.Select(c => c.CouponId).Distinct().ToArray(), gift.Packages.Select(p => p.PackageId).Distinct().ToArray());
        var coupons = await db.Coupons.AsNoTracking().Where(c => couponIds.Contains(c.Id)).Select(c => new { c.Id, c.Name, c.Status }).ToDictionaryAsync(c => c.Id, cancel);
        var packages = await db.CouponPackages.AsNoTracking().Where(p => packageIds.Contains(p.Id)).Select(p => new { p.Id, p.Name, p.Status }).ToDictionaryAsync(p => p.Id, cancel);
        foreach (var (given, i) in gift.Coupons.Select((given, i) => (given, i)).Where(line => line.given.CouponId > 0))
        {
            var line = GiftSpec.Line(field, nameof(gift.Coupons), i);
            var coupon = coupons.GetValueOrDefault(given.CouponId);
            var fault = Fault("coupon", coupon?.Name, coupon?.Status, goesLive);
            errors.Require(fault is null, $"{line}.CouponId", fault ?? "")
                .Require(!goesLive || given.Distribution.Fault is not null || !given.Validity.HasEndedAt(given.Distribution.DueAt(day.Now, day.Zone), day.Zone), $"{line}.Validity",
                    given.Validity.HasEndedAt(day.Now, day.Zone) ? "The fixed validity has ended already." : "The coupon would come after its fixed validity has ended.");
        }

        foreach (var (given, i) in gift.Packages.Select((given, i) => (given, i)).Where(line => line.given.PackageId > 0))
        {
            var package = packages.GetValueOrDefault(given.PackageId);
            var fault = Fault("coupon package", package?.Name, package?.Status, goesLive);
            errors.Require(fault is null, $"{GiftSpec.Line(field, nameof(gift.Packages), i)}.PackageId", fault ?? "");
        }

        return errors;
    }

    /// <summary>How many more members can get what is due at once, up to <paramref name="wanted"/>, and what stands in the way of more.</summary>
    internal static async Task<(int Room, string? Why)> RoomAsync(LoyaltyDbContext db, GiftSpec gift, int wanted, CancellationToken cancel)
    {
        var packageIds = gift.Packages.Where(p => p.Distribution is InstantDistribution).Select(p => p.PackageId).ToArray();
        var contents = packageIds.Length == 0 ? [] : await db.CouponPackages.AsNoTracking().Where(p => packageIds.Contains(p.Id)).ToListAsync(cancel);
        var needed = gift.Coupons.Where(c => c.Distribution is InstantDistribution).Select(c => (c.CouponId, c.Quantity))
            .Concat(gift.Packages.Where(p => p.Distribution is InstantDistribution).SelectMany(p => contents.Where(c => c.Id == p.PackageId).SelectMany(c => c.Items).Select(item => (item.CouponId, Quantity: item.Quantity * p.Quantity))))
            .GroupBy(line => line.CouponId).ToDictionary(same => same.Key, same => same.Sum(line => line.Quantity));
        long[] ids = [.. needed.Keys];
        var stocks = await db.Coupons.AsNoTracking().Where(c => ids.Contains(c.Id)).OrderBy(c => c.Id).Select(c => new
        {
            c.Id,
            c.Name,
            c.CodeKind,
            Left = db.CouponStocks.Where(s => s.CouponId == c.Id).Select(s => s.Limit - s.Issued).FirstOrDefault(),
            Codes = c.CodeKind == CouponCodeKind.Imported ? db.CouponCodes.Count(code => code.CouponId == c.Id && code.MemberCouponId == null) : 0,
        }).ToListAsync(cancel);
        var (room, why) = (wanted, (string?)null);
        foreach (var stock in stocks)
        {
            var left = Math.Min(stock.Left ?? int.MaxValue, stock.CodeKind == CouponCodeKind.Imported ? stock.Codes : int.MaxValue);
            if (left / needed[stock.Id] < room)
            {
                (room, why) = (left / needed[stock.Id], $"The stock of the coupon “{stock.Name}” is used up.");
            }
        }

        return (Math.Max(0, room), why);
    }

    private static string? Fault(string what, string? name, CouponStatus? status, bool goesLive) => status switch
    {
        null => $"Select the {what} from the list.",
        CouponStatus.Archived => $"The {what} “{name}” is archived and can no longer be given.",
        not CouponStatus.Active when goesLive => $"The {what} “{name}” is not active. Activate it first.",
        _ => null,
    };
}

/// <summary>The names of what gifts are made of, for saying gifts in words.</summary>
public sealed class GiftNames
{
    private readonly Dictionary<long, string> coupons;
    private readonly Dictionary<long, string> packages;

    private GiftNames(Dictionary<long, string> coupons, Dictionary<long, string> packages) => (this.coupons, this.packages) = (coupons, packages);

    internal static async Task<GiftNames> LoadAsync(LoyaltyDbContext db, IReadOnlyCollection<GiftSpec> gifts, CancellationToken cancel)
    {
        var (couponIds, packageIds) = (gifts.SelectMany(g => g.Coupons).Select(c => c.CouponId).Distinct().ToArray(), gifts.SelectMany(g => g.Packages).Select(p => p.PackageId).Distinct().ToArray());

        return new GiftNames(
            couponIds.Length == 0 ? [] : await db.Coupons.Where(c => couponIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, cancel),
            packageIds.Length == 0 ? [] : await db.CouponPackages.Where(p => packageIds.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, cancel));
    }

    /// <summary>The gift in words (<see cref="GiftSpec.InWords"/>).</summary>
    public string Of(GiftSpec gift) => gift.InWords(id => coupons.GetValueOrDefault(id) ?? "a coupon", id => packages.GetValueOrDefault(id) ?? "a coupon package");
}
