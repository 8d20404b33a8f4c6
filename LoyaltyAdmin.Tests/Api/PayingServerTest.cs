using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>What a till pays with.</summary>
public enum Means
{
    GiftCard,
    Wallet,
    Points,
    Coupon,
}

/// <summary>Tills that pay with one card, or with all a member has, at the real server, a process of its own, and remember what it acknowledged.</summary>
public abstract class PayingServerTest(DatabaseKind kind) : IAsyncLifetime
{
    private readonly string keyFile = Path.Combine(Path.GetTempPath(), $"loyalty-keys-{Guid.NewGuid():N}.json");
    private TestDatabase? database;
    private string apiKey = "", cardNumber = "", memberNumber = "", storeCode = "";

    private const decimal Much = 5_000;
    private const string CouponCode = "WELCOME20";

    /// <summary>A till's payments take turns.</summary>
    protected virtual IReadOnlyList<Means> PaysWith => [Means.GiftCard];

    protected TestDatabase Db => database ?? throw new InvalidOperationException("The database was not created.");

    /// <summary>Transaction by key.</summary>
    protected ConcurrentDictionary<string, long> Acknowledged { get; } = [];

    /// <summary>Keys that were sent and not answered.</summary>
    protected ConcurrentQueue<string> Unknown { get; } = new();

    public virtual async Task InitializeAsync()
    {
        database = await CreateDatabaseAsync(SecretKeys.Load(keyFile));
        var store = await A.Store().SaveToAsync(Db);
        var plan = await A.GiftCardPlan().SaveToAsync(Db);
        var till = await A.ApiClient().With(ApiScope.GiftCardsSell, ApiScope.GiftCardsRedeem, ApiScope.WalletsPay, ApiScope.PointsWrite, ApiScope.CouponsRedeem).Redeeming(100_000).SaveToAsync(Db);
        var administrator = await A.StaffUser().With(Permission.ApiClientsManage).SaveToAsync(Db);
        apiKey = (await Db.Get<ApiKeys>().CreateAsync(administrator, till.Id)).Key;
        cardNumber = (await Db.Get<GiftCardSales>().SellAsync(till, new GiftCardSale { PlanCode = plan.Code, Amount = Much, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, "sale")).CardNumber;
        storeCode = store.Code;
        var member = await A.Member().In(store).SaveToAsync(Db);
        memberNumber = member.Number;
        await Db.Get<WalletTopUps>().TopUpAsync(await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db), memberNumber, Much, "USD", storeCode, orderNumber: null, "top-up");
        await Db.Get<PointsSpending>().GrantAsync(till, new PointsGift(memberNumber, Much, "Gift", storeCode), "gift");
        await A.Coupon().Universal(CouponCode).SaveToAsync(Db);
    }

    public virtual async Task DisposeAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }

        File.Delete(keyFile);
    }

    protected virtual Task<TestDatabase> CreateDatabaseAsync(SecretKeys keys) => TestDatabase.CreateAsync(kind, services => services.AddSingleton(keys));

    protected Task<WebProcess> StartAsync() => WebProcess.StartAsync(new Dictionary<string, string>
    {
        ["Database:Provider"] = kind.ToString(),
        ["ConnectionStrings:Loyalty"] = Db.ConnectionString,
        ["Security:KeyFile"] = keyFile,
        ["Api:Limits:RedemptionsPerCard"] = "1000000",
    }, "Production");

    /// <summary>Pays one payment after the other until the server does not answer any more.</summary>
    protected async Task PayUntilItDiesAsync(WebProcess web, string till)
    {
        using var client = Client(web);
        for (var i = 0; ; i++)
        {
            var key = $"{till}-{i}";
            try
            {
                (await PayAsync(client, key)).ShouldBe(HttpStatusCode.Created);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                Unknown.Enqueue(key);

                return;
            }
        }
    }

    /// <summary>As a till does: the same key again.</summary>
    protected async Task RepeatUnknownAsync(WebProcess web)
    {
        using var client = Client(web);
        while (Unknown.TryDequeue(out var key))
        {
            (await PayAsync(client, key)).ShouldBe(HttpStatusCode.Created);
        }
    }

    /// <summary>One request; what it did is remembered.</summary>
    protected async Task<HttpStatusCode> PayAsync(HttpClient client, string key)
    {
        var (path, body) = MeansOf(key) switch
        {
            Means.Wallet => ($"members/{memberNumber}/wallet/payments", (object)new { amount = 0.01m, currency = "USD", storeCode, channel = "POS", orderNumber = key }),
            Means.Points => ($"members/{memberNumber}/points/spendings", new { points = 0.01m, storeCode, channel = "POS", orderNumber = key }),
            Means.Coupon => ($"coupons/{CouponCode}/redemptions", new { memberNumber, storeCode, channel = "POS", currency = "USD", orderNumber = key, lines = new[] { new { productCode = "A", quantity = 1, unitPrice = 30 } } }),
            _ => ($"gift-cards/{cardNumber}/redemptions", new { amount = 0.01m, currency = "USD", storeCode, channel = "POS", orderNumber = key }),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/{path}");
        request.Headers.Add("Idempotency-Key", key);
        request.Content = JsonContent.Create(body);
        using var response = await client.SendAsync(request);
        if (response.StatusCode == HttpStatusCode.Created)
        {
            var answer = await response.Content.ReadFromJsonAsync<Answer>();
            Acknowledged.TryAdd(key, answer!.TransactionId + answer.RedemptionId).ShouldBeTrue();
        }
        else if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            response.Headers.RetryAfter.ShouldNotBeNull();
        }

        return response.StatusCode;
    }

    protected HttpClient Client(WebProcess web)
    {
        var client = new HttpClient { BaseAddress = new Uri(web.Url) };
        client.DefaultRequestHeaders.Add("X-Api-Key", apiKey);

        return client;
    }

    // The keys of a till end in the number of the payment.
    private Means MeansOf(string key) => PaysWith.Count == 1 ? PaysWith[0] : PaysWith[int.Parse(key[(key.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture) % PaysWith.Count];

    /// <summary>The payments that happened: transaction or redemption by key.</summary>
    protected async Task<Dictionary<string, long>> PaymentsAsync()
    {
        var paid = await Db.ReadAsync(d => d.LedgerTransactions.Where(t => t.Type == TransactionType.Consumption && t.Refusal == null).Select(t => new { t.IdempotencyKey, t.Id }).ToListAsync());
        var redeemed = await Db.ReadAsync(d => d.CouponRedemptions.Select(r => new { r.IdempotencyKey, r.Id }).ToListAsync());

        return paid.Concat(redeemed).ToDictionary(p => p.IdempotencyKey, p => p.Id);
    }

    /// <summary>What was acknowledged is what happened, once each, and the ledger ties out.</summary>
    protected async Task ShouldHaveHappenedAsAcknowledgedAsync()
    {
        (await PaymentsAsync()).OrderBy(p => p.Key, StringComparer.Ordinal).ShouldBe(Acknowledged.OrderBy(p => p.Key, StringComparer.Ordinal));
        var cardId = await Db.ReadAsync(d => d.GiftCards.Where(c => c.ImportId == null).Select(c => c.AccountId).SingleAsync());
        foreach (var (means, kind) in new[] { (Means.GiftCard, AccountKind.GiftCard), (Means.Wallet, AccountKind.Wallet), (Means.Points, AccountKind.Points) })
        {
            (await Db.ReadAsync(d => d.LedgerAccounts.Where(a => a.Kind == kind && (a.Id == cardId || a.MemberId != null)).Select(a => a.Balance).SingleAsync())).ShouldBe((long)(Much * 100) - Count(means));
        }

        // Each redemption claimed a coupon of its own, and no claim is left without one.
        (await Db.ReadAsync(d => d.MemberCoupons.CountAsync(c => c.Status == MemberCouponStatus.Redeemed))).ShouldBe(Count(Means.Coupon));
        (await Db.ReadAsync(d => d.MemberCoupons.CountAsync())).ShouldBe(Count(Means.Coupon));
        (await Db.ReadAsync(d => d.CouponStocks.SumAsync(s => s.Issued))).ShouldBe(Count(Means.Coupon));
        (await Db.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();
    }

    private int Count(Means means) => Acknowledged.Keys.Count(key => MeansOf(key) == means);

    private sealed record Answer(long TransactionId, long RedemptionId);
}
