using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Tags;

/// <summary>What a recalculation changed.</summary>
public sealed record TagRecalculated(int Members, int Given, int Taken);

/// <summary>
/// Gives computed tags to whom their rules find now and takes them from whom they do not. Only what a rule gave is touched, only differences are
/// written, and a second run changes nothing. A tag may ask for another computed tag: tags are calculated until nothing changes, a few rounds at most.
/// </summary>
public sealed class TagRecalculation(LoyaltyDatabase database, AccessControl access, SegmentCompiler compiler, TagAssignment assignment, TimeProvider clock)
{
    private const int Rounds = 5;

    // Short writes: where one writer works at a time, nobody at a till waits for a whole recalculation. One that was cut short is finished by the next.
    private const int Chunk = 2_000;

    private const string ActorName = "Recalculation";

    /// <summary>Recalculates one tag now.</summary>
    [Requires(Permission.TagsManage)]
    public async Task<TagRecalculated> RunAsync(Actor actor, long tagId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.TagsManage, cancel: cancel);

        return await RunAsync(tagId, cancel);
    }

    /// <summary>Recalculates every computed tag; for the nightly job.</summary>
    public async Task<string> RunAllAsync(CancellationToken cancel = default)
    {
        List<long> ids;
        await using (var db = await database.ReadAsync(cancel))
        {
            ids = await db.Tags.Where(t => t.Kind == TagKind.Computed && t.Rule != null).OrderBy(t => t.Id).Select(t => t.Id).ToListAsync(cancel);
        }

        var (given, taken) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var changed = 0;
            foreach (var id in ids)
            {
                var result = await RunAsync(id, cancel);
                (given, taken, changed) = (given + result.Given, taken + result.Taken, changed + result.Given + result.Taken);
            }

            if (changed == 0 || ids.Count == 1)
            {
                break;
            }
        }

        return $"{ids.Count} tags: {given} given, {taken} taken.";
    }

    private async Task<TagRecalculated> RunAsync(long tagId, CancellationToken cancel)
    {
        int size;
        Difference difference;
        await using (var db = await database.ReadAsync(cancel))
        {
            await using var moment = await database.Provider.BeginSnapshotAsync(db, cancel);
            var rule = await db.Tags.AsNoTracking().Where(t => t.Id == tagId && t.Kind == TagKind.Computed).Select(t => t.Rule).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The computed tag");
            var now = await (await compiler.MemberIdsAsync(db, rule, cancel)).ToArrayAsync(cancel);
            size = now.Length;
            difference = Difference.Between(await GivenAsync(db, tagId, cancel), now);
        }

        var (given, taken) = (0, 0);
        foreach (var chunk in difference.Removed.Chunk(Chunk))
        {
            taken += await database.WriteAsync(Actor.System, db => TakeAsync(db, tagId, chunk, cancel), cancel);
        }

        foreach (var chunk in difference.Added.Chunk(Chunk))
        {
            given += await database.WriteAsync(Actor.System, db => GiveAsync(db, tagId, chunk, cancel), cancel);
        }

        await database.WriteAsync(Actor.System, db => HoldAsync(db, tagId, cancel), cancel);

        return new TagRecalculated(size, given, taken);
    }

    // What another run wrote since this one looked is not written twice.
    private async Task<int> TakeAsync(LoyaltyDbContext db, long tagId, long[] members, CancellationToken cancel)
    {
        await HoldAsync(db, tagId, cancel);
        var given = await GivenAmongAsync(db, tagId, members, cancel);
        await assignment.TakeAsync(db, tagId, TagSource.Computed, given, ActorName, cancel);

        return given.Count;
    }

    private async Task<int> GiveAsync(LoyaltyDbContext db, long tagId, long[] members, CancellationToken cancel)
    {
        await HoldAsync(db, tagId, cancel);
        var missing = members.Except(await GivenAmongAsync(db, tagId, members, cancel)).ToList();
        await assignment.GiveAsync(db, tagId, TagSource.Computed, missing, ActorName, reason: null, cancel);

        return missing.Count;
    }

    // The tag's row is held until the write ends: two recalculations of one tag take turns.
    private async Task HoldAsync(LoyaltyDbContext db, long tagId, CancellationToken cancel)
    {
        var at = clock.GetUtcNow();
        if (await db.Tags.Where(t => t.Id == tagId).ExecuteUpdateAsync(set => set.SetProperty(t => t.CalculatedAt, at), cancel) == 0)
        {
            throw new NotFoundException("The computed tag");
        }
    }

    private static Task<List<long>> GivenAmongAsync(LoyaltyDbContext db, long tagId, long[] members, CancellationToken cancel) =>
        db.MemberTags.Where(t => t.TagId == tagId && t.Source == TagSource.Computed && EF.Parameter(members).Contains(t.MemberId)).Select(t => t.MemberId).ToListAsync(cancel);

    private static Task<long[]> GivenAsync(LoyaltyDbContext db, long tagId, CancellationToken cancel) =>
        db.MemberTags.Where(t => t.TagId == tagId && t.Source == TagSource.Computed).Select(t => t.MemberId).ToArrayAsync(cancel);
}
