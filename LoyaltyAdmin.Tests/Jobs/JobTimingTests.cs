using System.Globalization;
using LoyaltyAdmin.Domain.Jobs;
using Quartz;

namespace LoyaltyAdmin.Tests.Jobs;

public sealed class JobTimingTests
{
    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Europe/Berlin")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Shanghai")]
    public void A_nightly_job_runs_once_a_day_on_the_groups_clock_as_Quartz_wakes_it(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var cron = TriggerBuilder.Create().StartAt(new DateTimeOffset(2025, 12, 1, 0, 0, 0, TimeSpan.Zero)).WithCronSchedule("0 30 3 * * ?", schedule => schedule.InTimeZone(zone)).Build();
        DateTimeOffset? quartz = new DateTimeOffset(2025, 12, 31, 12, 0, 0, TimeSpan.Zero);

        foreach (var run in DailyAt.Night.After(quartz.Value, zone).Take(400))
        {
            quartz = cron.GetFireTimeAfter(quartz);
            run.ShouldBe(quartz!.Value);
            TimeZoneInfo.ConvertTime(run, zone).TimeOfDay.ShouldBe(new TimeSpan(3, 30, 0));
            DailyAt.Night.DueAt(run.AddHours(1), zone).ShouldBe(run);
        }
    }

    [Fact]
    public void A_time_the_clock_skips_is_the_next_there_is()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        var skipped = new DailyAt(new TimeOnly(2, 30));

        skipped.After(At("2026-03-08T00:00:00-05:00"), zone).First().ShouldBe(At("2026-03-08T03:00:00-04:00"));
        skipped.After(At("2026-11-01T00:00:00-04:00"), zone).Take(2).ShouldBe([At("2026-11-01T02:30:00-05:00"), At("2026-11-02T02:30:00-05:00")]);
    }

    [Fact]
    public void Every_so_many_minutes_means_the_full_ones()
    {
        new EveryMinutes(5).After(At("2026-03-02T15:04:59Z"), TimeZoneInfo.Utc).Take(3).ShouldBe([At("2026-03-02T15:05:00Z"), At("2026-03-02T15:10:00Z"), At("2026-03-02T15:15:00Z")]);
        new EveryMinutes(5).DueAt(At("2026-03-02T15:05:00Z"), TimeZoneInfo.Utc).ShouldBe(At("2026-03-02T15:05:00Z"));
        new EveryMinutes(60).InWords.ShouldBe("Every hour, on the hour");
        DailyAt.Night.InWords.ShouldBe("Every night at 3:30 AM");
        new WhenThereIsWork(TimeSpan.FromSeconds(3)).InWords.ShouldBe("As soon as there is work; looks every 3 seconds");
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
