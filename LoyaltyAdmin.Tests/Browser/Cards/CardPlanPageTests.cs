using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Cards;

/// <summary>Card Plans as a person uses them.</summary>
public sealed class CardPlanPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    protected override string? User => Marketing;

    [Fact]
    public async Task A_plan_is_created_with_tiers_and_a_tier_is_inserted_in_the_middle_by_keyboard()
    {
        var (code, name) = (A.Unique("P"), A.Unique("Browser plan "));
        await OpenAsync("/members/card-plans", "Card Plans");
        await Button("Create Card Plan").ClickAsync();
        await ShowsHeadingAsync("Create Card Plan");
        await Page.GetByLabel("Card Plan Name").FillAsync(name);
        await Page.GetByLabel("Code", new() { Exact = true }).FillAsync(code);
        await Button("Insert a tier after tier 1").ClickAsync();
        await Page.GetByLabel("Tier 2 name").FillAsync("Gold");
        await Page.GetByLabel("Tier 2 reached at").FillAsync("1000");
        await Page.GetByLabel("Tier 2 points per unit").FillAsync("0.1");
        await Page.GetByLabel("Tier 2 points per unit").BlurAsync();
        await Expect(Page.GetByLabel("Example", new() { Exact = true })).ToContainTextAsync("USD 999.99 in 12 months: still Member. USD 1,000.00: Gold at once");
        await Button("Save").ClickAsync();
        await SaysAsync("Card plan saved");
        await ShowsHeadingAsync($"{name} Active");

        await Page.GetByRole(AriaRole.Tab, new() { Name = "Settings" }).ClickAsync();
        // A new tier below Gold, moved up between the two by keyboard alone.
        await Button("Insert a tier after tier 2").PressAsync("Enter");
        await Page.GetByLabel("Tier 3 name").FillAsync("Silver");
        await Page.GetByLabel("Tier 3 reached at").FillAsync("500");
        await Button("Move tier 3 up").PressAsync("Enter");
        await Expect(Page.GetByLabel("Tier 2 name")).ToHaveValueAsync("Silver");
        await Button("Save").ClickAsync();
        await SaysAsync("Card plan saved");

        var tiers = Page.Locator(".data-table tbody tr");
        await Expect(tiers).ToHaveCountAsync(3);
        await Expect(tiers.Nth(1)).ToContainTextAsync("Silver");
        await Expect(tiers.Nth(2)).ToContainTextAsync("USD 1,000.00");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_thresholds_are_told_at_their_fields()
    {
        await OpenAsync("/members/card-plans/create", "Create Card Plan");
        await Button("Insert a tier after tier 1").ClickAsync();
        await Page.GetByLabel("Tier 2 name").FillAsync("Silver");
        await Page.GetByLabel("Tier 2 reached at").FillAsync("0");

        await Button("Save").ClickAsync();

        await Expect(Page.Locator(".error-summary")).ToContainTextAsync("Silver must need more than Member below it.");
        await Expect(Page.GetByLabel("Tier 2 reached at")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task A_plan_is_deactivated_and_activated_from_the_list()
    {
        var (code, name) = (A.Unique("Q"), A.Unique("Switched plan "));
        await OpenAsync("/members/card-plans/create", "Create Card Plan");
        await Page.GetByLabel("Card Plan Name").FillAsync(name);
        await Page.GetByLabel("Code", new() { Exact = true }).FillAsync(code);
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync($"{name} Active");
        await OpenAsync($"/members/card-plans?name={Uri.EscapeDataString(name)}", "Card Plans");

        await Operation(Row(name), "Deactivate").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Deactivate", Exact = true }).ClickAsync();
        await Expect(Row(name)).ToContainTextAsync("Inactive");
        await Operation(Row(name), "Activate").ClickAsync();

        await Expect(Operation(Row(name), "Deactivate")).ToBeVisibleAsync();
    }
}
