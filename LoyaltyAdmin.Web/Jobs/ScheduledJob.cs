using LoyaltyAdmin.Domain.Jobs;
using Quartz;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>
/// A job of the schedule: one thin class each. Quartz only wakes it; the lease and the history in the database decide whether it runs,
/// so that two nodes or a repeated firing do it once. A failure is kept and logged and never ends the host.
/// </summary>
[DisallowConcurrentExecution]
public abstract partial class ScheduledJob(JobRuns runs, ILogger logger) : IJob
{
    /// <summary>The name in the job history.</summary>
    protected abstract string Name { get; }

    /// <summary>Less than the time between two firings.</summary>
    protected abstract TimeSpan AtMostEvery { get; }

    /// <summary>Answers what was done, in a sentence without personal data.</summary>
    protected abstract Task<string> RunAsync(CancellationToken cancel);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await Task.Run(() => runs.RunAsync(Name, AtMostEvery, RunAsync, cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutting down: the next start runs it again.
        }
        catch (Exception exception)
        {
            Failed(logger, Name, JobRuns.WithoutPersonalData(exception));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} failed: {Reason}")]
    private static partial void Failed(ILogger logger, string job, string reason);
}
