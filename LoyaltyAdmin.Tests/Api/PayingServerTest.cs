using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>Tills that pay with one card at the real server, a process of its own, and remember what it acknowledged.</summary>
public abstract class PayingServerTest(DatabaseKind kind) : IAsyncLifetime
{
    private readonly string keyFile = Path.Combine(Path.GetTempPath(), $"loyalty-keys-{Guid.NewGuid():N}.json");
    private TestDatabase? database;
    private string apiKey = "", cardNumber = "", storeCode = "";

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
        var till = await A.ApiClient().With(ApiScope.GiftCardsSell, ApiScope.GiftCardsRedeem).Redeeming(100_000).SaveToAsync(Db);
        var administrator = await A.StaffUser().With(Permission.ApiClientsManage).SaveToAsync(Db);
        apiKey = (await Db.Get<ApiKeys>().CreateAsync(administrator, till.Id)).Key;
        cardNumber = (await Db.Get<GiftCardSales>().SellAsync(till, new GiftCardSale { PlanCode = plan.Code, Amount = 5_000, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, "sale")).CardNumber;
        storeCode = store.Code;
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
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/gift-cards/{cardNumber}/redemptions");
        request.Headers.Add("Idempotency-Key", key);
        request.Content = JsonContent.Create(new { amount = 0.01m, currency = "USD", storeCode, channel = "POS", orderNumber = key });
        using var response = await client.SendAsync(request);
        if (response.StatusCode == HttpStatusCode.Created)
        {
            var answer = await response.Content.ReadFromJsonAsync<Answer>();
            Acknowledged.TryAdd(key, answer!.TransactionId).ShouldBeTrue();
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

    /// <summary>The payments in the ledger: transaction by key.</summary>
    protected Task<Dictionary<string, long>> PaymentsAsync() =>
        Db.ReadAsync(d => d.LedgerTransactions.Where(t => t.Type == TransactionType.Consumption && t.Refusal == null).ToDictionaryAsync(t => t.IdempotencyKey, t => t.Id));

    /// <summary>What was acknowledged is what happened, once each, and the ledger ties out.</summary>
    protected async Task ShouldHaveHappenedAsAcknowledgedAsync()
    {
        (await PaymentsAsync()).OrderBy(p => p.Key, StringComparer.Ordinal).ShouldBe(Acknowledged.OrderBy(p => p.Key, StringComparer.Ordinal));
        var cardId = await Db.ReadAsync(d => d.GiftCards.Where(c => c.ImportId == null).Select(c => c.AccountId).SingleAsync());
        (await Db.ReadAsync(d => d.LedgerAccounts.Where(a => a.Id == cardId).Select(a => a.Balance).SingleAsync())).ShouldBe(5_000_00 - Acknowledged.Count);
        (await Db.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();
    }

    private sealed record Answer(long TransactionId);
}
