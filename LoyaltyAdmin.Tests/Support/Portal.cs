using System.Net;
using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Demo;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>The portal in memory on a database of its own with the demo company (without its history) and the tests' clock; <see cref="NewBrowser"/> is somebody with a browser.</summary>
public sealed partial class Portal : WebApplicationFactory<Program>
{
    private readonly string folder = Directory.CreateTempSubdirectory("loyalty-portal-").FullName;
    private readonly string environment;
    private readonly Action<IServiceCollection>? configure;

    public Portal()
        : this("Development")
    {
    }

    /// <param name="environment">Name of the hosting environment.</param>
    /// <param name="configure">Adds or replaces services.</param>
    public Portal(string environment, Action<IServiceCollection>? configure = null) => (this.environment, this.configure) = (environment, configure);

    public TestClock Clock { get; } = new();

    public PortalBrowser NewBrowser() => new(CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false }));

    /// <summary>Changes an account as another process would: what this one remembers is not told.</summary>
    public Task ChangeUserAsync(string email, Action<StaffUser> change) => Services.GetRequiredService<LoyaltyDatabase>().WriteAsync(Actor.System, db =>
    {
        change(db.Staff.Single(user => user.Email == email));

        return Task.CompletedTask;
    });

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(environment);
        builder.UseSetting("Demo:History", "false");
        builder.UseSetting("ConnectionStrings:Loyalty", $"Data Source={Path.Combine(folder, "loyalty.db")}");
        builder.ConfigureTestServices(services =>
        {
            services.RemoveAll<TimeProvider>().AddSingleton<TimeProvider>(Clock);
            configure?.Invoke(services);
        });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(folder))
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    internal static partial Regex Token();
}

/// <summary>Somebody with a browser: keeps cookies, sends forms with the page's own token.</summary>
public sealed class PortalBrowser(HttpClient client)
{
    public HttpClient Client => client;

    public async Task<(HttpStatusCode Status, string Body, string? Location)> GetAsync(string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));

        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location is { } to ? to.IsAbsoluteUri ? to.PathAndQuery : to.ToString() : null);
    }

    public async Task<(HttpStatusCode Status, string Body, string? Location)> SubmitAsync(string path, string form, params (string Name, string Value)[] fields)
    {
        var page = await GetAsync(path);
        var token = Portal.Token().Match(page.Body).Groups[1].Value;
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", WebUtility.HtmlDecode(token)), new("_handler", form), .. fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))]);
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);

        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location is { } to ? to.IsAbsoluteUri ? to.PathAndQuery : to.ToString() : null);
    }

    public Task<(HttpStatusCode Status, string Body, string? Location)> SignInAsync(string email, string password = DemoAccess.Password) =>
        SubmitAsync("/sign-in", "sign-in", ("Form.Email", email), ("Form.Password", password));

    /// <summary>Whether the session opens the portal.</summary>
    public async Task<bool> IsInAsync() => (await GetAsync("/")).Status == HttpStatusCode.OK;
}
