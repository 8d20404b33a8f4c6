using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Redemptions a second over HTTP, end to end (key, scope, limits, idempotency, ledger), on SQLite and PostgreSQL, beside pgbench's
/// one-statement redemption of the same shape on the same PostgreSQL server. The web application is a process of its own, and so is this driver.
/// <code>dotnet build -c Release LoyaltyAdmin.Web; dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- http [seconds per figure] [cards or members] [rounds] [gift-cards | wallets | points | coupons] [Sqlite | PostgreSql]</code>
/// Coupons are redeemed once each: as many as there are members, so their figures want more of them.
/// PostgreSQL runs where LOYALTY_TEST_PG points to (fsync and synchronous_commit on, or the figures mean little); PGBENCH names pgbench.
/// </summary>
internal static class HttpBenchmark
{
    private const int WarmRedemptions = 15_000;

    private static readonly int[] connections = [1, 8, 64];

    public static async Task RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        var cards = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20_000;
        var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;
        var means = args.Length > 3 ? PayMeans.Of(args[3]) : PayMeans.GiftCards;
        var only = args.Length > 4 ? args[4] : null;
        Console.WriteLine($"Paying with {means}");
        var folder = Directory.CreateTempSubdirectory("loyalty-http-").FullName;
        Console.WriteLine("| Database | Connections | HTTP tx/s | p50 ms | p99 ms | Errors | Web CPU µs/tx | pgbench tx/s | HTTP / pgbench |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        try
        {
            if (only != "PostgreSql")
            {
                await MeasureAsync("Sqlite", $"Data Source={Path.Combine(folder, "loyalty.db")}", folder, means, cards, seconds, rounds, yardstick: null);
            }

            if (only != "Sqlite" && Environment.GetEnvironmentVariable("LOYALTY_TEST_PG") is { Length: > 0 } server)
            {
                await OnPostgreSqlAsync(server, folder, means, cards, seconds, rounds);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task OnPostgreSqlAsync(string server, string folder, string means, int cards, double seconds, int rounds)
    {
        var name = $"loyalty_bench_{Guid.NewGuid():N}";
        await PgBench.ExecuteAsync(server, $"CREATE DATABASE {name}");
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 64 };
            var yardstick = await PgBench.CreateAsync(settings, folder, cards, means);
            await MeasureAsync("PostgreSql", settings.ConnectionString, folder, means, cards, seconds, rounds, yardstick);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await PgBench.ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static async Task MeasureAsync(string provider, string connectionString, string folder, string means, int cards, double seconds, int rounds, PgBench? yardstick)
    {
        var keyFile = Path.Combine(folder, $"{provider}.keys.json");
        var prepared = await BenchmarkCompany.CreateAsync(provider, connectionString, keyFile, cards, means);
        using var web = await WebServer.StartAsync(provider, connectionString, keyFile, folder, ("Api__Limits__RedemptionsPerCard", "1000000"));
        try
        {
            await WarmAsync(web, prepared);
            foreach (var count in connections)
            {
                var (http, pgbench) = (new List<Figures>(), new List<double>());
                for (var round = 0; round < rounds; round++)
                {
                    // In turns, so that a busy machine slows both.
                    pgbench.Add(yardstick is null ? double.NaN : await yardstick.RunAsync(count, seconds));
                    http.Add(await DriveAsync(web, prepared, count, seconds));
                }

                var (rate, limit) = (Median(http.Select(f => f.Rate)), Median(pgbench));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {provider} | {count} | {rate:N0} | {Median(http.Select(f => f.P50)):N1} | {Median(http.Select(f => f.P99)):N1} | {http.Sum(f => f.Errors)} | {Median(http.Select(f => f.Microseconds)):N0} | {(yardstick is null ? "" : $"{limit:N0}")} | {(yardstick is null ? "" : $"{rate / limit:N2}")} |"));
            }
        }
        finally
        {
            await web.EndAsync();
        }
    }

    // The runtime compiles what is called often a second time, in the background: a cold server would be measured compiling.
    private static async Task WarmAsync(WebServer web, BenchmarkCompany prepared)
    {
        var started = Stopwatch.GetTimestamp();
        for (var done = 0.0; done < (prepared.Means == PayMeans.Coupons ? WarmRedemptions / 5 : WarmRedemptions) && Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2);)
        {
            done += (await DriveAsync(web, prepared, 8, 1)).Rate;
        }
    }

    private static async Task<Figures> DriveAsync(WebServer web, BenchmarkCompany company, int count, double seconds)
    {
        web.Process.Refresh();
        var processorTime = web.Process.TotalProcessorTime;
        var until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        var started = Stopwatch.GetTimestamp();
        var results = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => RedemptionConnection.RunAsync(web.Address, company, until))));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        web.Process.Refresh();
        var used = web.Process.TotalProcessorTime - processorTime;
        var times = results.SelectMany(r => r.Milliseconds).Order().ToList();

        return new Figures(times.Count / elapsed, times[times.Count / 2], times[Math.Min(times.Count - 1, times.Count * 99 / 100)], results.Sum(r => r.Errors), used.TotalMicroseconds / times.Count);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();

        return sorted[sorted.Count / 2];
    }

    private sealed record Figures(double Rate, double P50, double P99, int Errors, double Microseconds);
}
