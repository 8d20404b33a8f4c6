using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;
using Quartz;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Every job and when it runs, on one screen.</summary>
public static class JobSchedule
{
    /// <summary>The times of a day, in the group's zone. After 03:00, so that a clock change neither skips nor doubles them.</summary>
    private const string Nightly = "0 30 3 * * ?";

    /// <summary>Adds the schedule and the loops of background work. A stop waits for what runs, at most 25 s.</summary>
    public static void AddJobs(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddQuartz(quartz =>
        {
            quartz.Every<GiftCardExpiryJob>(TimeSpan.FromMinutes(5));
            quartz.Every<CouponJob>(TimeSpan.FromMinutes(5));
            quartz.Every<LotExpiryJob>(TimeSpan.FromMinutes(5));
            quartz.Every<LoyaltyCardJob>(TimeSpan.FromMinutes(5));
            quartz.Every<WalletHoldJob>(TimeSpan.FromMinutes(1));
            quartz.Every<CleanUpJob>(TimeSpan.FromHours(1));
        });
        services.AddQuartzHostedService(options =>
        {
            options.WaitForJobsToComplete = true;
            options.AwaitApplicationStarted = true;
        });
        services.AddSingleton(provider => new ExportSettings(builder.Configuration["Data:Exports"] is { Length: > 0 } folder
            ? Path.GetFullPath(folder)
            : Path.Combine(Path.GetDirectoryName(provider.GetRequiredService<Storage>().KeyFile)!, "exports")));
        services.AddSingleton<BackgroundWork, AuditSealer>();
        services.AddSingleton(new WebhookSettings(AllowLoopback: builder.Environment.IsDevelopment()));
        services.AddHostedService<NightlySchedule>();
        services.AddHostedService<BackgroundWorkers>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(25));
    }

    private static void Every<TJob>(this IQuartzBuilder quartz, TimeSpan interval) where TJob : IJob =>
        quartz.ScheduleJob<TJob>(
            trigger => trigger.WithIdentity(typeof(TJob).Name).StartNow().WithSimpleSchedule(schedule => schedule.WithInterval(interval).RepeatForever()),
            job => job.WithIdentity(typeof(TJob).Name));

    /// <summary>Nightly jobs follow the group's time zone, which stands in the database and is read once at start.</summary>
    private sealed class NightlySchedule(ISchedulerFactory schedulers, LoyaltyDatabase database) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var db = await database.ReadAsync(cancellationToken);
            var zone = await db.CompanySettings.Select(settings => settings.TimeZone).FirstOrDefaultAsync(cancellationToken) is { } name ? Calendar.Zone(name) : TimeZoneInfo.Utc;
            var scheduler = await schedulers.GetScheduler(cancellationToken);
            await NightlyAsync<LedgerCheckJob>(scheduler, zone, cancellationToken);
            await NightlyAsync<PurchaseRecountJob>(scheduler, zone, cancellationToken);
            await NightlyAsync<TierJob>(scheduler, zone, cancellationToken);
            await NightlyAsync<TagsAndSegmentsJob>(scheduler, zone, cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private static async Task NightlyAsync<TJob>(IScheduler scheduler, TimeZoneInfo zone, CancellationToken cancel) where TJob : IJob => await scheduler.ScheduleJob(
            JobBuilder.Create<TJob>().WithIdentity(typeof(TJob).Name).Build(),
            TriggerBuilder.Create().WithIdentity(typeof(TJob).Name).WithCronSchedule(Nightly, cron => cron.InTimeZone(zone)).Build(),
            cancellationToken: cancel);
    }
}
