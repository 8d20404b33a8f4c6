using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Points;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Tells members of points that expire soon.</summary>
public sealed class PointsExpiryNoticeJob(PointsExpiryNotices notices) : ScheduledJob
{
    public override string Name => "Points expiry notices";

    public override string Purpose => "Tells members of points that expire soon, as many days before as the settings of points say.";

    public override JobTiming Timing => new DailyAt(new TimeOnly(9, 0));

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default) => JobResult.Of(await notices.RunAsync(cancel), "members are told.");
}
