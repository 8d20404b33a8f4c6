using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Marks coupons whose validity has ended.</summary>
public sealed class CouponJob(CouponExpiry expiry) : ScheduledJob
{
    public override string Name => "Coupon expiry";

    public override string Purpose => "Marks coupons whose validity has ended.";

    public override JobTiming Timing => new EveryMinutes(5);

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default) => JobResult.Of(await expiry.RunAsync(cancel), "coupons expired.");
}
