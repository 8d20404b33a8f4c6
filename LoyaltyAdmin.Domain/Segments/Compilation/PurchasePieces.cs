using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments.Compilation;

/// <summary>
/// Conditions on what the member bought: of all time from the summary, of a window from the orders of those days. A member without purchases has
/// no row, so where zero passes, those who fail are looked for and left out. Every set here has its members once: a row of the summaries, or a group
/// of orders, each.
/// </summary>
internal static class PurchasePieces
{
    public static Piece Of(RecencyCondition condition, RuleContext context)
    {
        var on = context.Today.AddDays(-condition.Days);
        var days = LastDays(context, condition.Channel);
        var found = Piece.InOnce((condition.Comparison switch
        {
            Comparison.AtLeast => days.Where(s => s.On <= on),
            Comparison.AtMost => days.Where(s => s.On >= on),
            _ => days.Where(s => s.On == on),
        }).Select(s => s.MemberId));

        return (condition.IncludeNeverPurchased, condition.Comparison) switch
        {
            (false, _) => found,
            (true, Comparison.AtLeast) => Piece.InOnce(days.Where(s => s.On > on).Select(s => s.MemberId), not: true),
            _ => new Group(Match.Any, [found, Piece.InOnce(days.Where(s => s.On != null).Select(s => s.MemberId), not: true)]),
        };
    }

    public static Piece Of(LapsingCondition condition, RuleContext context)
    {
        var expected = (condition.AsOf ?? context.Today).AddDays(-condition.DaysBeyond);
        var minimum = condition.MinimumPurchaseDays;
        var found = context.Db.PurchaseSummaries.Where(s => s.ExpectedOn <= expected);

        // Nobody is expected before a second purchase day: the index alone answers.
        return Piece.InOnce((minimum <= 2 ? found : found.Where(s => s.PurchaseDays >= minimum)).Select(s => s.MemberId));
    }

    /// <summary>(last − first) ÷ (days − 1), compared without dividing: whole numbers on both sides, so no rounding decides.</summary>
    public static Piece Of(AverageGapCondition condition, RuleContext context)
    {
        const long Scale = 10_000;
        var gap = (long)(condition.Days * Scale);
        var between = context.Provider.DaysBetween("\"FirstOn\"", "\"LastOn\"");

        return Piece.InOnce(Summaries(context, $"\"PurchaseDays\" >= 2 AND {between} * {{0}} {Sign(condition.Comparison)} {{1}} * (\"PurchaseDays\" - 1)", Scale, gap).Select(s => s.MemberId));
    }

    public static Piece Of(PurchaseCondition condition, RuleContext context) =>
        condition is { LastDays: null, LastMonths: null } ? OfAllTime(condition, context) : Windowed(condition, context);

    private static Piece OfAllTime(PurchaseCondition condition, RuleContext context)
    {
        var (summaries, value, comparison) = (context.Db.PurchaseSummaries, condition.Value, condition.Comparison);
        if (condition.Figure == PurchaseFigure.AverageOrder && condition.Channel is null)
        {
            return Piece.InOnce(Summaries(context, $"\"OrderCount\" > 0 AND \"Revenue\" {Sign(comparison)} {{0}} * \"OrderCount\"", context.Provider.Stored(value)).Select(s => s.MemberId));
        }

        var figures = (condition.Figure, condition.Channel) switch
        {
            (PurchaseFigure.Revenue, null) => summaries.Select(s => new Money { MemberId = s.MemberId, Value = s.Revenue }),
            (PurchaseFigure.Revenue, Channel.Pos) => summaries.Select(s => new Money { MemberId = s.MemberId, Value = s.PosRevenue }),
            (PurchaseFigure.Revenue, Channel.Online) => summaries.Select(s => new Money { MemberId = s.MemberId, Value = s.OnlineRevenue }),
            _ => null,
        };
        if (figures is not null)
        {
            var not = comparison.Holds(0, value);

            return Piece.InOnce(Compared(figures, comparison, value, not).Select(s => s.MemberId), not);
        }

        var counts = (condition.Figure, condition.Channel) switch
        {
            (PurchaseFigure.OrderCount, null) => summaries.Select(s => new Number { MemberId = s.MemberId, Value = s.OrderCount }),
            (PurchaseFigure.PurchaseDays, null) => summaries.Select(s => new Number { MemberId = s.MemberId, Value = s.PurchaseDays }),
            _ => null,
        };

        return counts is null ? Windowed(condition, context) : Counted(counts, condition);
    }

    private static Piece Windowed(PurchaseCondition condition, RuleContext context)
    {
        if (condition.Figure == PurchaseFigure.PurchaseDays && From(condition, context.Today) is { } since && AsksForAny(condition) is { } any)
        {
            return Piece.InOnce(LastDays(context, condition.Channel).Where(s => s.On >= since).Select(s => s.MemberId), not: !any);
        }

        var orders = context.Db.Orders.Where(o => o.MemberId != null);
        if (From(condition, context.Today) is { } from)
        {
            orders = orders.Where(o => o.BusinessDay >= from);
        }

        if (condition.Channel is { } channel)
        {
            orders = orders.Where(o => o.Channel == channel);
        }

        var (value, comparison) = (condition.Value, condition.Comparison);
        switch (condition.Figure)
        {
            case PurchaseFigure.OrderCount:
                return Counted(orders.Where(o => o.IsPurchase).GroupBy(o => o.MemberId!.Value).Select(g => new Number { MemberId = g.Key, Value = g.Count() }), condition);
            case PurchaseFigure.PurchaseDays:
                return Counted(orders.Where(o => o.Revenue > 0).GroupBy(o => o.MemberId!.Value).Select(g => new Number { MemberId = g.Key, Value = g.Select(o => o.BusinessDay).Distinct().Count() }), condition);
            case PurchaseFigure.AverageOrder:
                // The sum of what each order is above the value, so that nothing is divided or rounded.
                var above = orders.Where(o => o.IsPurchase).GroupBy(o => o.MemberId!.Value).Select(g => new Money { MemberId = g.Key, Value = g.Sum(o => o.GroupRevenue - value) });

                return Piece.InOnce(Compared(above, comparison, 0, not: false).Select(s => s.MemberId));
            default:
                var not = comparison.Holds(0, value);
                var sums = orders.GroupBy(o => o.MemberId!.Value).Select(g => new Money { MemberId = g.Key, Value = g.Sum(o => o.GroupRevenue) });

                return Piece.InOnce(Compared(sums, comparison, value, not).Select(s => s.MemberId), not);
        }
    }

    /// <summary>Whether “any at all” (true) or “none” (false) is asked: then the last purchase day alone tells, an index range instead of the orders of a window.</summary>
    private static bool? AsksForAny(PurchaseCondition condition) => condition switch
    {
        { Comparison: Comparison.AtLeast, Value: > 0 and <= 1 } => true,
        { Comparison: Comparison.AtMost, Value: >= 0 and < 1 } or { Comparison: Comparison.Equal, Value: 0 } => false,
        _ => null,
    };

    private static IQueryable<LastDay> LastDays(RuleContext context, Channel? channel)
    {
        var summaries = context.Db.PurchaseSummaries;

        return channel switch
        {
            Channel.Pos => summaries.Select(s => new LastDay { MemberId = s.MemberId, On = s.LastPosOn }),
            Channel.Online => summaries.Select(s => new LastDay { MemberId = s.MemberId, On = s.LastOnlineOn }),
            _ => summaries.Select(s => new LastDay { MemberId = s.MemberId, On = s.LastOn }),
        };
    }

    /// <summary>The first day of the window: the last N days are N calendar days with today, months go back to the same day.</summary>
    internal static DateOnly? From(PurchaseCondition condition, DateOnly today) => condition switch
    {
        { LastDays: { } days } => today.AddDays(1 - days),
        { LastMonths: { } months } => today.AddMonths(-months),
        _ => null,
    };

    private static Piece Counted(IQueryable<Number> counts, PurchaseCondition condition)
    {
        var not = condition.Comparison.Holds(0, condition.Value);
        var (low, high) = ((int)Math.Ceiling(condition.Value), (int)Math.Floor(condition.Value));
        var found = (condition.Comparison, not) switch
        {
            (Comparison.AtLeast, false) => counts.Where(c => c.Value >= low),
            (Comparison.AtLeast, true) => counts.Where(c => c.Value < low),
            (Comparison.AtMost, false) => counts.Where(c => c.Value <= high),
            (Comparison.AtMost, true) => counts.Where(c => c.Value > high),
            (_, true) => counts.Where(c => c.Value != low),
            _ => low == high ? counts.Where(c => c.Value == low) : counts.Where(_ => false),
        };

        return Piece.InOnce(found.Select(c => c.MemberId), not);
    }

    private static IQueryable<Money> Compared(IQueryable<Money> sums, Comparison comparison, decimal value, bool not) => (comparison, not) switch
    {
        (Comparison.AtLeast, false) => sums.Where(s => s.Value >= value),
        (Comparison.AtLeast, true) => sums.Where(s => s.Value < value),
        (Comparison.AtMost, false) => sums.Where(s => s.Value <= value),
        (Comparison.AtMost, true) => sums.Where(s => s.Value > value),
        (_, false) => sums.Where(s => s.Value == value),
        _ => sums.Where(s => s.Value != value),
    };

    private static IQueryable<PurchaseSummary> Summaries(RuleContext context, string condition, params object[] values)
    {
#pragma warning disable EF1002 // The condition is put together from constants of this class; values are parameters.
        return context.Db.PurchaseSummaries.FromSqlRaw($"SELECT * FROM \"PurchaseSummaries\" WHERE {condition}", values);
#pragma warning restore EF1002
    }

    private static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.AtLeast => ">=",
        Comparison.AtMost => "<=",
        _ => "=",
    };

    private sealed class LastDay
    {
        public required long MemberId { get; init; }
        public required DateOnly? On { get; init; }
    }

    private sealed class Money
    {
        public required long MemberId { get; init; }
        public required decimal Value { get; init; }
    }

    private sealed class Number
    {
        public required long MemberId { get; init; }
        public required int Value { get; init; }
    }
}

internal static class Comparisons
{
    public static bool Holds(this Comparison comparison, decimal figure, decimal value) => comparison switch
    {
        Comparison.AtLeast => figure >= value,
        Comparison.AtMost => figure <= value,
        _ => figure == value,
    };
}
