using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Tags;

/// <summary>One source that gives a member a tag.</summary>
public sealed record TagGift(TagSource Source, string ActorName, DateTimeOffset Since, string? Reason);

/// <summary>A member with a tag and who gave it.</summary>
public sealed record TaggedMember(long MemberId, string Number, IReadOnlyList<TagGift> Given);

/// <summary>Who has a tag; giving and taking it by member numbers.</summary>
public sealed class TagMembers(LoyaltyDatabase database, AccessControl access, TagAssignment assignment)
{
    private const int MaximumNumbers = 10_000;

    private static readonly SortColumns<Member> sorts = new(member => member.Id);

    /// <summary>Who has the tag, of the members the caller sees.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<Page<TaggedMember>> ListAsync(Actor actor, long tagId, TagSource? source, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await MemberQueries.Members(db, grant).Where(m => db.MemberTags.Any(t => t.TagId == tagId && t.MemberId == m.Id && (source == null || t.Source == source)))
            .ToPageAsync(page, sorts, m => new TaggedMember(m.Id, m.Number, db.MemberTags.Where(t => t.TagId == tagId && t.MemberId == m.Id).OrderBy(t => t.Since).Select(t => new TagGift(t.Source, t.ActorName, t.Since, t.Reason)).ToList()), cancel);
    }

    /// <summary>Gives the tag to members by their numbers.</summary>
    [Requires(Permission.TagsManage)]
    public async Task<ListOutcome> GiveAsync(Actor actor, long tagId, IReadOnlyList<string> numbers, string? reason, CancellationToken cancel = default)
    {
        var found = await FindAsync(actor, numbers, cancel);

        return new ListOutcome(await assignment.AssignAsync(actor, tagId, [.. found.Known.Values], TagSource.Manual, reason, cancel), found.Refused);
    }

    /// <summary>Takes from members what was given by hand.</summary>
    [Requires(Permission.TagsManage)]
    public async Task<ListOutcome> TakeAsync(Actor actor, long tagId, IReadOnlyList<string> numbers, CancellationToken cancel = default)
    {
        var found = await FindAsync(actor, numbers, cancel);

        return new ListOutcome(await assignment.RemoveAsync(actor, tagId, [.. found.Known.Values], cancel), found.Refused);
    }

    private async Task<(Dictionary<string, long> Known, IReadOnlyList<RefusedNumber> Refused)> FindAsync(Actor actor, IReadOnlyList<string> numbers, CancellationToken cancel)
    {
        var grant = await access.DemandAsync(actor, Permission.TagsManage, cancel: cancel);
        var wanted = numbers.Select(Inputs.Clean).OfType<string>().Distinct().ToArray();
        new FieldErrors().Require(wanted.Length > 0, nameof(numbers), "Enter at least one member number.").Require(wanted.Length <= MaximumNumbers, nameof(numbers), $"At most {MaximumNumbers:N0} numbers at once.").ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var known = await MemberQueries.Members(db, grant).Where(m => EF.Parameter(wanted).Contains(m.Number)).Select(m => new { m.Number, m.Id }).ToDictionaryAsync(m => m.Number, m => m.Id, cancel);

        return (known, [.. wanted.Where(number => !known.ContainsKey(number)).Select(number => new RefusedNumber(number, "No member has this number."))]);
    }
}
