using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>
/// The Members tab of the dashboard. Members are those the Member Directory shows (at home in the caller's stores), orders those the Orders list
/// shows, so that a figure and the list behind it agree.
/// </summary>
public sealed class MemberDashboard(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar)
{
    private const int MonthsShown = 12;
    private const int MostDays = 731;

    private static readonly (int From, int? To)[] gaps = [(1, 7), (8, 14), (15, 30), (31, 60), (61, 90), (91, 180), (181, null)];

    /// <summary>The figures of a period (business days, inclusive) beside those of the equally long period before it.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="from">First day.</param>
    /// <param name="to">Last day.</param>
    /// <param name="storeView">The header's store switch; null: Group View.</param>
    /// <param name="cancel">Stops reading.</param>
    [Requires(Permission.MembersRead)]
    public async Task<MemberFigures> ReadAsync(Actor actor, DateOnly from, DateOnly to, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);

        return await ReadAsync(grant, from, to, storeView, cancel);
    }

    internal async Task<MemberFigures> ReadAsync(Grant grant, DateOnly from, DateOnly to, long? storeView, CancellationToken cancel)
    {
        new FieldErrors()
            .Require(from <= to, nameof(to), "The last day cannot be before the first.")
            .Require(to.DayNumber - from.DayNumber < MostDays, nameof(from), "Choose at most two years.")
            .ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        await using var snapshot = await database.Provider.BeginSnapshotAsync(db, cancel);
        var group = await calendar.TodayAsync(db, cancel);
        var members = MemberQueries.Members(db, grant, storeView).Where(m => m.Status != MemberStatus.Erased);
        var orders = OrdersOf(db, grant, storeView);
        var length = to.DayNumber - from.DayNumber + 1;
        var (beforeFrom, beforeTo) = (from.AddDays(-length), from.AddDays(-1));
        var months = await MonthsAsync(members, group.Today, cancel);

        return new MemberFigures(from, to, beforeFrom, beforeTo, group.Today, group.Now, group.Currency,
            months[^1].Total,
            await members.CountAsync(m => m.RegisteredOn >= from && m.RegisteredOn <= to, cancel),
            await members.CountAsync(m => m.RegisteredOn >= beforeFrom && m.RegisteredOn <= beforeTo, cancel),
            await NewBuyersAsync(db, members, from, to, cancel), await NewBuyersAsync(db, members, beforeFrom, beforeTo, cancel),
            await ReturningBuyersAsync(db, members, from, to, cancel), await ReturningBuyersAsync(db, members, beforeFrom, beforeTo, cancel),
            await RevenueAsync(orders, from, to, cancel), await RevenueAsync(orders, beforeFrom, beforeTo, cancel),
            await ActivityAsync(db, members, group.Today, cancel), await TiersAsync(db, members, cancel), months, await GapsAsync(db, members, cancel));
    }

    private static IQueryable<Order> OrdersOf(LoyaltyDbContext db, Grant grant, long? storeView)
    {
        var ids = grant.Stores.StoreIds.ToArray();
        var orders = grant.Stores.Kind switch
        {
            StoreScopeKind.Included => db.Orders.Where(o => ids.Contains(o.StoreId)),
            StoreScopeKind.Excluded => db.Orders.Where(o => !ids.Contains(o.StoreId)),
            _ => db.Orders,
        };

        return storeView is { } store ? orders.Where(o => o.StoreId == store) : orders;
    }

    private static Task<int> NewBuyersAsync(LoyaltyDbContext db, IQueryable<Member> members, DateOnly from, DateOnly to, CancellationToken cancel) =>
        Summaries(db, members).CountAsync(s => s.FirstOn >= from && s.FirstOn <= to, cancel);

    private static Task<int> ReturningBuyersAsync(LoyaltyDbContext db, IQueryable<Member> members, DateOnly from, DateOnly to, CancellationToken cancel) =>
        Summaries(db, members).Where(s => s.FirstOn < from && s.LastOn >= from)
            .CountAsync(s => db.Orders.Any(o => o.MemberId == s.MemberId && o.BusinessDay >= from && o.BusinessDay <= to && o.Revenue > 0), cancel);

    private static IQueryable<PurchaseSummary> Summaries(LoyaltyDbContext db, IQueryable<Member> members) =>
        members.Join(db.PurchaseSummaries, m => m.Id, s => s.MemberId, (_, s) => s);

    private static async Task<RevenueFigures> RevenueAsync(IQueryable<Order> orders, DateOnly from, DateOnly to, CancellationToken cancel)
    {
        var sums = await orders.Where(o => o.BusinessDay >= from && o.BusinessDay <= to)
            .GroupBy(o => new { IsMember = o.MemberId != null, o.Channel }).Select(g => new { g.Key.IsMember, g.Key.Channel, Sum = g.Sum(o => o.GroupRevenue) }).ToListAsync(cancel);

        return new RevenueFigures(
            sums.Where(s => s.IsMember).Sum(s => s.Sum), sums.Where(s => !s.IsMember).Sum(s => s.Sum),
            sums.Where(s => s.Channel == Channel.Pos).Sum(s => s.Sum), sums.Where(s => s.Channel == Channel.Online).Sum(s => s.Sum));
    }

    private static async Task<IReadOnlyDictionary<MemberActivity, int>> ActivityAsync(LoyaltyDbContext db, IQueryable<Member> members, DateOnly today, CancellationToken cancel)
    {
        var (active, lost) = (today.AddDays(-MemberFigures.ActiveDays), today.AddDays(-MemberFigures.LostAfterDays));
        var found = await members
            .GroupJoin(db.PurchaseSummaries, m => m.Id, s => s.MemberId, (m, s) => new { m, s }).SelectMany(x => x.s.DefaultIfEmpty(), (_, s) => s == null ? null : s.LastOn)
            .GroupBy(last => last == null ? MemberActivity.NeverPurchased : last >= active ? MemberActivity.Active : last >= lost ? MemberActivity.Lapsing : MemberActivity.Lost)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel);

        return Enum.GetValues<MemberActivity>().ToDictionary(activity => activity, activity => found.GetValueOrDefault(activity));
    }

    private static async Task<IReadOnlyList<TierFigure>> TiersAsync(LoyaltyDbContext db, IQueryable<Member> members, CancellationToken cancel)
    {
        var held = await db.LoyaltyCards.Where(c => c.Status == LoyaltyCardStatus.Active).Join(members, c => c.MemberId, m => m.Id, (c, _) => c.TierId)
            .GroupBy(tier => tier).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel);
        var tiers = await db.CardTiers.Join(db.CardPlans, t => t.PlanId, p => p.Id, (t, p) => new { t, p }).OrderBy(x => x.p.Id).ThenBy(x => x.t.Rank).ToListAsync(cancel);

        return [.. tiers.Select(x => new TierFigure(x.p.Id, x.p.Name, x.t.Id, x.t.Name, x.t.Colour, held.GetValueOrDefault(x.t.Id)))];
    }

    private static async Task<IReadOnlyList<MemberMonth>> MonthsAsync(IQueryable<Member> members, DateOnly today, CancellationToken cancel)
    {
        var total = await members.CountAsync(cancel);
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(1 - MonthsShown);
        var registered = await members.Where(m => m.RegisteredOn >= first).GroupBy(m => new { m.RegisteredOn.Year, m.RegisteredOn.Month }).Select(g => new { g.Key.Year, g.Key.Month, Count = g.Count() })
            .ToDictionaryAsync(g => (g.Year, g.Month), g => g.Count, cancel);
        var months = new List<MemberMonth>(MonthsShown);
        for (var month = first.AddMonths(MonthsShown - 1); month >= first; month = month.AddMonths(-1))
        {
            var count = registered.GetValueOrDefault((month.Year, month.Month));
            months.Insert(0, new MemberMonth(month, count, total));
            total -= count;
        }

        return months;
    }

    // The expected day is the last one plus the average gap, rounded up: a range of whole days is a range of averages.
    private static async Task<IReadOnlyList<GapFigure>> GapsAsync(LoyaltyDbContext db, IQueryable<Member> members, CancellationToken cancel)
    {
        var counts = await Summaries(db, members).Where(s => s.ExpectedOn != null).GroupBy(s =>
            s.ExpectedOn <= s.LastOn!.Value.AddDays(7) ? 0 : s.ExpectedOn <= s.LastOn.Value.AddDays(14) ? 1 : s.ExpectedOn <= s.LastOn.Value.AddDays(30) ? 2
            : s.ExpectedOn <= s.LastOn.Value.AddDays(60) ? 3 : s.ExpectedOn <= s.LastOn.Value.AddDays(90) ? 4 : s.ExpectedOn <= s.LastOn.Value.AddDays(180) ? 5 : 6)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel);

        return [.. gaps.Select((gap, i) => new GapFigure(gap.From, gap.To, counts.GetValueOrDefault(i)))];
    }
}
