using LoyaltyAdmin.Domain.Audit;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Chains new audit entries every half minute. Safe on several nodes: a seal is unique per entry.</summary>
internal sealed class AuditSealer(AuditSealing sealing, ILogger<AuditSealer> log) : BackgroundService
{
    private static readonly TimeSpan interval = TimeSpan.FromSeconds(25);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await sealing.SealAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.LogWarning("Audit entries could not be sealed and will be next time: {Kind}", exception.GetBaseException().GetType().Name);
            }
        }
    }
}
