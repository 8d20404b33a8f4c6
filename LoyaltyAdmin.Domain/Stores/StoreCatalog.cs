using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>A store as lists to choose from name it.</summary>
public sealed record StoreChoice(long Id, string Code, string Name, string TimeZone, bool IsOpen)
{
    public string Label => $"{Name} ({Code})";
}

/// <summary>An organisation or group to choose from, with the stores it has now.</summary>
public sealed record StoreGroupChoice(long Id, StoreGroupKind Kind, string Name, IReadOnlyList<long> StoreIds);

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

    /// <summary>Organisations first, then groups, by name.</summary>
    public async Task<IReadOnlyList<StoreGroupChoice>> GroupsAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        var groups = await db.StoreGroups.OrderBy(group => group.Name).ToListAsync(cancel);
        if (groups.Count == 0)
        {
            return [];
        }

        var members = (await db.StoreGroupMembers.ToListAsync(cancel)).ToLookup(member => member.GroupId, member => member.StoreId);

        return [.. groups.OrderBy(group => group.Kind).Select(group => new StoreGroupChoice(group.Id, group.Kind, group.Name, [.. members[group.Id]]))];
    }

    /// <summary>The company, or null before the first set-up.</summary>
    public async Task<CompanySettings?> CompanyAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.CompanySettings.FirstOrDefaultAsync(cancel);
    }
}
