using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Expires loyalty cards whose validity is over and ends tier grants whose term is.</summary>
public sealed class LoyaltyCardJob(CardExpiry expiry, TierGrants grants) : ScheduledJob
{
    public override string Name => "Loyalty cards";

    public override string Purpose => "Expires loyalty cards whose validity is over and ends tier grants whose term is over.";

    public override JobTiming Timing => new EveryMinutes(5);

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default)
    {
        var (cards, ended) = (await expiry.RunAsync(cancel), await grants.RunAsync(cancel));

        return new JobResult($"{cards} cards expired, {ended} tier grants ended.", cards + ended);
    }
}
