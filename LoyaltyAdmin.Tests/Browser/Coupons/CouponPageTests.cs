using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Coupons;

/// <summary>Coupons as a person uses them.</summary>
public sealed class CouponPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    protected override string? User => Marketing;

    [Fact]
    public async Task A_coupon_is_created_copied_deactivated_activated_and_archived()
    {
        var name = await CreateAsync();

        await Operation(Row(name), "Copy").ClickAsync();
        await Dialog.GetByLabel("Coupon Name").FillAsync($"{name} again");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await SaysAsync($"“{name} again” was created as a draft");
        await OpenAsync($"/marketing/coupons?name={Uri.EscapeDataString($"{name} again")}", "Coupons");
        var copy = Row($"{name} again");
        await Expect(copy).ToContainTextAsync("Draft");
        await Operation(copy, "Activate").ClickAsync();
        await Expect(copy).ToContainTextAsync("Active");
        await Operation(copy, "Deactivate").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Deactivate", Exact = true }).ClickAsync();
        await Expect(copy).ToContainTextAsync("Inactive");
        await Operation(copy, "Archive").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Archive", Exact = true }).ClickAsync();
        await SaysAsync($"“{name} again” was archived");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_rules_are_told_at_their_fields()
    {
        await OpenAsync("/marketing/coupons/create", "Create Coupon");
        await Page.GetByLabel("Coupon Name").FillAsync("Wrong");
        await Page.GetByLabel("Amount Off", new() { Exact = true }).Last.FillAsync("20");
        await Page.GetByLabel("Threshold").FillAsync("10");
        await Page.GetByLabel("Threshold").BlurAsync();

        await Button("Save").ClickAsync();

        await Expect(Page.Locator(".error-summary")).ToContainTextAsync("The threshold cannot be below the amount off.");
        await Expect(Page.GetByLabel("Threshold")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task A_coupon_is_issued_to_a_member_found_in_the_list_and_voided()
    {
        var name = await CreateAsync();
        await OpenAsync("/members/directory", "Member Directory");
        await Page.Locator("tbody tr a").First.ClickAsync();
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Coupons" }).ClickAsync();
        await Button("Issue Coupon").ClickAsync();
        await Dialog.GetByLabel("Coupon", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = await Dialog.GetByLabel("Coupon", new() { Exact = true }).Locator("option", new() { HasText = name }).First.InnerTextAsync() });
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Issue", Exact = true }).ClickAsync();
        await SaysAsync("Issued");
        await Expect(Row(name)).ToContainTextAsync("Active");

        await Operation(Row(name), "Void").ClickAsync();
        await Dialog.GetByLabel("Reason").FillAsync("Given by mistake");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Void", Exact = true }).ClickAsync();
        await Expect(Row(name)).ToContainTextAsync("Voided");
    }

    [Fact]
    public async Task A_package_is_created_and_issued_to_an_audience()
    {
        var name = await CreateAsync();
        var package = A.Unique("Package ");
        await OpenAsync("/marketing/coupons/packages/create", "Create Coupon Package");
        await Page.GetByLabel("Package Name").FillAsync(package);
        var choice = Page.GetByLabel("Coupon 1", new() { Exact = true });
        await choice.SelectOptionAsync(new SelectOptionValue { Label = await choice.Locator("option", new() { HasText = name }).First.InnerTextAsync() });
        await Button("Save").ClickAsync();
        await SaysAsync("Coupon package saved");

        await OpenAsync("/marketing/coupons/issued/audience", "Issue to Audience");
        var what = Page.GetByLabel("Coupon or Package");
        await what.SelectOptionAsync(new SelectOptionValue { Label = await what.Locator("option", new() { HasText = package }).First.InnerTextAsync() });
        await Page.GetByLabel("Reason").FillAsync("Spring");
        await Page.GetByLabel("All Users").CheckAsync();
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync("Issues to Audiences");

        await Expect(Row(package)).ToContainTextAsync("Spring");
    }

    private async Task<string> CreateAsync()
    {
        var name = A.Unique("Browser coupon ");
        await OpenAsync("/marketing/coupons", "Coupons");
        await Button("Create Coupon").ClickAsync();
        await ShowsHeadingAsync("Create Coupon");
        await Page.GetByLabel("Coupon Name").FillAsync(name);
        await Page.GetByLabel("Amount Off", new() { Exact = true }).Last.FillAsync("20");
        await Page.GetByLabel("Threshold").FillAsync("100");
        await Page.GetByLabel("Threshold").BlurAsync();
        await Expect(Page.GetByLabel("Example", new() { Exact = true })).ToContainTextAsync("USD 100.00: USD 20.00 off, USD 80.00 to pay");
        await Button("Save").ClickAsync();
        await SaysAsync("Coupon saved");
        await OpenAsync($"/marketing/coupons?name={Uri.EscapeDataString(name)}", "Coupons");

        return name;
    }
}
