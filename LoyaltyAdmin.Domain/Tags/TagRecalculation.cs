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
            var now = await (await compiler.MembersAsync(db, rule, cancel)).Select(m => m.Id).ToArrayAsync(cancel);
            size = now.Length;
            difference = Difference.Between(await GivenAsync(db, tagId, cancel), now);
        }

        return await database.WriteAsync(Actor.System, async db =>
        {
            var at = clock.GetUtcNow();

            // The row is held until the end: two recalculations of one tag run one after the other.
            if (await db.Tags.Where(t => t.Id == tagId).ExecuteUpdateAsync(set => set.SetProperty(t => t.CalculatedAt, at), cancel) == 0)
            {
                throw new NotFoundException("The computed tag");
            }

            if (difference.Added.Count + difference.Removed.Count == 0)
            {
                return new TagRecalculated(size, 0, 0);
            }

            // What another run wrote since this one looked is not written twice.
            var given = (await GivenAsync(db, tagId, cancel)).ToHashSet();
            var (added, removed) = (difference.Added.Where(id => !given.Contains(id)).ToList(), difference.Removed.Where(given.Contains).ToList());
            await assignment.TakeAsync(db, tagId, TagSource.Computed, removed, ActorName, cancel);
            await assignment.GiveAsync(db, tagId, TagSource.Computed, added, ActorName, reason: null, cancel);

            return new TagRecalculated(size, added.Count, removed.Count);
        }, cancel);
    }

    private static Task<long[]> GivenAsync(LoyaltyDbContext db, long tagId, CancellationToken cancel) =>
        db.MemberTags.Where(t => t.TagId == tagId && t.Source == TagSource.Computed).Select(t => t.MemberId).ToArrayAsync(cancel);
}
