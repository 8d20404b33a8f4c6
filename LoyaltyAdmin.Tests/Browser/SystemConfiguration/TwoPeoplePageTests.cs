using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.SystemConfiguration;

public sealed class TwoPeoplePageTests(WebApp app) : GiftCardBrowserTest(app)
{
    private string user = "administrator@demo.example";

    protected override string? User => user;

    [Fact]
    public async Task A_new_finance_user_waits_until_somebody_from_finance_approves()
    {
        var name = A.Unique("Second Account ");
        await OpenAsync("/system-configuration/users/new", "Create User");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("Email").FillAsync($"{A.Unique("second")}@demo.example");
        await Page.GetByLabel("Role").SelectOptionAsync("Finance");
        await Button("Save").ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Status, new() { Name = "One-time password" })).ToContainTextAsync("once a second person has approved");

        await OpenAsync($"/system-configuration/users?q={Uri.EscapeDataString(name)}", "Users and Roles");
        await Expect(Row(name)).ToContainTextAsync("Disabled");
        await Row(name).GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await ShowsHeadingAsync(name);
        await Expect(Page.GetByText("Waits for a second person")).ToContainTextAsync($"Let the new user {name}");
        await Button("Enable").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Enable", Exact = true }).ClickAsync();
        await SaysAsync("already waits for approval");
        await OpenAsync("/approvals", "Approvals");
        await Expect(Operation(Row(name), "Approve")).ToHaveCountAsync(0);

        await AsAsync(Finance);
        await OpenAsync("/approvals", "Approvals");
        await Operation(Row(name), "Approve").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
        await SaysAsync("Approved and carried out");

        await AsAsync("administrator@demo.example");
        await OpenAsync($"/system-configuration/users?q={Uri.EscapeDataString(name)}", "Users and Roles");
        await Expect(Row(name)).ToContainTextAsync("Enabled");
    }

    private async Task AsAsync(string other)
    {
        await DisposeAsync();
        user = other;
        await InitializeAsync();
    }
}
