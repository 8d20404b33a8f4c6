using System.Net;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Api;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>Who gets in (reliability A8): keys, signatures, network addresses.</summary>
public sealed class ApiKeyHandlerTests() : ApiTest(DatabaseKind.Sqlite)
{
    private const string Redemptions = "/gift-cards/9600470000000000000/redemptions";

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("lk_test_abcdefghjkmn_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Without_a_valid_key_nobody_gets_in(string key)
    {
        var refused = (await Till.GetAsync("/stores", (ApiKeyHandler.Header, key))).ShouldBeProblem(HttpStatusCode.Unauthorized, "invalid_api_key");

        refused.Headers.ShouldContainKey("WWW-Authenticate");
        (await Till.SendAsync(HttpMethod.Post, Redemptions, "{}", (ApiKeyHandler.Header, key))).ShouldBeProblem(HttpStatusCode.Unauthorized, "invalid_api_key");
    }

    [Fact]
    public async Task Revoked_expired_and_disabled_keys_are_refused_alike()
    {
        var (revoked, expired, disabled) = (await Host.TillAsync(Db), await Host.TillAsync(Db), await Host.TillAsync(Db));
        var keys = Db.Get<ApiKeys>();
        await keys.RevokeAsync(Actor.System, (await keys.ListAsync(Actor.System, revoked.Actor.Id)).Single().Id);
        await Db.Database.WriteAsync(Actor.System, async db =>
        {
            (await db.ApiKeys.SingleAsync(k => k.ApiClientId == expired.Actor.Id)).ExpiresAt = Clock.Now;
            (await db.ApiClients.SingleAsync(c => c.Id == disabled.Actor.Id)).IsEnabled = false;
        });

        var answers = new[] { await revoked.GetAsync("/stores"), await expired.GetAsync("/stores"), await disabled.GetAsync("/stores") };

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Unauthorized && a.Text == answers[0].Text);
    }

    [Fact]
    public async Task A_client_that_must_sign_moves_no_value_without_a_signature()
    {
        var card = await SellAsync();
        var signing = await SigningTillAsync();
        var path = $"/gift-cards/{card.Number}/redemptions";

        (await signing.PostAsync(path, PaymentBody(5))).ShouldBeProblem(HttpStatusCode.Unauthorized, "signature_required");
        (await SendSignedAsync(signing, path, PaymentBody(5))).ShouldBeDone(HttpStatusCode.Created);
        (await signing.GetAsync("/stores")).ShouldBeDone(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(-301, false)]
    [InlineData(301, false)]
    public async Task A_signature_holds_for_five_minutes_around_its_time(int seconds, bool holds)
    {
        var card = await SellAsync();
        var signing = await SigningTillAsync();

        var answer = await SendSignedAsync(signing, $"/gift-cards/{card.Number}/redemptions", PaymentBody(5), at: Clock.Now.AddSeconds(seconds));

        answer.Status.ShouldBe(holds ? HttpStatusCode.Created : HttpStatusCode.Unauthorized);
        (await BalanceAsync(card)).ShouldBe(holds ? 95 : 100);
    }

    [Fact]
    public async Task A_signature_of_another_request_or_secret_is_refused_and_moves_nothing()
    {
        var (card, other) = (await SellAsync(), await SellAsync());
        var (signing, stranger) = (await SigningTillAsync(), await SigningTillAsync());
        var path = $"/gift-cards/{card.Number}/redemptions";
        var body = PaymentBody(5);
        var right = Sign(signing.Key.SigningSecret, path, body, Clock.Now);

        await RefusedAsync(path, body, Sign(stranger.Key.SigningSecret, path, body, Clock.Now));
        await RefusedAsync(path, body.Replace("5", "4", StringComparison.Ordinal), right);
        await RefusedAsync(path + "?x=1", body, right);
        await RefusedAsync($"/gift-cards/{other.Number}/redemptions", body, right);
        await RefusedAsync(path, body, right.Replace("t=", "t=1", StringComparison.Ordinal));
        await RefusedAsync(path, body, right[..^1] + (right[^1] == '0' ? '1' : '0'));
        await RefusedAsync(path, body, right[..^2]);
        await RefusedAsync(path, body, right.Replace("v1", "v2", StringComparison.Ordinal));
        await RefusedAsync(path, body, "t=,v1=");

        (await BalanceAsync(card), await BalanceAsync(other)).ShouldBe((100, 100));

        async Task RefusedAsync(string target, string text, string signature) =>
            (await signing.PostAsync(target, text, "k", (ApiSignature.Header, signature))).ShouldBeProblem(HttpStatusCode.Unauthorized, "invalid_signature");
    }

    [Fact]
    public async Task Every_changed_bit_of_a_signed_body_is_noticed()
    {
        var card = await SellAsync();
        var signing = await SigningTillAsync();
        var path = $"/gift-cards/{card.Number}/redemptions";
        var body = PaymentBody(5);
        var signature = Sign(signing.Key.SigningSecret, path, body, Clock.Now);

        for (var i = 0; i < body.Length; i++)
        {
            var changed = body[..i] + (char)(body[i] ^ 1) + body[(i + 1)..];
            (await signing.PostAsync(path, changed, "k", (ApiSignature.Header, signature))).Status.ShouldBe(HttpStatusCode.Unauthorized, changed);
        }
    }

    [Fact]
    public async Task A_signature_is_verified_also_where_none_is_required()
    {
        var card = await SellAsync();

        (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(5), "k", (ApiSignature.Header, "t=1,v1=00"))).ShouldBeProblem(HttpStatusCode.Unauthorized, "invalid_signature");
        (await Till.GetAsync("/stores", (ApiSignature.Header, "t=1,v1=00"))).ShouldBeProblem(HttpStatusCode.Unauthorized, "invalid_signature");
        (await SendSignedAsync(Till, $"/gift-cards/{card.Number}/redemptions", PaymentBody(5))).ShouldBeDone(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_captured_request_sent_again_gets_the_same_answer_and_moves_nothing()
    {
        var card = await SellAsync();
        var signing = await SigningTillAsync();
        var path = $"/gift-cards/{card.Number}/redemptions";

        var first = await SendSignedAsync(signing, path, PaymentBody(5), key: "captured");
        Clock.Advance(TimeSpan.FromSeconds(200));
        var again = await SendSignedAsync(signing, path, PaymentBody(5), key: "captured", at: Clock.Now.AddSeconds(-200));

        again.Body.ShouldBe(first.Body);
        (await BalanceAsync(card)).ShouldBe(95);
    }

    [Fact]
    public async Task Each_of_two_keys_signs_with_its_own_secret()
    {
        var card = await SellAsync();
        var old = await SigningTillAsync();
        var keys = Db.Get<ApiKeys>();
        var fresh = new ApiTill(Host, old.Actor, await keys.RotateAsync(Actor.System, (await keys.ListAsync(Actor.System, old.Actor.Id)).Single().Id, TimeSpan.FromDays(1)));
        var path = $"/gift-cards/{card.Number}/redemptions";

        (await SendSignedAsync(old, path, PaymentBody(5))).ShouldBeDone(HttpStatusCode.Created);
        (await SendSignedAsync(fresh, path, PaymentBody(5))).ShouldBeDone(HttpStatusCode.Created);
        (await fresh.PostAsync(path, PaymentBody(5), "x", (ApiSignature.Header, Sign(old.Key.SigningSecret, path, PaymentBody(5), Clock.Now)))).ShouldBeProblem(HttpStatusCode.Unauthorized, "invalid_signature");
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("10.1.255.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("192.0.2.7", true)]
    [InlineData("2001:db8::5", true)]
    [InlineData("10.2.0.1", false)]
    [InlineData("192.0.2.8", false)]
    [InlineData("2001:db9::5", false)]
    [InlineData(null, false)]
    public async Task A_key_bound_to_addresses_works_from_there_only(string? address, bool works)
    {
        await using var host = await ApiHost.StartAsync(Db, Unlimited, (context, next) =>
        {
            context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);

            return next(context);
        });
        var bound = await host.TillAsync(Db, c => c.Where(client => client.AllowedAddresses = ["10.1.0.0/16", "192.0.2.7", "2001:db8::/32"]));

        // What callers claim about themselves counts for nothing.
        var answer = await bound.GetAsync("/stores", ("X-Forwarded-For", "10.1.2.3"));

        if (works)
        {
            answer.ShouldBeDone(HttpStatusCode.OK);
        }
        else
        {
            answer.ShouldBeProblem(HttpStatusCode.Forbidden, "address_not_allowed");
        }
    }

    private Task<ApiTill> SigningTillAsync() => Host.TillAsync(Db, c => c.Redeeming(1_000_000).Where(client => client.RequiresSignature = true));

    private static string Sign(string secret, string path, string body, DateTimeOffset at) => ApiSignature.Create(secret, at, "POST", LoyaltyApi.Prefix + path, Encoding.UTF8.GetBytes(body));

    private Task<ApiReply> SendSignedAsync(ApiTill till, string path, string body, string? key = null, DateTimeOffset? at = null) =>
        till.PostAsync(path, body, key ?? Guid.NewGuid().ToString("N"), (ApiSignature.Header, Sign(till.Key.SigningSecret, path, body, at ?? Clock.Now)));
}
