using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Follows every card's tier each night: period ends, late and refunded orders, changed plans.</summary>
public sealed class TierJob(TierCalculation tiers) : ScheduledJob
{
    public override string Name => "Card tiers";

    public override string Purpose => "Follows every card's tier: period ends, late and refunded orders, changed plans.";

    public override JobTiming Timing => DailyAt.Night;

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default)
    {
        var (cards, changed) = await tiers.RunAsync(cancel);

        return new JobResult($"{cards} cards looked at, {changed} changed.", changed);
    }
}
