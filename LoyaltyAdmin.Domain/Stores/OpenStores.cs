using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>The store a movement happens in, by the code a till or shop names.</summary>
internal static class OpenStores
{
    /// <summary>
    /// The open store with this code, whatever its case, read on the connection of the write: waiting for a second one while holding the first,
    /// many tills at once would wait for each other.
    /// </summary>
    /// <exception cref="RuleViolationException">No such store, or it is closed.</exception>
    public static async Task<Store> DemandAsync(LoyaltyDbContext db, string code, CancellationToken cancel)
    {
        var lower = code.ToLowerInvariant();

        return await db.Stores.AsNoTracking().FirstOrDefaultAsync(s => s.Code.ToLower() == lower && s.IsOpen, cancel) ?? throw Unknown(code);
    }

    public static RuleViolationException Unknown(string code) => new("unknown_store", $"There is no open store with the code “{code}”.") { Field = "storeCode" };
}
