using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.SystemConfiguration;

public sealed class StoreGroupPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    [Fact]
    public async Task A_group_is_created_offered_where_stores_are_chosen_edited_and_deleted()
    {
        var name = A.Unique("Airport stores ");
        await OpenAsync("/system-configuration/store-groups", "Store Groups");
        await Button("Create Store Group").ClickAsync();
        await ShowsHeadingAsync("Create Store Group");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("Aurora Bryant Park").CheckAsync();
        await Button("Save").ClickAsync();
        await SaysAsync("Store group saved");
        await Expect(Row(name)).ToContainTextAsync("Group");

        // Where stores are chosen, the group stands beside them.
        await OpenAsync("/members/gift-cards/create?currency=USD", "Create Gift Card");
        await Page.GetByLabel("Selected stores", new() { Exact = true }).CheckAsync();
        await Page.GetByRole(AriaRole.Checkbox, new() { Name = name }).CheckAsync();
        await Expect(Page.GetByRole(AriaRole.List, new() { Name = "Selected stores" })).ToContainTextAsync(name);

        await OpenAsync($"/system-configuration/store-groups?q={Uri.EscapeDataString(name)}", "Store Groups");
        await Row(name).GetByRole(AriaRole.Link, new() { Name = $"Edit {name}" }).ClickAsync();
        await ShowsHeadingAsync(name);
        await Page.GetByLabel("Aurora Wicker Park").CheckAsync();
        await Button("Save").ClickAsync();
        await SaysAsync("Store group saved");
        await OpenAsync($"/system-configuration/store-groups?q={Uri.EscapeDataString(name)}", "Store Groups");
        await Expect(Row(name)).ToContainTextAsync("2");

        await Operation(Row(name), "Delete").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await SaysAsync("Store group deleted");
        await Expect(Row(name)).ToHaveCountAsync(0);
    }
}
