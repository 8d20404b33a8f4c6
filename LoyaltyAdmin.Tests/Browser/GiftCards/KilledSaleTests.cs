using System.Globalization;
using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.GiftCards;

/// <summary>
/// Reliability B5: the server is killed (SIGKILL) while a sale at the counter is under way. The sale is made once or not at all, and the page says
/// which after a reload. Two moments are chosen, one for either outcome; LOYALTY_KILL_CYCLES adds random ones, for which a build has no time.
/// </summary>
[Long]
public sealed partial class KilledSaleTests : IAsyncLifetime
{
    private static readonly int cycles = int.TryParse(Environment.GetEnvironmentVariable("LOYALTY_KILL_CYCLES"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 0;

    private WebProcess web = null!;
    private TestDatabase db = null!;
    private IBrowserContext context = null!;
    private IPage page = null!;

    // The browser hears nothing of the server any more, as if the network were gone.
    private volatile bool isDeaf;

    private ILocator Sell => page.GetByRole(AriaRole.Button, new() { NameRegex = SellFor() });

    private ILocator Receipt => page.Locator(".receipt");

    public async Task InitializeAsync()
    {
        web = await WebProcess.StartAsync();
        db = web.OpenDatabase();
        await A.GiftCardPlan().SaveToAsync(db);
        context = await Chromium.NewContextAsync(web.Url);
        page = await context.NewPageAsync();
        page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
        await page.RouteWebSocketAsync(new Regex("_blazor", RegexOptions.None, TimeSpan.FromSeconds(1)), socket =>
        {
            var server = socket.ConnectToServer();
            server.OnMessage(frame =>
            {
                if (isDeaf)
                {
                    return;
                }

                if (frame.Binary is { } bytes)
                {
                    socket.Send(bytes);
                }
                else
                {
                    socket.Send(frame.Text!);
                }
            });
        });
        await page.GotoAsync("/sign-in?returnUrl=/members/gift-cards/sold/sell");
        await page.GetByLabel("Email").FillAsync("store@demo.example");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(DemoAccess.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(Sell).ToBeEnabledAsync();
    }

    [Fact]
    public async Task B5_A_sale_cut_short_by_a_kill_is_made_once_or_not_and_the_page_says_which()
    {
        // While it waits for the database.
        await using (var busy = await HoldDatabaseAsync())
        {
            await Sell.DispatchEventAsync("click");
            await IsUnderWayAsync();
            await web.KillAsync();
        }

        await ReturnAsync();
        await Expect(page.GetByText("No card was sold: enter it again.")).ToBeVisibleAsync();
        (await SalesAsync()).ShouldBe(0);

        // When it is written and nobody has told the browser.
        await using (var busy = await HoldDatabaseAsync())
        {
            await Sell.DispatchEventAsync("click");
            await IsUnderWayAsync();
            isDeaf = true;
        }

        await Eventually(async () => await SalesAsync() == 1);
        await web.KillAsync();
        isDeaf = false;
        await ReturnAsync();
        await Expect(page.GetByText("The sale was made, once: this is its card.")).ToBeVisibleAsync();
        await ShowsTheNewestCardAsync();

        // Whenever it happens.
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            if (await Receipt.IsVisibleAsync())
            {
                await page.GetByRole(AriaRole.Button, new() { Name = "Sell another card" }).ClickAsync();
            }

            await Expect(Sell).ToBeEnabledAsync();
            var before = await SalesAsync();
            await Sell.DispatchEventAsync("click");
            await Task.Delay(Random.Shared.Next(0, 60));
            await web.KillAsync();
            var wasTold = await Receipt.IsVisibleAsync();
            await ReturnAsync();
            await Expect(Sell.Or(Receipt)).ToBeVisibleAsync();

            var made = await SalesAsync() - before;
            (wasTold || await Receipt.IsVisibleAsync()).ShouldBe(made == 1, $"{made} sales were made");
            made.ShouldBeInRange(0, 1);
        }
    }

    public async Task DisposeAsync()
    {
        await context.CloseAsync();
        await db.DisposeAsync();
        await web.DisposeAsync();
    }

    private Task<int> SalesAsync() => db.ReadAsync(d => d.GiftCards.CountAsync());

    private async Task ShowsTheNewestCardAsync()
    {
        var lastFour = await db.ReadAsync(d => d.GiftCards.OrderByDescending(card => card.Id).Select(card => card.LastFour).FirstAsync());
        (await Receipt.Locator("dd.card-number").First.TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal).ShouldEndWith(lastFour);
    }

    private async Task ReturnAsync()
    {
        await Expect(page.GetByRole(AriaRole.Alertdialog, new() { Name = "Connection lost" })).ToBeVisibleAsync();
        await web.RestartAsync();
        await page.ReloadAsync();
    }

    // The page keeps the sale's key in the tab before it asks for the sale.
    private Task IsUnderWayAsync() => Eventually(() => page.EvaluateAsync<bool>("() => Object.entries(sessionStorage).some(([name, value]) => name.endsWith(' sale') && value.length > 2)"));

    // Another process writes: the application waits for it.
    private async Task<SqliteConnection> HoldDatabaseAsync()
    {
        var other = new SqliteConnection($"{db.ConnectionString};Pooling=false");
        await other.OpenAsync();
        await using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();

        return other;
    }

    private static async Task Eventually(Func<Task<bool>> isSo)
    {
        for (var attempt = 0; !await isSo(); attempt++)
        {
            attempt.ShouldBeLessThan(600);
            await Task.Delay(25);
        }
    }

    [GeneratedRegex("^Sell for ")]
    private static partial Regex SellFor();
}
