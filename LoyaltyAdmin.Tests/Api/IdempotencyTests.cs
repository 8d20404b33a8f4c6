using System.Globalization;
using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>One effect and one answer per key (reliability V1, V4-V7, V11, V13), whatever the network does.</summary>
public abstract class IdempotencyTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : IdempotencyTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : IdempotencyTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Of_64_payments_of_5_at_once_a_card_of_100_covers_exactly_20()
    {
        var card = await SellAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => RedeemAsync(card, 5)));

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(20);
        answers.Count(a => a.Code == "insufficient_balance").ShouldBe(44);
        (await BalanceAsync(card)).ShouldBe(0);
        (await Db.ReadAsync(db => db.LedgerEntries.Where(e => db.GiftCards.Any(c => c.AccountId == e.AccountId)).SumAsync(e => e.Amount))).ShouldBe(0);
    }

    [Fact]
    public async Task The_same_payment_sent_64_times_at_once_is_one_payment_with_64_equal_answers()
    {
        var card = await SellAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(5), "order-1")));

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Created && a.Text == answers[0].Text);
        (await BalanceAsync(card)).ShouldBe(95);
    }

    [Fact]
    public async Task The_same_sale_sent_16_times_at_once_is_one_card_with_16_equal_answers()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Till.PostAsync("/gift-cards", SaleBody(), "sale-1")));

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Created && a.Text == answers[0].Text);
        (await Db.ReadAsync(db => db.GiftCards.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task Every_posted_request_needs_a_key_and_no_key_serves_two_requests()
    {
        var bodies = await OneOfEachAsync();
        bodies.Keys.ShouldBe(PostRoutes(), ignoreOrder: true);

        foreach (var (route, (path, body, other)) in bodies)
        {
            (await Till.SendAsync(HttpMethod.Post, path, body)).ShouldBeProblem(HttpStatusCode.BadRequest, "idempotency_key_required");
            foreach (var bad in new[] { new string('x', 129), "a b", "schlüssel", "a\tb" })
            {
                (await Till.PostAsync(path, body, bad)).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_idempotency_key");
            }

            var first = await Till.PostAsync(path, body, route);
            first.Status.ShouldBe(HttpStatusCode.Created, route + first.Text);
            var transactions = await Db.ReadAsync(db => db.LedgerTransactions.CountAsync());

            var again = await Till.PostAsync(path, body, route);
            (again.Status, again.Text, again.ContentType, again.Headers.GetValueOrDefault("Location")).ShouldBe((first.Status, first.Text, first.ContentType, first.Headers.GetValueOrDefault("Location")), route);
            (await Till.PostAsync(path, other, route)).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
            (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync())).ShouldBe(transactions, route);
        }
    }

    [Fact]
    public async Task A_key_of_128_characters_is_a_key()
    {
        var card = await SellAsync();

        (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(5), new string('~', 128))).ShouldBeDone(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Two_clients_may_use_the_same_key()
    {
        var card = await SellAsync();
        var other = await Host.TillAsync(Db);
        var path = $"/gift-cards/{card.Number}/redemptions";

        (await Till.PostAsync(path, PaymentBody(5), "1")).ShouldBeDone(HttpStatusCode.Created);
        (await other.PostAsync(path, PaymentBody(7), "1")).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(88);
    }

    [Fact]
    public async Task A_refusal_stands_for_its_key_also_when_the_card_could_pay_by_now()
    {
        var card = await SellAsync();
        var path = $"/gift-cards/{card.Number}/redemptions";
        var refused = (await Till.PostAsync(path, PaymentBody(120), "k")).ShouldBeProblem(HttpStatusCode.Conflict, "insufficient_balance");
        await Till.PostAsync($"/gift-cards/{card.Number}/recharges", PaymentBody(50));

        (await Till.PostAsync(path, PaymentBody(120), "k")).Body.ShouldBe(refused.Body);
        (await Till.PostAsync(path, PaymentBody(120), "k2")).ShouldBeDone(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_payment_is_answered_again_after_what_it_needed_is_gone()
    {
        var card = await SellAsync();
        var path = $"/gift-cards/{card.Number}/redemptions";
        var online = PaymentBody(5, channel: "ONLINE", code: card.Code);
        var paid = (await Till.PostAsync(path, online, "k")).ShouldBeDone(HttpStatusCode.Created);
        var sale = await Till.PostAsync("/gift-cards", SaleBody(), "s");
        for (var i = 0; i < 5; i++)
        {
            (await Till.PostAsync(path, PaymentBody(5, channel: "ONLINE", code: "WRONG000"))).ShouldBeProblem(HttpStatusCode.NotFound, "card_not_accepted");
        }

        (await Till.PostAsync(path, online, "k")).Body.ShouldBe(paid.Body);

        await Db.Database.WriteAsync(Domain.Access.Actor.System, async db => (await db.Stores.SingleAsync(s => s.Id == Store.Id)).IsOpen = false);
        Clock.Advance(TimeSpan.FromSeconds(6));

        (await Till.PostAsync(path, online, "k")).Body.ShouldBe(paid.Body);
        (await Till.PostAsync("/gift-cards", SaleBody(), "s")).Body.ShouldBe(sale.Body);
        (await Till.PostAsync(path, online, "k2")).ShouldBeProblem(HttpStatusCode.NotFound, "unknown_store");
    }

    [Fact]
    public async Task A_client_whose_every_first_answer_is_lost_pays_200_times_for_200_orders()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        await using var lossy = await ApiHost.StartAsync(Db, Unlimited, async (context, next) =>
        {
            await using var hidden = new MemoryStream();
            var answer = context.Response.Body;
            context.Response.Body = hidden;
            await next(context);
            if (seen.TryAdd(context.Request.Headers["Idempotency-Key"].ToString(), true))
            {
                context.Abort();

                return;
            }

            context.Response.Body = answer;
            await answer.WriteAsync(hidden.ToArray());
        });
        var card = await SellAsync(2_000);
        var till = Till.At(lossy);
        var path = $"/gift-cards/{card.Number}/redemptions";
        var lost = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            try
            {
                await till.PostAsync(path, PaymentBody(5), $"order-{i}");
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                Interlocked.Increment(ref lost);
            }

            (await till.PostAsync(path, PaymentBody(5), $"order-{i}")).Status.ShouldBe(HttpStatusCode.Created);
        });

        lost.ShouldBe(200);
        (await BalanceAsync(card)).ShouldBe(1_000);
        (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync(t => t.Type == TransactionType.Consumption))).ShouldBe(200);
    }

    [Fact]
    public async Task Of_two_full_reversals_at_once_one_is_done()
    {
        var card = await SellAsync(2_000);
        var payments = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RedeemAsync(card, 5)));

        var answers = await Task.WhenAll(payments.SelectMany(p => Enumerable.Range(0, 2).Select(_ => Till.PostAsync($"/gift-card-transactions/{p["transactionId"]}/reversals", """{"amount":5}"""))));

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(20);
        answers.Count(a => a.Code == "exceeds_captured_amount").ShouldBe(20);
        (await BalanceAsync(card)).ShouldBe(2_000);
    }

    private IEnumerable<string> PostRoutes() => Host.Routes.Where(r => r.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("POST") == true).Select(r => r.RoutePattern.RawText![LoyaltyApi.Prefix.Length..]);

    /// <summary>By route: a path, a request that succeeds once, and another one for the same path.</summary>
    private async Task<Dictionary<string, (string Path, string Body, string Other)>> OneOfEachAsync()
    {
        var card = await SellAsync();
        var payment = await RedeemAsync(card, 20);
        var pending = await A.GiftCard().Holding(40).In(Store).Of(Plan).Being(AccountStatus.Pending).SaveToAsync(Db);
        var number = Db.Get<Domain.GiftCards.CardNumbers>().Open(pending.SealedNumber);
        await A.CardPlan("MAIN").SaveToAsync(Db);
        var member = await A.Member().SaveToAsync(Db);
        string Order(string order, decimal total) => string.Create(CultureInfo.InvariantCulture,
            $$$"""{"source":"shop","number":"{{{order}}}","storeCode":"{{{Store.Code}}}","channel":"ONLINE","currency":"USD","placedAt":"2026-03-01T10:00:00Z","changedAt":"2026-03-01T10:00:00Z","total":{{{total}}},"member":{"number":"{{{member.Number}}}"}}""");
        string Refund(decimal amount) => string.Create(CultureInfo.InvariantCulture, $$"""{"number":"F-1","amount":{{amount}},"currency":"USD","refundedAt":"2026-03-02T10:00:00Z"}""");
        (await Till.PostAsync("/orders", Order("R-1", 20))).ShouldBeDone(HttpStatusCode.Created);
        await Db.Get<WalletTopUps>().TopUpAsync(await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db), member.Number, 100, "USD", Store.Code, orderNumber: null, "top-up");
        string Spending(decimal points) => string.Create(CultureInfo.InvariantCulture, $$"""{"points":{{points}},"storeCode":"{{Store.Code}}","channel":"POS"}""");
        (await Till.PostAsync($"/members/{member.Number}/points/grants", $$"""{"points":100,"reason":"Welcome","storeCode":"{{Store.Code}}"}""")).ShouldBeDone(HttpStatusCode.Created);
        var spent = (await Till.PostAsync($"/members/{member.Number}/points/spendings", Spending(20))).ShouldBeDone(HttpStatusCode.Created);
        var wallet = $"/members/{member.Number}/wallet";
        var paid = (await Till.PostAsync($"{wallet}/payments", PaymentBody(20))).ShouldBeDone(HttpStatusCode.Created);
        var held = (await Till.PostAsync($"{wallet}/holds", PaymentBody(10))).ShouldBeDone(HttpStatusCode.Created);
        var released = (await Till.PostAsync($"{wallet}/holds", PaymentBody(10))).ShouldBeDone(HttpStatusCode.Created);

        var coupon = await A.Coupon().Universal("ONCE2026").SaveToAsync(Db);
        string Use(string order) => $$"""{"memberNumber":"{{member.Number}}","storeCode":"{{Store.Code}}","channel":"POS","currency":"USD","orderNumber":"{{order}}","lines":[{"productCode":"A","quantity":1,"unitPrice":50}]}""";
        var redeemed = (await Till.PostAsync("/coupons/ONCE2026/redemptions", Use("C-0"))).ShouldBeDone(HttpStatusCode.Created);

        var terms = await Db.Get<Domain.Agreements.AgreementService>().SaveAsync(Actor.System, new() { Kind = Domain.Agreements.AgreementKind.TermsOfUse, Title = "Terms of use", Body = "Be kind." });

        return new()
        {
            ["/members/{memberNumber}/points/grants"] = ($"/members/{member.Number}/points/grants", $$"""{"points":5,"reason":"Lucky draw","storeCode":"{{Store.Code}}"}""", $$"""{"points":6,"reason":"Lucky draw","storeCode":"{{Store.Code}}"}"""),
            ["/members/{memberNumber}/points/spendings"] = ($"/members/{member.Number}/points/spendings", Spending(5), Spending(6)),
            ["/points-transactions/{transactionId}/reversals"] = ($"/points-transactions/{spent["transactionId"]}/reversals", """{"points":5}""", """{"points":6}"""),
            ["/members/{number}/wallet/payments"] = ($"{wallet}/payments", PaymentBody(5), PaymentBody(6)),
            ["/members/{number}/wallet/holds"] = ($"{wallet}/holds", PaymentBody(5), PaymentBody(6)),
            ["/wallet-payments/{paymentId}/refunds"] = ($"/wallet-payments/{paid["transactionId"]}/refunds", """{"amount":5}""", """{"amount":6}"""),
            ["/wallet-holds/{holdId}/captures"] = ($"/wallet-holds/{held["holdId"]}/captures", """{"amount":5}""", """{"amount":6}"""),
            ["/wallet-holds/{holdId}/releases"] = ($"/wallet-holds/{released["holdId"]}/releases", "{}", """{"reason":"Order cancelled"}"""),
            ["/gift-cards"] = ("/gift-cards", SaleBody(50), SaleBody(100)),
            ["/gift-cards/{cardNumber}/redemptions"] = ($"/gift-cards/{card.Number}/redemptions", PaymentBody(5), PaymentBody(6)),
            ["/gift-cards/{cardNumber}/recharges"] = ($"/gift-cards/{card.Number}/recharges", PaymentBody(5), PaymentBody(6)),
            ["/gift-cards/{cardNumber}/activation"] = ($"/gift-cards/{number}/activation", $$"""{"storeCode":"{{Store.Code}}","channel":"POS"}""", $$"""{"storeCode":"{{Store.Code}}","channel":"POS","orderNumber":"1"}"""),
            ["/gift-card-transactions/{transactionId}/reversals"] = ($"/gift-card-transactions/{payment["transactionId"]}/reversals", """{"amount":5}""", """{"amount":6}"""),
            ["/orders"] = ("/orders", Order("R-2", 20), Order("R-2", 30)),
            ["/orders/batch"] = ("/orders/batch", $$"""{"orders":[{{Order("R-3", 20)}}]}""", $$"""{"orders":[{{Order("R-4", 20)}}]}"""),
            ["/orders/{source}/{number}/refunds"] = ("/orders/shop/R-1/refunds", Refund(5), Refund(6)),
            ["/members"] = ("/members", """{"fullName":"Ada Byron","email":"ada@example.com"}""", """{"fullName":"Eve","email":"eve@example.com"}"""),
            ["/members/{memberNumber}/portal-links"] = ($"/members/{member.Number}/portal-links", """{"target":"coupons"}""", """{"target":"points"}"""),
            ["/members/{memberNumber}/agreement-acceptances"] = ($"/members/{member.Number}/agreement-acceptances", $$"""{"agreementId":{{terms}}}""", $$"""{"agreementId":{{terms}},"source":"POS"}"""),
            ["/members/{number}/coupons"] = ($"/members/{member.Number}/coupons", $$"""{"coupon":"{{coupon.Code}}"}""", $$"""{"coupon":"{{coupon.Code}}","quantity":2}"""),
            ["/coupons/{code}/validations"] = ("/coupons/ONCE2026/validations", Use("V-1"), Use("V-2")),
            ["/coupons/{code}/redemptions"] = ("/coupons/ONCE2026/redemptions", Use("C-1"), Use("C-2")),
            ["/coupon-redemptions/{redemptionId}/reversals"] = ($"/coupon-redemptions/{redeemed["redemptionId"]}/reversals", """{"reason":"a"}""", """{"reason":"b"}"""),
            ["/members/{number}/cards"] = ($"/members/{member.Number}/cards", """{"planCode":"MAIN"}""", """{"planCode":"MAIN","storeCode":"x"}"""),
        };
    }
}
