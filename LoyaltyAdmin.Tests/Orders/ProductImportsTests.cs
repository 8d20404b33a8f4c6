using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Orders;

/// <summary>Product lists through the import cockpit.</summary>
public abstract class ProductImportsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private static readonly string[] headers = ["Product Code", "Product Name", "Price", "Offered", "Category Code", "Category Name", "Parent Category Code"];

    private Actor manager = null!;

    public sealed class OnSqlite() : ProductImportsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : ProductImportsTests(DatabaseKind.PostgreSql);

    private ProductImports Imports => Db.Get<ProductImports>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        manager = await A.StaffUser().With(Permission.ProductsManage, Permission.OrdersRead).SaveToAsync(Db);
    }

    [Fact]
    public async Task What_is_new_is_created_and_what_exists_is_updated_by_its_code()
    {
        await Db.AddAsync(new Product { Code = "MUG", Name = "MUG", Price = 9 });
        string?[][] rows =
        [
            [null, null, null, null, "HOME", "Home", null],
            ["MUG", "Mug", null, "No", "CUPS", "Cups", "HOME"],
            ["POT", "Pot", "12.50", null, "CUPS", null, null],
        ];

        var import = await CommitAsync(rows);
        import.ValueSummary.ShouldBe("1 new, 1 to update; 2 new categories");

        var products = await Db.ReadAsync(db => db.Products.OrderBy(p => p.Code).ToListAsync());
        var categories = await Db.ReadAsync(db => db.ProductCategories.ToDictionaryAsync(c => c.Code));
        products.Select(p => (p.Code, p.Name, p.Price, p.IsActive, p.CategoryId)).ShouldBe([("MUG", "Mug", 9, false, categories["CUPS"].Id), ("POT", "Pot", 12.5m, true, categories["CUPS"].Id)]);
        (categories["CUPS"].Name, categories["CUPS"].ParentId).ShouldBe(("Cups", categories["HOME"].Id));
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.Action == "Product.Update" && e.ActorKey == manager.Key && e.Subject == "MUG"))).ShouldBe(1);

        var audited = await Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.EntityType == nameof(Product) || e.EntityType == nameof(ProductCategory)));
        (await CommitAsync(rows)).ValueSummary.ShouldBe("0 new, 2 to update");
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.EntityType == nameof(Product) || e.EntityType == nameof(ProductCategory)))).ShouldBe(audited);
    }

    [Theory]
    [InlineData("code_missing", null, "Pot", null, null, "HOME", null, null)]
    [InlineData("code_twice", "POT", "Pot", null, null, null, null, null)]
    [InlineData("name_missing", "NEW", null, "1", null, null, null, null)]
    [InlineData("price_invalid", "NEW", "New", "1.234", null, null, null, null)]
    [InlineData("category_missing", "NEW", "New", null, null, null, "Home", null)]
    [InlineData("category_named_twice", "NEW", "New", null, null, "CUPS", "Mugs", null)]
    [InlineData("parent_unknown", "NEW", "New", null, null, "CUPS", null, "NOWHERE")]
    [InlineData("parent_below", "NEW", "New", null, null, "HOME", null, "CUPS")]
    public async Task A_bad_row_gets_its_verdict(string code, params string?[] row)
    {
        var import = await UploadAsync(["POT", "Pot", null, null, "HOME", null, null], [null, null, null, null, "CUPS", "Cups", "HOME"], row);

        import.ValidRows.ShouldBe(2);
        (await Imports.VerdictsAsync(manager, import.Id, new PageRequest())).Rows.ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    private async Task<ImportSummary> CommitAsync(string?[][] rows)
    {
        var import = await UploadAsync(rows);
        import.ErrorRows.ShouldBe(0);
        await Imports.ConfirmAsync(manager, import.Id, ImportMode.AllOrNothing);
        while (await Db.Get<ImportWork>().RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }

        (await Imports.GetAsync(manager, import.Id)).Status.ShouldBe(ImportStatus.Committed);

        return import;
    }

    private async Task<ImportSummary> UploadAsync(params string?[][] rows)
    {
        var sheet = new Sheet<string?[]>("Products");
        foreach (var (header, at) in headers.Select((header, at) => (header, at)))
        {
            sheet = sheet.Text(header, row => row[at]);
        }

        using var file = new MemoryStream();
        await sheet.WriteXlsxAsync(file, rows.ToAsyncEnumerable());
        file.Position = 0;

        return await Imports.UploadAsync(manager, file, "products.xlsx");
    }
}
