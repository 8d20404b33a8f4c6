using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Marks coupons whose validity has ended.</summary>
public sealed class CouponJob(CouponExpiry expiry, JobRuns runs, ILogger<CouponJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Coupon expiry";

    protected override TimeSpan AtMostEvery => TimeSpan.FromMinutes(4);

    protected override async Task<string> RunAsync(CancellationToken cancel) => $"{await expiry.RunAsync(cancel)} coupons expired.";
}
