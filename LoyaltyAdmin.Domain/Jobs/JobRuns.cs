using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>One line of the job history.</summary>
public sealed record JobRunRow(long Id, string Job, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, bool? Succeeded, string? Summary);

/// <summary>Runs jobs once at a time over all nodes and keeps what they did.</summary>
public sealed class JobRuns(LoyaltyDatabase database, JobLeases leases, AccessControl access, TimeProvider clock)
{
    private static readonly TimeSpan leaseFor = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan kept = TimeSpan.FromDays(90);
    private static readonly SortColumns<JobRun> sorts = new(run => run.Id);

    /// <summary>
    /// Runs a scheduled job unless another node is at it or it succeeded within <paramref name="atMostEvery"/>: a schedule that fires twice, or on two nodes, runs once.
    /// </summary>
    /// <param name="work">Answers what was done, in a sentence without personal data.</param>
    /// <returns>Whether it ran.</returns>
    public async Task<bool> RunAsync(string job, TimeSpan atMostEvery, Func<CancellationToken, Task<string>> work, CancellationToken cancel = default)
    {
        if (await leases.TryTakeAsync($"job:{job}", leaseFor, cancel) is not { } lease)
        {
            return false;
        }

        try
        {
            if (await RanSinceAsync(job, clock.GetUtcNow() - atMostEvery, cancel))
            {
                return false;
            }

            await RecordAsync(job, async token => await work(token), always: true, cancel);

            return true;
        }
        finally
        {
            await leases.ReleaseAsync(lease, CancellationToken.None);
        }
    }

    /// <summary>Runs the work and keeps a line about it: always, or only when it did something or failed. Failures go on to the caller.</summary>
    public async Task<string?> RecordAsync(string job, Func<CancellationToken, Task<string?>> work, bool always = false, CancellationToken cancel = default)
    {
        var started = clock.GetUtcNow();
        try
        {
            var summary = await work(cancel);
            if (always || summary is not null)
            {
                // Done is done, also when the host is asked to stop just now.
                await SaveAsync(job, started, succeeded: true, summary, CancellationToken.None);
            }

            return summary;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            await SaveAsync(job, started, succeeded: false, WithoutPersonalData(exception), CancellationToken.None);
            throw;
        }
    }

    /// <summary>The runs of one job (null: of all), newest first.</summary>
    [Requires(Permission.JobsManage)]
    public async Task<Page<JobRunRow>> ListAsync(Actor actor, string? job, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.JobsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.JobRuns.Where(run => job == null || run.Job == job)
            .ToPageAsync(page, sorts, run => new JobRunRow(run.Id, run.Job, run.StartedAt, run.FinishedAt, run.Succeeded, run.Summary), cancel);
    }

    /// <summary>The latest run of each job, for the health check.</summary>
    public async Task<IReadOnlyList<JobRunRow>> LatestAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.JobRuns.Where(run => run.Id == db.JobRuns.Where(other => other.Job == run.Job).Max(other => other.Id))
            .OrderBy(run => run.Job).Select(run => new JobRunRow(run.Id, run.Job, run.StartedAt, run.FinishedAt, run.Succeeded, run.Summary)).ToListAsync(cancel);
    }

    /// <summary>Forgets runs older than 90 days.</summary>
    public async Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var before = clock.GetUtcNow() - kept;

        return await database.WriteAsync(Actor.System, db => db.JobRuns.Where(run => run.StartedAt < before).ExecuteDeleteAsync(cancel), cancel);
    }

    /// <summary>What went wrong, for histories and logs: an exception's own message may quote values, a refusal's never does.</summary>
    public static string WithoutPersonalData(Exception exception) => exception switch
    {
        RuleViolationException refusal => refusal.Message,
        DatabaseUnavailableException unavailable => unavailable.Message,
        LeaseLostException lost => lost.Message,
        _ => $"{exception.GetType().Name} in {exception.TargetSite?.DeclaringType?.Name}.{exception.TargetSite?.Name}",
    };

    private async Task<bool> RanSinceAsync(string job, DateTimeOffset since, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.JobRuns.AnyAsync(run => run.Job == job && run.Succeeded == true && run.StartedAt > since, cancel);
    }

    private async Task SaveAsync(string job, DateTimeOffset started, bool succeeded, string? summary, CancellationToken cancel)
    {
        try
        {
            await database.WriteAsync(Actor.System, db =>
            {
                db.JobRuns.Add(new JobRun { Job = job, StartedAt = started, FinishedAt = clock.GetUtcNow(), Succeeded = succeeded, Summary = summary is { Length: > 1000 } ? summary[..1000] : summary });

                return Task.CompletedTask;
            }, cancel);
        }
        catch (DatabaseUnavailableException) when (!succeeded)
        {
            // The failure itself matters more than its history, which needs the same database.
        }
    }
}
