using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments.Compilation;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>
/// Turns a rule into one SQL condition on members, on every database. Only active members are ever found. What a caller may see is the caller's
/// question: apply the condition to the members it sees.
/// </summary>
public sealed class SegmentCompiler(DatabaseProvider provider, GroupCalendar calendar)
{
    // Named one by one, so that the index of the status finds them.
    private static readonly MemberStatus[] otherThanActive = [.. Enum.GetValues<MemberStatus>().Where(status => status != MemberStatus.Active)];

    /// <summary>The members the rule finds at this moment. The query belongs to <paramref name="db"/>.</summary>
    /// <exception cref="RuleViolationException">The rule leads back to itself, or to a segment that is gone.</exception>
    public async Task<IQueryable<Member>> MembersAsync(LoyaltyDbContext db, SegmentRule rule, CancellationToken cancel = default) =>
        db.Members.Where(await CompileAsync(db, rule, cancel: cancel));

    /// <summary>
    /// The identifiers of the members the rule finds. Where one set decides alone, it is not looked up among the members: only those who are not active,
    /// few as they are, are taken out of it.
    /// </summary>
    /// <exception cref="RuleViolationException">The rule leads back to itself, or to a segment that is gone.</exception>
    public async Task<IQueryable<long>> MemberIdsAsync(LoyaltyDbContext db, SegmentRule rule, CancellationToken cancel = default) => MemberIds(rule, await ContextAsync(db, [rule], cancel));

    /// <summary>How many members the rule finds.</summary>
    /// <exception cref="RuleViolationException">The rule leads back to itself, or to a segment that is gone.</exception>
    public async Task<int> CountAsync(LoyaltyDbContext db, SegmentRule rule, CancellationToken cancel = default)
    {
        var context = await ContextAsync(db, [rule], cancel);
        if (!provider.FindsSetsOnce || Pieces.OneSet(Compile(rule, context, [])) is not { } set)
        {
            return await MemberIds(rule, context).CountAsync(cancel);
        }

        // SQLite counts a range of an index without a look at its entries, and finds the few by the key of the set.
        var inactive = Inactive(db);

        return await set.CountAsync(cancel) - await set.Where(id => inactive.Contains(id)).CountAsync(cancel);
    }

    /// <summary>How many of the members a caller sees the rule finds.</summary>
    internal async Task<int> CountAsync(LoyaltyDbContext db, Grant grant, SegmentRule rule, CancellationToken cancel = default) => grant.Stores.Kind == StoreScopeKind.All
        ? await CountAsync(db, rule, cancel)
        : await MemberQueries.Members(db, grant).Where(await CompileAsync(db, rule, cancel: cancel)).CountAsync(cancel);

    private IQueryable<long> MemberIds(SegmentRule rule, RuleContext context)
    {
        var db = context.Db;
        if (Pieces.OneSet(Compile(rule, context, [])) is not { } set)
        {
            return db.Members.Where(Compile(rule, context, forOne: false)).Select(m => m.Id);
        }

        var inactive = Inactive(db);

        return provider.FindsSetsOnce ? set.Where(id => !inactive.Contains(id)) : set.Where(id => !inactive.Any(other => other == id));
    }

    private static IQueryable<long> Inactive(LoyaltyDbContext db) => db.Members.Where(m => EF.Constant(otherThanActive).Contains(m.Status)).Select(m => m.Id);

    /// <summary>The members a rule finds that asks for no other segment, as seen from a day that is already known.</summary>
    public IQueryable<Member> Members(LoyaltyDbContext db, SegmentRule rule, GroupDay day) =>
        db.Members.Where(Compile(rule, new RuleContext(db, provider, day, new Dictionary<long, ReferredSegment>()), forOne: false));

    /// <summary>The members of a stored segment, rule or static.</summary>
    public Task<IQueryable<Member>> SegmentAsync(LoyaltyDbContext db, long segmentId, CancellationToken cancel = default) =>
        MembersAsync(db, SegmentRule.All(new SegmentMembership(segmentId)), cancel);

    /// <summary>The rule as a condition.</summary>
    /// <param name="db">The context the query will run on.</param>
    /// <param name="rule">Whom it means.</param>
    /// <param name="forOne">The query will ask about one member or a few: looks them up instead of finding everybody first.</param>
    /// <param name="cancel">Stops reading the segments the rule refers to.</param>
    /// <exception cref="RuleViolationException">The rule leads back to itself, or to a segment that is gone.</exception>
    public async Task<Expression<Func<Member, bool>>> CompileAsync(LoyaltyDbContext db, SegmentRule rule, bool forOne = false, CancellationToken cancel = default) =>
        Compile(rule, await ContextAsync(db, [rule], cancel), forOne);

    internal static Expression<Func<Member, bool>> Compile(SegmentRule rule, RuleContext context, bool forOne)
    {
        var piece = new Group(Match.All, [Piece.Has(m => m.Status == MemberStatus.Active), Compile(rule, context, [])]);
        var (all, any) = forOne ? (Lookup.Member, Lookup.Member) : (Lookup.Set, context.Provider.FindsSetsOnce ? Lookup.Set : Lookup.Member);

        return Pieces.Combine(piece, all, any);
    }

    /// <summary>One condition alone, for a member or a few; for explanations.</summary>
    internal static Expression<Func<Member, bool>> CompileOne(SegmentCondition condition, RuleContext context) =>
        Pieces.Combine(Compile(condition, context, []), Lookup.Member, Lookup.Member);

    /// <summary>The day, and every segment the rules lead to.</summary>
    internal async Task<RuleContext> ContextAsync(LoyaltyDbContext db, IEnumerable<SegmentRule> rules, CancellationToken cancel = default)
    {
        var known = new Dictionary<long, ReferredSegment>();
        var wanted = rules.SelectMany(References).Distinct().ToArray();
        while (wanted.Length > 0)
        {
            var found = await db.Segments.AsNoTracking().Where(s => wanted.Contains(s.Id)).Select(s => new ReferredSegment(s.Id, s.Name, s.Kind, s.Rule)).ToListAsync(cancel);
            found.ForEach(segment => known[segment.Id] = segment);
            wanted = [.. found.Where(segment => segment.Rule is not null).SelectMany(segment => References(segment.Rule!)).Distinct().Where(id => !known.ContainsKey(id))];
        }

        return new RuleContext(db, provider, await calendar.TodayAsync(db, cancel), known);
    }

    /// <summary>The segments a rule names itself.</summary>
    internal static IEnumerable<long> References(SegmentRule rule) => ConditionsOf(rule).OfType<SegmentMembership>().Select(condition => condition.SegmentId);

    /// <summary>Every condition of a rule and its groups.</summary>
    public static IEnumerable<SegmentCondition> ConditionsOf(SegmentRule rule) => rule.Conditions.Concat(rule.Groups.SelectMany(ConditionsOf));

    private static Piece Compile(SegmentRule rule, RuleContext context, IReadOnlyList<long> path) =>
        new Group(rule.Match, [.. rule.Conditions.Select(condition => Compile(condition, context, path)), .. rule.Groups.Select(group => Compile(group, context, path))]);

    private static Piece Compile(SegmentCondition condition, RuleContext context, IReadOnlyList<long> path) => condition switch
    {
        ProfileCondition c => ProfilePieces.Of(c, context),
        AttributeCondition c => ProfilePieces.Of(c, context),
        BirthdayCondition c => ProfilePieces.Of(c, context),
        RegistrationCondition c => ProfilePieces.Of(c, context),
        CardCondition c => HoldingPieces.Of(c, context),
        TagCondition c => HoldingPieces.Of(c, context),
        ConsentCondition c => HoldingPieces.Of(c, context),
        BalanceCondition c => HoldingPieces.Of(c, context),
        PurchaseCondition c => PurchasePieces.Of(c, context),
        RecencyCondition c => PurchasePieces.Of(c, context),
        AverageGapCondition c => PurchasePieces.Of(c, context),
        LapsingCondition c => PurchasePieces.Of(c, context),
        SegmentMembership c => Membership(c, context, path),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition.GetType().Name, "This condition cannot be compiled."),
    };

    private static Piece Membership(SegmentMembership condition, RuleContext context, IReadOnlyList<long> path)
    {
        if (!context.Segments.TryGetValue(condition.SegmentId, out var segment))
        {
            throw new RuleViolationException("segment_gone", "The rule asks for a member segment that does not exist any more.");
        }

        if (path.Contains(segment.Id))
        {
            throw new RuleViolationException("segment_cycle", $"The member segment “{segment.Name}” leads back to itself.");
        }

        var inside = segment is { Kind: SegmentKind.Rule, Rule: { } rule } ? Compile(rule, context, [.. path, segment.Id]) : HoldingPieces.Static(segment.Id, context);

        return inside.Negate(condition.Not);
    }
}
