using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Deletes what was only kept for a while: old job history.</summary>
public sealed class CleanUpJob(JobRuns runs, ILogger<CleanUpJob> logger) : ScheduledJob(runs, logger)
{
    private readonly JobRuns history = runs;

    protected override string Name => "Clean-up";

    protected override TimeSpan AtMostEvery => TimeSpan.FromMinutes(50);

    protected override async Task<string> RunAsync(CancellationToken cancel) => $"{await history.CleanUpAsync(cancel)} old job runs deleted.";
}
