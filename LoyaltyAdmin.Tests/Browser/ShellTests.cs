using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser;

public sealed class ShellTests(WebApp app) : BrowserTest(app)
{
    [Fact]
    public async Task A_click_reaches_the_server_and_changes_the_page()
    {
        await OpenAsync("/", "Dashboard");
        var menu = Page.Locator(".rz-sidebar");
        await Expect(menu).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("rz-sidebar-expanded"));

        await Page.GetByRole(AriaRole.Button, new() { Name = "Menu", Exact = true }).ClickAsync();

        await Expect(menu).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("rz-sidebar-collapsed"));
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unknown_address_says_so()
    {
        await OpenAsync("/no-such-page", "Not found");

        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "Go to the dashboard" })).ToBeVisibleAsync();
    }
}
