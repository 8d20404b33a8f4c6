namespace LoyaltyAdmin.Domain.Values;

/// <summary>Business days: a day is a day in a store's own zone, never in UTC.</summary>
public static class Calendar
{
    /// <summary>The zone with this IANA name.</summary>
    /// <exception cref="RuleViolationException">The name is not a known zone.</exception>
    public static TimeZoneInfo Zone(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
        ? zone
        : throw new RuleViolationException("unknown_time_zone", $"“{name}” is not a known time zone. Use an IANA name such as America/New_York.");

    /// <summary>The calendar day of an instant in this zone.</summary>
    public static DateOnly DayOf(this TimeZoneInfo zone, DateTimeOffset instant) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    /// <summary>The first instant (UTC) of a day in this zone; where midnight is skipped by a clock change, the first instant after the gap.</summary>
    public static DateTimeOffset StartOf(this TimeZoneInfo zone, DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight))
        {
            midnight = midnight.AddMinutes(15);
        }

        // At a doubled midnight the earlier instant has the larger offset from UTC.
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);

        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }
}
