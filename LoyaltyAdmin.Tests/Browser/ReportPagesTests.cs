using System.Text.RegularExpressions;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser;

public sealed class ReportPagesTests(WebApp app) : BrowserTest(app)
{
    protected override string? User => "finance@demo.example";

    [Fact]
    public async Task Finance_sees_that_the_roll_forward_ties_out_and_opens_a_month_into_its_days()
    {
        await OpenAsync("/members/gift-cards/reconciliation", "Reconciliation");
        var dollars = Page.GetByRole(AriaRole.Region, new() { Name = "Liability roll-forward, USD" });
        await Expect(Page.GetByText("The closing equals the ledger")).ToHaveCountAsync(2);
        await dollars.GetByRole(AriaRole.Link).First.ClickAsync();

        await Expect(Page).ToHaveURLAsync(new Regex("by=day"));
        await Expect(dollars.GetByRole(AriaRole.Columnheader, new() { Name = "Day" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Finance_sees_what_stores_owe_each_other()
    {
        await OpenAsync("/members/gift-cards/reconciliation", "Reconciliation");
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Inter-store" }).ClickAsync();

        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "To settle" }).GetByRole(AriaRole.Row)).Not.ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_ledger_check_runs_and_is_kept()
    {
        await OpenAsync("/system-configuration/ledger-check", "Ledger Check");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Ledger check" }).ClickAsync();

        await Expect(Page.GetByRole(AriaRole.Cell, new() { Name = "Ties out" }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_dashboard_figure_leads_to_its_filtered_list()
    {
        await OpenAsync("/", "Dashboard");

        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "Outstanding liability: USD" })).ToHaveAttributeAsync("href", new Regex("^/members/gift-cards/sold\\?.*currency=USD.*balanceFrom=0.01"));
    }
}
