using System.Globalization;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Domain.Values;

/// <summary>When something can be used, UTC: from its first instant up to, not including, its end.</summary>
public readonly record struct Period(DateTimeOffset From, DateTimeOffset Until)
{
    public bool Contains(DateTimeOffset instant) => instant >= From && instant < Until;
}

/// <summary>Validity Mode (profile completion gift 2.3): when a coupon that is claimed can be used.</summary>
[JsonDerivedType(typeof(RelativeValidity), "relative")]
[JsonDerivedType(typeof(FixedValidity), "fixed")]
public abstract record ValidityRule
{
    /// <param name="claimedAt">The moment the member got it.</param>
    /// <param name="zone">Whose days and hours the rule speaks of.</param>
    public abstract Period PeriodFor(DateTimeOffset claimedAt, TimeZoneInfo zone);

    /// <summary>Whether nothing given now could ever be used.</summary>
    public abstract bool HasEndedAt(DateTimeOffset now, TimeZoneInfo zone);

    /// <summary>The instant of a clock reading; one that a clock change skips is the first after the gap.</summary>
    internal static DateTimeOffset Instant(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);

        return new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), offset).ToUniversalTime();
    }
}

/// <summary>“Valid for 7 days after claiming”, where wanted only some days later; the hour of the day stays the same over a clock change.</summary>
public sealed record RelativeValidity(int Days, int DelayDays = 0) : ValidityRule
{
    public override Period PeriodFor(DateTimeOffset claimedAt, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(claimedAt, zone).DateTime;

        // Within the doubled hour of a clock change the local time stands for its first pass: nothing is usable before it is claimed.
        var from = DelayDays == 0 ? claimedAt.ToUniversalTime() : Instant(local.AddDays(DelayDays), zone);

        return new Period(from, Instant(local.AddDays(DelayDays + Days), zone));
    }

    public override bool HasEndedAt(DateTimeOffset now, TimeZoneInfo zone) => false;

    public override string ToString() =>
        $"{Days} {(Days == 1 ? "day" : "days")} after claiming{(DelayDays > 0 ? $", from {DelayDays} {(DelayDays == 1 ? "day" : "days")} later" : "")}";
}

/// <summary>“Valid from 00:00:00 on November 1, 2024, to 23:59:59 on November 11, 2024”: both clock readings belong to it.</summary>
public sealed record FixedValidity(DateTime From, DateTime To) : ValidityRule
{
    public override Period PeriodFor(DateTimeOffset claimedAt, TimeZoneInfo zone) => new(Instant(From, zone), Instant(To.AddSeconds(1), zone));

    public override bool HasEndedAt(DateTimeOffset now, TimeZoneInfo zone) => PeriodFor(now, zone).Until <= now;

    public override string ToString() =>
        $"{From.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} to {To.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}";
}

public static class ValidityRules
{
    /// <summary>What is wrong with a validity, said at its field.</summary>
    public static FieldErrors Validity(this FieldErrors errors, string field, ValidityRule rule) => rule switch
    {
        RelativeValidity relative => errors
            .Require(relative.Days is >= 1 and <= 3650, field, "The validity is 1 to 3,650 days.")
            .Require(relative.DelayDays is >= 0 and <= 365, field, "The delay is 0 to 365 days."),
        FixedValidity window => errors
            .Require(window.From < window.To, field, "The validity must end after it begins.")
            .Require(window.From.Year is >= 2000 and <= 2200 && window.To.Year is >= 2000 and <= 2200, field, "Enter dates between 2000 and 2200."),
        _ => errors,
    };
}
