using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Orders;

public abstract class OrderRefundsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store store = null!;
    private Member member = null!;
    private Actor shop = null!;

    public sealed class OnSqlite() : OrderRefundsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : OrderRefundsTests(DatabaseKind.PostgreSql);

    private OrderIngest Ingest => Db.Get<OrderIngest>();

    private OrderRefunds Refunds => Db.Get<OrderRefunds>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store("NYC").SaveToAsync(Db);
        member = await A.Member().SaveToAsync(Db);
        shop = await A.ApiClient().With(ApiScope.OrdersWrite).SaveToAsync(Db);
    }

    public override async Task DisposeAsync()
    {
        (await IndependentCount.StoredAsync(Db)).ShouldBe(await IndependentCount.ExpectedAsync(Db));
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_refund_takes_its_part_from_the_purchase_until_nothing_is_left()
    {
        await Ingest.PutAsync(shop, Buy(100));

        (await RefundAsync(30, "R1")).ShouldBe(new RefundOutcome(OrderEffect.Created, false, 30, OrderStatus.PartlyRefunded));
        (await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync())).Revenue.ShouldBe(70);

        (await RefundAsync(70, "R2")).Status.ShouldBe(OrderStatus.Refunded);
        (await Db.ReadAsync(db => db.PurchaseSummaries.AnyAsync())).ShouldBeFalse();
    }

    [Fact]
    public async Task A_refund_sent_again_is_one_refund_and_its_number_serves_no_other()
    {
        await Ingest.PutAsync(shop, Buy(100));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => RefundAsync(30))));

        outcomes.Count(outcome => outcome.Effect == OrderEffect.Created).ShouldBe(1);
        outcomes.ShouldAllBe(outcome => outcome.Refunded == 30);
        (await Should.ThrowAsync<RuleViolationException>(RefundAsync(31))).Code.ShouldBe("refund_changed");
    }

    [Fact]
    public async Task Refunds_never_exceed_the_order_also_when_they_come_together()
    {
        await Ingest.PutAsync(shop, Buy(100));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            try
            {
                await RefundAsync(30, $"R{i}");

                return "taken";
            }
            catch (RuleViolationException refused)
            {
                return refused.Code;
            }
        })));

        outcomes.Count(outcome => outcome == "taken").ShouldBe(3);
        outcomes.Count(outcome => outcome == "exceeds_order_total").ShouldBe(7);
    }

    [Fact]
    public async Task A_refund_that_waited_in_another_currency_does_not_count()
    {
        var refund = Purchases.Refund(30) with { Currency = "JPY", RefundedAt = TestClock.Start.AddDays(-5).AddTicks(7) };
        (await Refunds.RefundAsync(shop, "pos", "O1", refund)).IsWaiting.ShouldBeTrue();

        var outcomes = await Ingest.PutManyAsync(shop, [Purchases.Of(store, 100, "O1", member.Number)]);

        outcomes.ShouldHaveSingleItem().Warning.ShouldNotBeNull().ShouldStartWith("A refund of this order is in another currency");
        (await Db.ReadAsync(db => db.Orders.SingleAsync())).Refunded.ShouldBe(0);
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "Order.RefundNotCounted"))).ShouldBe(1);
        (await Refunds.RefundAsync(shop, "pos", "O1", Purchases.Refund(40) with { Number = "R2" })).Refunded.ShouldBe(40);
    }

    [Fact]
    public async Task A_refund_before_its_order_waits_and_counts_when_the_order_comes()
    {
        (await RefundAsync(40)).ShouldBe(new RefundOutcome(OrderEffect.Created, true, 40, null));

        await Ingest.PutAsync(shop, Buy(100));

        var order = await Db.ReadAsync(db => db.Orders.SingleAsync());
        (order.Refunded, order.Revenue, order.Status).ShouldBe((40, 60, OrderStatus.PartlyRefunded));
        (await Db.ReadAsync(db => db.OrderRefunds.SingleAsync())).OrderId.ShouldBe(order.Id);
    }

    [Fact]
    public async Task Orders_and_their_refunds_crossing_each_other_always_meet()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(i => new[]
        {
            Task.Run(() => (Task)Ingest.PutAsync(shop, Buy(10, $"X{i}"))),
            Task.Run(() => (Task)Refunds.RefundAsync(shop, "pos", $"X{i}", Purchases.Refund(4))),
        }));

        (await Db.ReadAsync(db => db.OrderRefunds.CountAsync(refund => refund.OrderId == null))).ShouldBe(0);
        (await Db.ReadAsync(db => db.Orders.Select(order => order.Revenue).Distinct().ToListAsync())).ShouldBe([6]);
    }

    [Fact]
    public async Task A_waiting_refund_that_turns_out_larger_is_taken_marked_and_reported()
    {
        await RefundAsync(150);

        var outcome = await Ingest.PutAsync(shop, Buy(100));

        outcome.Warning.ShouldNotBeNull();
        var order = await Db.ReadAsync(db => db.Orders.SingleAsync());
        (order.Refunded, order.Revenue, order.Status).ShouldBe((150, 0, OrderStatus.Refunded));
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "Order.OverRefunded"))).ShouldBe(1);
    }

    [Fact]
    public async Task A_status_can_be_reversed_and_keeps_the_refunds()
    {
        await Ingest.PutAsync(shop, Buy(100));
        await RefundAsync(40);

        await Ingest.PutAsync(shop, Buy(100) with { Status = DeliveredStatus.Cancelled, ChangedAt = TestClock.Start.AddDays(-2) });
        (await Db.ReadAsync(db => db.Orders.SingleAsync())).ShouldSatisfyAllConditions(o => o.Status.ShouldBe(OrderStatus.Cancelled), o => o.Revenue.ShouldBe(0), o => o.Refunded.ShouldBe(40));

        await Ingest.PutAsync(shop, Buy(100) with { ChangedAt = TestClock.Start.AddDays(-1) });
        (await Db.ReadAsync(db => db.Orders.SingleAsync())).ShouldSatisfyAllConditions(o => o.Status.ShouldBe(OrderStatus.PartlyRefunded), o => o.Revenue.ShouldBe(60));
    }

    [Fact]
    public async Task Only_the_goods_part_of_a_refund_touches_the_purchase()
    {
        await Ingest.PutAsync(shop, Buy(100) with
        {
            Lines = [new DeliveredLine { Description = "Mug", UnitPrice = 60 }, new DeliveredLine { Kind = OrderLineKind.GiftCard, Description = "Gift card", UnitPrice = 40 }],
        });

        await Refunds.RefundAsync(shop, "pos", "O1", Purchases.Refund(50) with { GoodsAmount = 10 });

        var order = await Db.ReadAsync(db => db.Orders.SingleAsync());
        (order.Revenue, order.IsPurchase, order.Status).ShouldBe((50, true, OrderStatus.PartlyRefunded));
    }

    [Theory]
    [InlineData(0, "USD", "Amount")]
    [InlineData(-5, "USD", "Amount")]
    [InlineData(5, "XXX", "Currency")]
    public async Task Hostile_refunds_are_refused_by_field(int amount, string currency, string field)
    {
        await Ingest.PutAsync(shop, Buy(100));

        (await Should.ThrowAsync<InvalidInputException>(Refunds.RefundAsync(shop, "pos", "O1", Purchases.Refund(amount) with { Currency = currency }))).Errors[0].Field.ShouldBe(field);
    }

    [Fact]
    public async Task A_refund_in_another_currency_is_refused()
    {
        await Ingest.PutAsync(shop, Buy(100));

        (await Should.ThrowAsync<RuleViolationException>(Refunds.RefundAsync(shop, "pos", "O1", Purchases.Refund(5) with { Currency = "EUR" }))).Code.ShouldBe("currency_mismatch");
    }

    private OrderDelivery Buy(decimal total, string number = "O1") => Purchases.Of(store, total, number, member.Number);

    private Task<RefundOutcome> RefundAsync(decimal amount, string number = "R1") => Refunds.RefundAsync(shop, "pos", "O1", Purchases.Refund(amount, number));
}
