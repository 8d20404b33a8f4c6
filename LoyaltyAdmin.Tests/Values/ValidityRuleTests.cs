using System.Globalization;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Values;

public sealed class ValidityRuleTests
{
    // Profile completion gift 2.3: “Valid for 7 days after claiming”; the hour stays the same over both 2026 changes of New York's clocks.
    [Theory]
    [InlineData("UTC", "2026-03-02T15:00:00Z", 7, 0, "2026-03-02T15:00:00Z", "2026-03-09T15:00:00Z")]
    [InlineData("America/New_York", "2026-03-06T15:00:00Z", 7, 0, "2026-03-06T15:00:00Z", "2026-03-13T14:00:00Z")]
    [InlineData("America/New_York", "2026-10-30T14:00:00Z", 7, 0, "2026-10-30T14:00:00Z", "2026-11-06T15:00:00Z")]
    [InlineData("Asia/Shanghai", "2026-03-02T15:00:00Z", 7, 2, "2026-03-04T15:00:00Z", "2026-03-11T15:00:00Z")]
    [InlineData("UTC", "2028-02-28T10:00:00Z", 1, 0, "2028-02-28T10:00:00Z", "2028-02-29T10:00:00Z")]
    [InlineData("America/New_York", "2026-03-07T07:30:00Z", 1, 0, "2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z")]
    [InlineData("America/New_York", "2026-11-01T06:30:00Z", 1, 0, "2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z")]
    public void A_relative_validity_begins_when_the_coupon_is_claimed(string zone, string claimed, int days, int delay, string from, string until) =>
        new RelativeValidity(days, delay).PeriodFor(At(claimed), Domain.Values.Calendar.Zone(zone)).ShouldBe(new Period(At(from), At(until)));

    // “Valid from 00:00:00 on November 1, 2024, to 23:59:59 on November 11, 2024”, whenever it is claimed.
    [Theory]
    [InlineData("UTC", "2024-11-01T00:00:00Z", "2024-11-12T00:00:00Z")]
    [InlineData("America/New_York", "2024-11-01T04:00:00Z", "2024-11-12T05:00:00Z")]
    [InlineData("Asia/Shanghai", "2024-10-31T16:00:00Z", "2024-11-11T16:00:00Z")]
    public void A_fixed_validity_is_its_window_whenever_it_is_claimed(string zone, string from, string until) =>
        new FixedValidity(new DateTime(2024, 11, 1), new DateTime(2024, 11, 11, 23, 59, 59)).PeriodFor(At("2024-11-05T12:00:00Z"), Domain.Values.Calendar.Zone(zone)).ShouldBe(new Period(At(from), At(until)));

    [Fact]
    public void A_fixed_validity_ends_with_its_last_second()
    {
        var window = new FixedValidity(new DateTime(2024, 11, 1), new DateTime(2024, 11, 11, 23, 59, 59));

        window.HasEndedAt(At("2024-11-11T23:59:59Z"), TimeZoneInfo.Utc).ShouldBeFalse();
        window.HasEndedAt(At("2024-11-12T00:00:00Z"), TimeZoneInfo.Utc).ShouldBeTrue();
        window.PeriodFor(At("2024-11-01T00:00:00Z"), TimeZoneInfo.Utc).Contains(At("2024-11-11T23:59:59Z")).ShouldBeTrue();
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
