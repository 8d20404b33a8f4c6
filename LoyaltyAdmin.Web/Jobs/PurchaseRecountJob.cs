using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Orders;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Proves every night that purchase summaries equal the orders, repairs what does not and keeps the differences in the history.</summary>
public sealed class PurchaseRecountJob(PurchaseRecount recount) : ScheduledJob
{
    public override string Name => "Purchase recount";

    public override string Purpose => "Proves that the purchase summaries of members equal their orders, and repairs what does not.";

    public override JobTiming Timing => DailyAt.Night;

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default) => new((await recount.RunAsync(cancel)).ToString());
}
