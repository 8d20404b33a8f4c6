using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Queued messages drained into the sandbox, consent and caps asked for each, while a till redeems gift cards beside it (at least 1,000 messages a second, p99 of a redemption at most 100 ms).
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- messages [Sqlite|PostgreSql] [messages]</code>
/// SQLite in a temporary file, PostgreSQL beside LOYALTY_TEST_PG.
/// </summary>
internal static class MessageBenchmark
{
    private const int Members = 20_000;
    private const int Cards = 1_000;
    private const int RedeemsPerSecond = 50;

    public static async Task RunAsync(string[] args)
    {
        var provider = args.Length > 0 ? args[0] : "Sqlite";
        var count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
        var folder = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;
        var server = Environment.GetEnvironmentVariable("LOYALTY_TEST_PG");
        var name = $"loyalty_bench_{Guid.NewGuid():N}";
        var connection = $"Data Source={Path.Combine(folder, "messages.db")}";
        if (provider != "Sqlite")
        {
            await ExecuteAsync(server ?? throw new InvalidOperationException("Set LOYALTY_TEST_PG to a PostgreSQL server whose user may create databases."), $"CREATE DATABASE {name}");
            connection = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        }

        try
        {
            await MeasureAsync(provider, connection, Path.Combine(folder, "keys.json"), count);
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

    private static async Task MeasureAsync(string provider, string connection, string keyFile, int count)
    {
        var company = await BenchmarkCompany.CreateAsync(provider, connection, keyFile, Cards);
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(SecretKeys.Load(keyFile))
            .AddLoyaltyDatabase(provider, connection).AddLoyaltyDomain().BuildServiceProvider();
        var database = services.GetRequiredService<LoyaltyDatabase>();
        var outbox = services.GetRequiredService<MessageOutbox>();
        await QueueAsync(database, outbox, count);
        await using (var db = await database.ReadAsync())
        {
            await db.Database.ExecuteSqlRawAsync("ANALYZE");
        }

        using var over = new CancellationTokenSource();
        var redeeming = Task.Run(() => RedeemAsync(services, company, over.Token));
        var watch = Stopwatch.StartNew();
        await services.GetRequiredService<MessageSender>().RunOnceAsync();
        var seconds = watch.Elapsed.TotalSeconds;
        await over.CancelAsync();
        var times = await redeeming;
        await using var counting = await database.ReadAsync();
        var (sent, all) = (await counting.Messages.CountAsync(m => m.Status == MessageStatus.Sent), await counting.Messages.CountAsync());
        if (all != count || sent != count)
        {
            throw new InvalidOperationException($"{sent} of {all} messages were sent.");
        }

        times.Sort();
        var p99 = times.Count == 0 ? double.NaN : times[(int)(times.Count * 0.99)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| database | messages | seconds | messages/s (target 1,000) | redeems | redeem p50, ms | redeem p99, ms (target 100) |\n|---|---|---|---|---|---|---|\n| {provider} | {count:N0} | {seconds:0.0} | {count / seconds:N0} | {times.Count:N0} | {(times.Count == 0 ? double.NaN : times[times.Count / 2]):0.0} | {p99:0.0} |"));
    }

    // At even times, whatever the one before took: a till does not wait for another.
    internal static async Task<List<double>> RedeemAsync(IServiceProvider services, BenchmarkCompany company, CancellationToken over)
    {
        var (database, payments) = (services.GetRequiredService<LoyaltyDatabase>(), services.GetRequiredService<GiftCardPayments>());
        long client;
        await using (var db = await database.ReadAsync(CancellationToken.None))
        {
            client = await db.ApiClients.Select(c => c.Id).SingleAsync(CancellationToken.None);
        }

        var actor = Actor.ApiClient(client, "Bench");
        var (run, running) = (Guid.NewGuid(), new List<Task<double>>());
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / RedeemsPerSecond));
        try
        {
            for (var i = 0; await timer.WaitForNextTickAsync(over); i++)
            {
                running.Add(RedeemAsync(payments, actor, company, run, i));
            }
        }
        catch (OperationCanceledException)
        {
            // The messages are sent.
        }

        return [.. await Task.WhenAll(running)];
    }

    private static async Task<double> RedeemAsync(GiftCardPayments payments, Actor actor, BenchmarkCompany company, Guid run, int number)
    {
        var watch = Stopwatch.StartNew();
        await Task.Run(() => payments.RedeemAsync(actor, new GiftCardMovement { CardNumber = company.Cards[number % company.Cards.Count], Amount = 0.01m, Currency = "USD", StoreCode = company.StoreCode, Channel = Channel.Pos }, $"bench-{run:N}-{number}"));

        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task QueueAsync(LoyaltyDatabase database, MessageOutbox outbox, int count)
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var chunk in Enumerable.Range(0, Members).Chunk(2_000))
        {
            await database.WriteAsync(Actor.System, async db =>
            {
                var members = chunk.Select(i => new Member { Number = $"B{i}", FullName = $"Member {i}", Email = $"b{i}@example.com", RegisteredThrough = RegistrationSource.Import, RegisteredAt = now, RegisteredOn = DateOnly.FromDateTime(now.UtcDateTime) }).ToList();
                members.ForEach(member => member.Index());
                db.Members.AddRange(members);
                await db.SaveChangesAsync();
                db.MemberConsents.AddRange(members.Select(m => new MemberConsent { MemberId = m.Id, Channel = ConsentChannel.Email, Purpose = ConsentPurpose.Marketing, Status = ConsentStatus.Granted, Since = now }));
            });
        }

        await using var read = await database.ReadAsync();
        var ids = await read.Members.OrderBy(m => m.Id).Select(m => m.Id).ToListAsync();
        foreach (var chunk in Enumerable.Range(0, count).Chunk(5_000))
        {
            await database.WriteAsync(Actor.System, db => outbox.AddAsync(db, [.. chunk.Select(i => new MessageRequest(MessageScenario.CouponArrival, ids[i % ids.Count], $"bench:{i}") { Variables = new Dictionary<string, string?> { ["coupon"] = "10 off", ["validUntil"] = "31 Dec 2026" } })]));
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names made here.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
