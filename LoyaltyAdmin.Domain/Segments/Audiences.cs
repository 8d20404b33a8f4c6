using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>Whether a member is in an audience, with what speaks for it and what against.</summary>
public sealed record AudienceAnswer(bool IsIn, IReadOnlyList<string> For, IReadOnlyList<string> Against)
{
    /// <summary>“in: tier Gold of plan Main; not in: tag VIP”.</summary>
    public override string ToString() => string.Join("; ", new[] { ("in", For), ("not in", Against) }.Where(side => side.Item2.Count > 0).Select(side => $"{side.Item1}: {string.Join(", ", side.Item2)}"));
}

/// <summary>
/// Whom an <see cref="AudienceScope"/> means: as a set for the database, for one member with reasons, and how many. An audience is a rule with a group
/// per dimension, so it is compiled and kept up to date like any segment. Empty means nobody.
/// </summary>
public sealed class Audiences(LoyaltyDatabase database, AccessControl access, SegmentCompiler compiler)
{
    /// <summary>The active members an audience means at this moment; the query belongs to <paramref name="db"/>.</summary>
    public async Task<IQueryable<Member>> MembersAsync(LoyaltyDbContext db, AudienceScope scope, CancellationToken cancel = default) =>
        db.Members.Where(await CompileAsync(db, scope, cancel: cancel));

    /// <summary>The audience as a condition on members.</summary>
    /// <param name="db">The context the query will run on.</param>
    /// <param name="scope">Whom it means.</param>
    /// <param name="forOne">The query asks about one member or a few.</param>
    /// <param name="cancel">Stops reading what the audience refers to.</param>
    public async Task<Expression<Func<Member, bool>>> CompileAsync(LoyaltyDbContext db, AudienceScope scope, bool forOne = false, CancellationToken cancel = default) =>
        await compiler.CompileAsync(db, RuleOf(scope, await SegmentNames.LoadAsync(db, cancel)), forOne, cancel);

    /// <summary>Whether the member is in it and why, choice by choice.</summary>
    public async Task<AudienceAnswer> ExplainAsync(LoyaltyDbContext db, AudienceScope scope, long memberId, CancellationToken cancel = default)
    {
        var names = await SegmentNames.LoadAsync(db, cancel);
        var rule = RuleOf(scope, names);
        var context = await compiler.ContextAsync(db, [rule], cancel);
        var member = db.Members.Where(m => m.Id == memberId);
        var (pro, contra) = (new List<string>(), new List<string>());
        if (!await member.AnyAsync(m => m.Status == MemberStatus.Active, cancel))
        {
            contra.Add("active members");
        }
        else if (scope.AllUsers)
        {
            pro.Add("All Users");
        }

        foreach (var condition in SegmentCompiler.ConditionsOf(rule))
        {
            (await member.AnyAsync(SegmentCompiler.CompileOne(condition, context), cancel) ? pro : contra).Add(Choice(condition, names));
        }

        return new AudienceAnswer(await member.AnyAsync(SegmentCompiler.Compile(rule, context, forOne: true), cancel), pro, contra);
    }

    /// <summary>How many active members the caller sees are in it right now.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<int> SizeAsync(Actor actor, AudienceScope scope, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await compiler.CountAsync(db, grant, RuleOf(scope, await SegmentNames.LoadAsync(db, cancel)), cancel);
    }

    internal static SegmentRule RuleOf(AudienceScope scope, SegmentNames names)
    {
        if (scope.AllUsers)
        {
            return SegmentRule.Everybody;
        }

        SegmentRule[] dimensions =
        [
            SegmentRule.Any([.. scope.CardPlanIds.Select(id => new CardCondition(id))]),
            SegmentRule.Any([.. scope.Tiers.Select(tier => new CardCondition(names.Tiers.FirstOrDefault(t => t.Id == tier.TierId)?.PlanId ?? 0, tier.TierId, tier.AndAbove))]),
            SegmentRule.Any([.. scope.SegmentIds.Select(id => new SegmentMembership(id))]),
            SegmentRule.Any([.. scope.TagIds.Select(id => new TagCondition(id))]),
        ];
        var asked = dimensions.Where(dimension => !dimension.Conditions.IsEmpty).ToList();

        // Nothing chosen is nobody, also where every dimension must match.
        return new SegmentRule(scope.MatchesEvery && asked.Count > 0 ? Match.All : Match.Any, [], [.. asked]);
    }

    private static string Choice(SegmentCondition condition, SegmentNames names) => condition switch
    {
        CardCondition { TierId: { } tier } c => $"tier {names.Tier(tier)}{(c.AndAbove ? " and above" : "")} of plan {names.Plan(c.PlanId)}",
        CardCondition c => $"plan {names.Plan(c.PlanId)}",
        SegmentMembership c => $"segment {names.Segment(c.SegmentId)}",
        TagCondition c => $"tag {names.Tag(c.TagId)}",
        _ => SegmentSentences.Of(condition, names),
    };
}
