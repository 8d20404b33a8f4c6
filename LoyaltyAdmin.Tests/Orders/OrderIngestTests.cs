using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Orders;

public abstract class OrderIngestTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store store = null!;
    private Member member = null!;
    private Actor shop = null!;

    public sealed class OnSqlite() : OrderIngestTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : OrderIngestTests(DatabaseKind.PostgreSql);

    private OrderIngest Ingest => Db.Get<OrderIngest>();

    private OrderRefunds Refunds => Db.Get<OrderRefunds>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store("NYC").SaveToAsync(Db);
        member = await A.Member().Where(m => (m.Phone, m.Email) = ("+12125550100", "ada@example.com")).SaveToAsync(Db);
        shop = await A.ApiClient().With(ApiScope.OrdersWrite).SaveToAsync(Db);
    }

    public override async Task DisposeAsync()
    {
        (await IndependentCount.StoredAsync(Db)).ShouldBe(await IndependentCount.ExpectedAsync(Db));
        await base.DisposeAsync();
    }

    [Fact]
    public async Task An_order_is_kept_with_its_lines_and_payments_and_counts_for_its_member()
    {
        var order = Buy(50) with
        {
            Lines = [new DeliveredLine { ProductCode = "MUG", Description = "Mug", CategoryCode = "HOME", Quantity = 4, UnitPrice = 12.5m, Discount = 5 }, new DeliveredLine { ProductCode = "WRAP", Kind = OrderLineKind.Service, UnitPrice = 5 }],
            Payments = [new OrderPayment("card", 50, "tok_1")],
        };

        (await Ingest.PutAsync(shop, order)).Effect.ShouldBe(OrderEffect.Created);

        var kept = await Db.ReadAsync(db => db.Orders.SingleAsync());
        (kept.MemberId, kept.Total, kept.Revenue, kept.GroupRevenue, kept.IsPurchase, kept.Status).ShouldBe((member.Id, 50, 45, 45, true, OrderStatus.Paid));
        kept.Payments.ShouldHaveSingleItem().Reference.ShouldBe("tok_1");
        (await Db.ReadAsync(db => db.OrderLines.OrderBy(line => line.Position).Select(line => line.Total).ToListAsync())).ShouldBe([45, 5]);
        var mug = await Db.ReadAsync(db => db.Products.SingleAsync(product => product.Code == "MUG"));
        (mug.Name, mug.CategoryId).ShouldBe(("Mug", (long?)await Db.ReadAsync(db => db.ProductCategories.Select(c => c.Id).SingleAsync())));
        (await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync())).Revenue.ShouldBe(45);
    }

    [Fact]
    public async Task Deliveries_repeated_and_out_of_order_end_as_the_latest()
    {
        var at = TestClock.Start.AddDays(-9);
        OrderDelivery[] versions = [Buy(10, "O1"), Buy(20, "O1") with { ChangedAt = at }, Buy(30, "O1") with { ChangedAt = at.AddHours(1) }, Buy(20, "O1") with { ChangedAt = at.AddHours(2) }];
        var random = new Random(3);
        for (var round = 0; round < 6; round++)
        {
            var source = $"till{round}";
            foreach (var version in Enumerable.Repeat(versions, 5).SelectMany(v => v).OrderBy(_ => random.Next()))
            {
                await Ingest.PutAsync(shop, version with { Source = source });
            }
        }

        (await Db.ReadAsync(db => db.Orders.Select(order => order.Total).ToListAsync())).ShouldBe([20, 20, 20, 20, 20, 20]);
    }

    [Fact]
    public async Task Of_two_contents_of_one_instant_the_same_one_wins_whichever_comes_first()
    {
        var (one, other) = (Buy(10, "O1"), Buy(11, "O1"));
        await Ingest.PutAsync(shop, one with { Source = "a" });
        await Ingest.PutAsync(shop, other with { Source = "a" });
        await Ingest.PutAsync(shop, other with { Source = "b" });
        await Ingest.PutAsync(shop, one with { Source = "b" });

        (await Db.ReadAsync(db => db.Orders.Select(order => order.Total).Distinct().ToListAsync())).Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_order_sent_32_times_at_once_is_one_order()
    {
        var order = Buy(10, "O1") with { Lines = [new DeliveredLine { ProductCode = "NEW", UnitPrice = 10 }], Member = new MemberReference("NOBODY", CreateUnknown: true) };

        var effects = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Ingest.PutAsync(shop, order))));

        effects.Count(outcome => outcome.Effect == OrderEffect.Created).ShouldBe(1);
        effects.Count(outcome => outcome.Effect == OrderEffect.Unchanged).ShouldBe(31);
        (await Db.ReadAsync(db => db.Products.CountAsync())).ShouldBe(1);
        (await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync())).OrderCount.ShouldBe(1);
    }

    [Fact]
    public async Task An_update_replaces_lines_and_moves_the_purchase_to_another_member()
    {
        var other = await A.Member().SaveToAsync(Db);
        var order = Buy(30, "O1") with { Lines = [new DeliveredLine { Description = "A", UnitPrice = 10 }, new DeliveredLine { Description = "B", UnitPrice = 20 }] };
        await Ingest.PutAsync(shop, order);

        await Ingest.PutAsync(shop, order with { Member = new MemberReference(other.Number), Total = 20, Lines = [new DeliveredLine { Description = "B", UnitPrice = 20 }], ChangedAt = order.ChangedAt.AddHours(1) });

        (await Db.ReadAsync(db => db.OrderLines.SingleAsync())).Description.ShouldBe("B");
        (await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync())).MemberId.ShouldBe(other.Id);
    }

    [Fact]
    public async Task A_gift_card_or_top_up_sold_is_no_purchase()
    {
        await Ingest.PutAsync(shop, Buy(100) with { Lines = [new DeliveredLine { Kind = OrderLineKind.GiftCard, Description = "Gift card", UnitPrice = 100 }] });

        var kept = await Db.ReadAsync(db => db.Orders.SingleAsync());
        (kept.Total, kept.Revenue, kept.IsPurchase).ShouldBe((100, 0, false));
        (await Db.ReadAsync(db => db.PurchaseSummaries.AnyAsync())).ShouldBeFalse();
    }

    [Fact]
    public async Task Other_currencies_are_purchases_but_never_summed()
    {
        await Ingest.PutAsync(shop, Buy(100));
        await Ingest.PutAsync(shop, Buy(10_000) with { Currency = "JPY" });

        var summary = await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync());
        (summary.OrderCount, summary.Revenue).ShouldBe((2, 100));
    }

    [Fact]
    public async Task Another_stores_order_cannot_be_written_or_named()
    {
        var foreign = await A.Store("LAX").SaveToAsync(Db);
        await Ingest.PutAsync(shop, Buy(10, "O1"));
        var bound = await A.ApiClient().With(ApiScope.OrdersWrite).In(foreign).SaveToAsync(Db);

        (await Should.ThrowAsync<RuleViolationException>(Ingest.PutAsync(bound, Buy(10)))).Code.ShouldBe("unknown_store");
        (await Should.ThrowAsync<RuleViolationException>(Ingest.PutAsync(bound, Buy(99, "O1") with { StoreCode = "LAX", ChangedAt = TestClock.Start }))).Code.ShouldBe("order_of_other_store");
        await Should.ThrowAsync<NotFoundException>(Refunds.RefundAsync(bound, "pos", "O1", Purchases.Refund(1)));
        await Should.ThrowAsync<NotFoundException>(Refunds.RefundAsync(bound, "pos", "O2", Purchases.Refund(1)));
        (await Db.ReadAsync(db => db.Orders.SingleAsync())).Total.ShouldBe(10);
    }

    [Fact]
    public async Task In_a_batch_each_order_has_its_own_outcome()
    {
        OrderDelivery[] batch =
        [
            Buy(10, "A"), Buy(20, "B") with { StoreCode = "NOWHERE" }, Buy(-1, "C"), Buy(30, "A") with { ChangedAt = TestClock.Start }, Buy(40, "D", member: "NOBODY"),
            Buy(50, "E") with { Currency = "XXX" },
        ];

        var outcomes = await Ingest.PutManyAsync(shop, batch);

        outcomes.Select(outcome => (outcome.Number, outcome.Effect, outcome.Code, outcome.Errors.FirstOrDefault()?.Field)).ShouldBe(
        [
            ("A", OrderEffect.Older, null, null), ("B", OrderEffect.Refused, "unknown_store", "StoreCode"), ("C", OrderEffect.Refused, "invalid_input", "Total"),
            ("A", OrderEffect.Created, null, null), ("D", OrderEffect.Refused, "unknown_member", "Member.Number"), ("E", OrderEffect.Refused, "invalid_input", "Currency"),
        ]);
        (await Db.ReadAsync(db => db.Orders.SingleAsync())).Total.ShouldBe(30);
    }

    [Fact]
    public async Task A_thousand_orders_of_four_hundred_new_members_come_in_together_and_once()
    {
        var batch = Enumerable.Range(0, 1_000).Select(i => Buy(i % 7 == 0 ? 0 : i, $"O{i}") with { Member = new MemberReference($"N{i % 400}", CreateUnknown: true) }).ToList();

        (await Ingest.PutManyAsync(shop, batch)).ShouldAllBe(outcome => outcome.Effect == OrderEffect.Created && outcome.OrderId != null);
        (await Ingest.PutManyAsync(shop, batch)).ShouldAllBe(outcome => outcome.Effect == OrderEffect.Unchanged && outcome.OrderId != null);

        (await Db.ReadAsync(db => db.Orders.CountAsync())).ShouldBe(1_000);
        (await Db.ReadAsync(db => db.Members.CountAsync(m => m.RegisteredThrough == RegistrationSource.Order))).ShouldBe(400);
        await Should.ThrowAsync<InvalidInputException>(Ingest.PutManyAsync(shop, [.. batch, Buy(1)]));
    }

    public static TheoryData<string, string, OrderDelivery> Hostile { get; } = HostileDeliveries();

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Hostile_values_are_refused_by_field(string what, string field, OrderDelivery order)
    {
        var refused = await Should.ThrowAsync<InvalidInputException>(Ingest.PutAsync(shop, order with { StoreCode = store.Code }));

        refused.Errors.Select(error => error.Field).ShouldContain(field, what);
    }

    private static TheoryData<string, string, OrderDelivery> HostileDeliveries()
    {
        var order = Purchases.Of(new StoreBuilder("NYC").Build(), 10, "H1");
        var line = new DeliveredLine { Description = "A", UnitPrice = 10 };

        return new TheoryData<string, string, OrderDelivery>
        {
            { "negative", "Total", order with { Total = -0.01m } },
            { "too many decimals", "Total", order with { Total = 10.001m } },
            { "decimals of a currency without", "Total", order with { Total = 10.5m, Currency = "JPY" } },
            { "beyond what is summed exactly", "Total", order with { Total = 10_000_000_000.01m } },
            { "largest decimal", "Total", order with { Total = decimal.MaxValue } },
            { "lines and total differ", "Total", order with { Lines = [line with { UnitPrice = 9.98m }] } },
            { "overflowing line", "Lines[0].UnitPrice", order with { Lines = [line with { UnitPrice = decimal.MaxValue }] } },
            { "zero quantity", "Lines[0].Quantity", order with { Lines = [line with { Quantity = 0 }] } },
            { "discount above the line", "Lines[0].Discount", order with { Lines = [line with { Discount = 11 }] } },
            { "nameless line", "Lines[0].Description", order with { Lines = [line with { Description = " " }] } },
            { "payment card", "Payments[0].Reference", order with { Payments = [new OrderPayment("card", 10, "4111 1111 1111 1111")] } },
            { "payment card as a number", "Number", order with { Number = "4111111111111111" } },
            { "no number", "Number", order with { Number = " " } },
            { "source with spaces", "Source", order with { Source = "my shop" } },
            { "control characters", "Number", order with { Number = "A\u0000B" } },
            { "from the future", "ChangedAt", order with { ChangedAt = TestClock.Start.AddYears(5) } },
            { "before computers", "PlacedAt", order with { PlacedAt = new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero) } },
            { "phone", "Member.Phone", order with { Member = new MemberReference(Phone: "555") } },
            { "too many lines", "Lines", order with { Lines = [.. Enumerable.Repeat(line with { UnitPrice = 0 }, 201)] } },
        };
    }

    private OrderDelivery Buy(decimal total, string? number = null, string? member = null) => Purchases.Of(store, total, number, member ?? this.member.Number);
}
