using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>
/// Runs every <see cref="BackgroundWork"/> in a loop of its own. A failure never ends the host: it is logged without its values, kept in the
/// job history and tried again, each time after a longer pause.
/// </summary>
public sealed partial class BackgroundWorkers(JobCatalog catalog, JobRunner runner, TimeProvider clock, ILogger<BackgroundWorkers> logger) : BackgroundService
{
    private static readonly TimeSpan longestPause = TimeSpan.FromMinutes(5);

    /// <summary>The pause after a number of failures in a row: 1 s, doubling, at most 5 minutes.</summary>
    public static TimeSpan PauseAfter(int failures) => failures > 8 ? longestPause : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures - 1), longestPause.TotalSeconds));

    // Each loop on a thread of its own pool: the embedded database's calls are synchronous inside.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(catalog.Loops.Select(work => Task.Run(() => LoopAsync(work, stoppingToken), CancellationToken.None)));

    private async Task LoopAsync(BackgroundWork work, CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var wasBusy = await runner.RoundAsync(work, stopping);
                failures = 0;
                if (!wasBusy)
                {
                    await work.SleepAsync(work.PollEvery, stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Failed(logger, work.Name, ++failures, JobRuns.WithoutPersonalData(exception));
                await PauseAsync(PauseAfter(failures), stopping);
            }
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(pause, clock, stopping);
        }
        catch (OperationCanceledException)
        {
            // The loop ends by itself.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Background work {Work} failed ({Failures} in a row): {Reason}")]
    private static partial void Failed(ILogger logger, string work, int failures, string reason);
}
