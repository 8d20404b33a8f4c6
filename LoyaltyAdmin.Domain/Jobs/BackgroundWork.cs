namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>
/// Work that is asked for on a page and done behind it: imports, exports. What is to be done stands in the database, so that a restart
/// or another node goes on with it; <see cref="Wake"/> only saves the wait for the next poll.
/// </summary>
public abstract class BackgroundWork : Job, IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);

    public override JobTiming Timing => new WhenThereIsWork(PollEvery);

    /// <summary>How soon work asked for on another node is noticed.</summary>
    public virtual TimeSpan PollEvery => TimeSpan.FromSeconds(10);

    /// <summary>Does one piece of work that waits, to its end. Answers what was done (no personal data), or null when nothing waits.</summary>
    public abstract Task<JobResult?> RunOnceAsync(CancellationToken cancel = default);

    /// <summary>Something waits: do not sleep.</summary>
    public void Wake()
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already awake.
        }
    }

    /// <summary>Sleeps until woken, or for the time given.</summary>
    public Task SleepAsync(TimeSpan time, CancellationToken cancel) => signal.WaitAsync(time, cancel);

    public void Dispose()
    {
        signal.Dispose();
        GC.SuppressFinalize(this);
    }
}
