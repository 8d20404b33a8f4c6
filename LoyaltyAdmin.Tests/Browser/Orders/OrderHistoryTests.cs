using System.Globalization;
using System.Text.RegularExpressions;
using LoyaltyAdmin.Tests.Orders;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Orders;

/// <summary>A purchase history comes in through the browser: chosen, understood, confirmed, checked, imported, and imported again without a change.</summary>
public sealed class OrderHistoryTests(WebApp app) : BrowserTest(app)
{
    [Fact]
    public async Task A_generated_history_is_imported_and_again_changes_nothing() => await ImportTwiceAsync(PurchaseHistoryFile.Generated(300, 2_500, "GH"), "generated");

    [RealHistoryFact]
    public async Task The_CDNOW_history_is_imported_and_again_changes_nothing() => await ImportTwiceAsync(PurchaseHistoryFile.Real(), "cdnow");

    [Fact]
    public async Task A_product_and_its_category_are_created_corrected_and_found()
    {
        var name = A.Unique("Teapot ");
        await OpenAsync("/members/products/categories", "Product Categories");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create Category" }).ClickAsync();
        await ShowsHeadingAsync("Create Category");
        await FillAsync("Code", name.Replace(' ', '-'));
        await FillAsync("Name", $"{name} range");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = $"{name} range", Exact = true })).ToBeVisibleAsync();

        await OpenAsync("/members/products", "Products");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create Product" }).ClickAsync();
        await ShowsHeadingAsync("Create Product");
        await FillAsync("Code", name.Replace(' ', '-'));
        await FillAsync("Name", name);
        await Page.Locator("main").GetByLabel("Category").SelectOptionAsync(new SelectOptionValue { Label = $"{name} range" });
        await FillAsync("Price", "12.50");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await ShowsHeadingAsync("Products");

        await OpenAsync($"/members/products?q={Uri.EscapeDataString(name)}", "Products");
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = name })).ToContainTextAsync("12.50");
        await Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
        await ShowsHeadingAsync(name);
        await FillAsync("Name", $"{name} mended");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await ShowsHeadingAsync("Products");
        await OpenAsync($"/members/products?q={Uri.EscapeDataString(name)}", "Products");
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = $"{name} mended" })).ToBeVisibleAsync();
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_product_list_is_imported_with_its_categories()
    {
        var code = A.Unique("SET");
        await OpenAsync("/members/products", "Products");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        await ShowsHeadingAsync("Import Products");
        var file = $"Product Code,Product Name,Price,Category Code,Category Name\n{code},Tea set {code},49.90,{code}-C,Tea {code}\n";
        await Page.GetByLabel("Excel file").SetInputFilesAsync(new FilePayload { Name = "products.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(file) });

        await ShowsSlowlyAsync("Import products.csv To be confirmed");
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Result" })).ToContainTextAsync("1 new, 0 to update; 1 new categories");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Confirm", Exact = true }).ClickAsync();
        await ShowsSlowlyAsync("Import products.csv Imported");
        await OpenAsync($"/members/products?q={code}", "Products");
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = $"Tea set {code}" })).ToContainTextAsync($"Tea {code}");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Purchases_are_recounted_from_the_Orders_page()
    {
        await OpenAsync("/members/orders", "Orders");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Recount", Exact = true }).ClickAsync();
        await ShowsHeadingAsync("Purchase Recount");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Recount", Exact = true }).ClickAsync();

        await Expect(Page.GetByText(new Regex("The purchase summaries of .* members equal their orders\\."))).ToBeVisibleAsync(new() { Timeout = 60_000 });
        ConsoleErrors.ShouldBeEmpty();
    }

    private async Task ImportTwiceAsync(PurchaseHistoryFile file, string source)
    {
        await ImportAsync(file, source);
        await ShouldBeAsync(file, source);
        await ImportAsync(file, source);
        await ShouldBeAsync(file, source);

        // The orders of one customer, and one of them.
        var (customer, figures) = file.ByCustomer().First(one => one.Value is { Orders: > 1 and < 20, Sum: > 0 });
        await OpenAsync($"/members/orders?member={customer}", "Orders");
        await Expect(Page.GetByRole(AriaRole.Table).Locator("tbody tr")).ToHaveCountAsync(figures.Orders);
        await Page.GetByRole(AriaRole.Table).Locator("tbody a.primary-link").First.ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Refund history" })).ToBeVisibleAsync();
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = customer, Exact = true })).ToBeVisibleAsync();
        ConsoleErrors.ShouldBeEmpty();
    }

    private async Task ImportAsync(PurchaseHistoryFile file, string source)
    {
        await OpenAsync("/members/orders", "Orders");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        await ShowsHeadingAsync("Import Orders");
        await Page.GetByLabel("CSV or Excel file").SetInputFilesAsync(new FilePayload { Name = $"{source}.csv", MimeType = "text/csv", Buffer = file.Content });

        // Shown as understood, with values beside, before anything is checked.
        await Expect(Page.GetByLabel("Meaning of customer_id").Locator("option:checked")).ToHaveTextAsync("Member number", new() { Timeout = 30_000 });
        await Expect(Page.GetByLabel("Meaning of amount_usd").Locator("option:checked")).ToHaveTextAsync("Amount paid");
        await Expect(Page.GetByLabel("Dates are written").Locator("option:checked")).ToHaveTextAsync("YYYY-MM-DD");
        await Expect(Page.GetByText("Cells are separated by a comma.")).ToBeVisibleAsync();
        await FillAsync("Source", source);
        await Page.Locator("main").GetByLabel("Store").First.SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Page.GetByRole(AriaRole.Button, new() { Name = "Check rows" }).ClickAsync();

        await ShowsSlowlyAsync($"Import {source}.csv To be confirmed");
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Result" })).ToContainTextAsync(file.Orders.ToString("N0", CultureInfo.InvariantCulture));
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Result" })).ToContainTextAsync(file.Sum.ToString("N2", CultureInfo.InvariantCulture));
        await Page.GetByRole(AriaRole.Button, new() { Name = "Confirm", Exact = true }).ClickAsync();
        await ShowsSlowlyAsync($"Import {source}.csv Imported");
    }

    private async Task ShouldBeAsync(PurchaseHistoryFile file, string source)
    {
        await using var database = App.OpenDatabase();
        var orders = await database.ReadAsync(db => db.Orders.Where(order => order.Source == source).ToListAsync());
        (orders.Count, orders.Sum(order => order.Total), orders.Count(order => order.Total == 0)).ShouldBe((file.Orders, file.Sum, file.Free));
        var ids = orders.Select(order => order.MemberId!.Value).ToHashSet();
        var numbers = (await database.ReadAsync(db => db.Members.Select(member => new { member.Id, member.Number }).ToListAsync())).Where(member => ids.Contains(member.Id)).ToDictionary(member => member.Id, member => member.Number);
        var summaries = (await database.ReadAsync(db => db.PurchaseSummaries.ToListAsync())).Where(summary => ids.Contains(summary.MemberId)).ToList();

        summaries.ToDictionary(summary => numbers[summary.MemberId], summary => (summary.OrderCount, summary.PurchaseDays, summary.Revenue, summary.FirstOn, summary.LastOn))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).ShouldBe(file.ByCustomer().OrderBy(pair => pair.Key, StringComparer.Ordinal));
        var asOf = new DateOnly(1998, 6, 30);
        summaries.Where(summary => summary.ExpectedOn <= asOf.AddDays(-8)).Select(summary => numbers[summary.MemberId]).Order(StringComparer.Ordinal).ShouldBe(file.Lapsing(asOf, 8));
    }

    private async Task FillAsync(string label, string text)
    {
        await Page.Locator("main").GetByLabel(label).First.FillAsync(text);
        await Page.Keyboard.PressAsync("Tab");
    }

    private Task ShowsSlowlyAsync(string heading) =>
        Expect(Page.GetByRole(AriaRole.Heading, new() { NameRegex = new Regex($"^{Regex.Escape(heading)}$", RegexOptions.None, TimeSpan.FromSeconds(1)) }).First).ToBeVisibleAsync(new() { Timeout = 180_000 });
}
