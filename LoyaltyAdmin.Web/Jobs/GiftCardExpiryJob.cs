using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Posts the expiry of gift cards whose validity has ended.</summary>
public sealed class GiftCardExpiryJob(GiftCardExpiry expiry, JobRuns runs, ILogger<GiftCardExpiryJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Gift card expiry";

    protected override TimeSpan AtMostEvery => TimeSpan.FromMinutes(4);

    protected override async Task<string> RunAsync(CancellationToken cancel) => $"{await expiry.RunAsync(cancel)} cards expired.";
}
