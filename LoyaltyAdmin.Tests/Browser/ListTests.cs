using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser;

/// <summary>What every list does, shown on the widest ones.</summary>
public sealed class ListTests(WebApp app) : BrowserTest(app)
{
    protected override string? User => "finance@demo.example";

    [Theory]
    [InlineData("/members/gift-cards")]
    [InlineData("/members/gift-cards/sold")]
    [InlineData("/approvals")]
    public async Task Operations_are_in_sight_and_cover_nothing(string path)
    {
        foreach (var width in new[] { 1280, 390 })
        {
            await Page.SetViewportSizeAsync(width, 900);
            await OpenAsync(path, path == "/approvals" ? "Approvals" : "Gift Card");
            var operation = Page.Locator("table.grid tbody tr").First.Locator("td.operations").Locator("a, button").First;
            await operation.ScrollIntoViewIfNeededAsync();
            var box = (await operation.BoundingBoxAsync())!;

            (box.X >= 0 && box.X + box.Width <= width).ShouldBeTrue($"{path} at {width}: {box.X} + {box.Width}");
            (await Page.EvaluateAsync<int>(Overlaps)).ShouldBe(0, $"{path} at {width}");
        }
    }

    [Fact]
    public async Task Chosen_columns_are_remembered_by_the_browser()
    {
        await OpenAsync("/members/gift-cards/transactions", "Gift Card");
        await Expect(Page.GetByRole(AriaRole.Columnheader, new() { Name = "Operator" })).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Columns" }).ClickAsync();
        await Page.GetByRole(AriaRole.Group, new() { Name = "Columns" }).GetByLabel("Operator").UncheckAsync();
        await Page.GetByRole(AriaRole.Group, new() { Name = "Columns" }).GetByLabel("Business day").CheckAsync();
        await Expect(Page.GetByRole(AriaRole.Columnheader, new() { Name = "Business day" })).ToBeVisibleAsync();

        await OpenAsync("/members/gift-cards/transactions", "Gift Card");

        await Expect(Page.GetByRole(AriaRole.Columnheader, new() { Name = "Business day" })).ToBeVisibleAsync();
        await Expect(Page.GetByRole(AriaRole.Columnheader, new() { Name = "Operator" })).ToHaveCountAsync(0);
    }

    // The text of other cells that an operation lies upon.
    private const string Overlaps = """
        () => [...document.querySelectorAll("table.grid tbody tr")].flatMap(row => {
          const actions = [...row.querySelectorAll("td.operations a, td.operations button")].map(a => a.getBoundingClientRect());
          return [...row.querySelectorAll("td:not(.operations)")].flatMap(cell => {
            const text = document.createRange();
            text.selectNodeContents(cell);
            return [...text.getClientRects()].filter(r => r.width > 0 && actions.some(a => a.left < r.right - 1 && a.right > r.left + 1 && a.top < r.bottom - 1 && a.bottom > r.top + 1));
          });
        }).length
        """;
}
