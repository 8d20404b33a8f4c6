using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Posts what ran out of points and wallets.</summary>
public sealed class LotExpiryJob(LotExpiry expiry, JobRuns runs, ILogger<LotExpiryJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Points and wallet expiry";

    protected override TimeSpan AtMostEvery => TimeSpan.FromMinutes(4);

    protected override async Task<string> RunAsync(CancellationToken cancel) => $"{await expiry.RunAsync(cancel)} accounts lost what expired.";
}
