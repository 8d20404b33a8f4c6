using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>What the Products list is filtered by.</summary>
public sealed record ProductFilter(string? Text = null, long? CategoryId = null, bool? IsActive = null);

/// <summary>One line of the Products list.</summary>
public sealed record ProductRow(long Id, string Code, string Name, long? CategoryId, string? CategoryName, decimal? Price, bool IsActive);

/// <summary>A product being created or edited.</summary>
public sealed class ProductForm
{
    public long? Id { get; set; }
    public string Code { get; set; } = "";
    public string Name { get; set; } = "";
    public long? CategoryId { get; set; }

    /// <summary>List price in the group's currency.</summary>
    public decimal? Price { get; set; }

    public bool IsActive { get; set; } = true;
    public Guid Version { get; set; }
}

/// <summary>A category as lists to choose from name it.</summary>
public sealed record CategoryChoice(long Id, string Code, string Name, long? ParentId, int Depth)
{
    /// <summary>Indented by its place in the tree.</summary>
    public string Label => $"{new string('\u2003', Depth)}{Name}";
}

/// <summary>The product master: fed by orders, corrected by people.</summary>
public sealed class ProductService(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar)
{
    private static readonly SortColumns<Product> sorts = new SortColumns<Product>(product => product.Id).By("Code", product => product.Code);

    [Requires(Permission.OrdersRead)]
    public async Task<Page<ProductRow>> ListAsync(Actor actor, ProductFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.OrdersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, filter).ToPageAsync(page, sorts, Row(db), cancel);
    }

    [Requires(Permission.OrdersRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, ProductFilter filter, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.OrdersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, filter).BoundedCountAsync(cancel: cancel);
    }

    [Requires(Permission.ProductsManage)]
    public async Task<ProductForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ProductsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.Products.Where(p => p.Id == id)
            .Select(p => new ProductForm { Id = p.Id, Code = p.Code, Name = p.Name, CategoryId = p.CategoryId, Price = p.Price, IsActive = p.IsActive, Version = p.Version })
            .FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The product");
    }

    /// <summary>Creates or edits a product. The code of a product that exists never changes: orders name it.</summary>
    [Requires(Permission.ProductsManage)]
    public async Task<long> SaveAsync(Actor actor, ProductForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ProductsManage, cancel: cancel);

        return await database.WriteAsync(actor, async db =>
        {
            var code = form.Code.Trim();
            var currency = Currency.Of((await calendar.TodayAsync(db, cancel)).Currency);
            new FieldErrors()
                .Text(nameof(form.Code), "Code", code, 64, required: true)
                .Require(!await db.Products.AnyAsync(p => p.Code == code && p.Id != (form.Id ?? 0), cancel), nameof(form.Code), "Another product already has this code.")
                .Text(nameof(form.Name), "Name", form.Name, 200, required: true)
                .Require(form.Price is null || (form.Price is >= 0 and <= OrderChecks.MostAmount && currency.Fits(form.Price.Value)), nameof(form.Price), $"The price is not negative, with at most {currency.Digits} decimals.")
                .Require(form.CategoryId is null || await db.ProductCategories.AnyAsync(c => c.Id == form.CategoryId, cancel), nameof(form.CategoryId), "Choose a category.")
                .ThrowIfAny();
            var product = form.Id is { } id
                ? await db.Products.FirstOrDefaultAsync(p => p.Id == id, cancel) ?? throw new NotFoundException("The product")
                : db.Products.Add(new Product { Code = code, Name = form.Name }).Entity;
            if (form.Id is not null && product.Version != form.Version)
            {
                throw new ConcurrentChangeException("The product");
            }

            if (product.Code != code)
            {
                throw new RuleViolationException("code_is_fixed", "The code of a product cannot change: orders name the product by it.") { Field = nameof(form.Code) };
            }

            (product.Name, product.CategoryId, product.Price, product.IsActive) = (form.Name.Trim(), form.CategoryId, form.Price, form.IsActive);
            await db.SaveChangesAsync(cancel);

            return product.Id;
        }, cancel);
    }

    /// <summary>The products a filter finds, as list, count and export see them.</summary>
    private static IQueryable<Product> Filtered(LoyaltyDbContext db, ProductFilter filter)
    {
        var text = Inputs.Clean(filter.Text)?.ToLowerInvariant();

        return db.Products
            .Where(p => text == null || p.Code.ToLower().Contains(text) || p.Name.ToLower().Contains(text))
            .Where(p => filter.CategoryId == null || p.CategoryId == filter.CategoryId)
            .Where(p => filter.IsActive == null || p.IsActive == filter.IsActive);
    }

    private static System.Linq.Expressions.Expression<Func<Product, ProductRow>> Row(LoyaltyDbContext db) => p =>
        new ProductRow(p.Id, p.Code, p.Name, p.CategoryId, db.ProductCategories.Where(c => c.Id == p.CategoryId).Select(c => c.Name).FirstOrDefault(), p.Price, p.IsActive);
}
