using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Checks every night that the ledger ties out, and keeps the result as evidence.</summary>
public sealed class LedgerCheckJob(LedgerInvariants invariants, JobRuns runs, ILogger<LedgerCheckJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Ledger check";

    protected override TimeSpan AtMostEvery => TimeSpan.FromHours(12);

    protected override async Task<string> RunAsync(CancellationToken cancel)
    {
        var run = await invariants.RunAsync(Actor.System, cancel);

        return run.Violations == 0 ? $"{run.Transactions} transactions tie out." : $"{run.Violations} violations: see Ledger check.";
    }
}
