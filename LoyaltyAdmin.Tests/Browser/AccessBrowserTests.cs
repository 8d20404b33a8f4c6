using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser;

public sealed class AccessBrowserTests(WebApp app) : BrowserTest(app)
{
    private const string Analyst = "analyst@demo.example";

    [Fact]
    public async Task Disabling_a_user_closes_what_is_open_within_ten_seconds_and_enabling_lets_in_again()
    {
        var context = await Chromium.NewContextAsync(App.Url, storageState: await App.SignInAsync(Analyst));
        var victim = await context.NewPageAsync();
        await victim.GotoAsync("/approvals");
        await Expect(victim.GetByRole(AriaRole.Heading, new() { Name = "Approvals", Exact = true })).ToBeVisibleAsync();
        await OpenAsync("/system-configuration/users?q=analyst", "Users and Roles");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Anya Petrova" }).ClickAsync();
        App.Forget(Analyst);

        await ConfirmAsync("Disable");

        await Expect(victim.GetByRole(AriaRole.Heading, new() { Name = "Sign in", Exact = true })).ToBeVisibleAsync(new() { Timeout = 10_000 });
        await ConfirmAsync("Enable");
        await Expect(Page.GetByText("User enabled")).ToBeVisibleAsync();
        await App.SignInAsync(Analyst);
        await context.CloseAsync();
    }

    [Fact]
    public async Task A_security_alert_stands_on_the_dashboard_and_in_the_health_check_until_it_is_marked_as_seen()
    {
        await using var node = App.OpenDatabase();
        await node.Get<AttemptLimits>().FailAsync(A.Unique("test:"), new AttemptLimit(1, TimeSpan.FromHours(1), TimeSpan.FromHours(1)), new Suspicion(Actor.ApiClient(1, "Guessing till"), "This client may be guessing."));
        (await SecurityAsync()).ShouldBe("Degraded");

        await OpenAsync("/", "Dashboard");
        var notice = Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Security alerts" });
        await Expect(notice).ToContainTextAsync("Guessing till: This client may be guessing.");
        await notice.GetByRole(AriaRole.Button, new() { Name = "Mark as seen" }).ClickAsync();

        await Expect(notice).ToHaveCountAsync(0);
        (await SecurityAsync()).ShouldBe("Healthy");
        await OpenAsync("/system-configuration/audit-trail?action=Security.Alert", "Audit Trail");
        await Expect(Page.GetByText("This client may be guessing.")).ToBeVisibleAsync();

        async Task<string?> SecurityAsync()
        {
            using var client = new HttpClient();
            using var health = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync(new Uri($"{App.Url}/health/ready")));

            return health.RootElement.GetProperty("checks").GetProperty("security").GetProperty("status").GetString();
        }
    }

    [Fact]
    public async Task B6_A_page_that_lost_its_connection_comes_back_for_its_user_but_not_once_the_user_is_disabled()
    {
        const string victim = "marketing@demo.example";
        await using var context = await Chromium.NewContextAsync(App.Url, storageState: await App.SignInAsync(victim));
        var page = await context.NewPageAsync();
        var (isCut, open) = (false, new List<IWebSocketRoute>());
        await page.RouteWebSocketAsync(new Regex("/_blazor", RegexOptions.None, TimeSpan.FromSeconds(1)), socket =>
        {
            socket.ConnectToServer();
            open.Add(socket);
        });
        await page.RouteAsync("**/_blazor/negotiate*", route => isCut ? route.AbortAsync() : route.ContinueAsync());
        await page.GotoAsync("/approvals");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Approvals", Exact = true })).ToBeVisibleAsync();
        await using var node = App.OpenDatabase();
        var (users, id) = (node.Get<StaffUsers>(), await node.ReadAsync(db => Task.FromResult(db.Staff.Single(user => user.Email == victim).Id)));

        await CutAsync();
        (await ReconnectAsync()).ShouldBe(true);

        await CutAsync();
        App.Forget(victim);
        await users.DisableAsync(Actor.System, id);
        try
        {
            // Told by another node, this one knows within 5 s; until then the page comes back, and is sent away.
            if (await ReconnectAsync() != true)
            {
                await page.ReloadAsync();
            }

            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in", Exact = true })).ToBeVisibleAsync(new() { Timeout = 40_000 });
        }
        finally
        {
            await users.EnableAsync(Actor.System, id);
        }

        async Task CutAsync()
        {
            isCut = true;
            open.ShouldNotBeEmpty();
            foreach (var socket in open)
            {
                await socket.CloseAsync();
            }

            open.Clear();
            await Expect(page.GetByRole(AriaRole.Alertdialog, new() { Name = "Connection lost" })).ToBeVisibleAsync();
        }

        async Task<bool?> ReconnectAsync()
        {
            isCut = false;

            return await page.EvaluateAsync<bool?>("() => Blazor.reconnect().catch(() => false)");
        }
    }

    [Fact]
    public async Task A_sixth_tab_is_refused_in_words()
    {
        var context = await Chromium.NewContextAsync(App.Url, storageState: await App.SignInAsync("finance2@demo.example"));
        for (var tab = 0; tab < 5; tab++)
        {
            var page = await context.NewPageAsync();
            await page.GotoAsync("/");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard", Exact = true })).ToBeVisibleAsync();
        }

        var sixth = await context.NewPageAsync();
        await sixth.GotoAsync("/");
        await Expect(sixth.GetByRole(AriaRole.Heading, new() { Name = "Too many open tabs" })).ToBeVisibleAsync();

        await context.Pages[0].CloseAsync();
        await Expect(async () =>
        {
            await sixth.ReloadAsync();
            await Expect(sixth.GetByRole(AriaRole.Heading, new() { Name = "Dashboard", Exact = true })).ToBeVisibleAsync(new() { Timeout = 3_000 });
        });
        await context.CloseAsync();
    }

    [Fact]
    public async Task Navigating_inside_an_open_page_reaches_nothing_forbidden_and_the_menu_does_not_offer_it()
    {
        var context = await Chromium.NewContextAsync(App.Url, storageState: await App.SignInAsync("store@demo.example"));
        var page = await context.NewPageAsync();
        await page.GotoAsync("/approvals");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Approvals", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Users and Roles")).ToHaveCountAsync(0);
        await Expect(page.GetByText("Aurora Bryant Park (NYC01)")).ToBeVisibleAsync();

        foreach (var forbidden in new[] { "stores", "agreements", "users", "roles", "api-clients", "audit-trail" })
        {
            await page.EvaluateAsync($"Blazor.navigateTo('/system-configuration/{forbidden}')");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Not authorised" })).ToBeVisibleAsync();
            await page.EvaluateAsync("Blazor.navigateTo('/approvals')");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Approvals", Exact = true })).ToBeVisibleAsync();
        }

        await context.CloseAsync();
    }

    [Fact]
    public async Task An_administrator_creates_a_store_a_user_and_an_api_client_with_a_key()
    {
        await OpenAsync("/system-configuration/stores", "Stores");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create Store" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(Page.Locator(".field-message").GetByText("The code has 2 to 20 letters")).ToBeVisibleAsync();
        await Page.GetByLabel("Code").FillAsync("BOS01");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Aurora Back Bay");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "Aurora Back Bay" })).ToBeVisibleAsync();

        await OpenAsync("/system-configuration/users/new", "Create User");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Toni New");
        await Page.GetByLabel("Email").FillAsync("toni@demo.example");
        await Page.GetByLabel("Role").SelectOptionAsync("Analyst");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        var password = await Page.GetByRole(AriaRole.Status, new() { Name = "One-time password" }).Locator("code").InnerTextAsync();
        password.Length.ShouldBe(16);

        await OpenAsync("/system-configuration/api-clients/new", "Create API Client");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Tills of Boston");
        await Page.GetByLabel("giftcards:redeem").CheckAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create API key" }).ClickAsync();
        await Expect(Page.GetByText(new System.Text.RegularExpressions.Regex("^lk_"))).ToBeVisibleAsync();
        await Page.ReloadAsync();
        await Expect(Page.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(Page.GetByText(new System.Text.RegularExpressions.Regex("^lk_"))).ToHaveCountAsync(0);
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_audit_trail_opens_an_entry_and_verifies()
    {
        await OpenAsync("/system-configuration/audit-trail?action=Store.Create", "Audit Trail");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Details entry" }).First.ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Rowheader, new() { Name = "Time zone" })).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByText("Close", new() { Exact = true }).ClickAsync();

        await Page.GetByRole(AriaRole.Button, new() { Name = "Verify" }).ClickAsync();

        await Expect(Page.GetByText("entries are as they were sealed")).ToBeVisibleAsync();
    }

    private async Task ConfirmAsync(string verb)
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = verb, Exact = true }).ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = verb, Exact = true }).ClickAsync();
    }

    private static async Task Expect(Func<Task> attempt)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await attempt();

                return;
            }
            catch (PlaywrightException) when (tries < 3)
            {
                // The closed tab's connection has not ended yet.
            }
        }
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
