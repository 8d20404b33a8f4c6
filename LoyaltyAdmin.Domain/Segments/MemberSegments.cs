using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>A segment a member is in right now, since when (as of the last count) and why.</summary>
public sealed record MemberSegment(long Id, string Name, SegmentKind Kind, DateTimeOffset? Since, IReadOnlyList<ConditionAnswer> Why);

/// <summary>The segments of one member.</summary>
public sealed class MemberSegments(LoyaltyDatabase database, AccessControl access, SegmentCompiler compiler, RuleExplanation explanation)
{
    [Requires(Permission.MembersRead)]
    public async Task<IReadOnlyList<MemberSegment>> OfAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        if (!await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel))
        {
            throw new NotFoundException("The member");
        }

        var segments = await db.Segments.OrderBy(s => s.Name).Select(s => new { s.Id, s.Name, s.Kind, s.Rule, Since = db.SegmentMembers.Where(m => m.SegmentId == s.Id && m.MemberId == memberId).Select(m => (DateTimeOffset?)m.Since).FirstOrDefault() }).ToListAsync(cancel);
        var names = await SegmentNames.LoadAsync(db, cancel);
        var context = await compiler.ContextAsync(db, segments.Where(s => s.Rule is not null).Select(s => s.Rule!), cancel);
        var found = new List<MemberSegment>();
        foreach (var segment in segments)
        {
            if (segment.Kind == SegmentKind.Static)
            {
                if (segment.Since is not null)
                {
                    found.Add(new MemberSegment(segment.Id, segment.Name, segment.Kind, segment.Since, []));
                }
            }
            else if (segment.Rule is { } rule && await db.Members.Where(m => m.Id == memberId).AnyAsync(SegmentCompiler.Compile(rule, context, forOne: true), cancel))
            {
                found.Add(new MemberSegment(segment.Id, segment.Name, segment.Kind, segment.Since, (await explanation.OfAsync(db, rule, names, memberId, cancel)).Conditions));
            }
        }

        return found;
    }
}
