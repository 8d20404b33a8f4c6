using System.Text.RegularExpressions;
using ClosedXML.Excel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Points;

/// <summary>Points as marketing and finance use them.</summary>
public sealed class PointsPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    protected override string? User => Marketing;

    private ILocator Balance => Page.Locator("dl.key-figures").First.Locator(".figure").Filter(new() { HasText = "Points" });

    [Fact]
    public async Task Points_are_adjusted_once_within_the_limit_and_found_and_exported_by_their_member()
    {
        var (id, number) = await MemberAsync(100);
        await Page.GotoAsync($"/members/directory/{id}/points");
        await Button("Adjust").ClickAsync();
        await Dialog.GetByLabel("Change").FillAsync("-40");
        await Dialog.GetByLabel("Change").BlurAsync();
        await Expect(Dialog).ToContainTextAsync("Balance afterwards: 60.00");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Adjust", Exact = true }).ClickAsync();
        await Expect(Dialog.Locator(".error-summary")).ToContainTextAsync("Reason");
        await Dialog.GetByLabel("Reason").FillAsync("Rung up twice");
        await Dialog.GetByLabel("Reason").BlurAsync();
        await ClickTwentyTimesAsync(Dialog.GetByRole(AriaRole.Button, new() { Name = "Adjust", Exact = true }));
        await SaysAsync("Points adjusted");
        await Expect(Balance).ToContainTextAsync("60.00");

        await OpenAsync("/members/points", "Points");
        await Page.GetByLabel("Member", new() { Exact = true }).FillAsync(number);
        await Page.GetByLabel("Member", new() { Exact = true }).PressAsync("Enter");
        await Expect(Rows).ToHaveCountAsync(2);
        await Expect(Rows.First).ToContainTextAsync("Rung up twice");
        await Button("Export").ClickAsync();
        var link = Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^Download Points", RegexOptions.None, TimeSpan.FromSeconds(1)) });
        await Expect(link).ToBeVisibleAsync(new() { Timeout = 60_000 });
        var download = await Page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
        using var workbook = new XLWorkbook(new MemoryStream(await File.ReadAllBytesAsync(await download.PathAsync())));
        var cells = workbook.Worksheet(1).CellsUsed().Select(cell => cell.GetString()).ToList();
        cells.ShouldContain("Rung up twice");
        cells.Count(cell => cell == number).ShouldBe(2);
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_adjustment_above_the_limit_waits_for_a_second_person()
    {
        var (id, _) = await MemberAsync(100);
        var reason = A.Unique("Goodwill ");
        await Page.GotoAsync($"/members/directory/{id}/points");
        await Button("Adjust").ClickAsync();
        await Dialog.GetByLabel("Change").FillAsync("2000");
        await Dialog.GetByLabel("Reason").FillAsync(reason);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Adjust", Exact = true }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("waits for approval by a second person");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).Last.ClickAsync();
        await Expect(Balance).ToContainTextAsync("100.00");

        await using var finance = await Chromium.NewContextAsync(App.Url, storageState: await App.SignInAsync(Finance));
        var page = await finance.NewPageAsync();
        await page.GotoAsync("/approvals");
        var request = page.Locator("table.grid tbody tr").Filter(new() { HasText = reason });
        await Operation(request, "Approve").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
        await Expect(request).ToContainTextAsync("Approved");

        await Page.GotoAsync($"/members/directory/{id}/points");
        await Expect(Balance).ToContainTextAsync("2,100.00");
    }

    // A member of its own per test.
    private async Task<(long Id, string Number)> MemberAsync(decimal points)
    {
        await using var database = App.OpenDatabase();
        var store = await database.ReadAsync(db => db.Stores.SingleAsync(s => s.Code == "NYC01"));
        var member = await A.Member().In(store).SaveToAsync(database);
        await database.Get<PointsSpending>().GrantAsync(await A.ApiClient().With(ApiScope.PointsWrite).SaveToAsync(database), new PointsGift(member.Number, points, "Welcome", store.Code), A.Unique("gift"));

        return (member.Id, member.Number);
    }
}
