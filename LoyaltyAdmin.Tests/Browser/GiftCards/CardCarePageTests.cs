using System.Text;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.GiftCards;

/// <summary>Activate, Recharge and Extend Validity (2.5.4), each by somebody who may.</summary>
public sealed class CardCarePageTests(WebApp app) : GiftCardBrowserTest(app)
{
    protected override string? User => StoreStaff;

    [Fact]
    public async Task An_imported_card_that_waits_is_activated_at_the_counter()
    {
        var number = CardNumbers.NewNumber();
        await ImportInactiveAsync(number);
        await OpenAsync($"/members/gift-cards/sold?number={number}", "Gift Card");
        await Expect(Rows.First).ToContainTextAsync("Pending activation");

        await Operation(Rows.First, "More for").ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = "Activate" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("can be used from now on");
        await ClickTwentyTimesAsync(Dialog.GetByRole(AriaRole.Button, new() { Name = "Activate", Exact = true }));

        await SaysAsync("Card activated");
        await Expect(Rows.First).ToContainTextAsync("Active");
        await Rows.First.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(Page.Locator("h1")).ToContainTextAsync("Active");
        await Expect(Rows).ToHaveCountAsync(2);
        await Expect(Rows.First).ToContainTextAsync("Activation");
    }

    [Fact]
    public async Task A_card_is_recharged_once_with_what_was_paid()
    {
        await Page.GotoAsync(await SellAsync("USD 50.00"));
        await Page.Locator(".page-header").GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = "Recharge" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("Balance now: USD 50.00");

        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Recharge", Exact = true }).ClickAsync();
        await Expect(Dialog.Locator(".error-summary")).ToBeVisibleAsync();
        await Dialog.GetByLabel("Amount").FillAsync("25");
        await Dialog.GetByLabel("Order Number").FillAsync("R-1042");
        await Dialog.GetByLabel("Order Number").BlurAsync();
        await ClickTwentyTimesAsync(Dialog.GetByRole(AriaRole.Button, new() { Name = "Recharge", Exact = true }));

        await SaysAsync("Card recharged");
        await Expect(Rows).ToHaveCountAsync(2);
        await Expect(Rows.First).ToContainTextAsync("+USD 25.00");
        await Expect(Rows.First).ToContainTextAsync("R-1042");
        await Expect(Page.Locator(".key-figures .figure").Filter(new() { HasText = "Balance" })).ToContainTextAsync("USD 75.00");
    }

    [Fact]
    public async Task Finance_extends_the_validity_to_a_later_day_and_not_to_an_earlier_one()
    {
        var address = await SellAsync("USD 50.00");
        await using var context = await Chromium.NewContextAsync(App.Url, storageState: await App.SignInAsync(Finance));
        var page = await context.NewPageAsync();
        await page.GotoAsync(address);
        await page.Locator(".page-header").GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Extend Validity" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        var confirm = dialog.GetByRole(AriaRole.Button, new() { Name = "Extend Validity", Exact = true });
        await dialog.GetByLabel("Reason").FillAsync("Store was closed");
        await confirm.ClickAsync();
        await Expect(dialog.Locator(".error-summary")).ToContainTextAsync("Choose the last valid day.");
        await dialog.GetByLabel("Last valid day").FillAsync("2025-01-01");
        await confirm.ClickAsync();
        await Expect(dialog.Locator(".error-summary")).ToContainTextAsync("Choose a day after the card's present end of validity");

        await dialog.GetByLabel("Last valid day").FillAsync("2099-12-31");
        await confirm.ClickAsync();

        await Expect(page.Locator(".rz-notification")).ToContainTextAsync("Validity extended");
        await Expect(page.Locator(".key-figures")).ToContainTextAsync("Dec 31, 2099");
        await Expect(page.Locator("table.grid tbody tr").First).ToContainTextAsync("Validity extension");
        await Expect(page.Locator("table.grid tbody tr").First).ToContainTextAsync("Store was closed");
    }

    private async Task ImportInactiveAsync(string number)
    {
        await using var context = await Chromium.NewContextAsync(App.Url, storageState: await App.SignInAsync(Finance));
        var page = await context.NewPageAsync();
        await page.GotoAsync("/members/gift-cards/import");
        var file = $"{string.Join(',', ImportFile.Headers)}\n{number},GC-0002,NYC01,50,50,,,,,,,,No\n";
        await page.GetByLabel("Excel file").SetInputFilesAsync(new FilePayload { Name = $"{number}.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(file) });
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Show the cards" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
    }
}
