using System.Net;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Api;

public abstract class GiftCardsApiTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : GiftCardsApiTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardsApiTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_key_sees_the_open_stores_it_may_act_in()
    {
        var other = await A.Store().SaveToAsync(Db);
        await A.Store().Closed().SaveToAsync(Db);
        var bound = await Host.TillAsync(Db, c => c.In(Store));

        (await Till.GetAsync("/stores")).ShouldBeDone(HttpStatusCode.OK).Json.EnumerateArray().Select(s => s.GetProperty("code").GetString()).ShouldBe([Store.Code, other.Code], ignoreOrder: true);
        (await bound.GetAsync("/stores")).Json.EnumerateArray().Single().GetProperty("code").GetString().ShouldBe(Store.Code);
    }

    [Fact]
    public async Task Plans_show_what_can_be_sold_there_now()
    {
        var plan = await A.GiftCardPlan("Anniversary").With(r => r with { Denominations = [new(200, 20)], CustomAmount = new(50, 5000) }).SaveToAsync(Db);
        await A.GiftCardPlan().Draft().SaveToAsync(Db);

        var listed = (await Till.GetAsync($"/gift-card-plans?store={Store.Code}&channel=POS")).ShouldBeDone(HttpStatusCode.OK).Json.EnumerateArray().ToList();

        listed.Count.ShouldBe(2);
        var shown = listed.Single(p => p.GetProperty("code").GetString() == plan.Code);
        shown.GetProperty("denominations")[0].GetRawText().ShouldBe("""{"amount":200.00,"price":180.00}""");
        shown.GetProperty("customAmount").GetRawText().ShouldBe("""{"minimum":50.00,"maximum":5000.00}""");
        (shown.GetProperty("name").GetString(), shown.GetProperty("currency").GetString(), shown.GetProperty("cardType").GetString()).ShouldBe(("Anniversary", "USD", "ELECTRONIC"));
    }

    [Theory]
    [InlineData("/gift-card-plans", 400, "invalid_input")]
    [InlineData("/gift-card-plans?store=NOWHERE", 404, "unknown_store")]
    [InlineData("/gift-card-plans?store=NOWHERE&channel=FAX", 400, "invalid_input")]
    [InlineData("/gift-cards/9600470000000000000?channel=FAX", 400, "invalid_input")]
    [InlineData("/gift-cards/9600470000000000000", 404, "not_found")]
    [InlineData("/gift-cards/9600470000000000000?channel=ONLINE", 404, "card_not_accepted")]
    [InlineData("/no-such-thing", 404, "unknown_route")]
    public async Task Reads_that_cannot_be_answered_say_why(string path, int status, string code) =>
        (await Till.GetAsync(path)).ShouldBeProblem((HttpStatusCode)status, code);

    [Fact]
    public async Task A_card_lives_from_sale_to_reversal()
    {
        var plan = await A.GiftCardPlan().With(r => r with { Denominations = [new(200, 20)], PosRecharge = true }).SaveToAsync(Db);
        var sold = (await Till.PostAsync("/gift-cards", $$$"""{"planCode":"{{{plan.Code}}}","amount":200,"currency":"USD","storeCode":"{{{Store.Code}}}","channel":"ONLINE","orderNumber":"W-1","buyer":{"name":"Ada Byron","phone":"+12125550100","email":"ada@example.com"}}""")).ShouldBeDone(HttpStatusCode.Created);
        var number = sold.Member("cardNumber");
        number.Length.ShouldBe(19);
        sold.Member("securityCode").Length.ShouldBe(8);
        sold.Text.ShouldContain(""" "status":"ACTIVE","balance":200.00,"currency":"USD","paid":180.00,"expiresAt":null,"transactionId":"""[1..]);
        sold.Headers["Location"].ShouldBe($"/api/v1/gift-cards/{number}");
        sold.Headers["Cache-Control"].ShouldBe("no-store");

        (await Till.GetAsync($"/gift-cards/{number}")).ShouldBeDone(HttpStatusCode.OK).Text.ShouldBe($$"""{"cardNumber":"**** {{number[^4..]}}","status":"ACTIVE","balance":200.00,"currency":"USD","expiresAt":null}""");
        (await Till.GetAsync($"/gift-cards/{number}?channel=ONLINE", ("X-Security-Code", sold.Member("securityCode")))).ShouldBeDone(HttpStatusCode.OK);

        var redeemed = (await Till.PostAsync($"/gift-cards/{number}/redemptions", PaymentBody(50.5m))).ShouldBeDone(HttpStatusCode.Created);
        redeemed.Text.ShouldBe($$"""{"transactionId":{{redeemed["transactionId"].GetInt64()}},"amount":50.50,"balance":149.50,"currency":"USD"}""");

        (await Till.PostAsync($"/gift-cards/{number}/recharges", PaymentBody(10))).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(159.5m);

        var reversals = $"/gift-card-transactions/{redeemed["transactionId"]}/reversals";
        (await Till.PostAsync(reversals, """{"amount":20.5}""")).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(180m);
        (await Till.PostAsync(reversals, "{}")).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(210m);
        (await Till.PostAsync(reversals, "{}")).ShouldBeProblem(HttpStatusCode.Conflict, "exceeds_captured_amount");
    }

    [Fact]
    public async Task A_reversal_needs_no_body()
    {
        var card = await SellAsync();
        var redeemed = await RedeemAsync(card, 30);

        (await Till.SendAsync(HttpMethod.Post, $"/gift-card-transactions/{redeemed["transactionId"]}/reversals", body: null, ("Idempotency-Key", "r1"))).ShouldBeDone(HttpStatusCode.Created);

        (await BalanceAsync(card)).ShouldBe(100);
    }

    [Fact]
    public async Task An_imported_card_is_activated_once()
    {
        var number = await PendingCardAsync();

        (await Till.PostAsync($"/gift-cards/{number}/redemptions", PaymentBody(5))).ShouldBeProblem(HttpStatusCode.Conflict, "card_not_active");
        (await Till.PostAsync($"/gift-cards/{number}/activation", $$"""{"storeCode":"{{Store.Code}}","channel":"POS"}""")).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(40);
        (await Till.PostAsync($"/gift-cards/{number}/activation", $$"""{"storeCode":"{{Store.Code}}","channel":"POS"}""")).ShouldBeProblem(HttpStatusCode.Conflict, "already_active");
        (await Till.PostAsync($"/gift-cards/{number}/redemptions", PaymentBody(5))).ShouldBeDone(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_the_balance_does_not_cover_is_refused_with_the_balance()
    {
        var card = await SellAsync();

        var refused = (await RedeemAsync(card, 100.01m)).ShouldBeProblem(HttpStatusCode.Conflict, "insufficient_balance");

        (refused["balance"].GetRawText(), refused.Member("currency")).ShouldBe(("100.00", "USD"));
        (await BalanceAsync(card)).ShouldBe(100);
    }

    [Fact]
    public async Task A_partial_payment_takes_what_is_there()
    {
        var card = await SellAsync();
        var body = $$"""{"amount":130,"currency":"USD","storeCode":"{{Store.Code}}","channel":"POS","allowPartial":true}""";

        var taken = (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", body, "p1")).ShouldBeDone(HttpStatusCode.Created);

        (taken["amount"].GetDecimal(), taken["balance"].GetDecimal()).ShouldBe((100, 0));
        (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", body, "p1")).Body.ShouldBe(taken.Body);
        (await Till.GetAsync($"/gift-cards/{card.Number}")).Member("status").ShouldBe("USED_UP");
        (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", body, "p2")).ShouldBeProblem(HttpStatusCode.Conflict, "insufficient_balance");
    }

    [Fact]
    public async Task A_sale_names_everything_that_is_missing_at_once()
    {
        var refused = (await Till.PostAsync("/gift-cards", "{}")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");

        refused["errors"].EnumerateObject().Select(e => e.Name).ShouldBe(["planCode", "amount", "currency", "storeCode", "channel"], ignoreOrder: true);
    }

    [Fact]
    public async Task Errors_name_the_members_of_the_request()
    {
        var plan = await A.GiftCardPlan().With(r => r with { PurchaseInformation = r.PurchaseInformation with { BuyerEmail = Domain.GiftCards.FieldRequirement.Mandatory } }).SaveToAsync(Db);

        var missing = (await Till.PostAsync("/gift-cards", SaleBody(50, plan: plan.Code))).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        missing["errors"].EnumerateObject().Select(e => e.Name).ShouldBe(["buyer.email"]);

        var wrong = (await Till.PostAsync("/gift-cards", SaleBody(50)[..^1] + ""","buyer":{"phone":"12","email":"x"}}""")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        wrong["errors"].EnumerateObject().Select(e => e.Name).ShouldBe(["buyer.phone", "buyer.email"], ignoreOrder: true);
    }

    [Fact]
    public async Task Business_refusals_have_codes_of_their_own()
    {
        var card = await SellAsync();
        var rigid = await SellAsync(50, plan: await A.GiftCardPlan().SaveToAsync(Db));
        var printed = await A.GiftCardPlan().Physical().With(r => r with { PurchaseInformation = r.PurchaseInformation with { CardNumber = Domain.GiftCards.FieldRequirement.Mandatory } }).SaveToAsync(Db);
        var elsewhere = await A.GiftCardPlan().With(r => r with { Stores = Domain.Values.StoreScope.Only(9_999) }).SaveToAsync(Db);

        (await Till.PostAsync("/gift-cards", SaleBody(50, plan: "GC-NONE"))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "plan_not_sold_here")["errors"].TryGetProperty("planCode", out _).ShouldBeTrue();
        (await Till.PostAsync("/gift-cards", SaleBody(50, plan: elsewhere.Code))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "plan_not_sold_here");
        (await Till.PostAsync("/gift-cards", SaleBody(50, store: "NOWHERE"))).ShouldBeProblem(HttpStatusCode.NotFound, "unknown_store");
        (await Till.PostAsync($"/gift-cards/{rigid.Number}/recharges", PaymentBody(5))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "recharge_not_allowed");
        (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(5, currency: "EUR"))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "currency_mismatch");
        (await Till.PostAsync("/gift-card-transactions/999999/reversals", "{}")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await Till.PostAsync("/gift-card-transactions/abc/reversals", "{}")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await Till.PostAsync($"/gift-card-transactions/{card.TransactionId}/reversals", "{}")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");

        var sale = SaleBody(50, plan: printed.Code)[..^1] + ""","cardNumber":"MERCH-0001"}""";
        (await Till.PostAsync("/gift-cards", sale)).ShouldBeDone(HttpStatusCode.Created).Json.TryGetProperty("securityCode", out _).ShouldBeFalse();
        (await Till.PostAsync("/gift-cards", sale)).ShouldBeProblem(HttpStatusCode.Conflict, "card_number_taken");
    }

    [Fact]
    public async Task A_card_past_its_validity_pays_no_more()
    {
        var card = await SellAsync(plan: await A.GiftCardPlan().With(r => r with { Validity = new Domain.Values.ValidityPeriod(1, Domain.Values.ValidityUnit.Days) }).SaveToAsync(Db));
        Clock.Advance(TimeSpan.FromDays(3));

        (await RedeemAsync(card, 5)).ShouldBeProblem(HttpStatusCode.Conflict, "card_expired");
    }

    private async Task<string> PendingCardAsync()
    {
        var card = await A.GiftCard().Holding(40).In(Store).Of(Plan).Being(AccountStatus.Pending).SaveToAsync(Db);

        return Db.Get<Domain.GiftCards.CardNumbers>().Open(card.SealedNumber);
    }
}
