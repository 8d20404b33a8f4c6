using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.GiftCards;

/// <summary>Section 2.5.4, at the counter of one store.</summary>
public sealed class SoldGiftCardPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    protected override string? User => StoreStaff;

    [Fact]
    public async Task A_card_sold_at_the_counter_shows_its_number_once()
    {
        var address = await SellAsync("USD 200.00 for USD 180.00", phone: "+1 212 555 0100", name: "Ada Buyer");

        var receipt = Page.Locator(".receipt");
        var number = (await receipt.Locator("dd.card-number").First.TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal);
        number.Count(char.IsAsciiDigit).ShouldBe(19);
        await Expect(receipt).ToContainTextAsync("USD 180.00");
        await Expect(receipt).ToContainTextAsync("Security code");
        await Expect(Button("Print")).ToBeVisibleAsync();

        await OpenAsync(address, $"Gift card **** {number[^4..]} Active");
        (await Page.ContentAsync()).ShouldNotContain(number);
        await Expect(Rows).ToHaveCountAsync(1);
        await Expect(Rows.First).ToContainTextAsync("+USD 200.00");
    }

    [Fact]
    public async Task Twenty_clicks_on_Sell_sell_one_card()
    {
        var buyer = A.Unique("Twenty Clicks ");
        await OpenAsync("/members/gift-cards/sold/sell", "Sell Gift Card");
        await Page.GetByRole(AriaRole.Combobox, new() { Name = "Gift Card" }).SelectOptionAsync(new SelectOptionValue { Label = "Aurora Classic (GC-0001)" });
        await Page.GetByLabel("Buyer Name").FillAsync(buyer);
        await Page.GetByLabel("Buyer Name").BlurAsync();

        await ClickTwentyTimesAsync(Page.GetByRole(AriaRole.Button, new() { NameRegex = SellFor() }));

        await ShowsHeadingAsync("Gift card sold");
        await OpenAsync($"/members/gift-cards/sold?buyer={Uri.EscapeDataString(buyer)}", "Gift Card");
        await Expect(Rows).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_card_is_frozen_and_restored_in_the_operation_column()
    {
        var buyer = A.Unique("Frozen Buyer ");
        await SellAsync("USD 50.00", name: buyer);
        await OpenAsync($"/members/gift-cards/sold?buyer={Uri.EscapeDataString(buyer)}", "Gift Card");

        await Operation(Rows.First, "Freeze").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Freeze", Exact = true }).ClickAsync();
        await Expect(Dialog.Locator(".error-summary")).ToContainTextAsync("Reason is required.");
        await Dialog.GetByLabel("Reason").FillAsync("Reported stolen");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Freeze", Exact = true }).ClickAsync();
        await Expect(Rows.First).ToContainTextAsync("Frozen");

        await Operation(Rows.First, "Refund").ClickAsync();
        await Expect(Dialog).ToContainTextAsync("The card is frozen. Restore it before refunding.");
        await Expect(Dialog.GetByRole(AriaRole.Button, new() { Name = "Refund", Exact = true })).ToBeDisabledAsync();
        await ClickTwentyTimesAsync(Dialog.GetByRole(AriaRole.Button, new() { Name = "Refund", Exact = true }));
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Operation(Rows.First, "Restore").ClickAsync();
        await Dialog.GetByLabel("Reason").FillAsync("Found again");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Restore", Exact = true }).ClickAsync();
        await Expect(Rows.First).ToContainTextAsync("Active");
    }

    [Fact]
    public async Task Twenty_clicks_on_Refund_pay_back_once_what_the_worksheet_says()
    {
        var address = await SellAsync("USD 50.00");
        await Page.GotoAsync(address);

        await Page.GetByRole(AriaRole.Button, new() { Name = "Refund" }).ClickAsync();
        await Expect(Dialog.GetByRole(AriaRole.Row, new() { Name = "Refund amount USD 50.00" })).ToBeVisibleAsync();
        await Dialog.GetByLabel("Reason").FillAsync("Gift returned");
        await Dialog.GetByLabel("Reason").BlurAsync();
        await ClickTwentyTimesAsync(Dialog.GetByRole(AriaRole.Button, new() { Name = "Refund", Exact = true }));

        await Expect(Page.Locator("h1")).ToContainTextAsync("Refunded");
        await Expect(Rows).ToHaveCountAsync(2);
        await Expect(Rows.First).ToContainTextAsync("−USD 50.00");
    }

    [Fact]
    public async Task A_refund_above_the_limit_waits_for_a_second_person()
    {
        await Page.GotoAsync(await SellAsync("USD 200.00 for"));
        await Page.GetByRole(AriaRole.Button, new() { Name = "Refund" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("it waits for approval by a second person");
        var reason = A.Unique("Too much for one ");
        await Dialog.GetByLabel("Reason").FillAsync(reason);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Ask for approval" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("waits for approval by a second person. See System Configuration > Approvals.");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).Last.ClickAsync();

        await OpenAsync("/approvals", "Approvals");
        await Expect(Operation(Row(reason), "Approve")).ToHaveCountAsync(0);
        await Expect(Operation(Row(reason), "Withdraw")).ToBeVisibleAsync();

        await using var finance = await Chromium.NewContextAsync(App.Url, storageState: await App.SignInAsync(Finance));
        var page = await finance.NewPageAsync();
        await page.GotoAsync("/approvals");
        var request = page.Locator("table.grid tbody tr").Filter(new() { HasText = reason });
        await Operation(request, "Approve").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
        await Expect(request).ToContainTextAsync("Approved");
        await request.GetByRole(AriaRole.Link, new() { Name = "Open card" }).ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("Refunded");
    }

    [Fact]
    public async Task All_cards_of_a_buyer_phone_are_frozen_at_once_with_a_report()
    {
        await SellAsync("USD 50.00", phone: "+1 646 555 7788");
        await SellAsync("USD 100.00", phone: "+16465557788");
        await OpenAsync("/members/gift-cards/sold?buyer=%2B16465557788", "Gift Card");

        await Button("Freeze by Phone").ClickAsync();
        await Dialog.GetByLabel("Buyer Phone Number").FillAsync("+1 (646) 555-7788");
        await Dialog.GetByLabel("Reason").FillAsync("Account taken over");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Freeze all" }).ClickAsync();

        await Expect(Dialog).ToContainTextAsync("2 of 2 cards frozen.");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).Last.ClickAsync();
        await Expect(Rows).ToHaveCountAsync(2);
        await Expect(Rows.Filter(new() { HasText = "Frozen" })).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task A_card_is_found_by_its_last_four_digits_and_Reset_shows_all()
    {
        var address = await SellAsync("USD 50.00");
        var number = (await Page.Locator(".receipt dd.card-number").First.TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal);
        await OpenAsync("/members/gift-cards/sold", "Gift Card");

        await Page.GetByLabel("Card Number").FillAsync(number[^4..]);
        await Button("Search").ClickAsync();

        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"number={number[^4..]}", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Expect(Page.Locator($"a[href='{address}']")).ToBeVisibleAsync();
        await Button("Reset").ClickAsync();
        await Expect(Page.GetByLabel("Card Number")).ToHaveValueAsync("");
        await Expect(Page).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("number=", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Another_stores_card_does_not_exist_and_a_forged_store_is_not_taken()
    {
        await OpenAsync("/members/gift-cards/sold/sell", "Sell Gift Card");
        var store = Page.GetByRole(AriaRole.Combobox, new() { Name = "Store" });
        await store.EvaluateAsync("select => { const option = new Option('Aurora Wicker Park', '1'); select.add(option); select.value = '1'; select.dispatchEvent(new Event('change', { bubbles: true })); }");
        await Expect(Page.GetByRole(AriaRole.Combobox, new() { Name = "Gift Card" })).ToHaveCountAsync(0);
        await Button("Sell").ClickAsync();
        await Expect(Page.Locator(".error-summary")).ToContainTextAsync("Choose the store.");

        await Page.GotoAsync("/members/gift-cards/sold?store=2");
        await Expect(Page.GetByText("Nothing matches these filters")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Markup_in_buyer_fields_is_only_text()
    {
        var dialogs = 0;
        Page.Dialog += async (_, dialog) =>
        {
            dialogs++;
            await dialog.DismissAsync();
        };
        var buyer = A.Unique("<svg/onload=alert(1)>{{7*7}}<script>alert(2)</script>");
        var address = await SellAsync("USD 50.00", name: buyer);

        await Page.GotoAsync($"{address}/terms");
        await Expect(Page.GetByText(buyer)).ToBeVisibleAsync();
        await Page.GotoAsync($"/members/gift-cards/sold?buyer={Uri.EscapeDataString(buyer)}");
        await Expect(Row(buyer)).ToBeVisibleAsync();
        dialogs.ShouldBe(0);
    }
}
