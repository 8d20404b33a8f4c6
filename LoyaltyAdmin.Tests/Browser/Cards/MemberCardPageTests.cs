using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Cards;

/// <summary>The cards of a member, from issue to cancellation.</summary>
public sealed class MemberCardPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    [Fact]
    public async Task A_card_is_issued_granted_a_tier_frozen_restored_extended_and_cancelled()
    {
        var (code, plan, member) = (A.Unique("M"), A.Unique("Member plan "), A.Unique("Card Holder "));
        await CreatePlanAsync(code, plan);
        await OpenAsync("/members/directory/new", "Register Member");
        await Page.GetByLabel("Full name").FillAsync(member);
        await Page.GetByLabel("Phone").FillAsync($"+1718{Random.Shared.Next(1_000_000, 9_000_000)}");
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync($"{member} Active Member");
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Cards" }).ClickAsync();

        await Button("Issue Card").ClickAsync();
        await Dialog.GetByLabel("Card Plan").SelectOptionAsync(new SelectOptionValue { Label = $"{plan} ({code})" });
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Issue Card" }).ClickAsync();
        var card = Page.Locator("section.panel").Filter(new() { HasText = plan });
        await Expect(card).ToContainTextAsync("USD 1,000.00 missing for Gold");

        await Operation(card, "Grant Tier").ClickAsync();
        await Dialog.GetByLabel("Tier").SelectOptionAsync("Gold");
        await Dialog.GetByLabel("Last day").FillAsync(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(30).ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        await Dialog.GetByLabel("Reason").FillAsync("Apology");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Grant Tier" }).ClickAsync();
        await Expect(card.Locator(".notice")).ToContainTextAsync("Gold granted until");
        await Expect(Rows.First).ToContainTextAsync("Member → Gold");

        await GiveReasonAsync(card, "Freeze", "Freeze");
        await Expect(card).ToContainTextAsync("Frozen");
        await GiveReasonAsync(card, "Restore", "Restore");
        await Expect(card).ToContainTextAsync("Active");
        await GiveReasonAsync(card, "Extend Validity", "Extend Validity");
        await SaysAsync("Validity extended");

        await Operation(card, "End grant").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "End grant" }).ClickAsync();
        await Expect(card.Locator(".notice")).ToHaveCountAsync(0);

        await GiveReasonAsync(card, "Cancel Card", "Cancel Card");
        await Expect(card).ToContainTextAsync("Cancelled");
        ConsoleErrors.ShouldBeEmpty();
    }

    private async Task CreatePlanAsync(string code, string name)
    {
        await OpenAsync("/members/card-plans/create", "Create Card Plan");
        await Page.GetByLabel("Card Plan Name").FillAsync(name);
        await Page.GetByLabel("Code", new() { Exact = true }).FillAsync(code);
        await Page.GetByLabel("Relative Validity").CheckAsync();
        await Button("Insert a tier after tier 1").ClickAsync();
        await Page.GetByLabel("Tier 2 name").FillAsync("Gold");
        await Page.GetByLabel("Tier 2 reached at").FillAsync("1000");
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync($"{name} Active");
    }

    private async Task GiveReasonAsync(ILocator card, string operation, string confirm)
    {
        await Operation(card, operation).ClickAsync();
        await Dialog.GetByLabel("Reason").FillAsync("Asked for it");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = confirm, Exact = true }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);
    }
}
