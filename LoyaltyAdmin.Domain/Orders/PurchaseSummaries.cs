using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Keeps what members' orders add up to beside the orders, in the transaction that changes them.</summary>
public sealed class PurchaseSummaries(LoyaltyDatabase database)
{
    /// <summary>
    /// Writes the summaries and months of these members anew from their orders. Saves what the context still holds first; entities of summaries it
    /// tracks are out of date afterwards. Where writers run side by side the members are held until the transaction ends: of two that change orders
    /// of one member, the second counts what the first wrote.
    /// </summary>
    public async Task RewriteAsync(LoyaltyDbContext db, IEnumerable<long> memberIds, CancellationToken cancel = default)
    {
        var ids = memberIds.Distinct().Order().ToArray();
        if (ids.Length == 0)
        {
            return;
        }

        await db.SaveChangesAsync(cancel);
        await database.Provider.LockRowsAsync(db, "Members", ids, cancel);
        foreach (var members in PurchaseSql.Members(ids))
        {
            await database.Provider.PurchaseSql.RewriteAsync(db, members, cancel);
        }
    }

    /// <summary>
    /// As <see cref="RewriteAsync(LoyaltyDbContext, IEnumerable{long}, CancellationToken)"/>, where the caller knows which months changed: the others
    /// stay as they are.
    /// </summary>
    internal async Task RewriteAsync(LoyaltyDbContext db, IReadOnlyCollection<PurchaseTouch> touched, CancellationToken cancel = default)
    {
        if (touched.Count == 0)
        {
            return;
        }

        await db.SaveChangesAsync(cancel);
        await database.Provider.LockRowsAsync(db, "Members", [.. touched.Select(touch => touch.MemberId).Distinct().Order()], cancel);
        await database.Provider.PurchaseSql.RewriteAsync(db, touched, cancel);
    }

    /// <summary>
    /// Brings the summaries of a batch's members up to date: purchases that only came, none before the member's last purchase day, are added to what
    /// is counted; all other members are written anew from their orders. The orders are in the database already.
    /// </summary>
    internal async Task ApplyAsync(LoyaltyDbContext db, PurchaseChanges changes, CancellationToken cancel = default)
    {
        if (changes.IsEmpty)
        {
            return;
        }

        await db.SaveChangesAsync(cancel);
        await database.Provider.LockRowsAsync(db, "Members", changes.Members, cancel);
        var added = await database.Provider.PurchaseSql.AddAsync(db, changes.Additions(), cancel);
        await database.Provider.PurchaseSql.RewriteAsync(db, changes.Of(member => !added.Contains(member)), cancel);
    }
}

/// <summary>A member's month whose purchases changed.</summary>
/// <param name="MemberId">Whose.</param>
/// <param name="Month">Year × 100 + month.</param>
/// <param name="MayBeEmptied">A purchase that was counted there may be gone or smaller; false: purchases were added only.</param>
internal readonly record struct PurchaseTouch(long MemberId, int Month, bool MayBeEmptied)
{
    public PurchaseTouch(long memberId, DateOnly day, bool mayBeEmptied) : this(memberId, day.Year * 100 + day.Month, mayBeEmptied)
    {
    }
}
