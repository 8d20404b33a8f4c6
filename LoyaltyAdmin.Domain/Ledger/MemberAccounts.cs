using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>Opens the accounts of members: one per member, kind and currency, however many ask at once.</summary>
public sealed class MemberAccounts(LoyaltyDatabase database)
{
    /// <summary>The member's account, opened if there is none yet, in a write of its own.</summary>
    /// <param name="storeId">The store that opens it.</param>
    internal async Task<LedgerAccount> OpenAsync(Access.Actor actor, long memberId, AccountKind kind, string currency, long storeId, CancellationToken cancel = default)
    {
        await using (var db = await database.ReadAsync(cancel))
        {
            if (await FindAsync(db, memberId, kind, currency, cancel) is { } known)
            {
                return known;
            }
        }

        return await database.WriteAsync(actor, db => OpenAsync(db, memberId, kind, currency, storeId, cancel), cancel);
    }

    /// <summary>As above, within the caller's transaction.</summary>
    public async Task<LedgerAccount> OpenAsync(LoyaltyDbContext db, long memberId, AccountKind kind, string currency, long storeId, CancellationToken cancel = default)
    {
        await OpenManyAsync(db, [memberId], kind, currency, storeId, cancel);

        return await FindAsync(db, memberId, kind, currency, cancel) ?? throw new NotFoundException("The member");
    }

    /// <summary>Opens the accounts that are missing, in one statement.</summary>
    internal async Task OpenManyAsync(LoyaltyDbContext db, IReadOnlyCollection<long> memberIds, AccountKind kind, string currency, long storeId, CancellationToken cancel = default)
    {
        foreach (var ids in memberIds.Distinct().Chunk(500))
        {
            await db.Database.ExecuteSqlRawAsync(database.Provider.LedgerSql.OpenAccounts(string.Join(", ", ids)), [kind.ToString(), currency, storeId, nameof(AccountStatus.Open)], cancel);
        }
    }

    internal static Task<LedgerAccount?> FindAsync(LoyaltyDbContext db, long memberId, AccountKind kind, string currency, CancellationToken cancel) =>
        db.LedgerAccounts.AsNoTracking().FirstOrDefaultAsync(account => account.MemberId == memberId && account.Kind == kind && account.Currency == currency, cancel);
}
