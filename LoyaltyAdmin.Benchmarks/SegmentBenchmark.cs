using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Segment rules beside the same question to the raw orders, which must find the same members; tags, snapshots, one member's segments; the Member Directory (P3, P5, P10).
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- segments [members] [Sqlite|PostgreSql] [directory+rules+tags+snapshots]</code>
/// SQLite in a temporary file, PostgreSQL beside LOYALTY_TEST_PG.
/// </summary>
internal static class SegmentBenchmark
{
    private const int Rounds = 5;

    public static async Task RunAsync(string[] args)
    {
        var members = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        var provider = args.Length > 1 ? args[1] : "Sqlite";
        var part = args.Length > 2 ? args[2] : null;
        if (provider == "Sqlite")
        {
            var folder = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;
            await MeasureAsync(provider, $"Data Source={Path.Combine(folder, "segments.db")}", members, part);
            Directory.Delete(folder, recursive: true);

            return;
        }

        var server = Environment.GetEnvironmentVariable("LOYALTY_TEST_PG") ?? throw new InvalidOperationException("Set LOYALTY_TEST_PG to a PostgreSQL server whose user may create databases.");
        var name = $"loyalty_bench_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        try
        {
            await MeasureAsync(provider, new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString, members, part);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static async Task MeasureAsync(string provider, string connectionString, int members, string? part)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(SecretKeys.Ephemeral())
            .AddLoyaltyDatabase(provider, connectionString, isRepeatable: true)
            .AddLoyaltyDomain()
            .BuildServiceProvider();
        await services.GetRequiredService<DatabaseStartup>().MigrateAsync();
        var (database, today) = (services.GetRequiredService<LoyaltyDatabase>(), DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        var world = new SegmentWorld(database, services.GetRequiredService<PurchaseSummaries>(), provider, today);
        var filled = Stopwatch.StartNew();
        await world.FillAsync(members);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{provider}, {members:N0} members, {members * SegmentWorld.OrdersEach:N0} orders (made in {filled.Elapsed.TotalSeconds:N0} s)\n\n| what | ms (median of {Rounds}) | found |\n|---|---|---|"));
        await using var db = await database.ReadAsync();
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        if (part?.Contains("directory", StringComparison.Ordinal) != false)
        {
            await DirectoryPart.MeasureAsync(services, members, today, (what, work) => LineAsync(what, work));
        }

        if (part?.Contains("rules", StringComparison.Ordinal) != false)
        {
            await RulesAsync(services, db, world, today);
        }

        if (part?.Contains("tags", StringComparison.Ordinal) != false)
        {
            await TagsAsync(services, db);
        }

        if (part?.Contains("snapshots", StringComparison.Ordinal) != false)
        {
            await SnapshotsAsync(services, db);
        }
    }

    private static async Task RulesAsync(ServiceProvider services, LoyaltyDbContext db, SegmentWorld world, DateOnly today)
    {
        var compiler = services.GetRequiredService<SegmentCompiler>();
        Task<int> count(SegmentRule rule) => compiler.CountAsync(db, rule);
        var posRevenue = BuiltInTags.All.Single(tag => tag.Name == BuiltInTags.PosRevenue).Rule;
        foreach (var (what, rule, sql) in new[]
        {
            ("8 or more days beyond the usual gap", SegmentRule.All(new LapsingCondition()), world.LapsingFromOrders),
            ("no purchase in 180 days", SegmentRule.All(new RecencyCondition(Comparison.AtLeast, 180)), world.SilentFromOrders),
            ("posRevenueWithinLast6Month", posRevenue, world.PosFromOrders),
        })
        {
            var found = await LineAsync($"{what}: rule", () => count(rule));
            await LineAsync($"{what}: raw orders", () => ScalarAsync(db, sql));
            var ruled = await (await compiler.MemberIdsAsync(db, rule)).OrderBy(id => id).ToListAsync();
            var asked = await db.Database.SqlQueryRaw<long>(sql.Replace("SELECT count(*) FROM", "SELECT m.\"Id\" AS \"Value\" FROM", StringComparison.Ordinal)).ToListAsync();
            if (ruled.Count != found || !ruled.SequenceEqual(asked.Order()))
            {
                throw new InvalidOperationException($"The rule “{what}” finds {ruled.Count} members and counts {found}, the raw orders find {asked.Count}, or they are others.");
            }
        }

        await LineAsync("became lapsed today", () => db.PurchaseSummaries.LongCountAsync(s => s.ExpectedOn == today.AddDays(-8)));
        await LineAsync("lapsing and in Berlin, or birthday today", () => count(new SegmentRule(Match.Any, [new BirthdayCondition(BirthdayWindow.Today)], [SegmentRule.All(new LapsingCondition(), new ProfileCondition(ProfileField.City, ["Berlin"]))])));
        await LineAsync("preview with ten members", async () => (await services.GetRequiredService<SegmentService>().PreviewAsync(Actor.System, SegmentRule.All(new LapsingCondition()))).Size);
    }

    private static async Task TagsAsync(ServiceProvider services, LoyaltyDbContext db)
    {
        await services.GetRequiredService<BuiltInTags>().EnsureAsync();
        var recalculation = services.GetRequiredService<TagRecalculation>();
        foreach (var tag in await db.Tags.OrderBy(t => t.Id).Select(t => new { t.Id, t.Name }).ToListAsync())
        {
            await LineAsync($"{tag.Name}: first recalculation", async () => (await recalculation.RunAsync(Actor.System, tag.Id)).Given, rounds: 1);
            await LineAsync($"{tag.Name}: again, nothing changed", async () => (await recalculation.RunAsync(Actor.System, tag.Id)).Members);
        }
    }

    private static async Task SnapshotsAsync(ServiceProvider services, LoyaltyDbContext db)
    {
        await services.GetRequiredService<BuiltInTags>().EnsureAsync();
        var segment = await services.GetRequiredService<SegmentService>().SaveAsync(Actor.System, new SegmentForm { Name = "Lapsing", Rule = SegmentRule.All(new LapsingCondition()) });
        var snapshots = services.GetRequiredService<SegmentSnapshots>();
        await LineAsync("snapshot: first", async () => (await snapshots.TakeAsync(Actor.System, segment)).Size, rounds: 1);
        await LineAsync("snapshot: again, nothing changed", async () => (await snapshots.TakeAsync(Actor.System, segment)).Size);
        await LineAsync("one member's segments with reasons", async () => (await services.GetRequiredService<MemberSegments>().OfAsync(Actor.System, 7)).Count);
        var scope = new AudienceScope(false, [], [], [segment], [.. await db.Tags.Select(t => t.Id).ToListAsync()], MatchesEvery: true);
        await LineAsync("audience: segment and any of three tags", async () => await services.GetRequiredService<Audiences>().SizeAsync(Actor.System, scope));
    }

    private static async Task<long> ScalarAsync(LoyaltyDbContext db, string sql)
    {
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 600;

        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private static async Task<long> LineAsync(string what, Func<Task<long>> work, int rounds = Rounds)
    {
        // The first call of several compiles the query and warms the cache.
        var found = rounds > 1 ? await work() : 0;
        var times = new List<double>();
        for (var round = 0; round < rounds && (times.Count == 0 || times.Sum() < 30_000); round++)
        {
            var started = Stopwatch.GetTimestamp();
            found = await work();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[times.Count / 2]:N1} | {found:N0} |"));

        return found;
    }

    private static async Task<long> LineAsync(string what, Func<Task<int>> work, int rounds = Rounds) => await LineAsync(what, async () => (long)await work(), rounds);

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
