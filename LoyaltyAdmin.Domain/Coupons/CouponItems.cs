using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>A product or category to choose for an <see cref="ItemScope"/>.</summary>
public sealed record ItemChoice(long Id, string Name);

/// <summary>What an item scope can be made of.</summary>
public sealed class CouponItems(LoyaltyDatabase database, AccessControl access)
{
    private const int MostFound = 20;
    private const int MostCategories = 500;

    /// <summary>All categories, by name.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<IReadOnlyList<ItemChoice>> CategoriesAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.ProductCategories.OrderBy(c => c.Name).ThenBy(c => c.Id).Take(MostCategories).Select(c => new ItemChoice(c.Id, c.Name)).ToListAsync(cancel);
    }

    /// <summary>Products whose code or name begins with the text, at most 20.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<IReadOnlyList<ItemChoice>> FindAsync(Actor actor, string? text, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var start = Inputs.Clean(text)?.ToLowerInvariant();

        return await db.Products.Where(p => p.IsActive && (start == null || p.Code.ToLower().StartsWith(start) || p.Name.ToLower().StartsWith(start)))
            .OrderBy(p => p.Code).Take(MostFound).Select(p => new ItemChoice(p.Id, p.Name + " (" + p.Code + ")")).ToListAsync(cancel);
    }

    /// <summary>The chosen products by name.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<IReadOnlyList<ItemChoice>> ProductsAsync(Actor actor, ItemScope scope, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        long[] ids = [.. scope.ProductIds];

        return await db.Products.Where(p => ids.Contains(p.Id)).OrderBy(p => p.Code).Select(p => new ItemChoice(p.Id, p.Name + " (" + p.Code + ")")).ToListAsync(cancel);
    }
}
