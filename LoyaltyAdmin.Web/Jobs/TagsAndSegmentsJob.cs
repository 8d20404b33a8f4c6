using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Tags;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Recalculates the computed tags, then counts the segments, which may ask for them.</summary>
public sealed class TagsAndSegmentsJob(TagRecalculation tags, SegmentSnapshots segments) : ScheduledJob
{
    public override string Name => "Tags and segments";

    public override string Purpose => "Recalculates the computed tags, then counts the segments and keeps who came and left.";

    public override JobTiming Timing => DailyAt.Night;

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default) => new($"{await tags.RunAllAsync(cancel)} {await segments.TakeAllAsync(cancel)}");
}
