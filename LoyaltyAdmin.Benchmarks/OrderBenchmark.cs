using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Orders;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Orders brought in by the thousand on a database that holds as many already (P4, P10), in turn: a raw insert, the same ingest without a summary (its
/// orders are not paid yet: everything is checked and written but what they add up to), the ingest of paid orders as they happen, and of backdated ones.
/// All four write the same columns of the same members into the same table with all its indexes and constraints, in the same batches and commits.
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- orders [Sqlite|PostgreSql] [orders...]</code>
/// SQLite in a temporary file, PostgreSQL beside LOYALTY_TEST_PG.
/// </summary>
internal static class OrderBenchmark
{
    private const int Rounds = 3;
    private const int Measured = 10_000;

    public static async Task RunAsync(string[] args)
    {
        var provider = args.Length > 0 ? args[0] : "Sqlite";
        int[] sizes = args.Length > 1 ? [.. args[1..].Select(size => int.Parse(size, CultureInfo.InvariantCulture))] : [10_000, 100_000];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{provider}, batches of {OrderIngest.MostOrders:N0}, {OrderWorld.OrdersEach} orders a member, orders/s (median of {Rounds} rounds)\n"));
        Console.WriteLine("| orders there | raw insert | ingest without summary | ingest | beside without (P4: 0.3) | beside raw | backdated | beside without | recount of all, ms |\n|---|---|---|---|---|---|---|---|---|");
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
            db.Add(added);
            await db.SaveChangesAsync();

            return added.Id;
        });
        var actor = Actor.ApiClient(client, "Bench");
        var world = new OrderWorld(database, services.GetRequiredService<PurchaseSummaries>(), provider, size);
        await world.FillAsync();

        // Once unmeasured: queries are compiled and plans prepared.
        await PutAsync(ingest, actor, world.Orders("warm", 1_000, round: 0, DeliveredStatus.Pending));
        await PutAsync(ingest, actor, world.Orders("warm-too", 1_000, round: 0, DeliveredStatus.Paid));
        List<double> raw = [], without = [], whole = [], backdated = [];
        for (var round = 1; round <= Rounds; round++)
        {
            raw.Add(await TimeAsync(() => world.InsertRawAsync(world.Orders($"raw-{round}", Measured, round, DeliveredStatus.Pending))));
            without.Add(await TimeAsync(() => PutAsync(ingest, actor, world.Orders($"without-{round}", Measured, round, DeliveredStatus.Pending))));
            whole.Add(await TimeAsync(() => PutAsync(ingest, actor, world.Orders($"whole-{round}", Measured, round, DeliveredStatus.Paid))));
            backdated.Add(await TimeAsync(() => PutAsync(ingest, actor, world.Backdated($"backdated-{round}", Measured, round))));
        }

        // What is not paid adds up to nothing, so the recount finds everything as it should be.
        var watch = Stopwatch.StartNew();
        var recount = await services.GetRequiredService<PurchaseRecount>().RunAsync();
        if (recount.WrongMembers > 0)
        {
            throw new InvalidOperationException(recount.ToString());
        }

        var (r, n, w, b) = (Measured / Median(raw), Measured / Median(without), Measured / Median(whole), Measured / Median(backdated));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {size:N0} | {r:N0} | {n:N0} | {w:N0} | {w / n:0.00} | {w / r:0.00} | {b:N0} | {b / n:0.00} | {watch.ElapsedMilliseconds:N0} |"));
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
