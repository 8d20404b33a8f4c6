using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Brings products and their categories in from Excel or CSV: what is new is created, what exists is updated by its code.</summary>
[Requires(Permission.ProductsManage)]
public sealed class ProductImports(ImportTools tools, ImportWork work) : ImportFlow(tools, work, ImportKind.Products);

/// <summary>A row of a product list as it was understood: a product, a category, or a product with its category. Null leaves what is there.</summary>
internal sealed record ImportedProduct
{
    public string? Code { get; init; }
    public string? Name { get; init; }
    public decimal? Price { get; init; }
    public bool? IsActive { get; init; }
    public string? Category { get; init; }
    public string? CategoryName { get; init; }
    public string? Parent { get; init; }
}

/// <summary>What an import of products and categories is made of. The same file again changes nothing.</summary>
internal sealed class ProductImport(GroupCalendar calendar) : ImportDefinition<ImportedProduct, ImportedProduct>
{
    public const string Code = "Product Code";
    public const string Name = "Product Name";
    public const string Price = "Price";
    public const string Offered = "Offered";
    public const string Category = "Category Code";
    public const string CategoryName = "Category Name";
    public const string Parent = "Parent Category Code";

    private static readonly Sheet<ImportedProduct> sheet = new Sheet<ImportedProduct>("Products")
        .Text(Code, p => p.Code, new() { Example = "MUG-01", Help = "What orders call it. Empty: the row is about a category only.", Synonyms = ["Code", "SKU"], MaxLength = 64 })
        .Text(Name, p => p.Name, new() { Example = "Mug", Help = "Needed for a new product. Empty: the name stays.", Synonyms = ["Name"], MaxLength = 200 })
        .Money(Price, p => p.Price, 3, new() { Example = "12.50", Help = "List price in the group's currency. Empty: the price stays.", Synonyms = ["List Price"] })
        .Boolean(Offered, p => p.IsActive, new() { Example = "Yes", Help = "Yes: offered where products are chosen. Empty: as it is; new products are offered." })
        .Text(Category, p => p.Category, new() { Example = "HOME", Help = "Empty: the product's category stays. A new code makes a category.", MaxLength = 64 })
        .Text(CategoryName, p => p.CategoryName, new() { Example = "Home", Help = "Empty: the name stays; a new category is called by its code.", MaxLength = 120 })
        .Text(Parent, p => p.Parent, new() { Example = "ALL", Help = "The category above it: one that exists or stands in a row above. Empty: it stays where it is.", MaxLength = 64 });

    public override ImportKind Kind => ImportKind.Products;

    public override string Things => "products";

    public override Sheet<ImportedProduct> Rows => sheet;

    public override bool RefusesSameFile => false;

    public override async Task<ImportChecks<ImportedProduct>> ChecksAsync(LoyaltyDbContext db, Grant grant, string? settings, CancellationToken cancel)
    {
        var codes = await db.ProductCategories.ToDictionaryAsync(c => c.Id, c => c.Code, cancel);
        var parents = await db.ProductCategories.Select(c => new { c.Code, c.ParentId }).ToListAsync(cancel);

        return new ProductImportChecks(parents.ToDictionary(c => c.Code, c => c.ParentId is { } parent ? codes[parent] : null, StringComparer.Ordinal), Currency.Of((await calendar.TodayAsync(db, cancel)).Currency));
    }

    public override Task<ImportApply<ImportedProduct, ImportedProduct>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) =>
        Task.FromResult<ImportApply<ImportedProduct, ImportedProduct>>(new ProductImportApply(job));
}

/// <summary>The rules a row of a product list is held against.</summary>
/// <param name="tree">Every category's code with that of the one above it; rows add to it.</param>
/// <param name="currency">The group's.</param>
internal sealed class ProductImportChecks(Dictionary<string, string?> tree, Currency currency) : ImportChecks<ImportedProduct>
{
    private readonly HashSet<string> products = new(StringComparer.Ordinal);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly HashSet<string> newCategories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    private int created;
    private int updated;

    public override string? ValueSummary => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{created} new, {updated} to update{(newCategories.Count == 0 ? "" : $"; {newCategories.Count} new categories")}");

    public override ImportedProduct? Check(SheetRow row, Action<string, string, string> error)
    {
        var product = new ImportedProduct
        {
            Code = Inputs.Clean(row.Text(ProductImport.Code)),
            Name = Inputs.Clean(row.Text(ProductImport.Name)),
            Price = row.Money(ProductImport.Price),
            IsActive = row.Boolean(ProductImport.Offered),
            Category = Inputs.Clean(row.Text(ProductImport.Category)),
            CategoryName = Inputs.Clean(row.Text(ProductImport.CategoryName)),
            Parent = Inputs.Clean(row.Text(ProductImport.Parent)),
        };
        if (product.Code is null && product.Category is null)
        {
            error(ProductImport.Code, "code_missing", "Enter a product code, a category code, or both.");
        }

        if (product.Code is null && (product.Name is not null || product.Price is not null || product.IsActive is not null))
        {
            error(ProductImport.Code, "code_missing", "A name, price or offer needs the code of its product.");
        }

        if (product.Code is { } code && !products.Add(code))
        {
            error(ProductImport.Code, "code_twice", "This product is in a row above already.");
        }

        if (product.Price is { } price && (price is < 0 or > OrderChecks.MostAmount || !currency.Fits(price)))
        {
            error(ProductImport.Price, "price_invalid", $"The price is not negative, with at most {currency.Digits} decimals.");
        }

        if (product.Category is null ? product.CategoryName is not null || product.Parent is not null : !IsPlaced(product, error))
        {
            error(ProductImport.Category, "category_missing", "A category's name or parent needs its code.");
        }

        return product;
    }

    public override async Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<ImportedProduct> rows, CancellationToken cancel)
    {
        foreach (var codes in rows.Select(row => row.Code).OfType<string>().Chunk(500))
        {
            known.UnionWith(await db.Products.Where(p => codes.Contains(p.Code)).Select(p => p.Code).ToListAsync(cancel));
        }

        return Enumerable.Range(0, rows.Count).Where(i => rows[i] is { Code: { } code, Name: null } && !known.Contains(code))
            .ToDictionary(i => i, _ => new RowFault(ProductImport.Name, "name_missing", "There is no product with this code yet: a new one needs a name."));
    }

    public override void Add(ImportedProduct row)
    {
        _ = row.Code is null ? 0 : known.Contains(row.Code) ? updated++ : created++;
    }

    // False: the caller says that the code is missing. Other faults are said here.
    private bool IsPlaced(ImportedProduct row, Action<string, string, string> error)
    {
        var code = row.Category!;
        if (row.CategoryName is { } name && !string.Equals(names.TryAdd(code, name) ? name : names[code], name, StringComparison.Ordinal))
        {
            error(ProductImport.CategoryName, "category_named_twice", "A row above gives this category another name.");
        }

        if (row.Parent is { } parent)
        {
            if (!tree.ContainsKey(parent))
            {
                error(ProductImport.Parent, "parent_unknown", "There is no category with this code, neither here nor in a row above.");

                return true;
            }

            if (Above(parent).Contains(code, StringComparer.Ordinal) || Above(parent).Count() > ProductCategories.MostDepth)
            {
                error(ProductImport.Parent, "parent_below", "A category cannot be below itself, nor deeper than eight levels.");

                return true;
            }
        }

        if (!tree.ContainsKey(code))
        {
            newCategories.Add(code);
        }

        tree[code] = row.Parent ?? tree.GetValueOrDefault(code);

        return true;
    }

    // The category itself and those above it, as far as a sound tree goes.
    private IEnumerable<string> Above(string? category)
    {
        for (var depth = 0; category is not null && depth <= ProductCategories.MostDepth; depth++)
        {
            yield return category;
            category = tree.GetValueOrDefault(category);
        }
    }
}

/// <summary>Writes the products of a confirmed import by their codes; every change is audited as its uploader's.</summary>
internal sealed class ProductImportApply(ImportJob job) : ImportApply<ImportedProduct, ImportedProduct>
{
    public override ImportedProduct Prepare(int rowNumber, ImportedProduct row) => row;

    public override async Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<ImportedProduct> rows, CancellationToken cancel)
    {
        db.Actor = Actor.Of(job.UploadedByKey, job.UploadedByName);
        var categories = await CategoriesAsync(db, rows, cancel);
        var codes = rows.Select(row => row.Code).OfType<string>().ToArray();
        var products = await db.Products.Where(p => codes.Contains(p.Code)).ToDictionaryAsync(p => p.Code, StringComparer.Ordinal, cancel);
        foreach (var row in rows.Where(row => row.Code is not null))
        {
            if (!products.TryGetValue(row.Code!, out var product))
            {
                products[row.Code!] = product = db.Products.Add(new Product { Code = row.Code!, Name = row.Name ?? row.Code! }).Entity;
            }

            product.Name = row.Name ?? product.Name;
            product.Price = row.Price ?? product.Price;
            product.IsActive = row.IsActive ?? product.IsActive;
            product.CategoryId = row.Category is { } category ? categories[category].Id : product.CategoryId;
        }

        await db.SaveChangesAsync(cancel);

        return [.. rows.Select(row => row.Code is { } code ? products[code].Id : categories[row.Category!].Id)];
    }

    private static async Task<Dictionary<string, ProductCategory>> CategoriesAsync(LoyaltyDbContext db, IReadOnlyList<ImportedProduct> rows, CancellationToken cancel)
    {
        var codes = rows.SelectMany(row => new[] { row.Category, row.Parent }).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var known = await db.ProductCategories.Where(c => codes.Contains(c.Code)).ToDictionaryAsync(c => c.Code, StringComparer.Ordinal, cancel);
        foreach (var code in codes.Where(code => !known.ContainsKey(code)))
        {
            known[code] = db.ProductCategories.Add(new ProductCategory { Code = code, Name = code }).Entity;
        }

        await db.SaveChangesAsync(cancel);
        foreach (var row in rows.Where(row => row.Category is not null))
        {
            var category = known[row.Category!];
            (category.Name, category.ParentId) = (row.CategoryName ?? category.Name, row.Parent is { } parent ? known[parent].Id : category.ParentId);
        }

        await db.SaveChangesAsync(cancel);

        return known;
    }
}
