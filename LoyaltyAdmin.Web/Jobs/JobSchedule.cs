using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;
using Quartz;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Every job of the schedule on one screen; each says when it runs. Loops are registered by their modules as <see cref="BackgroundWork"/>.</summary>
public static class JobSchedule
{
    /// <summary>Adds the schedule and the loops of background work. A stop waits for what runs, at most 25 s.</summary>
    public static void AddJobs(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddScheduledJobs();
        services.AddSingleton(provider => new ExportSettings(builder.Configuration["Data:Exports"] is { Length: > 0 } folder
            ? Path.GetFullPath(folder)
            : Path.Combine(Path.GetDirectoryName(provider.GetRequiredService<Storage>().KeyFile)!, "exports")));
        services.AddSingleton(new WebhookSettings(AllowLoopback: builder.Environment.IsDevelopment()));
        services.AddJobRunning();
        services.AddQuartz();
        services.AddQuartzHostedService(options =>
        {
            options.WaitForJobsToComplete = true;
            options.AwaitApplicationStarted = true;
        });
        services.AddHostedService<QuartzTriggers>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(25));
    }

    /// <summary>The jobs.</summary>
    public static IServiceCollection AddScheduledJobs(this IServiceCollection services) => services
        .AddSingleton<ScheduledJob, GiftCardExpiryJob>()
        .AddSingleton<ScheduledJob, CouponJob>()
        .AddSingleton<ScheduledJob, LotExpiryJob>()
        .AddSingleton<ScheduledJob, PointsExpiryNoticeJob>()
        .AddSingleton<ScheduledJob, LoyaltyCardJob>()
        .AddSingleton<ScheduledJob, WalletHoldJob>()
        .AddSingleton<ScheduledJob, CleanUpJob>()
        .AddSingleton<ScheduledJob, LedgerCheckJob>()
        .AddSingleton<ScheduledJob, PurchaseRecountJob>()
        .AddSingleton<ScheduledJob, TierJob>()
        .AddSingleton<ScheduledJob, TagsAndSegmentsJob>()
        .AddSingleton<BackgroundWork, AuditSealer>();

    /// <summary>What runs them. Does without Quartz, only less to the second.</summary>
    public static IServiceCollection AddJobRunning(this IServiceCollection services) => services
        .AddSingleton<JobWatch>()
        .AddHostedService(provider => provider.GetRequiredService<JobWatch>())
        .AddHostedService<BackgroundWorkers>();

    /// <summary>Quartz wakes each job at its time, in the group's zone as it was at start; whether the job is due is decided by the database.</summary>
    private sealed class QuartzTriggers(ISchedulerFactory schedulers, LoyaltyDatabase database, JobCatalog catalog) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var db = await database.ReadAsync(cancellationToken);
            var zone = await db.CompanySettings.Select(settings => settings.TimeZone).FirstOrDefaultAsync(cancellationToken) is { } name ? Calendar.Zone(name) : TimeZoneInfo.Utc;
            var scheduler = await schedulers.GetScheduler(cancellationToken);
            foreach (var job in catalog.Scheduled)
            {
                var (cron, place) = job.Timing switch
                {
                    DailyAt daily => ($"0 {daily.Time.Minute} {daily.Time.Hour} * * ?", zone),
                    EveryMinutes { Minutes: < 60 } every => ($"0 0/{every.Minutes} * * * ?", TimeZoneInfo.Utc),
                    _ => ("0 0 * * * ?", TimeZoneInfo.Utc),
                };
                await scheduler.ScheduleJob(
                    JobBuilder.Create<WakeJob>().WithIdentity(job.Key).Build(),
                    TriggerBuilder.Create().WithIdentity(job.Key).WithCronSchedule(cron, schedule => schedule.InTimeZone(place)).Build(),
                    cancellationToken: cancellationToken);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>What Quartz fires.</summary>
    private sealed class WakeJob(JobCatalog catalog, JobWatch watch) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            if (catalog.Find(context.JobDetail.Key.Name) is ScheduledJob job)
            {
                await Task.Run(() => watch.RunAsync(job, askedBy: null, cancellationToken), CancellationToken.None);
            }
        }
    }
}
