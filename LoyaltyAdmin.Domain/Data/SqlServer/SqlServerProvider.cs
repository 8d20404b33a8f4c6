using System.Data;
using System.Globalization;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LoyaltyAdmin.Domain.Data.SqlServer;

/// <summary>SQL Server under READ COMMITTED: the guarded UPDATE takes the row lock and reads the committed value.</summary>
public sealed class SqlServerProvider : DatabaseProvider
{
    // From this severity on the connection is gone, whatever number the platform gives it.
    private const byte Fatal = 20;

    // Deadlock victim; lost or refused connections and throttling as documented for SqlClient.
    private static readonly HashSet<int> transient = [1205, 20, 64, 233, 10053, 10054, 10060, 40197, 40501, 40613];
    private static readonly HashSet<int> unavailable = [-2, 2, 53, 258, 1222, 1105, 4060, 9002, 18456, 18401, 6005];

    public override string Name => "SqlServer";

    internal override LedgerSql LedgerSql { get; } = new SqlServerLedgerSql();

    internal override BulkInsert Bulk { get; } = new SqlServerBulkInsert();

    internal override PurchaseSql PurchaseSql { get; } = new SqlServerPurchaseSql();

    internal override async Task LockRowsAsync(LoyaltyDbContext db, string table, IReadOnlyCollection<long> ids, CancellationToken cancel)
    {
        foreach (var chunk in ids.Order().Chunk(500))
        {
            var statement = $"DECLARE @held int; SELECT @held = COUNT(*) FROM \"{table}\" WITH (UPDLOCK, ROWLOCK) WHERE \"Id\" IN ({string.Join(", ", chunk.Select(id => id.ToString(CultureInfo.InvariantCulture)))})";
            await db.Database.ExecuteSqlRawAsync(statement, cancel);
        }
    }

    internal override async Task LockNamesAsync(LoyaltyDbContext db, IReadOnlyCollection<int> names, CancellationToken cancel)
    {
        if (names.Count == 0)
        {
            return;
        }

        var statement = "DECLARE @held int;\n" + string.Concat(names.Distinct().Order().Select(name =>
            string.Create(CultureInfo.InvariantCulture, $"EXEC @held = sp_getapplock @Resource = 'loyalty-{name}', @LockMode = 'Exclusive'; IF @held < 0 THROW 51000, 'The lock was not given.', 1;\n")));
        await db.Database.ExecuteSqlRawAsync(statement, cancel);
    }

    internal override async Task<PostingRow> PostAloneAsync(LoyaltyDatabase database, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        await db.Database.OpenConnectionAsync(cancel);

        return await LedgerSql.PostWithCaptureAsync(db.Database.GetDbConnection(), posting, legs, cancel);
    }

    public override bool IsTransient(Exception exception) => Any(exception, e => e is SqlException sql && transient.Contains(sql.Number));

    public override bool IsUniqueViolation(Exception exception) => Any(exception, e => e is SqlException { Number: 2601 or 2627 });

    public override bool IsUnavailable(Exception exception) => Any(exception, e => e is SqlException sql && (sql.Class >= Fatal || unavailable.Contains(sql.Number)));

    // Repeatable read would lock every row a report reads; without snapshot isolation each query sees its own moment.
    internal override async Task<IDbContextTransaction> BeginSnapshotAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var isAllowed = await db.Database.SqlQuery<int>($"SELECT CAST(snapshot_isolation_state AS int) AS \"Value\" FROM sys.databases WHERE database_id = DB_ID()").SingleAsync(cancel) == 1;

        return await db.Database.BeginTransactionAsync(isAllowed ? IsolationLevel.Snapshot : IsolationLevel.ReadCommitted, cancel);
    }

    // This database keeps its statistics itself.
    internal override Task AnalyzeAsync(LoyaltyDatabase database, CancellationToken cancel) => Task.CompletedTask;

    internal override string DaysBetween(string from, string to) => $"DATEDIFF(day, {from}, {to})";

    public override IQueryable<long> SearchGiftCards(LoyaltyDbContext db, string text) =>
        db.GiftCards.Where(card => card.SearchText.Contains(text)).Select(card => card.Id);

    public override IQueryable<long> SearchMembers(LoyaltyDbContext db, string text) =>
        db.Members.Where(member => member.SearchText.Contains(text)).Select(member => member.Id);
}
