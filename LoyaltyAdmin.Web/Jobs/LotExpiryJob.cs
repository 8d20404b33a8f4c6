using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Posts what ran out of points and wallets.</summary>
public sealed class LotExpiryJob(LotExpiry expiry) : ScheduledJob
{
    public override string Name => "Points and wallet expiry";

    public override string Purpose => "Posts the points and wallet amounts whose time is over.";

    public override JobTiming Timing => new EveryMinutes(5);

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default) => JobResult.Of(await expiry.RunAsync(cancel), "accounts lost what expired.");
}
