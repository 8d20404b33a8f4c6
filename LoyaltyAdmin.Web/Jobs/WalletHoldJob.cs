using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Wallets;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Gives back what was set aside in wallets and neither captured nor released in time.</summary>
public sealed class WalletHoldJob(WalletHolds holds) : ScheduledJob
{
    public override string Name => "Wallet holds";

    public override string Purpose => "Gives back what was set aside in wallets and neither captured nor released in time.";

    public override JobTiming Timing => new EveryMinutes(1);

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default) => JobResult.Of(await holds.ExpireAsync(cancel), "holds came back.");
}
