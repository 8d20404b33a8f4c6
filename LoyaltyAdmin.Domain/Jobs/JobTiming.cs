using System.Globalization;

namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>When a job runs. Decided by the time it is due, not by a timer's firing: what was missed is late, never lost.</summary>
public abstract record JobTiming
{
    public abstract string InWords { get; }

    /// <summary>How long after its time a job that has not run is worth a person's attention.</summary>
    public abstract TimeSpan LateAfter { get; }

    /// <summary>The next times after an instant; empty for a loop, which waits for work.</summary>
    public abstract IEnumerable<DateTimeOffset> After(DateTimeOffset instant, TimeZoneInfo zone);

    /// <summary>The latest time up to an instant at which it should have run; null for a loop.</summary>
    public abstract DateTimeOffset? DueAt(DateTimeOffset instant, TimeZoneInfo zone);
}

/// <summary>On every full so-many minutes, e.g. 5: at :00, :05, :10.</summary>
public sealed record EveryMinutes(int Minutes) : JobTiming
{
    private long Step => TimeSpan.FromMinutes(Minutes).Ticks;

    public override string InWords => Minutes switch
    {
        1 => "Every minute",
        60 => "Every hour, on the hour",
        _ => string.Create(CultureInfo.InvariantCulture, $"Every {Minutes} minutes"),
    };

    public override TimeSpan LateAfter => TimeSpan.FromMinutes(Math.Max(10, 2 * Minutes));

    public override IEnumerable<DateTimeOffset> After(DateTimeOffset instant, TimeZoneInfo zone)
    {
        for (var next = DueAt(instant, zone)!.Value.AddTicks(Step); ; next = next.AddTicks(Step))
        {
            yield return next;
        }
    }

    public override DateTimeOffset? DueAt(DateTimeOffset instant, TimeZoneInfo zone) => new DateTimeOffset(instant.UtcTicks - (instant.UtcTicks % Step), TimeSpan.Zero);
}

/// <summary>Once a day at a time of the group's clock. Where a clock change skips it, it runs when the clock goes on; where it comes twice, at the first.</summary>
public sealed record DailyAt(TimeOnly Time) : JobTiming
{
    /// <summary>After 03:00: no zone changes its clock then.</summary>
    public static DailyAt Night { get; } = new(new TimeOnly(3, 30));

    public override string InWords => string.Create(CultureInfo.GetCultureInfo("en-US"), $"Every night at {Time:h:mm tt}");

    public override TimeSpan LateAfter => TimeSpan.FromHours(2);

    public override IEnumerable<DateTimeOffset> After(DateTimeOffset instant, TimeZoneInfo zone)
    {
        for (var day = Day(instant, zone); ; day = day.AddDays(1))
        {
            if (On(day, zone) is var at && at > instant)
            {
                yield return at;
            }
        }
    }

    public override DateTimeOffset? DueAt(DateTimeOffset instant, TimeZoneInfo zone)
    {
        var today = Day(instant, zone);

        return On(today, zone) is var at && at <= instant ? at : On(today.AddDays(-1), zone);
    }

    private static DateOnly Day(DateTimeOffset instant, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    private DateTimeOffset On(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(Time);
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        return new DateTimeOffset(local, zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local)).ToUniversalTime();
    }
}

/// <summary>A loop on every node: at once when there is work, looking for what another node left every so often.</summary>
public sealed record WhenThereIsWork(TimeSpan LooksEvery) : JobTiming
{
    public override string InWords => string.Create(CultureInfo.InvariantCulture, $"As soon as there is work; looks every {LooksEvery.TotalSeconds:0} seconds");

    public override TimeSpan LateAfter => LooksEvery * 10 > TimeSpan.FromMinutes(5) ? LooksEvery * 10 : TimeSpan.FromMinutes(5);

    public override IEnumerable<DateTimeOffset> After(DateTimeOffset instant, TimeZoneInfo zone) => [];

    public override DateTimeOffset? DueAt(DateTimeOffset instant, TimeZoneInfo zone) => null;
}
