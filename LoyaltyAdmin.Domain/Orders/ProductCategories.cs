using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>A category being created or edited.</summary>
public sealed class CategoryForm
{
    public long? Id { get; set; }
    public string Code { get; set; } = "";
    public string Name { get; set; } = "";
    public long? ParentId { get; set; }
    public Guid Version { get; set; }
}

/// <summary>The tree of product categories.</summary>
public sealed class ProductCategories(LoyaltyDatabase database, AccessControl access)
{
    /// <summary>Categories are chosen from one list; a tree deeper than this is a mistake.</summary>
    internal const int MostDepth = 8;

    /// <summary>All categories in the order of the tree.</summary>
    [Requires(Permission.OrdersRead)]
    public async Task<IReadOnlyList<CategoryChoice>> TreeAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.OrdersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var all = (await db.ProductCategories.OrderBy(c => c.Name).ToListAsync(cancel)).ToLookup(c => c.ParentId);

        return [.. Below(null, 0)];

        IEnumerable<CategoryChoice> Below(long? parent, int depth) =>
            all[parent].SelectMany(c => Below(c.Id, depth + 1).Prepend(new CategoryChoice(c.Id, c.Code, c.Name, c.ParentId, depth)));
    }

    [Requires(Permission.ProductsManage)]
    public async Task<CategoryForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ProductsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.ProductCategories.Where(c => c.Id == id).Select(c => new CategoryForm { Id = c.Id, Code = c.Code, Name = c.Name, ParentId = c.ParentId, Version = c.Version }).FirstOrDefaultAsync(cancel)
            ?? throw new NotFoundException("The category");
    }

    /// <summary>Creates or edits a category. It cannot be put below itself.</summary>
    [Requires(Permission.ProductsManage)]
    public async Task<long> SaveAsync(Actor actor, CategoryForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ProductsManage, cancel: cancel);

        return await database.WriteAsync(actor, async db =>
        {
            var code = form.Code.Trim();
            new FieldErrors()
                .Text(nameof(form.Code), "Code", code, 64, required: true)
                .Require(!await db.ProductCategories.AnyAsync(c => c.Code == code && c.Id != (form.Id ?? 0), cancel), nameof(form.Code), "Another category already has this code.")
                .Text(nameof(form.Name), "Name", form.Name, 120, required: true)
                .Require(await MayBeUnderAsync(db, form.Id, form.ParentId, cancel), nameof(form.ParentId), "A category cannot be below itself, nor deeper than eight levels.")
                .ThrowIfAny();
            var category = form.Id is { } id
                ? await db.ProductCategories.FirstOrDefaultAsync(c => c.Id == id, cancel) ?? throw new NotFoundException("The category")
                : db.ProductCategories.Add(new ProductCategory { Code = code, Name = form.Name }).Entity;
            if (form.Id is not null && category.Version != form.Version)
            {
                throw new ConcurrentChangeException("The category");
            }

            if (category.Code != code)
            {
                throw new RuleViolationException("code_is_fixed", "The code of a category cannot change: orders name the category by it.") { Field = nameof(form.Code) };
            }

            (category.Name, category.ParentId) = (form.Name.Trim(), form.ParentId);
            await db.SaveChangesAsync(cancel);

            return category.Id;
        }, cancel);
    }

    private static async Task<bool> MayBeUnderAsync(LoyaltyDbContext db, long? id, long? parent, CancellationToken cancel)
    {
        for (var depth = 0; parent is { } above; depth++)
        {
            if (above == id || depth == MostDepth)
            {
                return false;
            }

            var found = await db.ProductCategories.AsNoTracking().Where(c => c.Id == above).Select(c => new { c.ParentId }).FirstOrDefaultAsync(cancel);
            if (found is null)
            {
                return false;
            }

            parent = found.ParentId;
        }

        return true;
    }
}
