using System.Net;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Api;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>Bodies that are not what is expected (reliability V13): refused in a clear sentence, nothing moves.</summary>
public abstract class ApiInputTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : ApiInputTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : ApiInputTests(DatabaseKind.PostgreSql);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("-0.01")]
    [InlineData("9223372036854775808")]
    [InlineData("1e30")]
    [InlineData("1e3")]
    [InlineData("\"1e3\"")]
    [InlineData("\"5\"")]
    [InlineData("NaN")]
    [InlineData("\"NaN\"")]
    [InlineData("Infinity")]
    [InlineData("0.001")]
    [InlineData("5.123")]
    [InlineData("1000000000000.01")]
    [InlineData("99999999999999999999999999999999999999999")]
    [InlineData("0.00000000000000000000000000000000000000001")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[5]")]
    [InlineData("{}")]
    [InlineData("0x10")]
    [InlineData("٥")]
    public async Task Hostile_amounts_are_400_everywhere_and_move_nothing(string amount)
    {
        var card = await SellAsync();
        var payment = await RedeemAsync(card, 10);
        var transactions = await Db.ReadAsync(db => db.LedgerTransactions.CountAsync());
        var movement = $$"""{"amount":{{amount}},"currency":"USD","storeCode":"{{Store.Code}}","channel":"POS"}""";

        (await Till.PostAsync("/gift-cards", $$"""{"planCode":"{{Plan.Code}}",{{movement[1..]}}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", movement)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Till.PostAsync($"/gift-cards/{card.Number}/recharges", movement)).Status.ShouldBe(HttpStatusCode.BadRequest);
        if (amount != "null")
        {
            // Without an amount a reversal gives all back.
            (await Till.PostAsync($"/gift-card-transactions/{payment["transactionId"]}/reversals", $$"""{"amount":{{amount}}}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync())).ShouldBe(transactions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{} {}")]
    [InlineData("{\"amount\":5,}")]
    [InlineData("{\"amount\":5,\"amount\":500,\"currency\":\"USD\",\"storeCode\":\"x\",\"channel\":\"POS\"}")]
    [InlineData("{\"currency\":5}")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":1}}}}}}}}}}")]
    public async Task What_is_not_the_json_expected_is_400_in_a_clear_sentence(string body)
    {
        var refused = await Till.PostAsync("/gift-cards/9600470000000000000/redemptions", body);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.ShouldBeProblem(HttpStatusCode.BadRequest, refused.Code!);
        refused.Code.ShouldBeOneOf("malformed_json", "invalid_input");
    }

    [Fact]
    public async Task Bodies_of_another_type_or_size_are_refused()
    {
        using var text = new HttpRequestMessage(HttpMethod.Post, LoyaltyApi.Prefix + "/gift-cards") { Content = new StringContent(SaleBody(), System.Text.Encoding.UTF8, "text/plain") };
        text.Headers.Add(ApiKeyHandler.Header, Till.Key.Key);
        text.Headers.Add(ApiCall.KeyHeader, "k");
        using var refused = await Till.Http.SendAsync(text);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);

        (await Till.PostAsync("/gift-cards", $$"""{"planCode":"{{new string('x', 70_000)}}"}""")).ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge, "body_too_large");
    }
}
