using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>Finds and opens the accounts of members: one per member, kind and currency, however many ask at once.</summary>
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
        if (await FindAsync(db, memberId, kind, currency, cancel) is { } known)
        {
            return known;
        }

        await OpenManyAsync(db, [memberId], kind, currency, storeId, cancel);

        return await FindAsync(db, memberId, kind, currency, cancel) ?? throw new NotFoundException("The member");
    }

    /// <summary>Opens the accounts that are missing, in one statement; a member merged a moment ago gets none.</summary>
    internal async Task OpenManyAsync(LoyaltyDbContext db, IReadOnlyCollection<long> memberIds, AccountKind kind, string currency, long storeId, CancellationToken cancel = default)
    {
        foreach (var ids in memberIds.Distinct().Chunk(500))
        {
            await db.Database.ExecuteSqlRawAsync(database.Provider.LedgerSql.OpenAccounts(string.Join(", ", ids)), [kind.ToString(), currency, storeId, nameof(AccountStatus.Open)], cancel);
        }
    }

    internal static Task<LedgerAccount?> FindAsync(LoyaltyDbContext db, long memberId, AccountKind kind, string currency, CancellationToken cancel) =>
        db.LedgerAccounts.AsNoTracking().FirstOrDefaultAsync(account => account.MemberId == memberId && account.Kind == kind && account.Currency == currency, cancel);

    /// <summary>The account to pay with, by the member's number: on the path of every payment one row, without a model around it.</summary>
    /// <param name="memberNumber">A merged duplicate's leads to its survivor.</param>
    /// <exception cref="InsufficientBalanceException">The member has none: there is nothing to pay with.</exception>
    internal async Task<LedgerAccount> DemandAsync(string memberNumber, AccountKind kind, string currency, CancellationToken cancel)
    {
        // Kind and currency are of fixed lists: the statements are few.
        var statement =
            $"""
            SELECT a."Id", a."StoreId", o."Id" FROM "Members" m JOIN "Members" o ON o."Id" = COALESCE(m."MergedIntoId", m."Id") AND o."Status" = 'Active'
            JOIN "LedgerAccounts" a ON a."MemberId" = o."Id" AND a."Kind" = '{kind}'
            WHERE m."Number" = @Value AND a."Currency" = '{currency}'
            """;
        if (await database.Provider.FindRowAsync(database, statement, memberNumber.Trim(), reader => LedgerAccount.Known(reader.GetInt64(0), kind, currency, reader.GetInt64(1), reader.GetInt64(2)), cancel) is { } found)
        {
            return found;
        }

        await using var db = await database.ReadAsync(cancel);
        await MemberLookups.DemandActiveAsync(db, memberNumber, cancel);

        throw new InsufficientBalanceException(0, currency);
    }
}
