using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser;

public sealed class ShellTests(WebApp app) : BrowserTest(app)
{
    private ILocator Switch => Page.Locator(".store-switch").GetByLabel("Store", new() { Exact = true });

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

    [Fact]
    public async Task The_store_switch_offers_the_group_and_every_store_and_the_address_remembers()
    {
        await OpenAsync("/", "Dashboard");

        await Page.GetByLabel("Store", new() { Exact = true }).SelectOptionAsync("CHI01");

        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("view=CHI01"));
        await Page.ReloadAsync();
        await Expect(Page.GetByLabel("Store", new() { Exact = true })).ToHaveValueAsync("CHI01");
    }

    [Fact]
    public async Task The_store_switch_survives_a_page_opened_without_it_in_the_address()
    {
        await OpenAsync("/", "Dashboard");
        await Switch.SelectOptionAsync("CHI01");
        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("view=CHI01"));

        await OpenAsync("/members/gift-cards/sold", "Gift Card");
        await Expect(Switch).ToHaveValueAsync("CHI01");
        await OpenAsync("/?view=NYC01", "Dashboard");
        await Expect(Switch).ToHaveValueAsync("NYC01");

        await Switch.SelectOptionAsync("Group View");
        await Expect(Page).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("view="));
        await Page.ReloadAsync();
        await Expect(Switch).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_whoever_has_its_cookie()
    {
        var cookies = await Page.Context.CookiesAsync();
        await OpenAsync("/", "Dashboard");

        App.Forget(User!);
        await Page.GetByText("Alex Morgan").ClickAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "Sign out" }).ClickAsync();
        await ShowsHeadingAsync("Sign in");

        await Page.Context.AddCookiesAsync(cookies.Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path }));
        await Page.GotoAsync("/");
        await ShowsHeadingAsync("Sign in");
    }
}
