using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Payments a second through the ledger, beside the same statements by hand (the yardstick) on the same database.
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- ledger [seconds per figure] [accounts]</code>
/// SQLite runs in a temporary file; PostgreSQL runs where LOYALTY_TEST_PG points to, in a database of its own.
/// </summary>
internal static class LedgerBenchmark
{
    private static readonly int[] clients = [1, 8, 64];

    public static async Task RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        var accounts = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20_000;
        Console.WriteLine("| Database | Clients | Raw tx/s | Ledger tx/s | Ledger / raw | p50 ms | p99 ms |");
        Console.WriteLine("|---|---|---|---|---|---|---|");

        var folder = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;
        await MeasureAsync("Sqlite", $"Data Source={Path.Combine(folder, "ledger.db")}", seconds, accounts, connection => new RawSqlite(connection));
        Directory.Delete(folder, recursive: true);

        if (Environment.GetEnvironmentVariable("LOYALTY_TEST_PG") is { Length: > 0 } server)
        {
            var name = $"loyalty_bench_{Guid.NewGuid():N}";
            await ExecuteAsync(server, $"CREATE DATABASE {name}");
            try
            {
                var settings = new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 64 };
                await MeasureAsync("PostgreSql", settings.ConnectionString, seconds, accounts, connection => new RawPostgreSql(connection));
            }
            finally
            {
                NpgsqlConnection.ClearAllPools();
                await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
            }
        }
    }

    private static async Task MeasureAsync(string provider, string connectionString, double seconds, int accounts, Func<string, IRawLedger> raw)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(SecretKeys.Ephemeral())
            .AddLoyaltyDatabase(provider, connectionString)
            .AddLoyaltyDomain()
            .BuildServiceProvider();
        await services.GetRequiredService<DatabaseStartup>().MigrateAsync();
        await FillAsync(services.GetRequiredService<LoyaltyDatabase>(), accounts);
        var ledger = services.GetRequiredService<Ledger>();
        await using var yardstick = raw(connectionString);

        // Both warm before either is measured, and in turns, so that a busy machine slows both.
        await RunAsync(8, 1, accounts, posting => yardstick.PostAsync(posting));
        await RunAsync(8, 1, accounts, posting => PostAsync(ledger, posting));
        foreach (var count in clients)
        {
            double rawRate = 0, ledgerRate = 0;
            var latencies = new List<double>();
            for (var turn = 0; turn < 4; turn++)
            {
                rawRate += (await RunAsync(count, seconds / 4, accounts, posting => yardstick.PostAsync(posting))).Rate / 4;
                var (rate, times) = await RunAsync(count, seconds / 4, accounts, posting => PostAsync(ledger, posting));
                ledgerRate += rate / 4;
                latencies.AddRange(times);
            }

            latencies.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {provider} | {count} | {rawRate:N0} | {ledgerRate:N0} | {ledgerRate / rawRate:0.00} | {latencies[latencies.Count / 2]:0.00} | {latencies[latencies.Count * 99 / 100]:0.00} |"));
        }
    }

    private static async Task<(double Rate, List<double> Milliseconds)> RunAsync(int clientCount, double seconds, int accounts, Func<Posting, Task> post)
    {
        var started = Stopwatch.GetTimestamp();
        var end = started + (long)(seconds * Stopwatch.Frequency);
        var perClient = await Task.WhenAll(Enumerable.Range(0, clientCount).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            var times = new List<double>();
            while (Stopwatch.GetTimestamp() < end)
            {
                var at = Stopwatch.GetTimestamp();
                await post(Payment(random.Next(1, accounts + 1)));
                times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            }

            return times;
        })));
        var all = perClient.SelectMany(times => times).ToList();

        return (all.Count / Stopwatch.GetElapsedTime(started).TotalSeconds, all);
    }

    private static async Task PostAsync(Ledger ledger, Posting posting)
    {
        if ((await ledger.PostAsync(posting)).Transaction.Refusal is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }
    }

    private static Posting Payment(long account)
    {
        var now = TimeProvider.System.GetUtcNow();

        return new Posting
        {
            Operation = Operation.For(Actor.System, Guid.NewGuid().ToString("N"), account, 1L),
            Type = TransactionType.Consumption,
            AccountKind = AccountKind.GiftCard,
            AccountId = account,
            Currency = "USD",
            Amount = -1,
            House = [new HouseLeg(House.Redemptions, 1)],
            HomeStoreId = 1,
            StoreId = 1,
            Channel = Channel.Pos,
            BusinessDay = DateOnly.FromDateTime(now.UtcDateTime),
            At = now,
            OrderNumber = "order",
        };
    }

    private static Task FillAsync(LoyaltyDatabase database, int accounts) => database.WriteAsync(Actor.System, async db =>
    {
        foreach (var chunk in Enumerable.Range(0, accounts).Chunk(5_000))
        {
            db.AddRange(chunk.Select(_ => new LedgerAccount { Kind = AccountKind.GiftCard, Currency = "USD", StoreId = 1, Balance = 1_000_000_000 }));
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();
        }
    });

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
