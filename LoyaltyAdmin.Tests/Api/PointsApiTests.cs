using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

public abstract class PointsApiTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : PointsApiTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PointsApiTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Points_are_given_spent_given_back_and_shown()
    {
        var member = await A.Member().SaveToAsync(Db);
        var path = $"/members/{member.Number}/points";

        var given = (await Till.PostAsync($"{path}/grants", """{"points":50,"reason":"Lucky draw"}""", "G")).ShouldBeDone(HttpStatusCode.Created);
        (await Till.PostAsync($"{path}/grants", """{"points":50,"reason":"Lucky draw"}""", "G")).Text.ShouldBe(given.Text);
        (await Till.PostAsync($"{path}/grants", """{"points":51,"reason":"Lucky draw"}""", "G")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        var spent = (await Till.PostAsync($"{path}/spendings", Spend(12.5m), "S")).ShouldBeDone(HttpStatusCode.Created);
        (await Till.PostAsync($"{path}/spendings", Spend(12.5m), "S")).Text.ShouldBe(spent.Text);
        (spent["points"].GetDecimal(), spent["balance"].GetDecimal()).ShouldBe((12.5m, 37.5m));
        var back = (await Till.PostAsync($"/points-transactions/{spent["transactionId"]}/reversals", """{"points":2.5}""")).ShouldBeDone(HttpStatusCode.Created);
        back["balance"].GetDecimal().ShouldBe(40m);

        (await Till.GetAsync(path)).ShouldBeDone(HttpStatusCode.OK).Text.ShouldBe("""{"balance":40.00,"usable":40.00,"lots":[{"points":40.00,"usableFrom":null,"expiresAt":null}]}""");
        var first = (await Till.GetAsync($"{path}/transactions?limit=2")).ShouldBeDone(HttpStatusCode.OK);
        first["transactions"].EnumerateArray().Select(t => t.GetProperty("type").GetString()).ShouldBe(["CONSUMPTION_REVERSAL", "CONSUMPTION"]);
        var rest = await Till.GetAsync($"{path}/transactions?limit=2&cursor={Uri.EscapeDataString(first.Member("next"))}");
        rest["transactions"].EnumerateArray().ShouldHaveSingleItem().GetProperty("reason").GetString().ShouldBe("Lucky draw");
        (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync())).ShouldBe(3);
    }

    [Fact]
    public async Task What_cannot_be_done_says_why_and_takes_nothing()
    {
        var member = await A.Member().SaveToAsync(Db);
        var path = $"/members/{member.Number}/points";
        await Till.PostAsync($"{path}/grants", """{"points":10,"reason":"x"}""");

        var lacking = (await Till.PostAsync($"{path}/spendings", Spend(10.01m))).ShouldBeProblem(HttpStatusCode.Conflict, "insufficient_balance");
        lacking["balance"].GetDecimal().ShouldBe(10m);
        (await Till.PostAsync($"{path}/spendings", Spend(0.001m))).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await Till.PostAsync($"{path}/spendings", "{}")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await Till.PostAsync("/members/nobody/points/spendings", Spend(1))).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await Till.PostAsync("/points-transactions/1/reversals", "")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await Till.GetAsync("/members/nobody/points")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await Till.GetAsync($"{path}/transactions?limit=0")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        var reader = await Host.TillAsync(Db, c => c.WithOnly(ApiScope.PointsRead));
        (await reader.PostAsync($"{path}/spendings", Spend(1))).Status.ShouldBe(HttpStatusCode.Forbidden);
        var bound = await Host.TillAsync(Db, c => c.In(Store));
        (await bound.PostAsync($"{path}/grants", """{"points":10,"reason":"x"}""")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await Till.GetAsync(path))["balance"].GetDecimal().ShouldBe(10m);
    }

    private string Spend(decimal points) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"points":{{points}},"storeCode":"{{Store.Code}}","channel":"POS"}""");
}
