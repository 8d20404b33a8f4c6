using System.Collections.Immutable;
using System.Globalization;

namespace LoyaltyAdmin.Domain.Values;

/// <summary>A coupon of a gift: how many, when they come and how long they are valid.</summary>
public sealed record GiftCoupon(long CouponId, int Quantity, DistributionRule Distribution, ValidityRule Validity);

/// <summary>A coupon package of a gift; its coupons have the validity of their own.</summary>
public sealed record GiftPackage(long PackageId, int Quantity, DistributionRule Distribution);

/// <summary>What a member is given (profile completion gift 2.3): nothing, points, several coupons, several coupon packages, or all of them.</summary>
public sealed record GiftSpec(decimal Points, ImmutableArray<GiftCoupon> Coupons, ImmutableArray<GiftPackage> Packages)
{
    public const int MostLines = 20;
    public const int MostQuantity = 100;
    public const decimal MostPoints = 1_000_000;

    public static readonly GiftSpec None = new(0, [], []);

    public bool IsEmpty => Points == 0 && Coupons.IsEmpty && Packages.IsEmpty;

    /// <summary>How many things are delivered one by one.</summary>
    public int Lines => (Points > 0 ? 1 : 0) + Coupons.Length + Packages.Length;

    /// <summary>Everything that is wrong in itself; whether the coupons exist and can be given asks the service.</summary>
    /// <param name="errors">Where to say it.</param>
    /// <param name="field">The form's property; the fields are <c>Gift.Points</c>, <c>Gift.Coupons[0].Quantity</c> and so on.</param>
    /// <param name="required">“No gift” is no answer.</param>
    public FieldErrors Validate(FieldErrors errors, string field, bool required = false)
    {
        errors.Require(!required || !IsEmpty, field, "Give something: points, coupons or coupon packages.")
            .Require(Points is >= 0 and <= MostPoints && decimal.Round(Points, 2) == Points, $"{field}.Points", "The points are above 0 and at most 1,000,000, with at most two decimals.")
            .Require(Lines <= MostLines, field, $"A gift has at most {MostLines} lines.");
        foreach (var (coupon, i) in Coupons.Select((coupon, i) => (coupon, i)))
        {
            var line = Line(field, nameof(Coupons), i);
            Validate(errors, line, coupon.Quantity, coupon.Distribution);
            errors.Require(coupon.CouponId > 0, $"{line}.CouponId", "Select the coupon.").Validity($"{line}.Validity", coupon.Validity);
        }

        foreach (var (package, i) in Packages.Select((package, i) => (package, i)))
        {
            var line = Line(field, nameof(Packages), i);
            Validate(errors, line, package.Quantity, package.Distribution);
            errors.Require(package.PackageId > 0, $"{line}.PackageId", "Select the coupon package.");
        }

        return errors;
    }

    /// <summary>The gift in words: “100 points; 2 × Coffee, 3 hours later, valid 7 days after claiming”.</summary>
    /// <param name="coupon">The name of a coupon.</param>
    /// <param name="package">The name of a coupon package.</param>
    public string InWords(Func<long, string> coupon, Func<long, string> package)
    {
        if (IsEmpty)
        {
            return "No gift";
        }

        IEnumerable<string> lines = Points > 0 ? [PointsInWords(Points)] : [];
        lines = lines
            .Concat(Coupons.Select(c => $"{c.Quantity} × {coupon(c.CouponId)}{When(c.Distribution)}, valid {c.Validity}"))
            .Concat(Packages.Select(p => $"{p.Quantity} × {package(p.PackageId)}{When(p.Distribution)}"));

        return string.Join("; ", lines);
    }

    public bool Equals(GiftSpec? other) => other is not null && Points == other.Points && Coupons.SequenceEqual(other.Coupons) && Packages.SequenceEqual(other.Packages);

    public override int GetHashCode() => HashCode.Combine(Points, Coupons.Length, Packages.Length);

    /// <summary>The property path of a line.</summary>
    public static string Line(string field, string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{field}.{list}[{index}]");

    internal static string PointsInWords(decimal points) => points == 1 ? "1 point" : points.ToString("#,##0.##", CultureInfo.InvariantCulture) + " points";

    private static void Validate(FieldErrors errors, string line, int quantity, DistributionRule distribution) => errors
        .Require(quantity is >= 1 and <= MostQuantity, $"{line}.Quantity", $"The quantity is 1 to {MostQuantity}.")
        .Require(distribution.Fault is null, $"{line}.Distribution", distribution.Fault ?? "");

    private static string When(DistributionRule rule) => rule is InstantDistribution ? "" : $", {rule}";
}
