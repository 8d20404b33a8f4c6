using System.Globalization;
using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Orders;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>Reliability V4: the purchase history over HTTP ends as one truth whatever the network does.</summary>
public abstract class OrdersApiTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : OrdersApiTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : OrdersApiTests(DatabaseKind.PostgreSql);

    public override async Task DisposeAsync()
    {
        (await IndependentCount.StoredAsync(Db)).ShouldBe(await IndependentCount.ExpectedAsync(Db));
        await base.DisposeAsync();
    }

    [Fact]
    public async Task An_order_is_taken_and_answered_as_known()
    {
        var member = await A.Member().SaveToAsync(Db);

        var put = (await Till.PostAsync("/orders", Order("R-1", 20, member: member.Number, more: ",\"lines\":[{\"productCode\":\"MUG\",\"quantity\":2,\"unitPrice\":10}],\"payments\":[{\"method\":\"cash\",\"amount\":20}]"))).ShouldBeDone(HttpStatusCode.Created);

        (put.Member("memberNumber"), put.Member("status"), put["total"].GetRawText(), put["lines"].GetArrayLength()).ShouldBe((member.Number, "PAID", "20.00", 1));
        put.Headers["Location"].ShouldBe("/api/v1/orders/shop/R-1");
        (await Till.GetAsync("/orders/shop/R-1")).ShouldBeDone(HttpStatusCode.OK).Text.ShouldBe(put.Text);
    }

    [Fact]
    public async Task A_sales_channel_counts_as_pos_or_online_and_finds_its_orders()
    {
        var staff = await A.StaffUser().With(Permission.SettingsManage, Permission.OrdersRead).SaveToAsync(Db);
        var channels = Db.Get<SalesChannels>();
        var kiosk = await channels.SaveAsync(staff, new SalesChannelForm { Code = " Kiosk ", Name = "Kiosks", CountsAs = Channel.Pos });
        string Through(string number, string channel) => Order(number, 20).Replace("\"ONLINE\"", $"\"{channel}\"", StringComparison.Ordinal);

        var put = (await Till.PostAsync("/orders", Through("R-1", "KIOSK"))).ShouldBeDone(HttpStatusCode.Created);
        (put.Member("channel"), put.Member("salesChannel")).ShouldBe(("POS", "kiosk"));
        (await Till.PostAsync("/orders", Through("R-2", "fax"))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "unknown_channel").Text.ShouldContain("neither POS nor ONLINE");
        (await Till.PostAsync("/orders", Order("R-3", 20))).ShouldBeDone(HttpStatusCode.Created)["salesChannel"].ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);

        var form = await channels.FormAsync(staff, kiosk);
        form.IsEnabled = false;
        await channels.SaveAsync(staff, form);
        (await Till.PostAsync("/orders", Through("R-4", "kiosk"))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "unknown_channel");
        (await Till.PostAsync("/orders", Through("R-1", "kiosk").Replace("\"total\":20", "\"total\":25", StringComparison.Ordinal).Replace("10:00:00-05:00\",\"total", "10:30:00-05:00\",\"total", StringComparison.Ordinal))).ShouldBeDone(HttpStatusCode.Created)["total"].GetDecimal().ShouldBe(25);

        var found = (await Db.Get<OrderDirectory>().ListAsync(staff, new OrderFilter { SalesChannel = "kiosk" }, new())).Rows.ShouldHaveSingleItem();
        (found.Number, found.SalesChannel, found.Channel).ShouldBe(("R-1", "Kiosks", Channel.Pos));
    }

    [Fact]
    public async Task Sent_five_times_and_out_of_order_an_order_ends_as_its_latest_change()
    {
        string[] changes = [Order("R-1", 10, minute: 1), Order("R-1", 20, minute: 2), Order("R-1", 20, minute: 2, more: ",\"status\":\"CANCELLED\""), Order("R-1", 30, minute: 3)];
        foreach (var body in changes.Reverse().Concat(changes).SelectMany(body => Enumerable.Repeat(body, 5)))
        {
            (await Till.PostAsync("/orders", body)).ShouldBeDone(HttpStatusCode.Created);
        }

        var order = (await Till.GetAsync("/orders/shop/R-1")).ShouldBeDone(HttpStatusCode.OK);
        (order["total"].GetDecimal(), order.Member("status")).ShouldBe((30, "PAID"));
        (await Db.ReadAsync(db => db.Orders.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task One_order_sent_32_times_at_once_is_one_order_with_equal_answers()
    {
        var body = Order("R-1", 20);

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Till.PostAsync("/orders", body, "one-key")));

        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.Created && answer.Text == answers[0].Text);
        (await Db.ReadAsync(db => db.Orders.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_key_answers_the_order_as_it_was_then_and_serves_no_other_body()
    {
        var first = (await Till.PostAsync("/orders", Order("R-1", 20, minute: 1), "k")).ShouldBeDone(HttpStatusCode.Created);
        (await Till.PostAsync("/orders", Order("R-1", 30, minute: 2), "k")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        await Till.PostAsync("/orders", Order("R-1", 30, minute: 2), "k2");

        (await Till.PostAsync("/orders", Order("R-1", 20, minute: 1), "k")).Text.ShouldBe(first.Text);
        (await Till.GetAsync("/orders/shop/R-1"))["total"].GetDecimal().ShouldBe(30);
    }

    [Fact]
    public async Task A_batch_repeated_under_its_key_says_created_again()
    {
        var batch = $$"""{"orders":[{{Order("B-1", 20)}},{{Order("B-2", 20, store: "NOWHERE")}}]}""";

        var first = (await Till.PostAsync("/orders/batch", batch, "k")).ShouldBeDone(HttpStatusCode.Created);

        (await Till.PostAsync("/orders/batch", batch, "k")).Text.ShouldBe(first.Text);
        first["outcomes"][0].GetProperty("effect").GetString().ShouldBe("CREATED");
        (await Till.PostAsync("/orders/batch", batch, "k2"))["outcomes"][0].GetProperty("effect").GetString().ShouldBe("UNCHANGED");
    }

    [Fact]
    public async Task A_refused_order_leaves_its_key_free()
    {
        var body = Order("R-1", 20, member: "NOBODY");
        (await Till.PostAsync("/orders", body, "k")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "unknown_member");
        await A.Member().Numbered("NOBODY").SaveToAsync(Db);

        (await Till.PostAsync("/orders", body, "k")).ShouldBeDone(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_refund_is_recorded_once_and_never_above_the_order()
    {
        await Till.PostAsync("/orders", Order("R-1", 20));

        var first = (await Till.PostAsync("/orders/shop/R-1/refunds", Refund("F1", 15))).ShouldBeDone(HttpStatusCode.Created);
        (await Till.PostAsync("/orders/shop/R-1/refunds", Refund("F1", 15))).Text.ShouldBe(first.Text);
        (await Till.PostAsync("/orders/shop/R-1/refunds", Refund("F1", 16))).ShouldBeProblem(HttpStatusCode.Conflict, "refund_changed");
        (await Till.PostAsync("/orders/shop/R-1/refunds", Refund("F2", 5.01m))).ShouldBeProblem(HttpStatusCode.Conflict, "exceeds_order_total");

        var order = await Till.GetAsync("/orders/shop/R-1");
        (order.Member("status"), order["refunded"].GetDecimal(), order["refunds"].GetArrayLength()).ShouldBe(("PARTLY_REFUNDED", 15, 1));
    }

    [Fact]
    public async Task A_refund_before_its_order_waits_for_it()
    {
        (await Till.PostAsync("/orders/shop/R-1/refunds", Refund("F1", 15))).ShouldBeDone(HttpStatusCode.Created).Member("status").ShouldBe("WAITING");

        (await Till.PostAsync("/orders", Order("R-1", 20)))["refunded"].GetDecimal().ShouldBe(15);
    }

    [Fact]
    public async Task A_batch_answers_for_each_order()
    {
        var answer = (await Till.PostAsync("/orders/batch", $$"""{"orders":[{{Order("A", 1)}},{"source":"shop","channel":"FAX"},{{Order("B", 2, store: "NOWHERE")}},{{Order("C", -3)}}]}""")).ShouldBeDone(HttpStatusCode.Created);

        var outcomes = answer["outcomes"].EnumerateArray().ToList();
        outcomes.Select(outcome => outcome.GetProperty("effect").GetString()).ShouldBe(["CREATED", "REFUSED", "REFUSED", "REFUSED"]);
        outcomes[1].GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldBe(["number", "storeCode", "currency", "placedAt", "total", "changedAt"]);
        outcomes[2].GetProperty("code").GetString().ShouldBe("unknown_store");
        outcomes[3].GetProperty("errors").TryGetProperty("total", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_thousand_orders_fit_a_batch_and_one_more_does_not()
    {
        string Batch(int count) => $$"""{"orders":[{{string.Join(',', Enumerable.Range(0, count).Select(i => Order($"B{i}", 1)))}}]}""";

        (await Till.PostAsync("/orders/batch", Batch(1_000))).ShouldBeDone(HttpStatusCode.Created)["outcomes"].GetArrayLength().ShouldBe(1_000);
        (await Till.PostAsync("/orders/batch", Batch(1_001))).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await Till.PostAsync("/orders", Order("X", 1, more: $",\"note\":\"{new string('x', 300_000)}\""))).ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge, "body_too_large");
    }

    [Fact]
    public async Task Another_stores_orders_do_not_exist_for_a_key_bound_to_its_store()
    {
        var other = await A.Store().SaveToAsync(Db);
        await Till.PostAsync("/orders", Order("R-1", 20));
        var bound = await Host.TillAsync(Db, client => client.In(other));

        (await bound.GetAsync("/orders/shop/R-1")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await bound.PostAsync("/orders", Order("R-2", 20))).ShouldBeProblem(HttpStatusCode.NotFound, "unknown_store");
        (await bound.PostAsync("/orders", Order("R-1", 99, minute: 9, store: other.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "order_of_other_store");
        (await bound.PostAsync("/orders/shop/R-1/refunds", Refund("F1", 1))).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_key_without_the_scope_is_turned_away()
    {
        var reader = await Host.TillAsync(Db, client => client.WithOnly(ApiScope.OrdersRead));

        (await reader.PostAsync("/orders", Order("R-1", 20))).ShouldBeProblem(HttpStatusCode.Forbidden, "access_denied");
        (await reader.GetAsync("/orders/shop/R-1")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("\"total\":20", "\"total\":\"20\"", "total")]
    [InlineData("\"total\":20", "\"total\":1e3", "total")]
    [InlineData("\"total\":20", "\"total\":20.001", "total")]
    [InlineData("\"total\":20", "\"total\":99999999999", "total")]
    [InlineData("\"currency\":\"USD\"", "\"currency\":\"DOLLAR\"", "currency")]
    [InlineData("\"total\":20", "\"total\":20,\"status\":\"LOST\"", "status")]
    [InlineData("\"total\":20", "\"total\":20,\"lines\":[{\"description\":\"x\",\"unitPrice\":21}]", "total")]
    [InlineData("\"total\":20", "\"total\":20,\"payments\":[{\"method\":\"card\",\"amount\":20,\"reference\":\"4111111111111111\"}]", "payments[0].reference")]
    public async Task Hostile_bodies_are_refused_by_member(string part, string instead, string member)
    {
        var refused = (await Till.PostAsync("/orders", Order("R-1", 20).Replace(part, instead, StringComparison.Ordinal))).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");

        refused["errors"].TryGetProperty(member, out _).ShouldBeTrue(refused.Text);
        (await Db.ReadAsync(db => db.Orders.AnyAsync())).ShouldBeFalse();
    }

    private string Order(string number, decimal total, int minute = 0, string? member = null, string? store = null, string more = "") => string.Create(CultureInfo.InvariantCulture,
        $$"""{"source":"shop","number":"{{number}}","storeCode":"{{store ?? Store.Code}}","channel":"ONLINE","currency":"USD","placedAt":"2026-03-01T10:00:00-05:00","changedAt":"2026-03-01T10:{{minute:00}}:00-05:00","total":{{total}}{{(member is null ? "" : $",\"member\":{{\"number\":\"{member}\"}}")}}{{more}}}""");

    private static string Refund(string number, decimal amount) => string.Create(CultureInfo.InvariantCulture, $$"""{"number":"{{number}}","amount":{{amount}},"currency":"USD","refundedAt":"2026-03-02T10:00:00Z"}""");
}
