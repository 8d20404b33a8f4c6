using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>A store as lists to choose from name it.</summary>
public sealed record StoreChoice(long Id, string Code, string Name, string TimeZone, bool IsOpen)
{
    public string Label => $"{Name} ({Code})";
}

/// <summary>The names every page needs whoever looks at it: the company's, and those of the stores in the caller's scope.</summary>
public sealed class StoreCatalog(LoyaltyDatabase database)
{
    /// <summary>The stores of a scope by name, closed ones too.</summary>
    public async Task<IReadOnlyList<StoreChoice>> ChoicesAsync(StoreScope scope, CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        var stores = await db.Stores.OrderBy(store => store.Name).Select(store => new StoreChoice(store.Id, store.Code, store.Name, store.TimeZone, store.IsOpen)).ToListAsync(cancel);

        return [.. stores.Where(store => scope.Allows(store.Id))];
    }

    /// <summary>The company, or null before the first set-up.</summary>
    public async Task<CompanySettings?> CompanyAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.CompanySettings.FirstOrDefaultAsync(cancel);
    }
}
