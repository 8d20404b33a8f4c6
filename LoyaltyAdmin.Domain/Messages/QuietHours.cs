namespace LoyaltyAdmin.Domain.Messages;

/// <summary>The hours nobody is written to, in the member's own zone; a window such as 21:00 to 08:00 crosses midnight.</summary>
public sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>When the quiet hours an instant lies in end (UTC); null: it lies in none.</summary>
    public DateTimeOffset? EndAfter(DateTimeOffset instant, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(instant, zone).DateTime;
        var time = TimeOnly.FromDateTime(local);
        if (From == To || !(From < To ? time >= From && time < To : time >= From || time < To))
        {
            return null;
        }

        var end = DateOnly.FromDateTime(local).AddDays(From < To || time < To ? 0 : 1).ToDateTime(To);
        while (zone.IsInvalidTime(end))
        {
            end = end.AddMinutes(15);
        }

        // Of a doubled hour the later instant: still quiet before it.
        var offset = zone.IsAmbiguousTime(end) ? zone.GetAmbiguousTimeOffsets(end).Min() : zone.GetUtcOffset(end);

        return new DateTimeOffset(end, offset).ToUniversalTime();
    }
}
