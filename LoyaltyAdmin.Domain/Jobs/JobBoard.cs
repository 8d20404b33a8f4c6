using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Jobs;

public enum JobState
{
    Idle,
    Running,
    Paused,

    /// <summary>It should have run, or looked for work, and no node did.</summary>
    Late,

    /// <summary>Its last run did not succeed.</summary>
    Failing,
}

/// <summary>A node that works on a job now.</summary>
public sealed record JobAtWork(string Node, DateTimeOffset Since);

/// <summary>One job as the Jobs page shows it.</summary>
public sealed record JobRow(string Key, string Name, string Purpose, string Schedule, JobState State, IReadOnlyList<DateTimeOffset> Next, IReadOnlyList<JobAtWork> AtWork, JobRunRow? Last)
{
    public DateTimeOffset? PausedAt { get; init; }
    public string? PausedBy { get; init; }
    public string? PauseReason { get; init; }

    /// <summary>Somebody asked for a run that has not begun yet.</summary>
    public bool IsAsked { get; init; }

    /// <summary>The group's zone, in which the schedule is meant.</summary>
    public required string Zone { get; init; }
}

/// <summary>The Jobs page: what every job does and when, how it is, and what people decide about it. A decision reaches all nodes within seconds.</summary>
public sealed class JobBoard(LoyaltyDatabase database, AccessControl access, JobCatalog catalog, JobSignal signal, GroupCalendar calendar, JobSettings settings, TimeProvider clock)
{
    private const int NextShown = 3;

    [Requires(Permission.JobsRead)]
    public async Task<IReadOnlyList<JobRow>> ListAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.JobsRead, cancel: cancel);

        return await RowsAsync(catalog.All, cancel);
    }

    [Requires(Permission.JobsRead)]
    public async Task<JobRow> GetAsync(Actor actor, string key, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.JobsRead, cancel: cancel);

        return (await RowsAsync([Find(key)], cancel)).Single();
    }

    /// <summary>Asks for a run now, on whichever node is free first. Asking twice is asking once.</summary>
    [Requires(Permission.JobsManage)]
    public async Task RunNowAsync(Actor actor, string key, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.JobsManage, cancel: cancel);
        var job = Find(key);
        await DecideAsync(actor, job, "Job.RunNow", reason: null, control =>
        {
            if (control.PausedAt is not null)
            {
                throw new RuleViolationException("job_paused", $"“{job.Name}” is paused. Resume it first.");
            }

            if (control.AskedAt is not null)
            {
                return false;
            }

            (control.AskedAt, control.AskedBy) = (clock.GetUtcNow(), actor.Name);

            return true;
        }, cancel);
    }

    /// <summary>Holds the job back on all nodes until it is resumed; what runs now is stopped within seconds and goes on after that.</summary>
    [Requires(Permission.JobsManage)]
    public async Task PauseAsync(Actor actor, string key, string reason, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.JobsManage, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 400, required: true).ThrowIfAny();
        await DecideAsync(actor, Find(key), "Job.Pause", reason.Trim(), control =>
        {
            if (control.PausedAt is not null)
            {
                return false;
            }

            (control.PausedAt, control.PausedBy, control.PauseReason) = (clock.GetUtcNow(), actor.Name, reason.Trim());
            (control.AskedAt, control.AskedBy) = (null, null);

            return true;
        }, cancel);
    }

    [Requires(Permission.JobsManage)]
    public async Task ResumeAsync(Actor actor, string key, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.JobsManage, cancel: cancel);
        await DecideAsync(actor, Find(key), "Job.Resume", reason: null, control =>
        {
            var wasPaused = control.PausedAt is not null;
            (control.PausedAt, control.PausedBy, control.PauseReason) = (null, null, null);

            return wasPaused;
        }, cancel);
    }

    /// <summary>The jobs a person should look at, for the health check: names only.</summary>
    public async Task<IReadOnlyList<(string Name, JobState State)>> TroublesAsync(CancellationToken cancel = default) =>
        [.. (await RowsAsync(catalog.All, cancel)).Where(row => row.State is JobState.Late or JobState.Failing).Select(row => (row.Name, row.State))];

    private Job Find(string key) => catalog.Find(key) ?? throw new NotFoundException("The job");

    private async Task DecideAsync(Actor actor, Job job, string action, string? reason, Func<JobControl, bool> decide, CancellationToken cancel)
    {
        await database.WriteAsync(actor, async db =>
        {
            var control = await db.JobControls.FirstOrDefaultAsync(c => c.Id == job.Name, cancel) ?? db.JobControls.Add(new JobControl { Id = job.Name }).Entity;
            if (decide(control))
            {
                db.AuditEntries.Add(new AuditEntry(actor, clock.GetUtcNow(), action) { EntityType = nameof(Job), EntityId = job.Key.Length <= 40 ? job.Key : job.Key[..40], Subject = job.Name, Reason = reason });
            }
        }, cancel);
        signal.Set();
    }

    private async Task<IReadOnlyList<JobRow>> RowsAsync(IReadOnlyList<Job> jobs, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var day = await calendar.TodayAsync(db, cancel);
        var names = jobs.Select(job => job.Name).ToArray();
        var fresh = day.Now - settings.GoneAfter;
        var controls = await db.JobControls.Where(c => names.Contains(c.Id)).ToDictionaryAsync(c => c.Id, cancel);
        var beats = (await db.JobBeats.Where(b => names.Contains(b.Job) && b.SeenAt > fresh).ToListAsync(cancel)).ToLookup(b => b.Job);
        var alive = beats.SelectMany(job => job).Select(beat => beat.Node).ToHashSet(StringComparer.Ordinal);
        var rows = new List<JobRow>();
        foreach (var job in jobs)
        {
            var runs = await db.JobRuns.Where(run => run.Job == job.Name).OrderByDescending(run => run.Id).Take(5)
                .Select(run => new JobRunRow(run.Id, run.Job, run.StartedAt, run.FinishedAt, run.Succeeded, run.Summary, run.Node, run.Amount, run.AskedBy)).ToListAsync(cancel);
            var done = await db.JobRuns.Where(run => run.Job == job.Name && run.Succeeded == true).OrderByDescending(run => run.Id).Select(run => (DateTimeOffset?)run.StartedAt).FirstOrDefaultAsync(cancel);
            var control = controls.GetValueOrDefault(job.Name);
            var atWork = runs.Where(run => run.FinishedAt is null && run.Node is { } node && alive.Contains(node)).Select(run => new JobAtWork(run.Node!, run.StartedAt))
                .Concat(job is BackgroundWork ? beats[job.Name].Where(b => b.BusySince is not null).Select(b => new JobAtWork(b.Node, b.BusySince!.Value)) : []).DistinctBy(work => work.Node).ToList();
            var last = runs.FirstOrDefault(run => run.FinishedAt is not null);
            var state = control?.PausedAt is not null ? JobState.Paused
                : atWork.Count > 0 ? JobState.Running
                : IsLate(job, day, done, runs.Count > 0, [.. beats[job.Name]]) ? JobState.Late
                : last?.Succeeded == false ? JobState.Failing : JobState.Idle;
            rows.Add(new JobRow(job.Key, job.Name, job.Purpose, job.Timing.InWords, state, state == JobState.Paused ? [] : [.. job.Timing.After(day.Now, day.Zone).Take(NextShown)], atWork, last)
            {
                PausedAt = control?.PausedAt,
                PausedBy = control?.PausedBy,
                PauseReason = control?.PauseReason,
                IsAsked = control?.AskedAt is not null,
                Zone = day.Zone.Id,
            });
        }

        return rows;
    }

    private static bool IsLate(Job job, GroupDay day, DateTimeOffset? done, bool hasRun, IReadOnlyList<JobBeat> beats)
    {
        if (job is BackgroundWork)
        {
            return !beats.Any(beat => beat.BusySince is not null || day.Now - (beat.LookedAt ?? beat.SeenAt) < job.Timing.LateAfter);
        }

        var due = job.Timing.DueAt(day.Now - job.Timing.LateAfter, day.Zone);

        return hasRun && (done is null || done < due);
    }
}

/// <summary>Tells this node's watch that something was decided, instead of at its next look.</summary>
public sealed class JobSignal : IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);

    public void Set()
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set.
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => signal.WaitAsync(atMost, cancel);

    public void Dispose() => signal.Dispose();
}
