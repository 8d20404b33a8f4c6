using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Wallets;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Gives back what was set aside in wallets and neither captured nor released in time.</summary>
public sealed class WalletHoldJob(WalletHolds holds, JobRuns runs, ILogger<WalletHoldJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Wallet holds";

    protected override TimeSpan AtMostEvery => TimeSpan.FromSeconds(50);

    protected override async Task<string> RunAsync(CancellationToken cancel) => $"{await holds.ExpireAsync(cancel)} holds came back.";
}
