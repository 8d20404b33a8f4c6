using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>
/// Writes down who is in a segment, so that its growth and who came and went can be told. The first snapshot of a segment has nobody entering: there
/// is nothing before it.
/// </summary>
public sealed class SegmentSnapshots(LoyaltyDatabase database, AccessControl access, SegmentCompiler compiler, TimeProvider clock)
{
    private const int Chunk = 2_000;

    private static readonly BulkColumn[] memberColumns = [new("SegmentId", BulkType.Long), new("MemberId", BulkType.Long), new("Since", BulkType.Instant)];
    private static readonly BulkColumn[] changeColumns = [new("SegmentId", BulkType.Long), new("SnapshotId", BulkType.Long), new("MemberId", BulkType.Long), new("Entered", BulkType.Boolean)];

    /// <summary>Counts one segment now.</summary>
    [Requires(Permission.SegmentsManage)]
    public async Task<SegmentSnapshot> TakeAsync(Actor actor, long segmentId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SegmentsManage, cancel: cancel);

        return await TakeAsync(segmentId, cancel);
    }

    /// <summary>Counts every segment; for the nightly job. A segment that cannot be counted does not keep the others from it.</summary>
    public async Task<string> TakeAllAsync(CancellationToken cancel = default)
    {
        List<long> ids;
        await using (var db = await database.ReadAsync(cancel))
        {
            ids = await db.Segments.OrderBy(s => s.Id).Select(s => s.Id).ToListAsync(cancel);
        }

        var refused = 0;
        foreach (var id in ids)
        {
            try
            {
                await TakeAsync(id, cancel);
            }
            catch (RuleViolationException)
            {
                // Deleted meanwhile, or its rule leads to something that is gone: its page says so.
                refused++;
            }
        }

        return refused == 0 ? $"{ids.Count} segments counted." : $"{ids.Count - refused} segments counted, {refused} could not be.";
    }

    private async Task<SegmentSnapshot> TakeAsync(long segmentId, CancellationToken cancel)
    {
        SegmentKind kind;
        long last;
        Difference difference;
        int size;
        await using (var db = await database.ReadAsync(cancel))
        {
            await using var moment = await database.Provider.BeginSnapshotAsync(db, cancel);
            kind = await db.Segments.Where(s => s.Id == segmentId).Select(s => (SegmentKind?)s.Kind).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The member segment");
            last = await db.SegmentSnapshots.Where(s => s.SegmentId == segmentId).MaxAsync(s => (long?)s.Id, cancel) ?? 0;
            var now = await (await compiler.MemberIdsAsync(db, SegmentRule.All(new SegmentMembership(segmentId)), cancel)).ToArrayAsync(cancel);
            size = now.Length;
            var before = await db.SegmentMembers.Where(m => m.SegmentId == segmentId).Select(m => m.MemberId).ToArrayAsync(cancel);
            difference = kind == SegmentKind.Rule ? Difference.Between(before, now) : new Difference([], []);
        }

        if (last == 0)
        {
            await FillAsync(segmentId, difference, cancel);
            difference = new Difference([], []);
        }

        return await database.WriteAsync(Actor.System, db => WriteAsync(db, segmentId, last, size, difference, cancel), cancel);
    }

    /// <summary>Everybody at once is much: written in short writes, before there is a snapshot. A cut-short one is finished by the next.</summary>
    private async Task FillAsync(long segmentId, Difference difference, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var chunk in difference.Removed.Chunk(Chunk))
        {
            await database.WriteAsync(Actor.System, db => Difference.LeaveAsync(db, segmentId, chunk, cancel), cancel);
        }

        foreach (var chunk in difference.Added.Chunk(Chunk))
        {
            await database.WriteAsync(Actor.System, async db =>
            {
                // The segment's row is held: two first counts at once take turns.
                await db.Segments.Where(s => s.Id == segmentId).ExecuteUpdateAsync(set => set.SetProperty(s => s.CountedAt, now), cancel);
                var inside = await db.SegmentMembers.Where(m => m.SegmentId == segmentId && EF.Parameter(chunk).Contains(m.MemberId)).Select(m => m.MemberId).ToListAsync(cancel);
                await Difference.InsertAsync(db, database.Provider, "SegmentMembers", memberColumns, chunk.Except(inside), id => [segmentId, id, now], cancel);
            }, cancel);
        }
    }

    private async Task<SegmentSnapshot> WriteAsync(LoyaltyDbContext db, long segmentId, long last, int size, Difference difference, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var newest = await db.SegmentSnapshots.Where(s => s.SegmentId == segmentId).OrderByDescending(s => s.Id).FirstOrDefaultAsync(cancel);
        if (newest is not null && newest.Id != last)
        {
            // Another node counted the same segment meanwhile: its snapshot is this one.
            return newest;
        }

        var isFirst = newest is null;
        var snapshot = new SegmentSnapshot { SegmentId = segmentId, At = now, Size = size, Entered = isFirst ? 0 : difference.Added.Count, Left = isFirst ? 0 : difference.Removed.Count };
        db.SegmentSnapshots.Add(snapshot);
        await db.SaveChangesAsync(cancel);
        if (!isFirst)
        {
            await Difference.InsertAsync(db, database.Provider, "SegmentChanges", changeColumns, difference.Added, id => [segmentId, snapshot.Id, id, true], cancel);
            await Difference.InsertAsync(db, database.Provider, "SegmentChanges", changeColumns, difference.Removed, id => [segmentId, snapshot.Id, id, false], cancel);
        }

        await Difference.LeaveAsync(db, segmentId, difference.Removed, cancel);
        await Difference.InsertAsync(db, database.Provider, "SegmentMembers", memberColumns, difference.Added, id => [segmentId, id, now], cancel);

        // A count is no change of the segment: it is neither audited nor a reason to refuse somebody's open form.
        await db.Segments.Where(s => s.Id == segmentId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Size, size).SetProperty(s => s.CountedAt, now), cancel);

        return snapshot;
    }
}
