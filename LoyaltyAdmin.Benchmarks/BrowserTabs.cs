using System.Net;
using LoyaltyAdmin.Domain.Demo;
using Microsoft.Playwright;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>Users with browsers, each with tabs on the list of sold gift cards: 50 rows of 12 columns.</summary>
internal sealed class BrowserTabs : IAsyncDisposable
{
    private const string List = "/members/gift-cards/sold?size=50";

    /// <summary>Without prerendering the first row is there when the circuit runs: from then on every click is answered.</summary>
    private const string NoteFirstRow =
        """
        new MutationObserver((_, observer) => {
          if (document.querySelector("table.grid tbody tr")) {
            window.interactiveAt = performance.now();
            observer.disconnect();
          }
        }).observe(document, { childList: true, subtree: true });
        """;

    /// <summary>From the click to the first change of what it is to change, by the browser's own clock.</summary>
    private const string Time =
        """
        ([click, what]) => new Promise((done, failed) => {
          const read = () => document.querySelector(what)?.textContent;
          const before = read();
          const started = performance.now();
          const observer = new MutationObserver(() => {
            if (read() !== before) {
              observer.disconnect();
              done(performance.now() - started);
            }
          });
          observer.observe(document.body, { childList: true, subtree: true, characterData: true });
          setTimeout(() => failed(new Error("nothing changed")), 20000);
          if (click === "next") { [...document.querySelectorAll(".pager button")].find(button => button.textContent.trim() === "Next").click(); }
          else { document.querySelector("table.grid tbody input[type=checkbox]").click(); }
        })
        """;

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly List<IBrowserContext> users = [];

    private BrowserTabs(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    public static async Task<BrowserTabs> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var path = Environment.GetEnvironmentVariable("LOYALTY_TEST_CHROMIUM") is { Length: > 0 } given ? given : "/usr/bin/chromium";
        string[] flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--renderer-process-limit=8", "--disable-background-timer-throttling", "--disable-renderer-backgrounding"];

        return new BrowserTabs(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = flags }));
    }

    public async Task<IBrowserContext> SignInAsync(IPEndPoint server, string email)
    {
        var user = await browser.NewContextAsync(new() { BaseURL = $"http://{server}", Locale = "en-US", TimezoneId = "UTC", ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
        user.SetDefaultTimeout(60_000);
        await user.AddInitScriptAsync(NoteFirstRow);
        var page = await user.NewPageAsync();
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("Email").FillAsync(email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(DemoAccess.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal), new() { WaitUntil = WaitUntilState.Commit });
        await page.CloseAsync();
        users.Add(user);

        return user;
    }

    /// <summary>A new tab with the list; answers after how many milliseconds it was interactive.</summary>
    public static async Task<(IPage Page, double Interactive)> OpenAsync(IBrowserContext user)
    {
        var page = await user.NewPageAsync();
        await page.GotoAsync(List, new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator("table.grid tbody tr").Nth(49).WaitForAsync();

        return (page, await page.EvaluateAsync<double>("() => window.interactiveAt"));
    }

    /// <summary>Rows and columns the page shows.</summary>
    public static async Task<string> SizeAsync(IPage page) =>
        await page.EvaluateAsync<string>("() => `${document.querySelectorAll('table.grid tbody tr').length} rows x ${document.querySelectorAll('table.grid tbody tr:first-child td').length} columns`");

    /// <summary>The next page: all rows are replaced.</summary>
    public static Task<double> NextAsync(IPage page) => page.EvaluateAsync<double>(Time, new[] { "next", "table.grid tbody tr a" });

    /// <summary>Picks a row or lets it go: the list is drawn again and its bar says how many are selected.</summary>
    public static Task<double> PickAsync(IPage page) => page.EvaluateAsync<double>(Time, new[] { "pick", ".list-bar" });

    public async ValueTask DisposeAsync()
    {
        foreach (var user in users)
        {
            await user.CloseAsync();
        }

        await browser.CloseAsync();
        playwright.Dispose();
    }
}
