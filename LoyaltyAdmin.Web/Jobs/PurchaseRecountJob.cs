using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Orders;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Proves every night that purchase summaries equal the orders, repairs what does not and keeps the differences in the history.</summary>
public sealed class PurchaseRecountJob(PurchaseRecount recount, JobRuns runs, ILogger<PurchaseRecountJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Purchase recount";

    protected override TimeSpan AtMostEvery => TimeSpan.FromHours(12);

    protected override async Task<string> RunAsync(CancellationToken cancel) => (await recount.RunAsync(cancel)).ToString();
}
