using System.Net;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Api;

public abstract class CouponsApiTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : CouponsApiTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CouponsApiTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_coupon_is_issued_listed_validated_redeemed_and_given_back()
    {
        var member = await A.Member().SaveToAsync(Db);
        var coupon = await A.Coupon("$20 off $100").With(r => r with { Threshold = 100 }).SaveToAsync(Db);

        var issued = (await Till.PostAsync($"/members/{member.Number}/coupons", $$"""{"coupon":"{{coupon.Code}}"}""")).ShouldBeDone(HttpStatusCode.Created).Json[0];
        var code = issued.GetProperty("code").GetString();
        (await Till.GetAsync($"/members/{member.Number}/coupons")).ShouldBeDone(HttpStatusCode.OK).Json.EnumerateArray().ShouldHaveSingleItem().GetProperty("status").GetString().ShouldBe("ACTIVE");

        var small = (await Till.PostAsync($"/coupons/{code}/validations", Basket(99.99m))).ShouldBeDone(HttpStatusCode.Created);
        (small["applies"].GetBoolean(), small.Member("rule")).ShouldBe((false, "below_threshold"));
        (await Till.PostAsync($"/coupons/{code}/redemptions", Basket(99.99m))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "below_threshold");

        var redeemed = (await Till.PostAsync($"/coupons/{code}/redemptions", Basket(120), "order-1")).ShouldBeDone(HttpStatusCode.Created);
        redeemed["discount"].GetDecimal().ShouldBe(20);
        redeemed.Text.ShouldContain("""
            "lines":[{"productCode":"A","amount":120.00,"discount":20.00}]
            """.Trim());
        (await Till.PostAsync($"/coupons/{code}/redemptions", Basket(120), "order-1")).Text.ShouldBe(redeemed.Text);
        (await Till.PostAsync($"/coupons/{code}/redemptions", Basket(120), "order-2")).ShouldBeProblem(HttpStatusCode.Conflict, "coupon_redeemed");
        (await Till.GetAsync($"/members/{member.Number}/coupons")).Json.GetArrayLength().ShouldBe(0);
        (await Till.GetAsync($"/members/{member.Number}/coupons?all=true")).Json[0].GetProperty("status").GetString().ShouldBe("REDEEMED");

        var path = $"/coupon-redemptions/{redeemed["redemptionId"]}/reversals";
        (await Till.PostAsync(path, "")).ShouldBeDone(HttpStatusCode.Created);
        (await Till.PostAsync(path, "")).ShouldBeProblem(HttpStatusCode.Conflict, "already_reversed");
        (await Till.PostAsync($"/coupons/{code}/redemptions", Basket(120), "order-2")).ShouldBeDone(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_cannot_be_done_says_why()
    {
        var member = await A.Member().SaveToAsync(Db);
        var draft = await A.Coupon().Draft().SaveToAsync(Db);
        var path = $"/members/{member.Number}/coupons";

        (await Till.PostAsync(path, "{}")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await Till.PostAsync(path, """{"coupon":"CN-NONE"}""")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "unknown_coupon");
        (await Till.PostAsync(path, $$"""{"coupon":"{{draft.Code}}"}""")).ShouldBeProblem(HttpStatusCode.Conflict, "coupon_not_active");
        (await Till.PostAsync("/members/nobody/coupons", $$"""{"coupon":"{{draft.Code}}"}""")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await Till.PostAsync("/coupons/NOBODYHASTHIS/redemptions", Basket(5))).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await Till.PostAsync("/coupons/X/redemptions", """{"storeCode":"x"}""")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await Till.PostAsync("/coupon-redemptions/7/reversals", "")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }

    private string Basket(decimal price) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $$"""{"storeCode":"{{Store.Code}}","channel":"POS","currency":"USD","lines":[{"productCode":"A","quantity":1,"unitPrice":{{price}}}]}""");
}
