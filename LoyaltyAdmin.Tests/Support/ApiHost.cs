using System.Net.Http.Headers;
using System.Text;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Web.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>The HTTP API in memory on a test's database, with the test's clock and keys but services, caches and limits of its own: a node.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private ApiHost(WebApplication app) => this.app = app;

    public IEnumerable<RouteEndpoint> Routes => app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public IServiceProvider Services => app.Services;

    /// <param name="database">Whose rows the API serves.</param>
    /// <param name="settings">Configuration by key, such as "Api:Limits:RedemptionsPerCard".</param>
    /// <param name="before">Runs in front of everything, e.g. to set the caller's address or to lose answers.</param>
    public static async Task<ApiHost> StartAsync(TestDatabase database, IReadOnlyDictionary<string, string?>? settings = null, Func<HttpContext, RequestDelegate, Task>? before = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddSingleton<TimeProvider>(database.Clock).AddSingleton(database.Keys)
            .AddLoyaltyDatabase(database.Kind.ToString(), database.ConnectionString).AddLoyaltyDomain();
        builder.AddLoyaltyApi();
        var app = builder.Build();
        app.Use(next => context => before is null ? next(context) : before(context, next));
        app.UseLoyaltyApi();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapLoyaltyApi();
        await app.StartAsync();

        return new ApiHost(app);
    }

    /// <summary>A client with a key of its own; the actor is who it acts as.</summary>
    public async Task<ApiTill> TillAsync(TestDatabase database, Func<ApiClientBuilder, ApiClientBuilder>? with = null)
    {
        var client = (with ?? (c => c))(A.ApiClient().With(Enum.GetValues<ApiScope>()));
        var actor = await client.SaveToAsync(database);
        var key = await database.Get<ApiKeys>().CreateAsync(Actor.System, actor.Id);

        return new ApiTill(this, actor, key);
    }

    public HttpClient Client() => app.GetTestClient();

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

/// <summary>Sends requests as one API client.</summary>
public sealed class ApiTill(ApiHost host, Actor actor, NewApiKey key)
{
    public Actor Actor => actor;

    public NewApiKey Key => key;

    public HttpClient Http { get; } = host.Client();

    /// <summary>The same client talking to another node.</summary>
    public ApiTill At(ApiHost other) => new(other, actor, key);

    public Task<ApiReply> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, body: null, headers);

    /// <summary>Posts under a key of its own.</summary>
    public Task<ApiReply> PostAsync(string path, string body) => PostAsync(path, body, Guid.NewGuid().ToString("N"));

    public Task<ApiReply> PostAsync(string path, string body, string idempotencyKey, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, [(ApiCall.KeyHeader, idempotencyKey), .. headers]);

    public async Task<ApiReply> SendAsync(HttpMethod method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, LoyaltyApi.Prefix + path);
        request.Headers.Add(ApiKeyHandler.Header, key.Key);
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await Http.SendAsync(request);

        return await ApiReply.OfAsync(response);
    }
}
