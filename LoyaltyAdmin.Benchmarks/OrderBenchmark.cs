using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Orders brought in by the thousand with everything that belongs to it (checks, members, purchase summaries, tiers) beside the bare insert of the
/// same rows, in turn, on a database that holds as many already (P4, P10).
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- orders [Sqlite|PostgreSql] [orders...]</code>
/// SQLite in a temporary file, PostgreSQL beside LOYALTY_TEST_PG.
/// </summary>
internal static class OrderBenchmark
{
    private const int Rounds = 3;
    private const int Measured = 10_000;
    private const int OrdersEach = 10;

    public static async Task RunAsync(string[] args)
    {
        var provider = args.Length > 0 ? args[0] : "Sqlite";
        int[] sizes = args.Length > 1 ? [.. args[1..].Select(size => int.Parse(size, CultureInfo.InvariantCulture))] : [10_000, 100_000];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{provider}, batches of {OrderIngest.MostOrders:N0}, {OrdersEach} orders a member\n\n| orders there | bare insert, orders/s | with summaries, orders/s | ratio (P4: 0.3) | recount of all, ms |\n|---|---|---|---|---|"));
        foreach (var size in sizes)
        {
            await MeasureAsync(provider, size);
        }
    }

    private static async Task MeasureAsync(string provider, int size)
    {
        var folder = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;
        var server = Environment.GetEnvironmentVariable("LOYALTY_TEST_PG");
        var name = $"loyalty_bench_{Guid.NewGuid():N}";
        var connection = $"Data Source={Path.Combine(folder, "orders.db")}";
        if (provider != "Sqlite")
        {
            await ExecuteAsync(server ?? throw new InvalidOperationException("Set LOYALTY_TEST_PG to a PostgreSQL server whose user may create databases."), $"CREATE DATABASE {name}");
            connection = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        }

        try
        {
            await MeasureAsync(provider, connection, size);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            SqliteConnection.ClearAllPools();
            if (provider != "Sqlite")
            {
                await ExecuteAsync(server!, $"DROP DATABASE {name} WITH (FORCE)");
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string provider, string connection, int size)
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(SecretKeys.Ephemeral())
            .AddLoyaltyDatabase(provider, connection).AddLoyaltyDomain().BuildServiceProvider();
        await services.GetRequiredService<DatabaseStartup>().MigrateAsync();
        var database = services.GetRequiredService<LoyaltyDatabase>();
        var ingest = services.GetRequiredService<OrderIngest>();
        var client = await database.WriteAsync(Actor.System, async db =>
        {
            var added = new ApiClient { Name = "Bench", Scopes = [ApiScope.OrdersWrite], CreatedAt = TimeProvider.System.GetUtcNow() };
            db.AddRange(added, new Store { Code = "BENCH", Name = "Bench", TimeZone = "America/New_York" });
            await db.SaveChangesAsync();

            return added.Id;
        });
        var actor = Actor.ApiClient(client, "Bench");
        await PutAsync(ingest, actor, Orders("there", size, size / OrdersEach));
        var (bare, whole) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(await TimeAsync(() => BareAsync(database, $"bare{round}")));
            whole.Add(await TimeAsync(() => PutAsync(ingest, actor, Orders($"whole{round}", Measured, size / OrdersEach))));
        }

        // The bare rows are without an owner, so that the recount finds everything as it should be.
        var watch = Stopwatch.StartNew();
        var recount = await services.GetRequiredService<PurchaseRecount>().RunAsync();
        if (recount.WrongMembers > 0)
        {
            throw new InvalidOperationException(recount.ToString());
        }

        var (rawly, wholly) = (Measured / Median(bare), Measured / Median(whole));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {size:N0} | {rawly:N0} | {wholly:N0} | {wholly / rawly:0.00} | {watch.ElapsedMilliseconds:N0} |"));
    }

    private static async Task PutAsync(OrderIngest ingest, Actor actor, IEnumerable<OrderDelivery> orders)
    {
        foreach (var batch in orders.Chunk(OrderIngest.MostOrders))
        {
            if ((await ingest.PutManyAsync(actor, batch)).Any(outcome => outcome.Effect != OrderEffect.Created))
            {
                throw new InvalidOperationException("An order was not created.");
            }
        }
    }

    private static IEnumerable<OrderDelivery> Orders(string source, int count, int members)
    {
        var random = new Random(count);
        var start = new DateTimeOffset(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < count; i++)
        {
            var at = start.AddMinutes(random.Next(500_000));
            yield return new OrderDelivery
            {
                Source = source,
                Number = i.ToString(CultureInfo.InvariantCulture),
                Member = new MemberReference($"B{random.Next(members)}", CreateUnknown: true),
                StoreCode = "BENCH",
                Channel = i % 2 == 0 ? Channel.Pos : Channel.Online,
                Currency = "USD",
                PlacedAt = at,
                Total = random.Next(100, 20_000) / 100m,
                ChangedAt = at,
            };
        }
    }

    // The same columns, batches and commits, and nothing else.
    private static async Task BareAsync(LoyaltyDatabase database, string source)
    {
        await using var db = await database.ReadAsync();
        var store = await db.Stores.Select(one => one.Id).SingleAsync();
        await db.Database.OpenConnectionAsync();
        foreach (var batch in Orders(source, Measured, members: 1).Chunk(OrderIngest.MostOrders))
        {
            if (db.Database.GetDbConnection() is NpgsqlConnection postgres)
            {
                await CopyAsync(postgres, batch, store);
            }
            else
            {
                Insert((SqliteConnection)db.Database.GetDbConnection(), batch, store);
            }
        }
    }

    private const string Columns =
        """
        "Source", "Number", "Kind", "StoreId", "Channel", "Currency", "PlacedAt", "PaidAt", "BusinessDay", "Total", "Discount", "Refunded", "Revenue", "GroupRevenue", "IsPurchase", "Status", "Payments", "SourceChangedAt", "ContentHash", "RecordedAt"
        """;

    private static readonly byte[] hash = new byte[32];

    private static void Insert(SqliteConnection connection, OrderDelivery[] batch, long store)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO \"Orders\" ({Columns}) VALUES ({string.Join(", ", Enumerable.Range(0, 20).Select(i => $"@p{i}"))})";
        for (var i = 0; i < 20; i++)
        {
            command.Parameters.Add(new SqliteParameter($"@p{i}", SqliteType.Integer));
        }

        foreach (var order in batch)
        {
            var (at, amount) = (order.PlacedAt.UtcTicks, (long)(order.Total * 10_000));
            object[] values = [order.Source, order.Number, "Bill", store, order.Channel.ToString(), "USD", at, at, order.PlacedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), amount, 0L, 0L, amount, amount, 1L, "Paid", "[]", at, hash, at];
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].SqliteType = values[i] switch { string => SqliteType.Text, byte[] => SqliteType.Blob, _ => SqliteType.Integer };
                command.Parameters[i].Value = values[i];
            }

            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static async Task CopyAsync(NpgsqlConnection connection, OrderDelivery[] batch, long store)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY \"Orders\" ({Columns}) FROM STDIN (FORMAT BINARY)");
        foreach (var order in batch)
        {
            object[] values = [order.Source, order.Number, "Bill", store, order.Channel.ToString(), "USD", order.PlacedAt, order.PlacedAt, DateOnly.FromDateTime(order.PlacedAt.UtcDateTime), order.Total, 0m, 0m, order.Total, order.Total, true, "Paid", "[]", order.PlacedAt, hash, order.PlacedAt];
            await copy.StartRowAsync();
            foreach (var value in values)
            {
                await copy.WriteAsync(value);
            }
        }

        await copy.CompleteAsync();
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();

        return watch.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A name of our own making.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
