using System.Text.RegularExpressions;
using ClosedXML.Excel;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser;

/// <summary>The STEPs of “Gift Card Import” and “Gift Card List Export” (member-benefits 2.5.4, 2.5.5).</summary>
public sealed class GiftCardFilesTests(WebApp app) : BrowserTest(app)
{
    protected override string? User => "finance@demo.example";

    [Fact]
    public async Task Gift_card_import_from_template_to_history()
    {
        // STEP 1
        await OpenAsync("/members/gift-cards/sold", "Gift Card");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        await ShowsHeadingAsync("Import Gift Cards");

        // STEP 2
        var template = await DownloadAsync(() => Page.GetByRole(AriaRole.Link, new() { Name = "Download Template" }).ClickAsync());

        // STEP 3
        var number = CardNumbers.NewNumber();
        var file = FilledIn(template, number);

        // STEP 4
        await Page.GetByLabel("Excel file").SetInputFilesAsync(new FilePayload { Name = "corporate.xlsx", MimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Buffer = file });
        await ShowsHeadingAsync("Import corporate.xlsx To be confirmed");
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "number_invalid" })).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Radio, new() { Name = "Valid rows only" }).CheckAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Confirm", Exact = true }).ClickAsync();
        await ShowsHeadingAsync("Import corporate.xlsx Imported");

        // STEP 5
        await Page.GetByRole(AriaRole.Link, new() { Name = "Import History" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "corporate.xlsx" }).First).ToContainTextAsync("Imported");

        await OpenAsync($"/members/gift-cards/sold?number={number}", "Gift Card");
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = GiftCard.Mask(number[^4..]) })).ToBeVisibleAsync();
        ConsoleErrors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/members/gift-cards/sold?status=Active", "Sold Gift Cards", "Status: Active")]
    [InlineData("/members/gift-cards/transactions?type=Consumption", "Transaction Details", "Type: Consumption")]
    public async Task A_filtered_list_is_exported_and_kept_in_the_history(string path, string list, string filter)
    {
        // STEP 1
        await OpenAsync(path, "Gift Card");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Export", Exact = true }).ClickAsync();
        var link = Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex($"^Download {list}", RegexOptions.None, TimeSpan.FromSeconds(1)) });
        await Expect(link).ToBeVisibleAsync(new() { Timeout = 60_000 });
        var file = await DownloadAsync(() => link.ClickAsync());
        using var workbook = new XLWorkbook(new MemoryStream(file));
        workbook.Worksheets.Select(sheet => sheet.Name).ShouldBe([list, "Reconciliation"]);
        workbook.Worksheet(list).Cell(3, 1).GetString().ShouldContain(filter);

        // STEP 2
        await Page.GetByRole(AriaRole.Link, new() { Name = "Export History" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = filter }).First).ToContainTextAsync("Ready");
    }

    private async Task<byte[]> DownloadAsync(Func<Task> click)
    {
        var download = await Page.RunAndWaitForDownloadAsync(click);

        return await File.ReadAllBytesAsync(await download.PathAsync());
    }

    private static byte[] FilledIn(byte[] template, string number)
    {
        using var workbook = new XLWorkbook(new MemoryStream(template));
        var (sheet, lists) = (workbook.Worksheets.First(), workbook.Worksheet("Lists"));
        for (var row = 2; row <= 3; row++)
        {
            sheet.Cell(row, 1).SetValue(row == 2 ? number : "12");
            sheet.Cell(row, 2).SetValue(lists.Cell(1, 2).GetString());
            sheet.Cell(row, 3).SetValue(lists.Cell(1, 3).GetString());
            sheet.Cell(row, 4).SetValue(100m);
        }

        using var file = new MemoryStream();
        workbook.SaveAs(file);

        return file.ToArray();
    }
}
