using System.Globalization;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Domain.Values;

/// <summary>Distribution Rule (profile completion gift 2.3): when a coupon of a gift comes to the member.</summary>
[JsonDerivedType(typeof(InstantDistribution), "instant")]
[JsonDerivedType(typeof(HourlyDelayedDistribution), "hourly")]
[JsonDerivedType(typeof(DailyDelayedDistribution), "daily")]
public abstract record DistributionRule
{
    public static readonly DistributionRule Instant = new InstantDistribution();

    /// <param name="grantedAt">The moment the gift was granted.</param>
    /// <param name="zone">Whose days and hours the rule speaks of.</param>
    public abstract DateTimeOffset DueAt(DateTimeOffset grantedAt, TimeZoneInfo zone);

    /// <summary>What is wrong with it, in a sentence; null: nothing.</summary>
    public abstract string? Fault { get; }
}

/// <summary>“Instant Distribution”: with the grant.</summary>
public sealed record InstantDistribution : DistributionRule
{
    public override string? Fault => null;

    public override DateTimeOffset DueAt(DateTimeOffset grantedAt, TimeZoneInfo zone) => grantedAt.ToUniversalTime();

    public override string ToString() => "at once";
}

/// <summary>“Hourly Delayed Distribution”: so many full hours later.</summary>
public sealed record HourlyDelayedDistribution(int Hours) : DistributionRule
{
    public const int Most = 8_760;

    public override string? Fault => Hours is >= 1 and <= Most ? null : "The delay is 1 to 8,760 hours.";

    public override DateTimeOffset DueAt(DateTimeOffset grantedAt, TimeZoneInfo zone) => grantedAt.ToUniversalTime().AddHours(Hours);

    public override string ToString() => Hours == 1 ? "1 hour later" : string.Create(CultureInfo.InvariantCulture, $"{Hours} hours later");
}

/// <summary>“Daily Delayed Distribution”: so many days later, at a time of that day.</summary>
public sealed record DailyDelayedDistribution(int Days, TimeOnly At) : DistributionRule
{
    public const int Most = 365;

    public override string? Fault => Days is >= 1 and <= Most ? null : "The delay is 1 to 365 days.";

    public override DateTimeOffset DueAt(DateTimeOffset grantedAt, TimeZoneInfo zone) => ValidityRule.Instant(zone.DayOf(grantedAt).AddDays(Days).ToDateTime(At), zone);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Days} {(Days == 1 ? "day" : "days")} later at {At:HH:mm}");
}
