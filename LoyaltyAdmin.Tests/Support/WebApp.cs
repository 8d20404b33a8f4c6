using LoyaltyAdmin.Domain.Demo;
using Microsoft.Playwright;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>The running web application that the browser tests of a group share, with the demo company's year of history. Tests that change settings start their own <see cref="WebProcess"/>.</summary>
public sealed class WebApp : IAsyncLifetime
{
    // The year is told once; each group works on a copy.
    private static readonly Lazy<Task<string>> demo = new(TellAsync);

    private static readonly Dictionary<string, string> history = new() { ["Demo:History"] = "true" };

    private readonly Dictionary<string, string> sessions = [];
    private WebProcess? process;

    public string Url => Process.Url;

    public string Log => Process.Log;

    /// <summary>The application's database as a second node would open it; the caller disposes it.</summary>
    public TestDatabase OpenDatabase() => Process.OpenDatabase();

    private WebProcess Process => process ?? throw new InvalidOperationException("The web application was not started.");

    /// <summary>The cookies of a demo account's browser; each account signs in once, because hashing a password is slow on purpose.</summary>
    public async Task<string> SignInAsync(string user)
    {
        if (!sessions.TryGetValue(user, out var state))
        {
            var context = await Chromium.NewContextAsync(Url);
            var page = await context.NewPageAsync();
            await page.GotoAsync("/sign-in");
            await page.GetByLabel("Email").FillAsync(user);
            await page.GetByLabel("Password", new() { Exact = true }).FillAsync(DemoAccess.Password);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal), new() { WaitUntil = WaitUntilState.Commit });
            state = sessions[user] = await context.StorageStateAsync();
            await context.CloseAsync();
        }

        return state;
    }

    /// <summary>Forgets a browser's cookies, after a test that ended its sessions.</summary>
    public void Forget(string user) => sessions.Remove(user);

    public async Task InitializeAsync() => process = await WebProcess.StartAsync(history, dataFrom: await demo.Value);

    public async Task DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }
    }

    private static async Task<string> TellAsync()
    {
        var folder = Directory.CreateTempSubdirectory("loyalty-demo-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        await using var teller = await WebProcess.StartAsync(history);
        await teller.TerminateAsync(TimeSpan.FromSeconds(60));
        teller.CopyDataTo(folder);

        return folder;
    }
}

/// <summary>Marks classes that share one <see cref="WebApp"/>; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTestGroup : ICollectionFixture<WebApp>
{
    public const string Name = "Browser";
}

/// <summary>The classes of <see cref="Browser.GiftCards.GiftCardBrowserTest"/> share an application of their own, beside the others.</summary>
[CollectionDefinition(Name)]
public sealed class BenefitBrowserTestGroup : ICollectionFixture<WebApp>
{
    public const string Name = "Browser, benefits";
}
