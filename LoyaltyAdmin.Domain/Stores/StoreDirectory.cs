using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>A store as tills and online stores know it.</summary>
public sealed record OpenStore(string Code, string Name, string TimeZone, string? City);

/// <summary>Which stores an API client may act in.</summary>
public sealed class StoreDirectory(LoyaltyDatabase database, AccessControl access)
{
    /// <summary>The open stores of the caller, by code.</summary>
    [Requires(ApiScope.StoresRead)]
    public async Task<IReadOnlyList<OpenStore>> OpenAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.StoresRead, cancel);
        await using var db = await database.ReadAsync(cancel);
        var open = await db.Stores.Where(s => s.IsOpen).OrderBy(s => s.Code).ToListAsync(cancel);

        return [.. open.Where(s => grant.Sees(s.Id)).Select(s => new OpenStore(s.Code, s.Name, s.TimeZone, s.City))];
    }
}
