using System.Data.Common;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>The embedded database: write-ahead log, every commit on disk (FULL), one writer at a time.</summary>
public sealed class SqliteProvider : DatabaseProvider, IAsyncDisposable, IDisposable
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Constraint = 19;

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly SqliteLedgerSql ledgerSql = new();
    private readonly Lock starting = new();
    private readonly SqliteReaders readers = new();
    private SqliteGroupCommit? groupCommit;

    public override string Name => "Sqlite";

    internal override LedgerSql LedgerSql => ledgerSql;

    internal override BulkInsert Bulk { get; } = new SqliteBulkInsert();

    internal override PurchaseSql PurchaseSql { get; } = new SqlitePurchaseSql();

    // SQLite's own busy wait sleeps and is unfair (seconds at 64 writers); a queue in front of it is fair and asynchronous.
    internal override SemaphoreSlim WriteGate => gate;

    internal override Task<PostingRow> PostAloneAsync(LoyaltyDatabase database, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel) =>
        GroupCommit(database).RunAsync(statements => ledgerSql.PostAndCapture(statements, posting, legs), cancel);

    internal override bool RedeemsCoupons => true;

    internal override async Task<long?> RedeemCouponAsync(LoyaltyDatabase database, CouponRedemption redemption, CouponPlace? place, CancellationToken cancel) =>
        await GroupCommit(database).RunAsync(statements => ledgerSql.RedeemCoupon(statements, redemption, place), cancel) is > 0 and var id ? id : null;

    internal override async Task<T?> FindRowAsync<T>(LoyaltyDatabase database, string statement, (string Name, object Value)[] values, Func<DbDataReader, T> read, CancellationToken cancel) where T : class
    {
        var reader = await readers.RentAsync(database, cancel);

        return readers.FindRow(reader, statement, values, read);
    }

    public override bool IsTransient(Exception exception) => false;

    public override bool IsUniqueViolation(Exception exception) => Any(exception, e => e is SqliteException { SqliteErrorCode: Constraint, SqliteExtendedErrorCode: 2067 or 1555 });

    public override bool IsUnavailable(Exception exception) =>
        Any(exception, e => e is SqliteException { SqliteErrorCode: Busy or Locked or ReadOnly or InputOutput or Full or CannotOpen });

    /// <summary>
    /// EF leaves a lock row when the process dies inside a migration, and the next start would wait for ever; this database has one process only.
    /// The write-ahead log is turned on here, because EF does so only for a file it created itself.
    /// </summary>
    public override async Task PrepareMigrationAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", cancel);
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancel);
    }

    internal override string DaysBetween(string from, string to) => $"CAST(julianday({to}) - julianday({from}) AS INTEGER)";

    internal override object Stored(decimal amount) => (long)(amount * 10_000m);

    internal override bool FindsSetsOnce => true;

    internal override bool SearchesInOrder => true;

    public override IQueryable<long> SearchGiftCards(LoyaltyDbContext db, string text) =>
        // A number by itself would be cast, and a cast number has no order.
        db.Database.SqlQuery<Match>($"SELECT rowid AS \"Id\" FROM \"GiftCardSearch\" WHERE \"GiftCardSearch\" MATCH {Phrase(text)}").Select(match => match.Id);

    public override IQueryable<long> SearchMembers(LoyaltyDbContext db, string text) =>
        db.Database.SqlQuery<long>($"SELECT rowid AS \"Value\" FROM \"MemberSearch\" WHERE \"MemberSearch\" MATCH {Phrase(text)}");

    // Trigrams need three characters; shorter texts are looked for by their beginning in the caller's other conditions.
    private static string Phrase(string text) => '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    // Deferred: the usual transaction takes the write lock at once and would keep tills waiting for the report.
    internal override async Task<IDbContextTransaction> BeginSnapshotAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        await using (var command = connection.CreateCommand())
        {
            // A report or an export sorts and groups as many rows as there are: in memory they would cost hundreds of bytes each, in a file nothing.
            command.CommandText = "PRAGMA temp_store=FILE";
            await command.ExecuteNonQueryAsync(cancel);
        }

        var transaction = connection.BeginTransaction(deferred: true);

        return (await db.Database.UseTransactionAsync(transaction, cancel))!;
    }

    /// <summary>Waits for what was accepted; later postings are refused as unavailable.</summary>
    public async ValueTask DisposeAsync()
    {
        if (groupCommit is not null)
        {
            await groupCommit.DisposeAsync();
        }

        readers.Dispose();
    }

    // The gate is not disposed: a write that is still under way leaves through it.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private sealed class Match
    {
        public long Id { get; init; }
    }

    private SqliteGroupCommit GroupCommit(LoyaltyDatabase database)
    {
        lock (starting)
        {
            return groupCommit ??= new SqliteGroupCommit(database, gate);
        }
    }
}
