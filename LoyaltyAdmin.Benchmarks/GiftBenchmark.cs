using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// A campaign gives points and a coupon at once and a coupon later to every member, while a till redeems gift cards beside it (100,000 members in 60 s, p99 of a
/// redemption at most 100 ms); then everything delayed is delivered.
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- gifts [Sqlite|PostgreSql] [members]</code>
/// SQLite in a temporary file, PostgreSQL beside LOYALTY_TEST_PG.
/// </summary>
internal static class GiftBenchmark
{
    private const int Cards = 1_000;

    public static async Task RunAsync(string[] args)
    {
        var provider = args.Length > 0 ? args[0] : "Sqlite";
        var members = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
        var folder = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;
        var server = Environment.GetEnvironmentVariable("LOYALTY_TEST_PG");
        var name = $"loyalty_bench_{Guid.NewGuid():N}";
        var connection = $"Data Source={Path.Combine(folder, "gifts.db")}";
        if (provider != "Sqlite")
        {
            await PgBench.ExecuteAsync(server ?? throw new InvalidOperationException("Set LOYALTY_TEST_PG to a PostgreSQL server whose user may create databases."), $"CREATE DATABASE {name}");
            connection = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        }

        try
        {
            await MeasureAsync(provider, connection, Path.Combine(folder, "keys.json"), members);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            SqliteConnection.ClearAllPools();
            if (provider != "Sqlite")
            {
                await PgBench.ExecuteAsync(server!, $"DROP DATABASE {name} WITH (FORCE)");
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string provider, string connection, string keyFile, int members)
    {
        var company = await BenchmarkCompany.CreateAsync(provider, connection, keyFile, Cards);
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(SecretKeys.Load(keyFile))
            .AddLoyaltyDatabase(provider, connection).AddLoyaltyDomain().BuildServiceProvider();
        var (database, coupons, campaigns) = (services.GetRequiredService<LoyaltyDatabase>(), services.GetRequiredService<CouponDefinitions>(), services.GetRequiredService<GiftCampaigns>());
        await AddMembersAsync(database, members);
        await using (var analysing = await database.ReadAsync())
        {
            await analysing.Database.ExecuteSqlRawAsync("ANALYZE");
        }

        var now = await coupons.SaveAsync(Actor.System, new CouponForm { Name = "Now", Currency = "USD", Amount = 5 });
        var later = await coupons.SaveAsync(Actor.System, new CouponForm { Name = "Later", Currency = "USD", Amount = 5 });
        await campaigns.SaveAsync(Actor.System, new GiftCampaignForm
        {
            Name = "Benchmark",
            Audience = AudienceScope.Everybody,
            Gift = new GiftSpec(100, [new GiftCoupon(now, 1, DistributionRule.Instant, new RelativeValidity(30)), new GiftCoupon(later, 1, new HourlyDelayedDistribution(1), new RelativeValidity(30))], []),
        });

        var granting = await BesideATillAsync(services, company, () => services.GetRequiredService<GiftCampaignWork>().RunOnceAsync());
        await database.WriteAsync(Actor.System, db => db.GiftItems.Where(i => i.NextAt != null).ExecuteUpdateAsync(set => set.SetProperty(i => i.NextAt, TimeProvider.System.GetUtcNow().AddMinutes(-1))));
        var delivering = await BesideATillAsync(services, company, () => services.GetRequiredService<GiftDeliveryWork>().RunOnceAsync());

        await using var db = await database.ReadAsync();
        var (grants, delivered, held, messages) = (await db.GiftGrants.CountAsync(), await db.GiftItems.CountAsync(i => i.Status == GiftItemStatus.Delivered), await db.MemberCoupons.CountAsync(), await db.Messages.CountAsync());
        if ((grants, delivered, held, messages) != (members, 3 * members, 2 * members, 3 * members))
        {
            throw new InvalidOperationException($"{grants} grants, {delivered} things delivered, {held} coupons, {messages} messages for {members} members.");
        }

        Console.WriteLine("| database | members | what | seconds (target 60 for 100,000) | processor seconds | members/s | redeems | redeem p50, ms | redeem p99, ms (target 100) |\n|---|---|---|---|---|---|---|---|---|");
        Say("granted", granting);
        Say("delayed delivered", delivering);

        void Say(string what, (double Seconds, double Processor, List<double> Times) run) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {provider} | {members:N0} | {what} | {run.Seconds:0.0} | {run.Processor:0.0} | {members / run.Seconds:N0} | {run.Times.Count:N0} | {run.Times[run.Times.Count / 2]:0.0} | {run.Times[(int)(run.Times.Count * 0.99)]:0.0} |"));
    }

    private static async Task<(double Seconds, double Processor, List<double> Times)> BesideATillAsync(IServiceProvider services, BenchmarkCompany company, Func<Task> work)
    {
        using var over = new CancellationTokenSource();
        var redeeming = Task.Run(() => MessageBenchmark.RedeemAsync(services, company, over.Token));
        var (watch, used) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await work();
        var (seconds, processor) = (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
        await over.CancelAsync();
        var times = await redeeming;
        times.Sort();

        return (seconds, processor, times.Count == 0 ? [double.NaN] : times);
    }

    private static async Task AddMembersAsync(LoyaltyDatabase database, int count)
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var chunk in Enumerable.Range(0, count).Chunk(2_000))
        {
            await database.WriteAsync(Actor.System, db =>
            {
                var members = chunk.Select(i => new Member { Number = $"B{i}", FullName = $"Member {i}", Email = $"b{i}@example.com", RegisteredThrough = RegistrationSource.Import, RegisteredAt = now, RegisteredOn = DateOnly.FromDateTime(now.UtcDateTime) }).ToList();
                members.ForEach(member => member.Index());
                db.Members.AddRange(members);

                return Task.CompletedTask;
            });
        }
    }
}
