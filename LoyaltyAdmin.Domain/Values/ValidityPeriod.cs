namespace LoyaltyAdmin.Domain.Values;

public enum ValidityUnit
{
    None,
    Days,
    Months,
    Years,
}

/// <summary>How long something is valid after purchase, e.g. “Valid for 1 year from purchase date”; <see cref="Unlimited"/> never ends.</summary>
public sealed record ValidityPeriod(int Count, ValidityUnit Unit)
{
    public static readonly ValidityPeriod Unlimited = new(0, ValidityUnit.None);

    /// <summary>
    /// The instant (UTC, exclusive) validity ends: midnight after the last valid day in the store's zone.
    /// The last day is the purchase day plus the period, clamped to the end of a shorter month (31 Aug + 6 months = 28 or 29 Feb).
    /// Null when unlimited.
    /// </summary>
    public DateTimeOffset? EndFor(DateTimeOffset start, TimeZoneInfo zone)
    {
        var day = zone.DayOf(start);
        DateOnly? last = Unit switch
        {
            ValidityUnit.Days => day.AddDays(Count),
            ValidityUnit.Months => day.AddMonths(Count),
            ValidityUnit.Years => day.AddYears(Count),
            _ => null,
        };

        return last is { } lastDay ? zone.StartOf(lastDay.AddDays(1)) : null;
    }

    public override string ToString() => Unit switch
    {
        ValidityUnit.None => "No expiry",
        _ => $"{Count} {(Count == 1 ? Unit.ToString().TrimEnd('s') : Unit.ToString()).ToLowerInvariant()}",
    };
}
