using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// A year of orders in the order they happened, ten a member, made inside the database; their summaries are written by the product's own code. And the
/// orders that follow.
/// </summary>
internal sealed class OrderWorld(LoyaltyDatabase database, PurchaseSummaries summaries, string provider, int size)
{
    public const int OrdersEach = 10;

    private const int Minutes = 500_000;
    private const int Chunk = 10_000;

    private const string Columns =
        """
        "Source", "Number", "Kind", "MemberId", "StoreId", "Channel", "Currency", "PlacedAt", "PaidAt", "BusinessDay", "Total", "Discount", "Refunded", "Revenue", "GroupRevenue", "IsPurchase", "Status", "Payments", "SourceChangedAt", "ContentHash", "RecordedAt", "PointsDueAt"
        """;

    private const int ColumnCount = 22;

    private static readonly DateTimeOffset start = new(2025, 1, 1, 5, 0, 0, TimeSpan.Zero);
    private static readonly byte[] hash = new byte[32];

    private readonly int members = Math.Max(1, size / OrdersEach);
    private long store;

    private bool IsSqlite => provider == "Sqlite";

    public async Task FillAsync()
    {
        store = await database.WriteAsync(Actor.System, async db =>
        {
            var added = new Store { Code = "BENCH", Name = "Bench", TimeZone = "UTC" };
            db.Stores.Add(added);
            db.CompanySettings.Add(new CompanySettings { Name = "Bench", TimeZone = "UTC", Currency = "USD" });
            await db.SaveChangesAsync();

            return added.Id;
        });
        var now = IsSqlite ? start.UtcTicks.ToString(CultureInfo.InvariantCulture) : "timestamptz '2025-01-01 05:00:00Z'";
        var minute = string.Create(CultureInfo.InvariantCulture, $"(k.i * {(double)Minutes / size:0.######})");
        var (at, day) = IsSqlite
            ? ($"{now} + CAST({minute} AS INTEGER) * {TimeSpan.TicksPerMinute}", $"date('2025-01-01 05:00', '+' || CAST({minute} AS INTEGER) || ' minutes')")
            : ($"{now} + floor({minute}) * interval '1 minute'", $"CAST(timestamp '2025-01-01 05:00:00' + floor({minute}) * interval '1 minute' AS date)");
        var (units, yes) = ("(1 + k.i % 200)" + (IsSqlite ? " * 10000" : ""), IsSqlite ? "1" : "true");
        await ExecuteAsync($"""
            INSERT INTO "Members" ("Number", "RegisteredThrough", "RegisteredAt", "RegisteredOn", "Status", "SearchText", "BirthDateChanges", "HomeStoreId", "Version")
            SELECT 'B' || k.i, 'Order', {now}, {(IsSqlite ? "'2025-01-01'" : "date '2025-01-01'")}, 'Active', 'b' || k.i, 0, {store}, '00000000-0000-0000-0000-000000000000' FROM {Series(members)} ORDER BY k.i
            """);
        // 7919 is a prime: a member's orders lie apart, as they do when they come in by time.
        await ExecuteAsync($"""
            INSERT INTO "Orders" ({Columns})
            SELECT 'there', k.i, 'Bill', 1 + (CAST(k.i AS bigint) * 7919) % {members}, {store}, CASE k.i % 2 WHEN 0 THEN 'Pos' ELSE 'Online' END, 'USD', {at}, {at}, {day}, {units}, 0, 0, {units}, {units}, {yes}, 'Paid', '[]', {at},
                {(IsSqlite ? "zeroblob(32)" : "'\\x01'::bytea")}, {at}, NULL FROM {Series(size)} ORDER BY k.i
            """);
        foreach (var ids in Enumerable.Range(1, members).Select(id => (long)id).Chunk(Chunk))
        {
            await database.WriteAsync(Actor.System, db => summaries.RewriteAsync(db, ids));
        }

        await ExecuteAsync("ANALYZE");
        await using var db = await database.ReadAsync();
        if (await db.Members.Where(m => m.Number == $"B{members}").Select(m => m.Id).SingleAsync() != members)
        {
            throw new InvalidOperationException("Members are not numbered as they were made.");
        }
    }

    /// <summary>Orders as they come in: one after the other since the history ended, by members in no order.</summary>
    public IEnumerable<OrderDelivery> Orders(string source, int count, int round, DeliveredStatus status)
    {
        var random = new Random(round);
        var from = start.AddMinutes(Minutes + round * (count / 2d));

        return Enumerable.Range(0, count).Select(i => Order(source, i, random, from.AddSeconds(i * 30), status));
    }

    /// <summary>Paid orders of any day of the history.</summary>
    public IEnumerable<OrderDelivery> Backdated(string source, int count, int round)
    {
        var random = new Random(1_000 + round);

        return Enumerable.Range(0, count).Select(i => Order(source, i, random, start.AddMinutes(random.Next(Minutes)), DeliveredStatus.Paid));
    }

    /// <summary>The same rows in the same batches and commits, and nothing else.</summary>
    public async Task InsertRawAsync(IEnumerable<OrderDelivery> orders)
    {
        await using var db = await database.ReadAsync();
        await db.Database.OpenConnectionAsync();
        foreach (var batch in orders.Chunk(OrderIngest.MostOrders))
        {
            if (db.Database.GetDbConnection() is NpgsqlConnection postgres)
            {
                await CopyAsync(postgres, batch);
            }
            else
            {
                Insert((SqliteConnection)db.Database.GetDbConnection(), batch);
            }
        }
    }

    private OrderDelivery Order(string source, int number, Random random, DateTimeOffset at, DeliveredStatus status) => new()
    {
        Source = source,
        Number = number.ToString(CultureInfo.InvariantCulture),
        Member = new MemberReference($"B{1 + random.Next(members)}"),
        StoreCode = "BENCH",
        Channel = number % 2 == 0 ? Channel.Pos : Channel.Online,
        Currency = "USD",
        PlacedAt = at,
        Status = status,
        Total = random.Next(100, 20_000) / 100m,
        ChangedAt = at,
    };

    private object?[] Row(OrderDelivery order) =>
    [
        order.Source, order.Number, "Bill", long.Parse(order.Member!.Number!.AsSpan(1), CultureInfo.InvariantCulture), store, order.Channel.ToString(), "USD", order.PlacedAt, null, DateOnly.FromDateTime(order.PlacedAt.UtcDateTime),
        order.Total, 0m, 0m, 0m, 0m, false, "Pending", "[]", order.PlacedAt, hash, order.PlacedAt, order.PlacedAt,
    ];

    private void Insert(SqliteConnection connection, OrderDelivery[] batch)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO \"Orders\" ({Columns}) VALUES ({string.Join(", ", Enumerable.Range(0, ColumnCount).Select(i => $"@p{i}"))})";
        for (var i = 0; i < ColumnCount; i++)
        {
            command.Parameters.Add(new SqliteParameter($"@p{i}", SqliteType.Integer));
        }

        foreach (var order in batch)
        {
            var values = Row(order);
            for (var i = 0; i < values.Length; i++)
            {
                (command.Parameters[i].SqliteType, command.Parameters[i].Value) = values[i] switch
                {
                    null => (SqliteType.Integer, (object)DBNull.Value),
                    DateTimeOffset instant => (SqliteType.Integer, instant.UtcTicks),
                    DateOnly day => (SqliteType.Text, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
                    decimal amount => (SqliteType.Integer, (long)(amount * 10_000)),
                    bool flag => (SqliteType.Integer, flag ? 1L : 0L),
                    byte[] bytes => (SqliteType.Blob, bytes),
                    string text => (SqliteType.Text, text),
                    var number => (SqliteType.Integer, number),
                };
            }

            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private async Task CopyAsync(NpgsqlConnection connection, OrderDelivery[] batch)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY \"Orders\" ({Columns}) FROM STDIN (FORMAT BINARY)");
        foreach (var order in batch)
        {
            await copy.StartRowAsync();
            foreach (var value in Row(order))
            {
                await (value is null ? copy.WriteNullAsync() : copy.WriteAsync(value));
            }
        }

        await copy.CompleteAsync();
    }

    private string Series(int count) => IsSqlite
        ? $"(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {count}) SELECT i FROM s) k"
        : $"generate_series(1, {count}) k(i)";

    private Task ExecuteAsync(string sql) => database.WriteAsync(Actor.System, async db =>
    {
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
#pragma warning disable EF1002 // Statements are constants of this program.
        await db.Database.ExecuteSqlRawAsync(sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
#pragma warning restore EF1002
    });
}
