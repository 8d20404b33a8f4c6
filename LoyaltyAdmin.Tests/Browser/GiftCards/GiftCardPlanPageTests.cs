using LoyaltyAdmin.Tests.Images;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.GiftCards;

/// <summary>Sections 2.5.2 and 2.5.3 as a person follows them.</summary>
public sealed class GiftCardPlanPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    protected override string? User => Marketing;

    [Fact]
    public async Task The_steps_of_Create_Gift_Card_lead_to_a_card_on_sale()
    {
        var name = A.Unique("2025 Mid-Autumn Reunion E-Cash Card ");
        await OpenAsync("/members/gift-cards", "Gift Card");

        // STEP 1
        await Button("Create Gift Card").ClickAsync();
        // STEP 2
        await ShowsHeadingAsync("Select the currency");
        await Page.GetByLabel("Currency").SelectOptionAsync(new SelectOptionValue { Label = "USD – US dollar" });
        await Button("Continue").ClickAsync();
        // STEP 3
        await Page.GetByLabel("Electronic Card").CheckAsync();
        await Page.GetByLabel("Gift Card Name").FillAsync(name);
        await Page.GetByLabel("Selected stores", new() { Exact = true }).CheckAsync();
        await Page.GetByRole(AriaRole.Checkbox, new() { Name = "Aurora Bryant Park" }).CheckAsync();
        await Page.GetByRole(AriaRole.Radio, new() { Name = "Mid-Autumn Moon" }).PressAsync("Space");
        // STEP 4
        await Page.GetByLabel("Denomination 1", new() { Exact = true }).FillAsync("200");
        await Page.GetByLabel("Purchase Discount 1").FillAsync("20");
        await Button("+ Add denomination").ClickAsync();
        await Page.GetByLabel("Denomination 2", new() { Exact = true }).FillAsync("500");
        await Page.GetByLabel("Allow Custom Amount").CheckAsync();
        await Page.GetByLabel("Minimum Amount").FillAsync("50");
        await Page.GetByLabel("Maximum Amount").FillAsync("5000");
        await Page.GetByLabel("Buyer Phone Number").SelectOptionAsync("Mandatory");
        await Page.GetByLabel("Number", new() { Exact = true }).FillAsync("1");
        await Page.GetByLabel("Unit").SelectOptionAsync("Years");
        await Page.GetByLabel("POS recharge").CheckAsync();
        await Page.GetByLabel("Terms of Use").SelectOptionAsync("Gift card terms");
        await Expect(Page.Locator(".preview")).ToContainTextAsync("pay USD 180.00, save USD 20.00");
        await Expect(Page.GetByText("Paid minus used pays back USD 180.00 − USD 50.00 = USD 130.00.")).ToBeVisibleAsync();
        await Button("Save").ClickAsync();

        await SaysAsync("Gift card saved");
        await Expect(Row(name)).ToContainTextAsync("Active");
        await Expect(Row(name)).ToContainTextAsync("200 (−20), 500, 50 – 5,000");
        await Expect(Row(name)).ToContainTextAsync("Aurora Bryant Park");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_form_with_mistakes_says_all_of_them_and_leads_to_the_fields()
    {
        await OpenAsync("/members/gift-cards/create?currency=USD", "Create Gift Card");

        await Button("Save").ClickAsync();

        var summary = Page.Locator(".error-summary");
        await Expect(summary).ToContainTextAsync("Gift Card Name is required.");
        await Expect(summary).ToContainTextAsync("Add a denomination or allow custom amounts.");
        await summary.GetByRole(AriaRole.Button, new() { Name = "Gift Card Name is required." }).ClickAsync();
        await Expect(Page.GetByLabel("Gift Card Name")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Twenty_clicks_on_Save_create_one_gift_card()
    {
        var name = A.Unique("Clicked often ");
        await OpenAsync("/members/gift-cards/create?currency=USD", "Create Gift Card");
        await Page.GetByLabel("Gift Card Name").FillAsync(name);
        await Page.GetByLabel("Denomination 1", new() { Exact = true }).FillAsync("50");
        await Page.GetByLabel("Denomination 1", new() { Exact = true }).BlurAsync();

        await ClickTwentyTimesAsync(Button("Save"));

        await ShowsHeadingAsync("Gift Card");
        await OpenAsync($"/members/gift-cards?name={Uri.EscapeDataString(name)}", "Gift Card");
        await Expect(Rows).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_gift_card_is_copied_edited_deactivated_and_activated_from_the_list()
    {
        var name = A.Unique("2026 Spring Festival Gift Card ");
        await OpenAsync("/members/gift-cards?name=GC-0003", "Gift Card");

        await Operation(Row("GC-0003"), "Copy").ClickAsync();
        await Dialog.GetByLabel("Gift Card Name").FillAsync(name);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await SaysAsync("was created as a draft");

        await OpenAsync($"/members/gift-cards?name={Uri.EscapeDataString(name)}", "Gift Card");
        await Expect(Row(name)).ToContainTextAsync("Draft");
        await Operation(Row(name), "Activate").ClickAsync();
        await Expect(Row(name)).ToContainTextAsync("Active");

        await Operation(Row(name), "Deactivate").ClickAsync();
        await Expect(Dialog).ToContainTextAsync("Sold cards remain valid for redemption.");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Deactivate" }).ClickAsync();
        await Expect(Row(name)).ToContainTextAsync("Inactive");

        await Row(name).GetByRole(AriaRole.Link, new() { Name = "Edit" }).ClickAsync();
        await ShowsHeadingAsync($"{name} Inactive");
        await Page.GetByLabel("Number", new() { Exact = true }).FillAsync("3");
        await Button("Save").ClickAsync();
        await SaysAsync("Gift card saved");

        await Row(name).GetByRole(AriaRole.Link, new() { Name = "History" }).ClickAsync();
        await Expect(Page.Locator(".history > li").First).ToContainTextAsync("Maya Lindqvist");
        await Expect(Page.Locator(".history > li").First).ToContainTextAsync("Validity › Count");
    }

    [Fact]
    public async Task An_uploaded_picture_becomes_the_card_design_and_a_script_does_not()
    {
        await OpenAsync("/members/gift-cards/create?currency=USD", "Create Gift Card");
        var upload = Page.GetByLabel("Upload a display image");

        await upload.SetInputFilesAsync(new FilePayload { Name = "moon.svg", MimeType = "image/png", Buffer = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"u8.ToArray() });
        await Expect(Page.GetByText("Only PNG, JPEG and WebP images can be uploaded.")).ToBeVisibleAsync();

        var name = A.Unique("Lantern ");
        await upload.SetInputFilesAsync(new FilePayload { Name = $"{name}.png", MimeType = "image/png", Buffer = ImageFiles.Png(160, 100, before: [ImageFiles.SecretChunk("eXIf")]) });
        await Expect(Page.GetByRole(AriaRole.Radio, new() { Name = name })).ToBeCheckedAsync();

        var picture = Page.Locator(".preview img");
        await Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 160);
        var answer = await Page.APIRequest.GetAsync((await picture.GetAttributeAsync("src"))!);
        answer.Headers["x-content-type-options"].ShouldBe("nosniff");
        answer.Headers["content-security-policy"].ShouldBe("default-src 'none'; sandbox");
        answer.Headers["content-type"].ShouldBe("image/png");
        System.Text.Encoding.Latin1.GetString(await answer.BodyAsync()).ShouldNotContain("GPS");
    }

    [Fact]
    public async Task A_name_full_of_markup_is_only_text()
    {
        var dialogs = 0;
        Page.Dialog += async (_, dialog) =>
        {
            dialogs++;
            await dialog.DismissAsync();
        };
        var name = A.Unique("<img src=x onerror=alert(1)>\"'><script>alert(2)</script> ");
        await OpenAsync("/members/gift-cards/create?currency=USD", "Create Gift Card");
        await Page.GetByLabel("Gift Card Name").FillAsync(name);
        await Page.GetByLabel("Denomination 1", new() { Exact = true }).FillAsync("50");

        await Button("Save as draft").ClickAsync();

        await SaysAsync("Saved as draft");
        await Expect(Row(name.Trim())).ToBeVisibleAsync();
        await Row(name.Trim()).GetByRole(AriaRole.Link, new() { Name = "History" }).ClickAsync();
        await Expect(Page.Locator(".history")).ToContainTextAsync("<script>alert(2)</script>");
        (await Page.Locator("main script, main img[src=x]").CountAsync()).ShouldBe(0);
        dialogs.ShouldBe(0);
    }

    [Fact]
    public async Task Leaving_with_unsaved_changes_asks_first()
    {
        await OpenAsync("/members/gift-cards/create?currency=USD", "Create Gift Card");
        await Page.GetByLabel("Gift Card Name").FillAsync("Unsaved");
        await Page.GetByLabel("Gift Card Name").BlurAsync();

        await Page.GetByRole(AriaRole.Link, new() { Name = "Cancel" }).ClickAsync();

        await Expect(Dialog).ToContainTextAsync("Leave without saving?");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(Page.GetByLabel("Gift Card Name")).ToHaveValueAsync("Unsaved");
    }
}
