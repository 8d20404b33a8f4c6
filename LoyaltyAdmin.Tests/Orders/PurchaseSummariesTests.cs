using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Orders;

public abstract class PurchaseSummariesTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private readonly Random random = new(7);
    private Store store = null!;
    private Member[] members = [];

    public sealed class OnSqlite() : PurchaseSummariesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PurchaseSummariesTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        members = [.. Enumerable.Range(0, 40).Select(_ => A.Member().Build(Clock.Now))];
        await Db.AddAsync([.. members]);
    }

    [Fact]
    public async Task A_summary_is_what_the_orders_add_up_to()
    {
        await AddOrdersAsync(400);

        await RewriteAsync(members.Select(member => member.Id));

        var expected = await IndependentCount.ExpectedAsync(Db);
        expected.Count.ShouldBeGreaterThan(100);
        (await IndependentCount.StoredAsync(Db)).ShouldBe(expected);
    }

    [Theory]
    [InlineData(2, "2026-01-01", "2026-03-02", "2026-05-01")] // The documents' 60-day buyer.
    [InlineData(3, "2024-02-28", "2024-03-01", "2024-03-02")] // 2 days over 2 gaps, across a 29 February.
    [InlineData(4, "2025-12-30", "2026-01-09", "2026-01-13")] // 10 days over 3 gaps: 3.33 rounds up to 4.
    public async Task The_next_purchase_is_expected_after_the_average_gap_rounded_up(int days, string first, string last, string expected)
    {
        var (from, to) = (DateOnly.Parse(first), DateOnly.Parse(last));
        DateOnly[] on = [from, .. Enumerable.Range(1, days - 2).Select(from.AddDays), to, to];
        await Db.AddAsync([.. on.Select(day => AnOrder(members[0].Id, day, 10, Channel.Pos))]);

        await RewriteAsync([members[0].Id]);

        var summary = await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync());
        (summary.PurchaseDays, summary.OrderCount).ShouldBe((days, days + 1));
        summary.ExpectedOn.ShouldBe(DateOnly.Parse(expected));
    }

    [Fact]
    public async Task A_purchase_on_or_after_the_last_day_is_added_to_what_is_counted_and_an_earlier_one_makes_all_of_it_anew()
    {
        await BuyAsync("2026-01-05", 10);
        await BuyAsync("2026-01-09", 20);
        // A figure no order accounts for shows what was added to and what was counted.
        await Db.Database.WriteAsync(Actor.System, db => db.PurchaseSummaries.ExecuteUpdateAsync(set => set.SetProperty(summary => summary.Revenue, 1_000)));

        await BuyAsync("2026-01-09", 1, 0, 2);
        (await SummaryAsync()).ShouldBe("5 orders on 2 days from 2026-01-05 to 2026-01-09, 1003.00, expected 2026-01-13");
        await BuyAsync("2026-01-10", 4);
        (await SummaryAsync()).ShouldBe("6 orders on 3 days from 2026-01-05 to 2026-01-10, 1007.00, expected 2026-01-13");

        // The day counts already: adding would make it a fourth.
        await BuyAsync("2026-01-09", 8);
        (await SummaryAsync()).ShouldBe("7 orders on 3 days from 2026-01-05 to 2026-01-10, 45.00, expected 2026-01-13");
        (await Db.Get<PurchaseRecount>().RunAsync()).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_batch_adds_for_some_members_and_counts_others_anew()
    {
        string[] days = ["2025-11-05", "2026-01-20"];
        foreach (var day in days)
        {
            await TakeAsync([.. members.Select((member, i) => Bought(member, day, i))]);
        }

        await TakeAsync([.. members.Select((member, i) => Bought(member, i % 3 == 0 ? "2026-01-01" : i % 3 == 1 ? "2026-01-20" : "2026-02-02", i)), Bought(members[1], "2025-12-24", 7), Bought(members[2], "2026-02-28", 0)]);

        var expected = await IndependentCount.ExpectedAsync(Db);
        expected.Count.ShouldBeGreaterThan(3 * members.Length);
        (await IndependentCount.StoredAsync(Db)).ShouldBe(expected);
    }

    [Fact]
    public async Task Purchases_of_one_member_taken_side_by_side_are_all_added()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => TakeAsync([Bought(members[0], $"2026-02-{1 + i:00}", 1), Bought(members[1], "2026-02-01", 2)])));

        (await IndependentCount.StoredAsync(Db)).ShouldBe(await IndependentCount.ExpectedAsync(Db));
        (await Db.ReadAsync(db => db.PurchaseSummaries.OrderBy(s => s.MemberId).Select(s => s.OrderCount).ToListAsync())).ShouldBe([12, 12]);
    }

    [Fact]
    public async Task A_recount_finds_nothing_where_everything_is_right()
    {
        await AddOrdersAsync(100);
        await RewriteAsync(members.Select(member => member.Id));

        var result = await Db.Get<PurchaseRecount>().RunAsync();

        result.Differences.ShouldBeEmpty();
        result.ToString().ShouldBe("The purchase summaries of 40 members equal their orders.");
    }

    [Fact]
    public async Task A_recount_names_and_repairs_what_is_wrong_missing_or_too_much()
    {
        await AddOrdersAsync(200);
        await RewriteAsync(members.Select(member => member.Id));
        var counted = (await Db.ReadAsync(db => db.PurchaseSummaries.OrderBy(summary => summary.MemberId).Select(summary => summary.MemberId).ToListAsync()))[..2];
        await Db.Database.WriteAsync(Actor.System, async db =>
        {
            await db.PurchaseSummaries.Where(summary => summary.MemberId == counted[0]).ExecuteUpdateAsync(set => set.SetProperty(summary => summary.OrderCount, 999));
            await db.PurchaseMonths.Where(month => month.MemberId == counted[1]).ExecuteDeleteAsync();
            var stranger = A.Member().Build(Clock.Now);
            db.Members.Add(stranger);
            await db.SaveChangesAsync();
            db.PurchaseSummaries.Add(new PurchaseSummary { MemberId = stranger.Id, OrderCount = 1, PurchaseDays = 0, Revenue = 5, PosRevenue = 0, OnlineRevenue = 5 });
        });

        var result = await Db.Get<PurchaseRecount>().RunAsync();

        result.WrongMembers.ShouldBe(3);
        result.Differences.ShouldContain(d => d.Member == members[0].Number && d.Field == "OrderCount" && d.Was == "999");
        result.Differences.ShouldContain(d => d.Field == "OnlineRevenue" && d.Was == "5" && d.Is == null);
        result.ToString().ShouldStartWith("3 of 41 members had a wrong purchase summary and were repaired: ");
        (await IndependentCount.StoredAsync(Db)).ShouldBe(await IndependentCount.ExpectedAsync(Db));
        (await Db.Get<PurchaseRecount>().RunAsync()).WrongMembers.ShouldBe(0);
    }

    [Fact]
    public async Task Who_asks_for_a_recount_is_named_in_the_audit_trail()
    {
        await AddOrdersAsync(10);
        var operatorOfJobs = await A.StaffUser().With(Permission.JobsManage).SaveToAsync(Db);

        (await Db.Get<PurchaseRecount>().RunAsync(operatorOfJobs)).WrongMembers.ShouldBeGreaterThan(0);

        var entry = await Db.ReadAsync(db => db.AuditEntries.SingleAsync(e => e.Action == "PurchaseSummary.Recount"));
        (entry.ActorKey, entry.Reason!.Contains("had a wrong purchase summary", StringComparison.Ordinal)).ShouldBe((operatorOfJobs.Key, true));
        await Should.ThrowAsync<AccessDeniedException>(async () => await Db.Get<PurchaseRecount>().RunAsync(await A.StaffUser().With(Permission.OrdersRead).SaveToAsync(Db)));
    }

    [Fact]
    public async Task Orders_of_one_member_written_side_by_side_are_all_counted()
    {
        await Task.WhenAll(Enumerable.Range(0, 24).Select(day => Db.Database.WriteAsync(Actor.System, async db =>
        {
            db.Orders.Add(AnOrder(members[0].Id, new DateOnly(2026, 1, 1).AddDays(day), 1, Channel.Pos));
            await Db.Get<PurchaseSummaries>().RewriteAsync(db, [members[0].Id]);
        })));

        (await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync())).ShouldSatisfyAllConditions(
            summary => summary.OrderCount.ShouldBe(24),
            summary => summary.Revenue.ShouldBe(24));
    }

    private Task BuyAsync(string day, params decimal[] totals) => TakeAsync([.. totals.Select(total => Bought(members[0], day, total))]);

    private OrderDelivery Bought(Member member, string day, decimal total) =>
        Purchases.Of(store, total, member: member.Number) with { PlacedAt = new DateTimeOffset(DateOnly.Parse(day), new TimeOnly(18, 0), TimeSpan.Zero) };

    private async Task TakeAsync(OrderDelivery[] orders)
    {
        var shop = await A.ApiClient().With(ApiScope.OrdersWrite).SaveToAsync(Db);
        (await Db.Get<OrderIngest>().PutManyAsync(shop, orders)).ShouldAllBe(outcome => outcome.Effect == OrderEffect.Created);
    }

    private async Task<string> SummaryAsync()
    {
        var s = await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync());

        return FormattableString.Invariant($"{s.OrderCount} orders on {s.PurchaseDays} days from {s.FirstOn:yyyy-MM-dd} to {s.LastOn:yyyy-MM-dd}, {s.Revenue:0.00}, expected {s.ExpectedOn:yyyy-MM-dd}");
    }

    private Task RewriteAsync(IEnumerable<long> ids) => Db.Database.WriteAsync(Actor.System, db => Db.Get<PurchaseSummaries>().RewriteAsync(db, ids));

    private Task AddOrdersAsync(int count) => Db.AddAsync([.. Enumerable.Range(0, count).Select(_ => AnOrder(
        random.Next(10) == 0 ? null : members[random.Next(members.Length)].Id,
        new DateOnly(2025, 11, 1).AddDays(random.Next(120)),
        random.Next(5) == 0 ? 0 : random.Next(1, 100_000) / 100m,
        random.Next(2) == 0 ? Channel.Pos : Channel.Online,
        isPurchase: random.Next(6) > 0))]);

    private Order AnOrder(long? memberId, DateOnly day, decimal amount, Channel channel, bool isPurchase = true) => new()
    {
        Source = "test",
        Number = A.Unique("O"),
        Kind = OrderKind.Bill,
        MemberId = memberId,
        StoreId = store.Id,
        Channel = channel,
        Currency = "USD",
        PlacedAt = Clock.Now,
        BusinessDay = day,
        Total = amount,
        Revenue = isPurchase ? amount : 0,
        GroupRevenue = isPurchase && amount % 7 != 0 ? amount : 0,
        IsPurchase = isPurchase,
        Status = isPurchase ? OrderStatus.Paid : OrderStatus.Cancelled,
        SourceChangedAt = Clock.Now,
        ContentHash = [1],
        RecordedAt = Clock.Now,
    };
}
