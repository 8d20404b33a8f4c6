using System.Text.Json;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Values;

public sealed class GiftSpecTests
{
    private static readonly TimeZoneInfo newYork = Calendar.Zone("America/New_York");

    private static readonly GiftSpec full = new(
        100.5m,
        [
            new GiftCoupon(1, 2, DistributionRule.Instant, new RelativeValidity(7)),
            new GiftCoupon(2, 1, new HourlyDelayedDistribution(1), new RelativeValidity(30, 1)),
            new GiftCoupon(3, 1, new DailyDelayedDistribution(3, new TimeOnly(9, 30)), new FixedValidity(new DateTime(2024, 11, 1), new DateTime(2024, 11, 11, 23, 59, 59))),
        ],
        [new GiftPackage(4, 1, new HourlyDelayedDistribution(48))]);

    public static TheoryData<string, GiftSpec> Faults => new()
    {
        { "Gift", GiftSpec.None },
        { "Gift.Points", full with { Points = -1 } },
        { "Gift.Points", full with { Points = 0.001m } },
        { "Gift.Points", full with { Points = 1_000_000.01m } },
        { "Gift.Coupons[0].CouponId", With(coupon => coupon with { CouponId = 0 }) },
        { "Gift.Coupons[0].Quantity", With(coupon => coupon with { Quantity = 0 }) },
        { "Gift.Coupons[0].Quantity", With(coupon => coupon with { Quantity = 101 }) },
        { "Gift.Coupons[0].Distribution", With(coupon => coupon with { Distribution = new HourlyDelayedDistribution(0) }) },
        { "Gift.Coupons[0].Distribution", With(coupon => coupon with { Distribution = new DailyDelayedDistribution(366, default) }) },
        { "Gift.Coupons[0].Validity", With(coupon => coupon with { Validity = new RelativeValidity(0) }) },
        { "Gift.Coupons[0].Validity", With(coupon => coupon with { Validity = new FixedValidity(new DateTime(2026, 5, 2), new DateTime(2026, 5, 1)) }) },
        { "Gift.Packages[0].PackageId", full with { Packages = [new GiftPackage(0, 1, DistributionRule.Instant)] } },
        { "Gift.Packages[0].Quantity", full with { Packages = [new GiftPackage(1, 0, DistributionRule.Instant)] } },
        { "Gift", full with { Coupons = [.. Enumerable.Range(1, 20).Select(id => new GiftCoupon(id, 1, DistributionRule.Instant, new RelativeValidity(7)))] } },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_is_told_at_its_field(string field, GiftSpec gift) => gift.Validate(new FieldErrors(), "Gift", required: true).All.Select(error => error.Field).ShouldBe([field]);

    [Fact]
    public void A_full_gift_is_fine_and_reads_as_a_sentence()
    {
        full.Validate(new FieldErrors(), "Gift", required: true).All.ShouldBeEmpty();
        full.InWords(id => $"C{id}", id => $"P{id}").ShouldBe(
            "100.5 points; 2 × C1, valid 7 days after claiming; 1 × C2, 1 hour later, valid 30 days after claiming, from 1 day later; "
            + "1 × C3, 3 days later at 09:30, valid 2024-11-01 00:00:00 to 2024-11-11 23:59:59; 1 × P4, 48 hours later");
        GiftSpec.None.InWords(_ => "", _ => "").ShouldBe("No gift");
        GiftSpec.None.Validate(new FieldErrors(), "Gift").All.ShouldBeEmpty();
    }

    [Fact]
    public void It_comes_back_from_storage_as_it_was()
    {
        var json = JsonSerializer.Serialize(full, JsonSerializerOptions.Web);

        JsonSerializer.Deserialize<GiftSpec>(json, JsonSerializerOptions.Web).ShouldBe(full);
    }

    [Theory]
    // The clocks go forward on 8 March 2026 at 02:00: the reading that is skipped is the first after the gap.
    [InlineData("2026-03-05T15:00:00Z", 3, "02:30", "2026-03-08T07:00:00Z")]
    [InlineData("2026-03-05T15:00:00Z", 3, "09:00", "2026-03-08T13:00:00Z")]
    // 23:30 in New York is the next day in UTC; the days are New York's.
    [InlineData("2026-03-06T04:30:00Z", 1, "08:00", "2026-03-06T13:00:00Z")]
    public void Daily_delayed_counts_days_of_the_groups_zone(string granted, int days, string at, string due) =>
        new DailyDelayedDistribution(days, TimeOnly.Parse(at, System.Globalization.CultureInfo.InvariantCulture))
            .DueAt(DateTimeOffset.Parse(granted, System.Globalization.CultureInfo.InvariantCulture), newYork).ShouldBe(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Hourly_delayed_counts_full_hours_over_a_clock_change()
    {
        var granted = new DateTimeOffset(2026, 3, 8, 1, 0, 0, TimeSpan.FromHours(-5));

        new HourlyDelayedDistribution(24).DueAt(granted, newYork).ShouldBe(granted.AddHours(24));
        DistributionRule.Instant.DueAt(granted, newYork).ShouldBe(granted);
    }

    private static GiftSpec With(Func<GiftCoupon, GiftCoupon> change) => full with { Coupons = [change(full.Coupons[0])] };
}
