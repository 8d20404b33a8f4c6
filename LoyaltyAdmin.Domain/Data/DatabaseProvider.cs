using System.Data;
using System.Data.Common;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>Everything the three databases do differently, one implementation each, all in this folder.</summary>
public abstract class DatabaseProvider
{
    /// <summary>The word in the setting <c>Database:Provider</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Posts to the ledger in this database's own words.</summary>
    internal abstract LedgerSql LedgerSql { get; }

    /// <summary>Inserts many rows at once.</summary>
    internal abstract BulkInsert Bulk { get; }

    /// <summary>Adds up orders per member.</summary>
    internal abstract PurchaseSql PurchaseSql { get; }

    /// <summary>
    /// Holds rows until the transaction ends, in the order of their identifiers: what is read of them afterwards stays true. Nothing to do where
    /// one writer has the database to itself.
    /// </summary>
    internal virtual Task LockRowsAsync(LoyaltyDbContext db, string table, IReadOnlyCollection<long> ids, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Holds names, also of what does not exist yet, until the transaction ends; call it first and once. Names are numbers below a few hundred: each may be held by one transaction only.</summary>
    internal virtual Task LockNamesAsync(LoyaltyDbContext db, IReadOnlyCollection<int> names, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Posts in a transaction of its own, the fastest way this database has.</summary>
    internal abstract Task<PostingRow> PostAloneAsync(LoyaltyDatabase database, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel);

    /// <summary>Whether <see cref="RedeemCouponAsync"/> is there; otherwise coupons are redeemed through the model, in one transaction.</summary>
    internal virtual bool RedeemsCoupons => false;

    /// <summary>Uses a coupon in one guarded statement group. Null: it cannot be used, or not any more.</summary>
    internal virtual Task<long?> RedeemCouponAsync(LoyaltyDatabase database, CouponRedemption redemption, CouponPlace? place, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Reads the one row a statement finds by its parameter <c>@Value</c>.</summary>
    internal Task<T?> FindRowAsync<T>(LoyaltyDatabase database, string statement, object value, Func<DbDataReader, T> read, CancellationToken cancel) where T : class =>
        FindRowAsync(database, statement, [("@Value", value)], read, cancel);

    /// <summary>
    /// Reads the one row a statement finds by its parameters, without a context around it: on the path of every payment the model
    /// costs more than the statement.
    /// </summary>
    internal virtual async Task<T?> FindRowAsync<T>(LoyaltyDatabase database, string statement, (string Name, object Value)[] values, Func<DbDataReader, T> read, CancellationToken cancel) where T : class
    {
        await using var db = await database.ReadAsync(cancel);
        await db.Database.OpenConnectionAsync(cancel);

        return await FindRowAsync(db.Database.GetDbConnection(), statement, values, read, cancel);
    }

    /// <summary>One writer at a time, in this process; null where the database itself lets writers run side by side.</summary>
    internal virtual SemaphoreSlim? WriteGate => null;

    /// <summary>Whether the whole unit of work may be run again: a deadlock, serialization failure or lost connection before commit.</summary>
    public abstract bool IsTransient(Exception exception);

    /// <summary>Whether a unique index refused the row.</summary>
    public abstract bool IsUniqueViolation(Exception exception);

    /// <summary>Whether the database cannot be written or reached at all right now (disk full, server down): answered with 503, nothing was done.</summary>
    public abstract bool IsUnavailable(Exception exception);

    /// <summary>Runs before the migrations: settings of the database as a whole, and what makes start-up safe after a process died inside a migration.</summary>
    public virtual Task PrepareMigrationAsync(LoyaltyDbContext db, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>The identifiers of gift cards whose buyer or last digits contain the text; an index serves it where the database has one.</summary>
    public abstract IQueryable<long> SearchGiftCards(LoyaltyDbContext db, string text);

    /// <summary>Whether a search can give what it finds one by one in the order of the identifiers: a page then costs the same however many there are.</summary>
    internal virtual bool SearchesInOrder => false;

    /// <summary>The identifiers of members whose number, name, phone or e-mail contain the text.</summary>
    public abstract IQueryable<long> SearchMembers(LoyaltyDbContext db, string text);

    /// <summary>The whole days from one date column to another, as SQL.</summary>
    internal abstract string DaysBetween(string from, string to);

    /// <summary>An amount as this database keeps it, for hand-written SQL.</summary>
    internal virtual object Stored(decimal amount) => amount;

    /// <summary>Whether a set in an “or” or a “not” is found once and then looked up, however large it is.</summary>
    internal virtual bool FindsSetsOnce => false;

    /// <summary>Lets several queries of a report see one moment of the database, without holding up anybody who writes.</summary>
    internal virtual Task<IDbContextTransaction> BeginSnapshotAsync(LoyaltyDbContext db, CancellationToken cancel) => db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);

    /// <summary>Lets the query planner know how much there is, after much was written at once.</summary>
    internal virtual async Task AnalyzeAsync(LoyaltyDatabase database, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await db.Database.ExecuteSqlRawAsync("ANALYZE", cancel);
    }

    private protected static async Task<T?> FindRowAsync<T>(DbConnection connection, string statement, (string Name, object Value)[] values, Func<DbDataReader, T> read, CancellationToken cancel) where T : class
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements are constants of this program.
        command.CommandText = statement;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancel);

        return await reader.ReadAsync(cancel) ? read(reader) : null;
    }

    internal static bool Any(Exception? exception, Func<Exception, bool> test)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (test(e))
            {
                return true;
            }
        }

        return false;
    }
}
