using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;

namespace LoyaltyAdmin.Domain.Segments.Compilation;

/// <summary>What conditions are compiled against: one context, one day for the whole rule, and the segments it leads to.</summary>
internal sealed record RuleContext(LoyaltyDbContext Db, DatabaseProvider Provider, GroupDay Day, IReadOnlyDictionary<long, ReferredSegment> Segments)
{
    public DateOnly Today => Day.Today;
}

/// <summary>A segment another rule asks for.</summary>
internal sealed record ReferredSegment(long Id, string Name, SegmentKind Kind, SegmentRule? Rule);
