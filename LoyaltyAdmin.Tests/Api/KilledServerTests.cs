using System.Collections.Concurrent;
using System.Globalization;
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

/// <summary>
/// The server is killed (SIGKILL) while tills redeem: what was acknowledged exists after the restart, what was not is found or done by repeating
/// the request, and nothing happens twice. LOYALTY_KILL_CYCLES runs more cycles than a build has time for.
/// </summary>
public abstract class KilledServerTests(DatabaseKind kind) : IAsyncLifetime
{
    private const int Tills = 8;

    private static readonly int cycles = int.TryParse(Environment.GetEnvironmentVariable("LOYALTY_KILL_CYCLES"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 4;

    private readonly string keyFile = Path.Combine(Path.GetTempPath(), $"loyalty-keys-{Guid.NewGuid():N}.json");
    private readonly ConcurrentDictionary<string, long> acknowledged = [];
    private readonly ConcurrentQueue<string> unknown = new();
    private TestDatabase db = null!;
    private string apiKey = "", cardNumber = "", storeCode = "";

    public sealed class OnSqlite() : KilledServerTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : KilledServerTests(DatabaseKind.PostgreSql);

    public async Task InitializeAsync()
    {
        db = await TestDatabase.CreateAsync(kind, services => services.AddSingleton(SecretKeys.Load(keyFile)));
        var store = await A.Store().SaveToAsync(db);
        var plan = await A.GiftCardPlan().SaveToAsync(db);
        var till = await A.ApiClient().With(ApiScope.GiftCardsSell, ApiScope.GiftCardsRedeem).Redeeming(100_000).SaveToAsync(db);
        var administrator = await A.StaffUser().With(Permission.ApiClientsManage).SaveToAsync(db);
        apiKey = (await db.Get<ApiKeys>().CreateAsync(administrator, till.Id)).Key;
        cardNumber = (await db.Get<GiftCardSales>().SellAsync(till, new GiftCardSale { PlanCode = plan.Code, Amount = 5_000, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, "sale")).CardNumber;
        storeCode = store.Code;
    }

    public async Task DisposeAsync()
    {
        await db.DisposeAsync();
        File.Delete(keyFile);
    }

    [Fact]
    public async Task Every_acknowledged_payment_survives_and_none_happens_twice()
    {
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            await using var web = await StartAsync();
            await RepeatUnknownAsync(web);
            var paying = Enumerable.Range(0, Tills).Select(till => PayUntilItDiesAsync(web, $"{cycle}-{till}")).ToList();
            await Task.Delay(Random.Shared.Next(300, 900));
            await web.KillAsync();
            await Task.WhenAll(paying);
        }

        await using (var last = await StartAsync())
        {
            await RepeatUnknownAsync(last);
        }

        unknown.ShouldBeEmpty();
        acknowledged.Count.ShouldBeGreaterThan(cycles);
        var payments = await db.ReadAsync(d => d.LedgerTransactions.Where(t => t.Type == TransactionType.Consumption && t.Refusal == null).ToDictionaryAsync(t => t.IdempotencyKey, t => t.Id));
        payments.OrderBy(p => p.Key, StringComparer.Ordinal).ShouldBe(acknowledged.OrderBy(p => p.Key, StringComparer.Ordinal));
        (await db.ReadAsync(d => d.LedgerAccounts.Select(a => a.Balance).SingleAsync())).ShouldBe(5_000_00 - acknowledged.Count);
        (await db.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();
    }

    private Task<WebProcess> StartAsync() => WebProcess.StartAsync(new Dictionary<string, string>
    {
        ["Database:Provider"] = kind.ToString(),
        ["ConnectionStrings:Loyalty"] = db.ConnectionString,
        ["Security:KeyFile"] = keyFile,
        ["Api:Limits:RedemptionsPerCard"] = "1000000",
    }, "Production");

    private async Task PayUntilItDiesAsync(WebProcess web, string till)
    {
        using var client = Client(web);
        for (var i = 0; ; i++)
        {
            var key = $"{till}-{i}";
            try
            {
                await PayAsync(client, key);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                unknown.Enqueue(key);

                return;
            }
        }
    }

    private async Task RepeatUnknownAsync(WebProcess web)
    {
        using var client = Client(web);
        while (unknown.TryDequeue(out var key))
        {
            await PayAsync(client, key);
        }
    }

    private async Task PayAsync(HttpClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/gift-cards/{cardNumber}/redemptions");
        request.Headers.Add("Idempotency-Key", key);
        request.Content = JsonContent.Create(new { amount = 0.01m, currency = "USD", storeCode, channel = "POS", orderNumber = key });
        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var answer = await response.Content.ReadFromJsonAsync<Answer>();
        acknowledged.TryAdd(key, answer!.TransactionId).ShouldBeTrue();
    }

    private HttpClient Client(WebProcess web)
    {
        var client = new HttpClient { BaseAddress = new Uri(web.Url) };
        client.DefaultRequestHeaders.Add("X-Api-Key", apiKey);

        return client;
    }

    private sealed record Answer(long TransactionId);
}
