using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// What the page of a member with 1,000 orders and 5,000 movements of value asks the services for, header and each tab, beside 100,000 other members: 100 ms of server time at most.
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- member-page [Sqlite|PostgreSql] [other members]</code>
/// SQLite in a temporary file, PostgreSQL beside LOYALTY_TEST_PG.
/// </summary>
internal static class MemberPageBenchmark
{
    private const int Rounds = 25;

    public static async Task RunAsync(string[] args)
    {
        var provider = args.Length > 0 ? args[0] : "Sqlite";
        var others = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
        var folder = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;
        var server = Environment.GetEnvironmentVariable("LOYALTY_TEST_PG");
        var name = $"loyalty_bench_{Guid.NewGuid():N}";
        var connection = $"Data Source={Path.Combine(folder, "member.db")}";
        if (provider != "Sqlite")
        {
            await PgBench.ExecuteAsync(server ?? throw new InvalidOperationException("Set LOYALTY_TEST_PG to a PostgreSQL server whose user may create databases."), $"CREATE DATABASE {name}");
            connection = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        }

        try
        {
            await MeasureAsync(provider, connection, Path.Combine(folder, "keys.json"), others);
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

    private static async Task MeasureAsync(string provider, string connection, string keyFile, int others)
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(SecretKeys.Load(keyFile))
            .AddLoyaltyDatabase(provider, connection).AddLoyaltyDomain().BuildServiceProvider();
        await services.GetRequiredService<DatabaseStartup>().MigrateAsync();
        var (id, number) = await MemberWorld.FillAsync(services, provider, others);
        Console.WriteLine("| database | what | median, ms (target 100) | worst of 25, ms | first time, ms |\n|---|---|---|---|---|");
        foreach (var (what, load) in Parts(services, id, number))
        {
            var watch = Stopwatch.StartNew();
            await load();
            var first = watch.Elapsed.TotalMilliseconds;
            var times = new List<double>(Rounds);
            for (var i = 0; i < Rounds; i++)
            {
                watch.Restart();
                await load();
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {provider} | {what} | {times[Rounds / 2]:0.0} | {times[^1]:0.0} | {first:0.0} |"));
        }
    }

    // As MemberPage.razor and its tabs ask.
    private static IReadOnlyList<(string What, Func<Task> Load)> Parts(IServiceProvider services, long id, string number)
    {
        T Of<T>() where T : notnull => services.GetRequiredService<T>();
        var (actor, page) = (Actor.System, new PageRequest());
        var (points, wallets, pages) = (Of<PointsAccounts>(), Of<WalletDirectory>(), Of<MemberPages>());

        return
        [
            ("header", async () =>
            {
                await points.SummaryAsync(actor, id);
                await wallets.OfAsync(actor, id);
                await pages.DetailAsync(actor, id);
            }),
            ("profile", () => Of<AgreementAcceptances>().OfMemberAsync(actor, id)),
            ("cards", async () =>
            {
                await Of<MemberCardReader>().OfMemberAsync(actor, number);
                await Of<CardPlanService>().ChoicesAsync(actor);
                await Of<MemberCardReader>().HistoryAsync(actor, number, page);
            }),
            ("wallet", async () =>
            {
                await wallets.OfAsync(actor, id);
                await wallets.TopUpsAsync(actor, id);
                await Of<WalletTransactions>().ListAsync(actor, new WalletTransactionFilter { MemberNumber = number }, new PageRequest { Size = 10 });
            }),
            ("points", async () =>
            {
                await points.SummaryAsync(actor, id);
                await points.ListAsync(actor, new PointsTransactionFilter { MemberId = id }, page);
                await points.CountAsync(actor, new PointsTransactionFilter { MemberId = id });
            }),
            ("coupons", async () =>
            {
                await Of<CouponDefinitions>().ChoicesAsync(actor);
                await Of<IssuedCoupons>().ListAsync(actor, new IssuedCouponFilter { MemberId = id }, page);
                await Of<IssuedCoupons>().CountAsync(actor, new IssuedCouponFilter { MemberId = id });
            }),
            ("orders", () => pages.OrdersAsync(actor, id, page)),
            ("tags and segments", async () =>
            {
                await Of<MemberTagList>().OfAsync(actor, id);
                await Of<MemberSegments>().OfAsync(actor, id);
            }),
            ("consents", async () =>
            {
                await Of<Consents>().StatesAsync(actor, id);
                await Of<Suppressions>().OfMemberAsync(actor, id);
                await Of<Consents>().HistoryAsync(actor, id, page);
            }),
            ("messages", async () =>
            {
                await Of<MessageLog>().ListAsync(actor, new MessageFilter { MemberId = id }, page);
                await Of<MessageLog>().CountAsync(actor, new MessageFilter { MemberId = id });
            }),
            ("timeline", () => Of<MemberTimeline>().ListAsync(actor, id)),
            ("audit", () => pages.HistoryAsync(actor, id, page)),
        ];
    }
}
