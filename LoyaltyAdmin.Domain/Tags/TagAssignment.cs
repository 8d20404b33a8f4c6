using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Tags;

/// <summary>
/// Gives tags to members and takes them. Each source gives its own: a person takes what people, imports and the API gave, never what a rule or a
/// program gave; those take their own.
/// </summary>
public sealed class TagAssignment(LoyaltyDatabase database, AccessControl access, TimeProvider clock)
{
    private const int MaximumReason = 400;

    private static readonly TagSource[] byHand = [TagSource.Manual, TagSource.Import, TagSource.Api];
    private static readonly BulkColumn[] tagColumns = [new("MemberId", BulkType.Long), new("TagId", BulkType.Long), new("Source", BulkType.Text), new("Since", BulkType.Instant), new("ActorName", BulkType.Text), new("Reason", BulkType.Text)];
    private static readonly BulkColumn[] changeColumns = [new("MemberId", BulkType.Long), new("TagId", BulkType.Long), new("Source", BulkType.Text), new("Given", BulkType.Boolean), new("ActorName", BulkType.Text), new("At", BulkType.Instant)];

    /// <summary>Gives a tag to members the caller sees; answers how many did not have it from this source yet.</summary>
    [Requires(Permission.TagsManage)]
    public Task<int> AssignAsync(Actor actor, long tagId, IReadOnlyCollection<long> memberIds, TagSource source = TagSource.Manual, string? reason = null, CancellationToken cancel = default) =>
        AssignWhereAsync(actor, tagId, (_, members) => Among(members, memberIds), source, reason, cancel);

    /// <summary>Gives a tag to every member a filter finds among those the caller sees.</summary>
    [Requires(Permission.TagsManage)]
    public async Task<int> AssignWhereAsync(Actor actor, long tagId, Func<LoyaltyDbContext, IQueryable<Member>, IQueryable<Member>> filter, TagSource source = TagSource.Manual, string? reason = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.TagsManage, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, MaximumReason).Require(source != TagSource.Computed, nameof(source), "Only the recalculation gives computed tags.").ThrowIfAny();

        return await database.WriteAsync(actor, async db =>
        {
            await TagService.FindAsync(db, tagId, cancel);
            var found = filter(db, MemberQueries.Members(db, grant).Where(m => m.Status != MemberStatus.Erased));
            var ids = await found.Where(m => !db.MemberTags.Any(t => t.TagId == tagId && t.Source == source && t.MemberId == m.Id)).Select(m => m.Id).ToListAsync(cancel);
            await GiveAsync(db, tagId, source, ids, actor.Name, Inputs.Clean(reason), cancel);

            return ids.Count;
        }, cancel);
    }

    /// <summary>Takes from members what was given by hand; answers from how many.</summary>
    [Requires(Permission.TagsManage)]
    public Task<int> RemoveAsync(Actor actor, long tagId, IReadOnlyCollection<long> memberIds, CancellationToken cancel = default) =>
        RemoveWhereAsync(actor, tagId, (_, members) => Among(members, memberIds), cancel);

    /// <summary>Takes a tag from every member a filter finds among those the caller sees.</summary>
    [Requires(Permission.TagsManage)]
    public async Task<int> RemoveWhereAsync(Actor actor, long tagId, Func<LoyaltyDbContext, IQueryable<Member>, IQueryable<Member>> filter, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.TagsManage, cancel: cancel);

        return await database.WriteAsync(actor, async db =>
        {
            await TagService.FindAsync(db, tagId, cancel);
            var found = filter(db, MemberQueries.Members(db, grant));
            var rows = await db.MemberTags.AsNoTracking().Where(t => t.TagId == tagId && byHand.Contains(t.Source) && found.Any(m => m.Id == t.MemberId)).Select(t => new { t.MemberId, t.Source }).ToListAsync(cancel);
            foreach (var source in rows.GroupBy(row => row.Source, row => row.MemberId))
            {
                await TakeAsync(db, tagId, source.Key, [.. source], actor.Name, cancel);
            }

            return rows.Select(row => row.MemberId).Distinct().Count();
        }, cancel);
    }

    /// <summary>Gives within the caller's write; the members do not have it from this source.</summary>
    internal async Task GiveAsync(LoyaltyDbContext db, long tagId, TagSource source, IReadOnlyList<long> memberIds, string actorName, string? reason, CancellationToken cancel)
    {
        var (now, word) = (clock.GetUtcNow(), source.ToString());
        await Difference.InsertAsync(db, database.Provider, "MemberTags", tagColumns, memberIds, id => [id, tagId, word, now, actorName, reason], cancel);
        await Difference.InsertAsync(db, database.Provider, "TagChanges", changeColumns, memberIds, id => [id, tagId, word, true, actorName, now], cancel);
    }

    /// <summary>Takes within the caller's write; the members have it from this source.</summary>
    internal async Task TakeAsync(LoyaltyDbContext db, long tagId, TagSource source, IReadOnlyList<long> memberIds, string actorName, CancellationToken cancel)
    {
        var (now, word) = (clock.GetUtcNow(), source.ToString());
        await Difference.TakeAsync(db, tagId, source, memberIds, cancel);
        await Difference.InsertAsync(db, database.Provider, "TagChanges", changeColumns, memberIds, id => [id, tagId, word, false, actorName, now], cancel);
    }

    private static IQueryable<Member> Among(IQueryable<Member> members, IReadOnlyCollection<long> memberIds)
    {
        var ids = memberIds.ToArray();

        return members.Where(m => EF.Parameter(ids).Contains(m.Id));
    }
}
