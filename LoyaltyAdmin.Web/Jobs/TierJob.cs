using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Follows every card's tier each night: period ends, late and refunded orders, changed plans.</summary>
public sealed class TierJob(TierCalculation tiers, JobRuns runs, ILogger<TierJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Card tiers";

    protected override TimeSpan AtMostEvery => TimeSpan.FromHours(12);

    protected override async Task<string> RunAsync(CancellationToken cancel)
    {
        var (cards, changed) = await tiers.RunAsync(cancel);

        return $"{cards} cards looked at, {changed} changed.";
    }
}
