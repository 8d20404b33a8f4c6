using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Tags;

/// <summary>A tag of a member from one source.</summary>
public sealed record MemberTagRow(long TagId, string Name, string Colour, TagKind Kind, TagSource Source, string ActorName, DateTimeOffset Since, string? Reason);

/// <summary>A receipt that counted.</summary>
public sealed record TagReceipt(long OrderId, string Source, string Number, DateOnly Day, Channel Channel, decimal Revenue);

/// <summary>Why a member has a computed tag or has not: condition by condition, the receipts behind it, and the day that will change it if nothing else happens.</summary>
public sealed record TagExplanation(string Name, RuleAnswer Answer, IReadOnlyList<TagReceipt> Receipts, DateOnly? ChangesOn);

/// <summary>The tags of one member.</summary>
public sealed class MemberTagList(LoyaltyDatabase database, AccessControl access, SegmentCompiler compiler, RuleExplanation explanation)
{
    private const int MaximumReceipts = 20;
    private const int MaximumDays = 60;

    /// <summary>What the member has, from whom and since when.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<IReadOnlyList<MemberTagRow>> OfAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        await DemandMemberAsync(db, grant, memberId, cancel);

        return await db.MemberTags.Where(t => t.MemberId == memberId)
            .Join(db.Tags, given => given.TagId, tag => tag.Id, (given, tag) => new { given, tag }).OrderBy(t => t.tag.Name).ThenBy(t => t.given.Source)
            .Select(t => new MemberTagRow(t.tag.Id, t.tag.Name, t.tag.Colour, t.tag.Kind, t.given.Source, t.given.ActorName, t.given.Since, t.given.Reason)).ToListAsync(cancel);
    }

    /// <summary>Explains a computed tag.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<TagExplanation> ExplainAsync(Actor actor, long memberId, long tagId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        await DemandMemberAsync(db, grant, memberId, cancel);
        var tag = await TagService.FindAsync(db, tagId, cancel);
        if (tag.Rule is not { } rule)
        {
            throw new RuleViolationException("manual_tag", $"“{tag.Name}” is given by people: its history says by whom.");
        }

        var context = await compiler.ContextAsync(db, [rule], cancel);
        var answer = await explanation.OfAsync(db, rule, await SegmentNames.LoadAsync(db, cancel), memberId, cancel);
        var receipts = new List<TagReceipt>();
        foreach (var condition in SegmentCompiler.ConditionsOf(rule).OfType<PurchaseCondition>())
        {
            receipts.AddRange(await RuleExplanation.Orders(condition, context, memberId).Where(o => o.GroupRevenue != 0 || o.IsPurchase).OrderByDescending(o => o.BusinessDay).ThenByDescending(o => o.Id).Take(MaximumReceipts)
                .Select(o => new TagReceipt(o.Id, o.Source, o.Number, o.BusinessDay, o.Channel, o.GroupRevenue)).ToListAsync(cancel));
        }

        DateOnly? changes = null;
        foreach (var day in await TurningDaysAsync(rule, context, memberId, cancel))
        {
            if (await RuleExplanation.HoldsOnAsync(rule, context, memberId, day, cancel) != answer.IsIn)
            {
                changes = day;
                break;
            }
        }

        return new TagExplanation(tag.Name, answer, [.. receipts.DistinctBy(r => r.OrderId).OrderByDescending(r => r.Day).Take(MaximumReceipts)], changes);
    }

    /// <summary>The days to come on which time alone can turn a condition: an order leaves its window, a gap or a silence grows long enough.</summary>
    private static async Task<IReadOnlyList<DateOnly>> TurningDaysAsync(SegmentRule rule, Segments.Compilation.RuleContext context, long memberId, CancellationToken cancel)
    {
        var summary = await context.Db.PurchaseSummaries.AsNoTracking().FirstOrDefaultAsync(s => s.MemberId == memberId, cancel);
        var registered = await context.Db.Members.Where(m => m.Id == memberId).Select(m => (DateOnly?)m.RegisteredOn).FirstOrDefaultAsync(cancel);
        var days = new List<DateOnly?>();
        foreach (var condition in SegmentCompiler.ConditionsOf(rule))
        {
            switch (condition)
            {
                case PurchaseCondition { LastDays: not null } or PurchaseCondition { LastMonths: not null }:
                    var purchases = (PurchaseCondition)condition;
                    var bought = await RuleExplanation.Orders(purchases, context, memberId).Select(o => o.BusinessDay).Distinct().OrderBy(day => day).Take(MaximumDays).ToListAsync(cancel);
                    days.AddRange(bought.Select(day => (DateOnly?)LeavesOn(purchases, day)));
                    break;
                case RecencyCondition recency:
                    days.AddRange(new[] { summary?.LastOn, summary?.LastPosOn, summary?.LastOnlineOn }.SelectMany(day => new[] { day?.AddDays(recency.Days), day?.AddDays(recency.Days + 1) }));
                    break;
                case LapsingCondition { AsOf: null } lapsing:
                    days.Add(summary?.ExpectedOn?.AddDays(lapsing.DaysBeyond));
                    break;
                case RegistrationCondition { WithinDays: { } within }:
                    days.Add(registered?.AddDays(within));
                    break;
                case BirthdayCondition:
                    days.AddRange(Enumerable.Range(1, MaximumDays).Select(ahead => (DateOnly?)context.Today.AddDays(ahead)));
                    break;
                default:
                    break;
            }
        }

        return [.. days.OfType<DateOnly>().Where(day => day > context.Today).Distinct().Order().Take(2 * MaximumDays)];
    }

    private static DateOnly LeavesOn(PurchaseCondition condition, DateOnly bought)
    {
        if (condition.LastDays is { } days)
        {
            return bought.AddDays(days);
        }

        // Months end differently: the first day from which the same day so many months ago is later than the purchase.
        var day = bought.AddMonths(condition.LastMonths!.Value);
        while (day.AddMonths(-condition.LastMonths.Value) <= bought)
        {
            day = day.AddDays(1);
        }

        return day;
    }

    private static async Task DemandMemberAsync(LoyaltyDbContext db, Grant grant, long memberId, CancellationToken cancel)
    {
        if (!await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel))
        {
            throw new NotFoundException("The member");
        }
    }
}
