using System.Text.RegularExpressions;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.GiftCards;

/// <summary>What the tests of the Gift Card page say often.</summary>
[Collection(BenefitBrowserTestGroup.Name)]
public abstract partial class GiftCardBrowserTest(WebApp app) : BrowserTest(app)
{
    protected const string Marketing = "marketing@demo.example";
    protected const string StoreStaff = "store@demo.example";
    protected const string Finance = "finance@demo.example";

    protected ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    protected ILocator Rows => Page.Locator("table.grid tbody tr");

    protected ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    protected ILocator Row(string text) => Rows.Filter(new() { HasText = text });

    /// <summary>An operation of a row; its name also says of what.</summary>
    protected static ILocator Operation(ILocator row, string name) => row.GetByRole(AriaRole.Button, new() { NameRegex = new Regex($"^{name} ", RegexOptions.None, TimeSpan.FromSeconds(1)) });

    protected Task SaysAsync(string text) => Expect(Page.Locator(".rz-notification")).ToContainTextAsync(text);

    /// <summary>Clicks twenty times within one task of the browser: no answer of the server comes between.</summary>
    protected static Task ClickTwentyTimesAsync(ILocator button) => button.EvaluateAsync("button => { for (let i = 0; i < 20; i++) { button.disabled = false; button.click(); } }");

    /// <summary>Sells a card of the demo company's classic plan and gives its address.</summary>
    protected async Task<string> SellAsync(string denomination, string? phone = null, string? name = null)
    {
        await OpenAsync("/members/gift-cards/sold/sell", "Sell Gift Card");
        await Page.GetByLabel("Gift Card", new() { Exact = false }).And(Page.GetByRole(AriaRole.Combobox)).SelectOptionAsync(new SelectOptionValue { Label = "Aurora Classic (GC-0001)" });
        await Page.GetByLabel(denomination, new() { Exact = false }).CheckAsync();
        if (phone is not null)
        {
            await Page.GetByLabel("Buyer Phone Number").FillAsync(phone);
        }

        if (name is not null)
        {
            await Page.GetByLabel("Buyer Name").FillAsync(name);
        }

        await Page.GetByRole(AriaRole.Button, new() { NameRegex = SellFor() }).ClickAsync();
        await ShowsHeadingAsync("Gift card sold");

        return (await Page.GetByRole(AriaRole.Link, new() { Name = "Open card" }).GetAttributeAsync("href"))!;
    }

    [GeneratedRegex("^Sell for ")]
    protected static partial Regex SellFor();
}
