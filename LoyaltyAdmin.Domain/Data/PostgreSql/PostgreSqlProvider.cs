using System.Data.Common;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LoyaltyAdmin.Domain.Data.PostgreSql;

/// <summary>PostgreSQL under READ COMMITTED: a conditional UPDATE looks again at the newest row after waiting for it.</summary>
public sealed class PostgreSqlProvider(string connectionString) : DatabaseProvider
{
    public override string Name => "PostgreSql";

    private readonly PostgreSqlLedgerSql ledgerSql = new();
    private readonly PostgreSqlSharedPostings shared = new(connectionString);

    internal override LedgerSql LedgerSql => ledgerSql;

    internal override BulkInsert Bulk { get; } = new PostgreSqlBulkInsert();

    internal override PurchaseSql PurchaseSql { get; } = new PostgreSqlPurchaseSql();

    // Not FOR UPDATE: rows that refer to these are being inserted meanwhile, and hold their keys.
    internal override Task LockRowsAsync(LoyaltyDbContext db, string table, IReadOnlyCollection<long> ids, CancellationToken cancel)
    {
        var statement = $"SELECT 1 FROM \"{table}\" WHERE \"Id\" = ANY(@ids) ORDER BY \"Id\" FOR NO KEY UPDATE";

        return ids.Count == 0 ? Task.CompletedTask : db.Database.ExecuteSqlRawAsync(statement, [new NpgsqlParameter("@ids", ids.ToArray())], cancel);
    }

    // The first number keeps them apart from other advisory locks.
    internal override Task LockNamesAsync(LoyaltyDbContext db, IReadOnlyCollection<int> names, CancellationToken cancel) =>
        names.Count == 0 ? Task.CompletedTask : db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock(761205, name) FROM (SELECT unnest(@names) AS name ORDER BY 1) AS n", [new NpgsqlParameter("@names", names.Distinct().ToArray())], cancel);

    internal override async Task<PostingRow> PostAloneAsync(LoyaltyDatabase database, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        if (!posting.IsCompound)
        {
            return await PostAsync(posting, legs, [], cancel);
        }

        if (posting is { Lots: LotChange.Take { FirstOf: null } take, ReversesId: null, News: null, AllowsDebt: false } && await ChooseAsync(posting, take, cancel) is { } chosen
            && await PostAsync(chosen.Posting, legs, chosen.Parts, cancel) is { TransactionId: > 0 } taken)
        {
            return taken with { Principal = chosen.Principal };
        }

        await using var connection = await OpenAsync(cancel);

        return await ledgerSql.PostWithCaptureAsync(connection, posting, legs, cancel);
    }

    private Task<PostingRow> PostAsync(Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, IReadOnlyList<(long LotId, long Amount)> parts, CancellationToken cancel)
    {
        return PostgreSqlSharedPostings.Takes(posting, legs) ? shared.RunAsync(posting, legs, parts, AloneAsync, cancel) : AloneAsync();

        async Task<PostingRow> AloneAsync()
        {
            await using var connection = await OpenAsync(cancel);

            return await ledgerSql.PostAsync(connection, transaction: null, posting, legs, parts, cancel);
        }
    }

    private async Task<ChosenLots?> ChooseAsync(Posting posting, LotChange.Take take, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);

        return await ledgerSql.ChooseAsync(connection, posting, take, cancel);
    }

    // A connection of the same pool without a context around it: statements need no model.
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancel);

        return connection;
    }

    internal override bool RedeemsCoupons => true;

    internal override async Task<long?> RedeemCouponAsync(LoyaltyDatabase database, CouponRedemption redemption, CouponPlace? place, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);

        return await ledgerSql.RedeemCouponAsync(connection, redemption, place, cancel) is > 0 and var id ? id : null;
    }

    internal override async Task<T?> FindRowAsync<T>(LoyaltyDatabase database, string statement, (string Name, object Value)[] values, Func<DbDataReader, T> read, CancellationToken cancel) where T : class
    {
        await using var connection = await OpenAsync(cancel);

        return await FindRowAsync(connection, statement, values, read, cancel);
    }

    /// <summary>
    /// Statements that come back are prepared once per connection, and a connection that comes back to the pool is not cleaned by seven more statements:
    /// nothing here leaves anything in a session. Unless the setting says otherwise.
    /// </summary>
    public static string WithPreparedStatements(string connectionString)
    {
        // Npgsql's own builder says every setting it knows is there.
        var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!given.ContainsKey("Max Auto Prepare") && !given.ContainsKey("MaxAutoPrepare"))
        {
            settings.MaxAutoPrepare = 100;
        }

        if (!given.ContainsKey("No Reset On Close") && !given.ContainsKey("NoResetOnClose"))
        {
            settings.NoResetOnClose = true;
        }

        return settings.ConnectionString;
    }

    public override bool IsTransient(Exception exception) => Any(exception, e => e is PostgresException { SqlState: "40P01" or "40001" } || IsConnectionLoss(e));

    public override bool IsUniqueViolation(Exception exception) => Any(exception, e => e is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation });

    public override bool IsUnavailable(Exception exception) => Any(exception, e => e switch
    {
        // Read-only standby, lock and statement timeouts, no disk, memory or connections left.
        PostgresException { SqlState: "25006" or "55P03" or "57014" } => true,
        PostgresException postgres => IsConnectionLoss(e) || postgres.SqlState.StartsWith("53", StringComparison.Ordinal),
        NpgsqlException => true,
        _ => false,
    });

    private static bool IsConnectionLoss(Exception e) => e switch
    {
        PostgresException postgres => postgres.SqlState is "57P01" or "57P02" or "57P03" || postgres.SqlState.StartsWith("08", StringComparison.Ordinal),
        // Waiting again for what already took too long (a full pool, a stuck server) would only make it longer.
        NpgsqlException { InnerException: TimeoutException } => false,
        NpgsqlException => true,
        _ => false,
    };

    internal override string DaysBetween(string from, string to) => $"({to} - {from})";

    public override IQueryable<long> SearchGiftCards(LoyaltyDbContext db, string text)
    {
        var pattern = Pattern(text);

        return db.GiftCards.Where(card => EF.Functions.Like(card.SearchText, pattern)).Select(card => card.Id);
    }

    public override IQueryable<long> SearchMembers(LoyaltyDbContext db, string text)
    {
        var pattern = Pattern(text);

        return db.Members.Where(member => EF.Functions.Like(member.SearchText, pattern)).Select(member => member.Id);
    }

    private static string Pattern(string text) =>
        $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
}
