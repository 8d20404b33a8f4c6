using System.Globalization;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Segments.Compilation;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>Whether a condition holds for a member, and the member's own figure behind it.</summary>
public sealed record ConditionAnswer(string Sentence, bool Holds, string? Figure);

/// <summary>Whether a rule holds for a member, condition by condition.</summary>
public sealed record RuleAnswer(bool IsIn, IReadOnlyList<ConditionAnswer> Conditions);

/// <summary>Why a rule finds a member or does not.</summary>
public sealed class RuleExplanation(SegmentCompiler compiler)
{
    internal async Task<RuleAnswer> OfAsync(LoyaltyDbContext db, SegmentRule rule, SegmentNames names, long memberId, CancellationToken cancel)
    {
        var context = await compiler.ContextAsync(db, [rule], cancel);
        var member = db.Members.Where(m => m.Id == memberId);
        var summary = await db.PurchaseSummaries.AsNoTracking().FirstOrDefaultAsync(s => s.MemberId == memberId, cancel);
        var answers = new List<ConditionAnswer>();
        foreach (var condition in SegmentCompiler.ConditionsOf(rule))
        {
            var holds = await member.AnyAsync(SegmentCompiler.CompileOne(condition, context), cancel);
            answers.Add(new ConditionAnswer(SegmentSentences.Of(condition, names), holds, await FigureAsync(condition, context, memberId, summary, cancel)));
        }

        return new RuleAnswer(await member.AnyAsync(SegmentCompiler.Compile(rule, context, forOne: true), cancel), answers);
    }

    /// <summary>Whether the rule would hold on another day if nothing else happened.</summary>
    internal static Task<bool> HoldsOnAsync(SegmentRule rule, RuleContext context, long memberId, DateOnly day, CancellationToken cancel) =>
        context.Db.Members.Where(m => m.Id == memberId).AnyAsync(SegmentCompiler.Compile(rule, context with { Day = context.Day with { Today = day } }, forOne: true), cancel);

    private static async Task<string?> FigureAsync(SegmentCondition condition, RuleContext context, long memberId, PurchaseSummary? summary, CancellationToken cancel) => condition switch
    {
        RecencyCondition c => Last(c, summary) is { } last ? $"last purchase on {Day(last)}, {context.Today.DayNumber - last.DayNumber} days ago" : "never purchased",
        LapsingCondition or AverageGapCondition => summary is { PurchaseDays: >= 2, FirstOn: { } first, LastOn: { } last }
            ? $"{summary.PurchaseDays} purchase days, {Number((decimal)(last.DayNumber - first.DayNumber) / (summary.PurchaseDays - 1))} days apart on average, the last on {Day(last)}"
            : $"{summary?.PurchaseDays ?? 0} purchase days",
        PurchaseCondition c => await PurchasesAsync(c, context, memberId, cancel),
        BalanceCondition { Of: not BalanceKind.GiftCards } c => await BalanceAsync(c.Of, context, memberId, cancel),
        _ => null,
    };

    private static async Task<string> BalanceAsync(BalanceKind of, RuleContext context, long memberId, CancellationToken cancel)
    {
        var currency = of == BalanceKind.Points ? Currency.Points : Currency.Of(context.Day.Currency);
        var balance = await HoldingPieces.Accounts(of, context).Where(a => a.MemberId == memberId).Select(a => (long?)a.Balance).FirstOrDefaultAsync(cancel);

        return $"balance of {currency.Format(currency.ToMajor(balance ?? 0), CultureInfo.InvariantCulture)}";
    }

    private static DateOnly? Last(RecencyCondition condition, PurchaseSummary? summary) => condition.Channel switch
    {
        Channel.Pos => summary?.LastPosOn,
        Channel.Online => summary?.LastOnlineOn,
        _ => summary?.LastOn,
    };

    private static async Task<string> PurchasesAsync(PurchaseCondition condition, RuleContext context, long memberId, CancellationToken cancel)
    {
        var orders = Orders(condition, context, memberId);
        var count = await orders.CountAsync(o => o.IsPurchase, cancel);
        var revenue = await orders.SumAsync(o => o.GroupRevenue, cancel);

        return $"{count} {(count == 1 ? "order" : "orders")}, {Currency.Of(context.Day.Currency).Format(revenue, CultureInfo.InvariantCulture)}";
    }

    /// <summary>The member's orders a condition looks at.</summary>
    internal static IQueryable<Order> Orders(PurchaseCondition condition, RuleContext context, long memberId)
    {
        var orders = context.Db.Orders.Where(o => o.MemberId == memberId);
        if (PurchasePieces.From(condition, context.Today) is { } from)
        {
            orders = orders.Where(o => o.BusinessDay >= from);
        }

        return condition.Channel is { } channel ? orders.Where(o => o.Channel == channel) : orders;
    }

    private static string Day(DateOnly day) => day.ToString("MMM d, yyyy", CultureInfo.InvariantCulture);

    private static string Number(decimal number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
