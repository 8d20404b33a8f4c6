using System.Collections.Concurrent;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>
/// This node's eye on what people decide and on the clock: starts what was asked for, stops what was paused, makes up for what was missed, and says
/// every few seconds what the node is doing. Whatever it misses another node sees.
/// </summary>
public sealed partial class JobWatch(LoyaltyDatabase database, JobCatalog catalog, JobRunner runner, JobSignal signal, JobSettings settings, TimeProvider clock, ILogger<JobWatch> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<Task, bool> started = new();
    private bool isDeaf;

    /// <summary>Runs a scheduled job if it is due or asked for. A failure is kept and logged and never ends the host.</summary>
    public async Task RunAsync(ScheduledJob job, string? askedBy, CancellationToken stopping)
    {
        try
        {
            await runner.RunAsync(job, askedBy, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Shutting down: the next start runs it again.
        }
        catch (Exception exception)
        {
            Failed(logger, job.Name, JobRuns.WithoutPersonalData(exception));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var beatAt = long.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
                if (beatAt == long.MinValue || clock.GetElapsedTime(beatAt) >= settings.BeatEvery)
                {
                    beatAt = clock.GetTimestamp();
                    await BeatAsync(stoppingToken);
                    foreach (var job in catalog.Scheduled)
                    {
                        Start(job, askedBy: null, stoppingToken);
                    }
                }

                isDeaf = false;
                await signal.WaitAsync(settings.WatchEvery, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                if (!isDeaf)
                {
                    isDeaf = true;
                    Deaf(logger, JobRuns.WithoutPersonalData(exception));
                }

                await Task.Delay(settings.WatchEvery, CancellationToken.None);
            }
        }

        await Task.WhenAll(started.Keys);
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        foreach (var control in await db.JobControls.Where(control => control.PausedAt != null || control.AskedAt != null).ToListAsync(cancel))
        {
            if (control.PausedAt is not null)
            {
                runner.Stop(control.Id);
            }
            else if (catalog.All.FirstOrDefault(job => job.Name == control.Id) is { } job && await TakeAsync(control, cancel))
            {
                Begin(job, control.AskedBy ?? "", cancel);
            }
        }
    }

    // Whoever takes the wish away fulfils it.
    private async Task<bool> TakeAsync(JobControl control, CancellationToken cancel) => await database.WriteAsync(Actor.System, db =>
        db.JobControls.Where(c => c.Id == control.Id && c.AskedAt == control.AskedAt && c.PausedAt == null).ExecuteUpdateAsync(set => set.SetProperty(c => c.AskedAt, (DateTimeOffset?)null).SetProperty(c => c.AskedBy, (string?)null), cancel), cancel) == 1;

    private void Begin(Job job, string askedBy, CancellationToken stopping)
    {
        if (job is BackgroundWork work)
        {
            runner.Ask(work, askedBy);
        }
        else if (job is ScheduledJob scheduled)
        {
            Start(scheduled, askedBy, stopping);
        }
    }

    private void Start(ScheduledJob job, string? askedBy, CancellationToken stopping)
    {
        var run = Task.Run(() => RunAsync(job, askedBy, stopping), CancellationToken.None);
        started[run] = true;
        _ = run.ContinueWith(done => started.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task BeatAsync(CancellationToken cancel) => await database.WriteAsync(Actor.System, async db =>
    {
        var (node, now) = (JobLeases.Node, clock.GetUtcNow());
        var beats = await db.JobBeats.Where(beat => beat.Node == node).ToDictionaryAsync(beat => beat.Job, cancel);
        foreach (var activity in catalog.All.Select(runner.ActivityOf))
        {
            if (!beats.TryGetValue(activity.Job, out var beat))
            {
                beat = db.JobBeats.Add(new JobBeat { Job = activity.Job, Node = node, SeenAt = now }).Entity;
            }

            (beat.SeenAt, beat.LookedAt, beat.BusySince) = (now, activity.LookedAt ?? beat.LookedAt, activity.BusySince);
        }
    }, cancel);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} failed: {Reason}")]
    private static partial void Failed(ILogger logger, string job, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Jobs cannot be watched: {Reason}")]
    private static partial void Deaf(ILogger logger, string reason);
}
