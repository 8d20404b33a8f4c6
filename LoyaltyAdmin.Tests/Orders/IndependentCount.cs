using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Orders;

/// <summary>What members' orders add up to, counted here in memory by the rules as they are written down, to hold the product's own figures against.</summary>
internal static class IndependentCount
{
    /// <summary>Every member's summary and months as text, one line each, from the orders in the database.</summary>
    public static async Task<List<string>> ExpectedAsync(TestDatabase database)
    {
        var orders = await database.ReadAsync(db => db.Orders.Where(order => order.MemberId != null).ToListAsync());
        var lines = new List<string>();
        foreach (var member in orders.Where(order => order.IsPurchase).GroupBy(order => order.MemberId!.Value))
        {
            var days = member.Where(order => order.Revenue > 0).Select(order => order.BusinessDay).Distinct().Order().ToList();
            lines.Add(Line(new PurchaseSummary
            {
                MemberId = member.Key,
                OrderCount = member.Count(),
                PurchaseDays = days.Count,
                FirstOn = days.Count == 0 ? null : days[0],
                LastOn = days.Count == 0 ? null : days[^1],
                LastPosOn = Last(member, Channel.Pos),
                LastOnlineOn = Last(member, Channel.Online),
                Revenue = member.Sum(order => order.GroupRevenue),
                PosRevenue = member.Where(order => order.Channel == Channel.Pos).Sum(order => order.GroupRevenue),
                OnlineRevenue = member.Where(order => order.Channel == Channel.Online).Sum(order => order.GroupRevenue),
                ExpectedOn = days.Count < 2 ? null : days[^1].AddDays((int)Math.Ceiling((days[^1].DayNumber - days[0].DayNumber) / (decimal)(days.Count - 1))),
            }));
            lines.AddRange(member.GroupBy(order => order.BusinessDay.Year * 100 + order.BusinessDay.Month).Select(month => Line(new PurchaseMonth
            {
                MemberId = member.Key,
                Month = month.Key,
                OrderCount = month.Count(),
                Revenue = month.Sum(order => order.GroupRevenue),
                PosRevenue = month.Where(order => order.Channel == Channel.Pos).Sum(order => order.GroupRevenue),
            })));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>The stored summaries and months in the same form.</summary>
    public static async Task<List<string>> StoredAsync(TestDatabase database)
    {
        var summaries = await database.ReadAsync(db => db.PurchaseSummaries.ToListAsync());
        var months = await database.ReadAsync(db => db.PurchaseMonths.ToListAsync());

        return [.. summaries.Select(Line).Concat(months.Select(Line)).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// What adding up without looking would make of the same orders in the order they came: how many came on or after their member's last purchase day
    /// (these may be added), how many before it, and whose distinct days would be wrong if those were added too.
    /// </summary>
    public static async Task<(int InTurn, int Others, int WrongMembers)> AddingUpAsync(TestDatabase database)
    {
        var orders = await database.ReadAsync(db => db.Orders.Where(order => order.MemberId != null && order.Revenue > 0).OrderBy(order => order.Id).ToListAsync());
        var (inTurn, others, wrong) = (0, 0, 0);
        foreach (var member in orders.GroupBy(order => order.MemberId))
        {
            var (days, last) = (0, DateOnly.MinValue);
            foreach (var day in member.Select(order => order.BusinessDay))
            {
                (inTurn, others) = day >= last ? (inTurn + 1, others) : (inTurn, others + 1);
                days += day == last ? 0 : 1;
                last = day > last ? day : last;
            }

            wrong += days == member.Select(order => order.BusinessDay).Distinct().Count() ? 0 : 1;
        }

        return (inTurn, others, wrong);
    }

    private static DateOnly? Last(IEnumerable<Order> orders, Channel channel) =>
        orders.Where(order => order.Revenue > 0 && order.Channel == channel).Select(order => (DateOnly?)order.BusinessDay).Max();

    private static string Line(PurchaseSummary s) => FormattableString.Invariant(
        $"{s.MemberId}: {s.OrderCount} orders, {s.PurchaseDays} days {s.FirstOn:O} to {s.LastOn:O}, POS {s.LastPosOn:O}, online {s.LastOnlineOn:O}, {s.Revenue:0.00} = {s.PosRevenue:0.00} + {s.OnlineRevenue:0.00}, expected {s.ExpectedOn:O}");

    private static string Line(PurchaseMonth m) => FormattableString.Invariant($"{m.MemberId} in {m.Month}: {m.OrderCount} orders, {m.Revenue:0.00}, POS {m.PosRevenue:0.00}");
}
