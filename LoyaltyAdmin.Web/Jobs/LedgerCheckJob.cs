using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Checks every night that the ledger ties out, and keeps the result as evidence.</summary>
public sealed class LedgerCheckJob(LedgerInvariants invariants) : ScheduledJob
{
    public override string Name => "Ledger check";

    public override string Purpose => "Adds up every balance, entry and reversal again, compares, and keeps the result as evidence.";

    public override JobTiming Timing => DailyAt.Night;

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default)
    {
        var run = await invariants.RunAsync(Actor.System, cancel);

        return new JobResult(run.Violations == 0 ? $"{run.Transactions} transactions tie out." : $"{run.Violations} violations: see Ledger Check.", run.Transactions);
    }
}
