using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>One line of the job history.</summary>
public sealed record JobRunRow(long Id, string Job, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, bool? Succeeded, string? Summary, string? Node, long? Amount, string? AskedBy);

/// <summary>What jobs did: written by the <see cref="JobRunner"/>, read on the Jobs page.</summary>
public sealed class JobRuns(LoyaltyDatabase database, AccessControl access, TimeProvider clock)
{
    private const int MostSummary = 1000;

    private static readonly TimeSpan kept = TimeSpan.FromDays(90);
    private static readonly TimeSpan idleKept = TimeSpan.FromDays(2);
    private static readonly SortColumns<JobRun> sorts = new(run => run.Id);

    /// <summary>Runs the work and keeps a line about it, if it did something or failed. Failures go on to the caller.</summary>
    public async Task<JobResult?> RecordAsync(string job, Func<CancellationToken, Task<JobResult?>> work, string? askedBy = null, CancellationToken cancel = default)
    {
        var started = clock.GetUtcNow();
        try
        {
            var done = await work(cancel);
            if (done is not null)
            {
                // Done is done, also when the host is asked to stop just now.
                await AddAsync(job, started, succeeded: true, done, askedBy);
            }

            return done;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            await AddAsync(job, started, succeeded: false, new JobResult(WithoutPersonalData(exception)), askedBy);
            throw;
        }
    }

    /// <summary>The runs of one job (null: of all), newest first.</summary>
    [Requires(Permission.JobsRead)]
    public async Task<Page<JobRunRow>> ListAsync(Actor actor, string? job, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.JobsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.JobRuns.Where(run => job == null || run.Job == job)
            .ToPageAsync(page, sorts, run => new JobRunRow(run.Id, run.Job, run.StartedAt, run.FinishedAt, run.Succeeded, run.Summary, run.Node, run.Amount, run.AskedBy), cancel);
    }

    /// <summary>The latest run of each job.</summary>
    public async Task<IReadOnlyList<JobRunRow>> LatestAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.JobRuns.Where(run => run.Id == db.JobRuns.Where(other => other.Job == run.Job).Max(other => other.Id))
            .OrderBy(run => run.Job).Select(run => new JobRunRow(run.Id, run.Job, run.StartedAt, run.FinishedAt, run.Succeeded, run.Summary, run.Node, run.Amount, run.AskedBy)).ToListAsync(cancel);
    }

    /// <summary>Forgets runs older than 90 days, after two days those that found nothing to do; never a job's last one.</summary>
    public async Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var (before, idleBefore) = (clock.GetUtcNow() - kept, clock.GetUtcNow() - idleKept);
        await using var db = await database.ReadAsync(cancel);
        var last = await db.JobRuns.GroupBy(run => run.Job).Select(job => job.Max(run => run.Id)).ToArrayAsync(cancel);

        return await database.WriteAsync(Actor.System, async write =>
        {
            await write.JobBeats.Where(beat => beat.SeenAt < idleBefore).ExecuteDeleteAsync(cancel);

            return await write.JobRuns.Where(run => (run.StartedAt < before || (run.StartedAt < idleBefore && run.Succeeded == true && run.Amount == 0)) && !last.Contains(run.Id)).ExecuteDeleteAsync(cancel);
        }, cancel);
    }

    /// <summary>What went wrong, for histories and logs: an exception's own message may quote values, a refusal's never does.</summary>
    public static string WithoutPersonalData(Exception exception) => exception switch
    {
        RuleViolationException refusal => refusal.Message,
        DatabaseUnavailableException unavailable => unavailable.Message,
        LeaseLostException lost => lost.Message,
        _ => $"An error in the program stopped it ({exception.GetType().Name} in {exception.TargetSite?.DeclaringType?.Name}.{exception.TargetSite?.Name}).",
    };

    /// <summary>A run begins: the history shows it at once. Runs a dead node left open are closed. Only under the job's lease.</summary>
    internal Task<long> BeginAsync(string job, string? askedBy, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        var now = clock.GetUtcNow();
        await db.JobRuns.Where(run => run.Job == job && run.FinishedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(run => run.FinishedAt, now).SetProperty(run => run.Summary, "Its node went away before the end. The next run does the rest."), cancel);
        var begun = db.JobRuns.Add(new JobRun { Job = job, StartedAt = now, Node = JobLeases.Node, AskedBy = askedBy }).Entity;
        await db.SaveChangesAsync(cancel);

        return begun.Id;
    }, cancel);

    /// <summary>A run is over. Succeeded is null when it was stopped, which is neither.</summary>
    internal Task EndAsync(long id, bool? succeeded, JobResult result) => UnlessGoneAsync(succeeded == false, db =>
    {
        var now = clock.GetUtcNow();

        return db.JobRuns.Where(run => run.Id == id && run.FinishedAt == null).ExecuteUpdateAsync(set => set
            .SetProperty(run => run.FinishedAt, now).SetProperty(run => run.Succeeded, succeeded).SetProperty(run => run.Summary, Short(result.Summary)).SetProperty(run => run.Amount, result.Amount));
    });

    private Task AddAsync(string job, DateTimeOffset started, bool succeeded, JobResult result, string? askedBy) => UnlessGoneAsync(!succeeded, db =>
    {
        db.JobRuns.Add(new JobRun { Job = job, StartedAt = started, FinishedAt = clock.GetUtcNow(), Succeeded = succeeded, Summary = Short(result.Summary), Amount = result.Amount, Node = JobLeases.Node, AskedBy = askedBy });

        return Task.CompletedTask;
    });

    // A failure itself matters more than its history, which needs the same database.
    private async Task UnlessGoneAsync(bool failed, Func<LoyaltyDbContext, Task> write)
    {
        try
        {
            await database.WriteAsync(Actor.System, write, CancellationToken.None);
        }
        catch (DatabaseUnavailableException) when (failed)
        {
            // The caller tells of the failure.
        }
    }

    private static string Short(string text) => text.Length <= MostSummary ? text : text[..MostSummary];
}
