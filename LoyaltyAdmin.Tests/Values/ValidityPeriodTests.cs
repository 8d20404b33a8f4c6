using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Values;

public sealed class ValidityPeriodTests
{
    [Theory]
    // "Valid for 1 year from purchase date": the last valid day is the same day next year, in the store's zone.
    [InlineData(1, ValidityUnit.Years, "2025-11-22T18:00:00Z", "America/New_York", "2026-11-23T05:00:00Z")]
    [InlineData(1, ValidityUnit.Years, "2024-02-29T18:00:00Z", "America/New_York", "2025-03-01T05:00:00Z")]
    // 31 August plus six months ends with February.
    [InlineData(6, ValidityUnit.Months, "2025-08-31T12:00:00Z", "Europe/Berlin", "2026-02-28T23:00:00Z")]
    // 23:30 in New York is the next day in UTC: the store's day counts.
    [InlineData(1, ValidityUnit.Days, "2026-03-03T04:30:00Z", "America/New_York", "2026-03-04T05:00:00Z")]
    // The clock changes in between: the end is midnight on the clock, not a multiple of 24 hours.
    [InlineData(7, ValidityUnit.Days, "2026-03-05T12:00:00Z", "America/New_York", "2026-03-13T04:00:00Z")]
    [InlineData(1, ValidityUnit.Months, "2026-03-20T03:00:00Z", "Australia/Lord_Howe", "2026-04-20T13:30:00Z")]
    public void The_end_is_midnight_after_the_last_day_in_the_stores_zone(int count, ValidityUnit unit, string sold, string zone, string end) =>
        new ValidityPeriod(count, unit).EndFor(Instant(sold), Calendar.Zone(zone)).ShouldBe(Instant(end));

    [Fact]
    public void Without_a_period_there_is_no_end() => ValidityPeriod.Unlimited.EndFor(Instant("2026-01-01T00:00:00Z"), TimeZoneInfo.Utc).ShouldBeNull();

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
