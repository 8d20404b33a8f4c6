using System.Collections.Concurrent;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>What this node does for a job right now.</summary>
public sealed record JobActivity(string Job, DateTimeOffset? BusySince, DateTimeOffset? LookedAt);

/// <summary>
/// Runs jobs: a scheduled one once at a time over all nodes and only when it is due, a loop's rounds on every node; neither while it is paused.
/// A run goes on only while its lease is renewed, and stops within seconds when the job is paused anywhere.
/// </summary>
public sealed class JobRunner(LoyaltyDatabase database, JobLeases leases, JobRuns runs, GroupCalendar calendar, JobSettings settings, TimeProvider clock)
{
    private const int MostAttempts = 3;

    private static readonly TimeSpan retryAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan firstRunWithin = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Round> rounds = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> looked = new();
    private readonly ConcurrentDictionary<string, string> asked = new();

    /// <summary>What runs in this process, and when its loops last looked for work.</summary>
    public JobActivity ActivityOf(Job job) => new(job.Name, rounds.TryGetValue(job.Name, out var round) ? round.Since : null, looked.TryGetValue(job.Name, out var at) ? at : null);

    /// <summary>Runs a scheduled job if it is due, or asked for, and no other node is at it.</summary>
    /// <param name="askedBy">Who wants it now, due or not; null: nobody, the schedule says so.</param>
    /// <returns>Whether it ran.</returns>
    /// <exception cref="Exception">What made it fail, after the history says so.</exception>
    public async Task<bool> RunAsync(ScheduledJob job, string? askedBy = null, CancellationToken cancel = default)
    {
        using var round = new Round(clock.GetUtcNow(), cancel);
        if (!rounds.TryAdd(job.Name, round))
        {
            return false;
        }

        try
        {
            if (!await MayRunAsync(job, askedBy, cancel) || await leases.TryTakeAsync($"job:{job.Name}", settings.LeaseFor, cancel) is not { } lease)
            {
                return false;
            }

            try
            {
                // Another node may have done it between the question and the lease.
                return await MayRunAsync(job, askedBy, cancel) && await RunAsync(job, askedBy, lease, round);
            }
            finally
            {
                await leases.ReleaseAsync(lease, CancellationToken.None);
            }
        }
        finally
        {
            rounds.TryRemove(job.Name, out _);
        }
    }

    /// <summary>One round of a loop, unless it is paused. True: something was done, look again at once.</summary>
    public async Task<bool> RoundAsync(BackgroundWork work, CancellationToken cancel = default)
    {
        if (await IsPausedAsync(work.Name, cancel))
        {
            looked[work.Name] = clock.GetUtcNow();

            return false;
        }

        using var round = new Round(clock.GetUtcNow(), cancel);
        rounds[work.Name] = round;
        try
        {
            asked.TryRemove(work.Name, out var by);
            var done = await runs.RecordAsync(work.Name, async token => await work.RunOnceAsync(token) ?? (by is null ? null : new JobResult("Nothing is waiting.", 0)), by, round.Token);
            looked[work.Name] = clock.GetUtcNow();

            return done is not null && by is null;
        }
        catch (OperationCanceledException) when (round.IsStopped && !cancel.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            rounds.TryRemove(work.Name, out _);
        }
    }

    /// <summary>A person wants the loop to look now; the history keeps what came of it.</summary>
    public void Ask(BackgroundWork work, string by)
    {
        asked[work.Name] = by;
        work.Wake();
    }

    /// <summary>The job was paused: what runs here ends as soon as it can.</summary>
    public void Stop(string job)
    {
        if (rounds.TryGetValue(job, out var round))
        {
            round.Stop();
        }
    }

    private async Task<bool> RunAsync(ScheduledJob job, string? askedBy, HeldLease lease, Round round)
    {
        var run = await runs.BeginAsync(job.Name, askedBy, round.Token);
        using var over = new CancellationTokenSource();
        var renewing = RenewAsync(lease, round, over.Token);
        try
        {
            // On a thread of its own: the embedded database's calls are synchronous inside.
            var result = await Task.Run(() => job.RunAsync(round.Token), CancellationToken.None);
            await runs.EndAsync(run, succeeded: true, result);
        }
        catch (OperationCanceledException) when (round.Token.IsCancellationRequested)
        {
            await runs.EndAsync(run, succeeded: null, new JobResult(round.IsStopped ? "Stopped: the job was paused." : "Stopped with its node. The next run does the rest."));
        }
        catch (Exception exception)
        {
            await runs.EndAsync(run, succeeded: false, new JobResult(JobRuns.WithoutPersonalData(exception)));
            throw;
        }
        finally
        {
            await over.CancelAsync();
            await renewing;
        }

        return true;
    }

    private async Task RenewAsync(HeldLease lease, Round round, CancellationToken over)
    {
        try
        {
            while (true)
            {
                await Task.Delay(settings.LeaseFor / 3, clock, over);
                if (!await leases.RenewAsync(lease, over))
                {
                    round.Cancel();

                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (DatabaseUnavailableException)
        {
            // Without the database the run ends by itself.
            round.Cancel();
        }
    }

    private async Task<bool> MayRunAsync(ScheduledJob job, string? askedBy, CancellationToken cancel) =>
        !await IsPausedAsync(job.Name, cancel) && (askedBy is not null || await IsDueAsync(job, cancel));

    private async Task<bool> IsPausedAsync(string job, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.JobControls.AnyAsync(control => control.Id == job && control.PausedAt != null, cancel);
    }

    private async Task<bool> IsDueAsync(ScheduledJob job, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var day = await calendar.TodayAsync(db, cancel);
        if (job.Timing.DueAt(day.Now, day.Zone) is not { } due)
        {
            return false;
        }

        if (!await db.JobRuns.AnyAsync(run => run.Job == job.Name, cancel))
        {
            // A new job does not make up for a night before it existed.
            return job.Timing is EveryMinutes || day.Now - due < firstRunWithin;
        }

        var since = await db.JobRuns.Where(run => run.Job == job.Name && run.StartedAt >= due && run.Succeeded != null).OrderByDescending(run => run.Id)
            .Select(run => new { run.Succeeded, run.FinishedAt }).Take(MostAttempts).ToListAsync(cancel);

        return since.All(run => run.Succeeded == false) && since.Count < MostAttempts && (since.Count == 0 || day.Now - since[0].FinishedAt >= retryAfter * since.Count);
    }

    private sealed class Round(DateTimeOffset since, CancellationToken cancel) : IDisposable
    {
        private readonly CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancel);

        public DateTimeOffset Since => since;

        public bool IsStopped { get; private set; }

        public CancellationToken Token => source.Token;

        public void Stop()
        {
            IsStopped = true;
            Cancel();
        }

        public void Cancel()
        {
            try
            {
                source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It is over.
            }
        }

        public void Dispose() => source.Dispose();
    }
}
