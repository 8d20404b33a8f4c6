using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.GiftCards;

/// <summary>Section 2.5.5, and what finance does with one card.</summary>
public sealed class FinancePageTests(WebApp app) : GiftCardBrowserTest(app)
{
    protected override string? User => Finance;

    private ILocator More => Page.Locator(".page-header").GetByRole(AriaRole.Button, new() { Name = "More" });

    [Fact]
    public async Task Transactions_are_searched_on_the_Transaction_Details_tab()
    {
        await OpenAsync("/members/gift-cards", "Gift Card");
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Transaction Details" }).ClickAsync();
        await Expect(Page.GetByLabel("Sold by")).ToBeAttachedAsync();
        await Expect(Rows.First).ToBeVisibleAsync();

        await Page.GetByLabel("Type", new() { Exact = true }).SelectOptionAsync("Consumption");
        await Page.GetByText("More filters").ClickAsync();
        await Page.GetByLabel("Currency").SelectOptionAsync("USD");
        await Page.GetByLabel("Amount to").FillAsync("20");
        await Button("Search").ClickAsync();

        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("amountTo=20.*type=Consumption", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Expect(Rows.Filter(new() { HasNotText = "Consumption" })).ToHaveCountAsync(0);
        await Expect(Rows.First).ToBeVisibleAsync();

        await Rows.First.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Tab, new() { Name = "Transactions" })).ToHaveAttributeAsync("aria-selected", "true");
    }

    [Fact]
    public async Task A_number_is_revealed_for_a_reason_and_the_history_says_who_looked()
    {
        await Page.GotoAsync("/members/gift-cards/sold?status=Active");
        await Rows.First.GetByRole(AriaRole.Link).ClickAsync();
        await More.ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = "Reveal Number" }).ClickAsync();
        var reason = A.Unique("Reprint ");
        await Dialog.GetByLabel("Reason").FillAsync(reason);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Reveal", Exact = true }).ClickAsync();

        var number = (await Dialog.Locator(".card-number").TextContentAsync())!;
        number.Count(char.IsAsciiLetterOrDigit).ShouldBeGreaterThan(7);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Hide now" }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);
        (await Page.ContentAsync()).ShouldNotContain(number);

        await Page.GetByRole(AriaRole.Tab, new() { Name = "History" }).ClickAsync();
        await Expect(Page.Locator(".history > li").First).ToContainTextAsync("Reveal number");
        await Expect(Page.Locator(".history > li").First).ToContainTextAsync(reason);
    }

    [Fact]
    public async Task A_balance_is_adjusted_and_a_large_adjustment_waits()
    {
        await Page.GotoAsync("/members/gift-cards/sold?status=Active&currency=USD");
        await Rows.First.GetByRole(AriaRole.Link).ClickAsync();
        await More.ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = "Adjust" }).ClickAsync();
        await Dialog.GetByLabel("Change").FillAsync("2.50");
        await Dialog.GetByLabel("Reason").FillAsync("Charged twice");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Adjust", Exact = true }).ClickAsync();
        await SaysAsync("Balance adjusted");
        await Expect(Rows.First).ToContainTextAsync("+USD 2.50");

        await More.ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = "Adjust" }).ClickAsync();
        await Dialog.GetByLabel("Change").FillAsync("501");
        await Dialog.GetByLabel("Reason").FillAsync("Large");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Adjust", Exact = true }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("waits for approval by a second person");
    }
}
