using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Tags;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Recalculates the computed tags, then counts the segments, which may ask for them.</summary>
public sealed class TagsAndSegmentsJob(TagRecalculation tags, SegmentSnapshots segments, JobRuns runs, ILogger<TagsAndSegmentsJob> logger) : ScheduledJob(runs, logger)
{
    protected override string Name => "Tags and segments";

    protected override TimeSpan AtMostEvery => TimeSpan.FromHours(20);

    protected override async Task<string> RunAsync(CancellationToken cancel) => $"{await tags.RunAllAsync(cancel)} {await segments.TakeAllAsync(cancel)}";
}
