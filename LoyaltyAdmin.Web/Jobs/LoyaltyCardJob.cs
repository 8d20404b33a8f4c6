using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Expires loyalty cards whose validity is over and ends tier grants whose term is.</summary>
public sealed class LoyaltyCardJob(CardExpiry expiry, TierGrants grants, JobRuns runs, ILogger<LoyaltyCardJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Loyalty cards";

    protected override TimeSpan AtMostEvery => TimeSpan.FromMinutes(4);

    protected override async Task<string> RunAsync(CancellationToken cancel) => $"{await expiry.RunAsync(cancel)} cards expired, {await grants.RunAsync(cancel)} tier grants ended.";
}
