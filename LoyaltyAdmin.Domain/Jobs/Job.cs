namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>Something the product does by itself. What there is stands in <see cref="JobCatalog"/>: whatever derives from this is on the Jobs page.</summary>
public abstract class Job
{
    /// <summary>The name in the history and on the Jobs page; never changed, since the history is kept under it.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, for the people who look after the system.</summary>
    public abstract string Purpose { get; }

    /// <summary>When it runs.</summary>
    public abstract JobTiming Timing { get; }

    /// <summary>The name in addresses.</summary>
    public string Key => Name.ToLowerInvariant().Replace(' ', '-');
}

/// <summary>
/// A job of the schedule: one thin class each. The lease and the history in the database decide whether it runs, so that two nodes or a repeated
/// firing do it once, and what was missed while everything stood still is done afterwards, once.
/// </summary>
public abstract class ScheduledJob : Job
{
    /// <summary>Safe to run twice: what decides is in unique keys and conditional updates, not in the schedule. Stops soon when cancelled; the next run does the rest.</summary>
    public abstract Task<JobResult> RunAsync(CancellationToken cancel = default);
}

/// <summary>What a run did, in a sentence without personal data.</summary>
/// <param name="Summary">The sentence.</param>
/// <param name="Amount">How much, counted in the job's own things.</param>
public sealed record JobResult(string Summary, long? Amount = null)
{
    public static implicit operator JobResult?(string? summary) => summary is null ? null : new JobResult(summary);

    /// <summary>A sentence that begins with the number.</summary>
    public static JobResult Of(long amount, string what) => new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{amount} {what}"), amount);
}

/// <summary>Every job there is. A class nobody registered is found by a test.</summary>
public sealed class JobCatalog(IEnumerable<ScheduledJob> scheduled, IEnumerable<BackgroundWork> loops)
{
    public IReadOnlyList<ScheduledJob> Scheduled { get; } = [.. scheduled];

    public IReadOnlyList<BackgroundWork> Loops { get; } = [.. loops];

    public IReadOnlyList<Job> All => [.. Scheduled.Concat<Job>(Loops).OrderBy(job => job.Name, StringComparer.Ordinal)];

    /// <summary>The job with this key, if there is one.</summary>
    public Job? Find(string key) => All.FirstOrDefault(job => job.Key == key);
}

/// <summary>How jobs are run; tests are less patient.</summary>
public sealed record JobSettings
{
    /// <summary>How long after its node's death a job may be taken over.</summary>
    public TimeSpan LeaseFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How soon a node notices that a job was paused or asked for on another one.</summary>
    public TimeSpan WatchEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a node says what it is doing, and looks for what is overdue.</summary>
    public TimeSpan BeatEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A node not heard of for so long is gone.</summary>
    public TimeSpan GoneAfter => BeatEvery * 4;
}
