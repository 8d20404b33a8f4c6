using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>One count of a segment.</summary>
public sealed record SnapshotRow(long Id, DateTimeOffset At, int Size, int Entered, int Left);

/// <summary>Somebody who came or went between two counts.</summary>
public sealed record SegmentChangeRow(long Id, bool Entered, FoundMember Member);

/// <summary>A number that could not be put on a list, and why.</summary>
public sealed record RefusedNumber(string Number, string Reason);

/// <summary>What came of putting members on a list or taking them off it.</summary>
public sealed record ListOutcome(int Done, IReadOnlyList<RefusedNumber> Refused);

/// <summary>Who is in a segment, who came and went, and the lists kept by hand.</summary>
public sealed class SegmentLists(LoyaltyDatabase database, AccessControl access, SegmentCompiler compiler, TimeProvider clock)
{
    private const int MaximumNumbers = 10_000;
    private const int MaximumPoints = 400;

    private static readonly SortColumns<Member> sorts = new(member => member.Id);
    private static readonly SortColumns<SegmentChange> changeSorts = new(change => change.Id);
    private static readonly BulkColumn[] columns = [new("SegmentId", BulkType.Long), new("MemberId", BulkType.Long), new("Since", BulkType.Instant)];

    /// <summary>The members in the segment right now that the caller sees.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<Page<FoundMember>> MembersAsync(Actor actor, long segmentId, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await InAsync(db, grant, segmentId, cancel)).ToPageAsync(page, sorts, m => new FoundMember(m.Id, m.Number, m.City, m.RegisteredOn,
            db.PurchaseSummaries.Where(s => s.MemberId == m.Id).Select(s => s.LastOn).FirstOrDefault(), db.PurchaseSummaries.Where(s => s.MemberId == m.Id).Select(s => s.OrderCount).FirstOrDefault(),
            db.PurchaseSummaries.Where(s => s.MemberId == m.Id).Select(s => s.Revenue).FirstOrDefault()), cancel);
    }

    /// <summary>How many of them there are.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, long segmentId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return new BoundedCount(await (await InAsync(db, grant, segmentId, cancel)).CountAsync(cancel), IsExact: true);
    }

    /// <summary>The latest counts, oldest first.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<IReadOnlyList<SnapshotRow>> SnapshotsAsync(Actor actor, long segmentId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var rows = await db.SegmentSnapshots.Where(s => s.SegmentId == segmentId).OrderByDescending(s => s.Id).Take(MaximumPoints).Select(s => new SnapshotRow(s.Id, s.At, s.Size, s.Entered, s.Left)).ToListAsync(cancel);
        rows.Reverse();

        return rows;
    }

    /// <summary>Who entered or left with a count, of the members the caller sees.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<Page<SegmentChangeRow>> ChangesAsync(Actor actor, long snapshotId, bool entered, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var seen = MemberQueries.Members(db, grant);

        return await db.SegmentChanges.Where(c => c.SnapshotId == snapshotId && c.Entered == entered && seen.Any(m => m.Id == c.MemberId))
            .ToPageAsync(page, changeSorts, c => new SegmentChangeRow(c.Id, c.Entered, db.Members.Where(m => m.Id == c.MemberId).Select(m => new FoundMember(m.Id, m.Number, m.City, m.RegisteredOn, null, 0, 0)).First()), cancel);
    }

    /// <summary>Puts members on a static list by their numbers.</summary>
    [Requires(Permission.SegmentsManage)]
    public Task<ListOutcome> AddAsync(Actor actor, long segmentId, IReadOnlyList<string> numbers, CancellationToken cancel = default) =>
        ChangeAsync(actor, segmentId, numbers, add: true, cancel);

    /// <summary>Takes members off a static list by their numbers.</summary>
    [Requires(Permission.SegmentsManage)]
    public Task<ListOutcome> RemoveAsync(Actor actor, long segmentId, IReadOnlyList<string> numbers, CancellationToken cancel = default) =>
        ChangeAsync(actor, segmentId, numbers, add: false, cancel);

    private async Task<ListOutcome> ChangeAsync(Actor actor, long segmentId, IReadOnlyList<string> numbers, bool add, CancellationToken cancel)
    {
        var grant = await access.DemandAsync(actor, Permission.SegmentsManage, cancel: cancel);
        var wanted = numbers.Select(Inputs.Clean).OfType<string>().Distinct().ToArray();
        new FieldErrors().Require(wanted.Length > 0, nameof(numbers), "Enter at least one member number.").Require(wanted.Length <= MaximumNumbers, nameof(numbers), $"At most {MaximumNumbers:N0} numbers at once; import a file for more.").ThrowIfAny();

        return await database.WriteAsync(actor, async db =>
        {
            if (!await db.Segments.AnyAsync(s => s.Id == segmentId && s.Kind == SegmentKind.Static, cancel))
            {
                throw new NotFoundException("The list");
            }

            var found = await MemberQueries.Members(db, grant).Where(m => EF.Parameter(wanted).Contains(m.Number)).Select(m => new { m.Id, m.Number, m.Status }).ToListAsync(cancel);
            var ids = found.Where(m => m.Status != MemberStatus.Erased || !add).Select(m => m.Id).ToArray();
            var inside = await db.SegmentMembers.Where(m => m.SegmentId == segmentId && EF.Parameter(ids).Contains(m.MemberId)).Select(m => m.MemberId).ToListAsync(cancel);
            var now = clock.GetUtcNow();
            if (add)
            {
                await Difference.InsertAsync(db, database.Provider, "SegmentMembers", columns, ids.Except(inside), id => [segmentId, id, now], cancel);
            }
            else
            {
                await Difference.LeaveAsync(db, segmentId, inside, cancel);
            }

            var size = await db.SegmentMembers.CountAsync(m => m.SegmentId == segmentId, cancel);
            await db.Segments.Where(s => s.Id == segmentId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Size, size).SetProperty(s => s.CountedAt, now), cancel);

            return new ListOutcome(add ? ids.Length - inside.Count : inside.Count,
            [
                .. wanted.Except(found.Select(m => m.Number)).Select(number => new RefusedNumber(number, "No member has this number.")),
                .. found.Where(m => m.Status == MemberStatus.Erased && add).Select(m => new RefusedNumber(m.Number, "The member was erased.")),
                .. found.Where(m => ids.Contains(m.Id) && inside.Contains(m.Id) == add).Select(m => new RefusedNumber(m.Number, add ? "Is on the list already." : "Is not on the list.")),
            ]);
        }, cancel);
    }

    private async Task<IQueryable<Member>> InAsync(LoyaltyDbContext db, Grant grant, long segmentId, CancellationToken cancel) =>
        MemberQueries.Members(db, grant).Where(await compiler.CompileAsync(db, SegmentRule.All(new SegmentMembership(segmentId)), cancel: cancel));
}
