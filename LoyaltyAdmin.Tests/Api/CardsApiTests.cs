using System.Net;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

public abstract class CardsApiTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : CardsApiTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CardsApiTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_card_is_issued_once_and_listed_with_its_progress()
    {
        await A.CardPlan("MAIN").SaveToAsync(Db);
        var member = await A.Member().SaveToAsync(Db);

        var issued = (await Till.PostAsync($"/members/{member.Number}/cards", """{"planCode":"MAIN","cardNumber":"2000777"}""")).ShouldBeDone(HttpStatusCode.Created);
        (await Till.PostAsync($"/members/{member.Number}/cards", """{"planCode":"MAIN"}""")).ShouldBeDone(HttpStatusCode.Created).Text.ShouldBe(issued.Text);

        issued.Text.ShouldBe("""{"cardNumber":"2000777","planCode":"MAIN","plan":"Plan MAIN","tier":"Member","status":"ACTIVE","validUntil":null}""");
        var card = (await Till.GetAsync($"/members/{member.Number}/cards")).ShouldBeDone(HttpStatusCode.OK).Json.EnumerateArray().ShouldHaveSingleItem();
        card.GetProperty("nextTier").GetProperty("missing").GetDecimal().ShouldBe(500m);
        (await Db.ReadAsync(db => db.LoyaltyCards.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_issued_says_why()
    {
        await A.CardPlan("MAIN").SaveToAsync(Db);
        await A.CardPlan("OLD").Where(plan => plan.Status = CardPlanStatus.Inactive).SaveToAsync(Db);
        var member = await A.Member().SaveToAsync(Db);
        var other = await A.Member().SaveToAsync(Db);
        await Till.PostAsync($"/members/{other.Number}/cards", """{"planCode":"MAIN","cardNumber":"2000777"}""");

        (await Till.PostAsync("/members/nobody/cards", """{"planCode":"MAIN"}""")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await Till.PostAsync($"/members/{member.Number}/cards", """{"planCode":"NONE"}""")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "unknown_plan");
        (await Till.PostAsync($"/members/{member.Number}/cards", """{"planCode":"OLD"}""")).ShouldBeProblem(HttpStatusCode.Conflict, "plan_inactive");
        (await Till.PostAsync($"/members/{member.Number}/cards", """{"planCode":"MAIN","cardNumber":"2000777"}""")).ShouldBeProblem(HttpStatusCode.Conflict, "card_number_taken");
        (await Till.PostAsync($"/members/{member.Number}/cards", "{}")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
    }
}
