using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>
/// Chains new audit entries every half minute; safe on several nodes, because a seal is unique per entry. The job history gets a line an hour,
/// for every failure and for the first success after one: two lines a minute would bury it.
/// </summary>
public sealed class AuditSealer(AuditSealing sealing, TimeProvider clock) : BackgroundWork
{
    private static readonly TimeSpan tellEvery = TimeSpan.FromHours(1);

    private int untold;
    private bool hasFailed;
    private DateTimeOffset toldAt = DateTimeOffset.MinValue;

    public override string Name => "Audit sealing";

    public override string Purpose => "Chains new entries of the audit trail, so that a changed or missing one shows. The history has a line an hour.";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(25);

    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        try
        {
            untold += await sealing.SealAsync(cancel);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            hasFailed = true;
            throw;
        }

        var now = clock.GetUtcNow();
        if (!hasFailed && (untold == 0 || now - toldAt < tellEvery))
        {
            return null;
        }

        var summary = JobResult.Of(untold, "audit entries sealed.");
        (untold, hasFailed, toldAt) = (0, false, now);

        return summary;
    }
}
