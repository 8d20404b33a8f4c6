using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Posts the expiry of gift cards whose validity has ended.</summary>
public sealed class GiftCardExpiryJob(GiftCardExpiry expiry) : ScheduledJob
{
    public override string Name => "Gift card expiry";

    public override string Purpose => "Posts the expiry of gift cards whose validity has ended.";

    public override JobTiming Timing => new EveryMinutes(5);

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default) => JobResult.Of(await expiry.RunAsync(cancel), "cards expired.");
}
