using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoyaltyAdmin.Tests.Access;

/// <summary>Nothing personal and no secret reaches a log (reliability P1), not even when the database breaks while they are in its hands.</summary>
public sealed class LogPrivacyTests : IDisposable
{
    private const string Phone = "+12125559173", Email = "canary.bird@example.com", FullName = "Canary Yellowbird", Street = "17 Canary Wharf Mews", IdNumber = "ID-CANARY-88412", Password = "Canary-Password-5531";

    private readonly LogCollector log = new();
    private readonly Portal portal;

    public LogPrivacyTests() => portal = new Portal("Development", services => services.AddSingleton<ILoggerProvider>(log));

    public void Dispose() => portal.Dispose();

    [Fact]
    public async Task Requests_refusals_sign_ins_and_failures_leave_no_trace_of_people_cards_and_keys()
    {
        var browser = portal.NewBrowser();
        await browser.GetAsync("/sign-in");
        await using var database = TestDatabase.At(DatabaseKind.Sqlite, portal.Services.GetRequiredService<IConfiguration>().GetConnectionString("Loyalty")!, portal.Services.GetRequiredService<SecretKeys>());
        var store = (await A.Store().SaveToAsync(database)).Code;
        var plan = (await A.GiftCardPlan().SaveToAsync(database)).Code;
        var key = (await database.Get<ApiKeys>().CreateAsync(Actor.System, (await A.ApiClient().With(Enum.GetValues<ApiScope>()).SaveToAsync(database)).Id)).Key;
        var member = $$"""{"fullName":"{{FullName}}","phone":"{{Phone}}","email":"{{Email}}","birthDate":"1985-04-23","street":"{{Street}}","city":"London","country":"GB","idNumber":"{{IdNumber}}"}""";
        var buyer = $$"""{"name":"{{FullName}}","phone":"{{Phone}}","email":"{{Email}}"}""";
        var sold = await SendAsync(browser.Client, key, HttpMethod.Post, "/gift-cards", $$"""{"planCode":"{{plan}}","amount":100,"currency":"USD","storeCode":"{{store}}","channel":"POS","buyer":{{buyer}}}""", HttpStatusCode.Created);
        using var answer = System.Text.Json.JsonDocument.Parse(sold);
        var (number, code) = (answer.RootElement.GetProperty("cardNumber").GetString()!, answer.RootElement.GetProperty("securityCode").GetString()!);
        var payment = $$"""{"amount":5,"currency":"USD","storeCode":"{{store}}","channel":"ONLINE","securityCode":"{{code}}"}""";

        await SendAsync(browser.Client, key, HttpMethod.Post, "/members", member, HttpStatusCode.Created);
        await SendAsync(browser.Client, key, HttpMethod.Post, "/members", member, HttpStatusCode.Conflict);
        await SendAsync(browser.Client, key, HttpMethod.Post, "/members", member.Replace("1985-04-23", "Canary birthday 1985", StringComparison.Ordinal), HttpStatusCode.BadRequest);
        await SendAsync(browser.Client, key, HttpMethod.Get, $"/members?phone={Uri.EscapeDataString(Phone)}", body: null, HttpStatusCode.OK);
        await SendAsync(browser.Client, key, HttpMethod.Get, $"/gift-cards/{number}", body: null, HttpStatusCode.OK);
        await SendAsync(browser.Client, key, HttpMethod.Post, $"/gift-cards/{number}/redemptions", payment, HttpStatusCode.Created);
        await SendAsync(browser.Client, key + "x", HttpMethod.Get, $"/members?email={Email}", body: null, HttpStatusCode.Unauthorized);
        await browser.SignInAsync(Email, Password);
        await browser.SignInAsync("analyst@demo.example", Password);
        await browser.SubmitAsync("/my/sign-in", "", ("address", Phone));

        await database.Database.WriteAsync(Actor.System, async db =>
        {
            await db.Database.ExecuteSqlRawAsync("""ALTER TABLE "Members" RENAME COLUMN "Phone" TO "Telephone"; ALTER TABLE "GiftCards" RENAME TO "Cards" """);
        });
        await SendAsync(browser.Client, key, HttpMethod.Post, "/members", member.Replace("@example.com", "2@example.com", StringComparison.Ordinal), HttpStatusCode.InternalServerError);
        await SendAsync(browser.Client, key, HttpMethod.Get, $"/members?phone={Uri.EscapeDataString(Phone)}", body: null, HttpStatusCode.InternalServerError);
        await SendAsync(browser.Client, key, HttpMethod.Get, $"/gift-cards/{number}", body: null, HttpStatusCode.InternalServerError);

        log.Lines.Count(line => line.Contains("An API request failed", StringComparison.Ordinal)).ShouldBe(3);
        string[] secrets = [Phone, Phone[2..], Uri.EscapeDataString(Phone), Email, "canary", FullName, Street, IdNumber, Password, number, code, key, "1985-04-23"];
        foreach (var secret in secrets)
        {
            log.Lines.Where(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty(secret);
        }
    }

    private static async Task<string> SendAsync(HttpClient http, string key, HttpMethod method, string path, string? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, LoyaltyApi.Prefix + path);
        request.Headers.Add(ApiKeyHandler.Header, key);
        if (body is not null)
        {
            request.Headers.Add(ApiCall.KeyHeader, Guid.NewGuid().ToString("N"));
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, path + text);

        return text;
    }

    /// <summary>Everything any log would get: sentences, named values and whole exceptions.</summary>
    private sealed class LogCollector : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {(state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(' ', values) : null)} {exception}");

        public void Dispose()
        {
        }
    }
}
