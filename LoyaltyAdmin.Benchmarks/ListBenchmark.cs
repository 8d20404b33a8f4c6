using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Every list, search, sort, filter and count through the services, and the reports, beside a hand-written page of the same rows.
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- lists [cards] [transactions] [Sqlite|PostgreSql] [connection string of a generated database]</code>
/// Without a connection string it generates one: SQLite in a temporary file, PostgreSQL beside LOYALTY_TEST_PG.
/// </summary>
internal static class ListBenchmark
{
    private const int Rounds = 5;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private const string RawCards =
        """
        SELECT g."Id", g."LastFour", g."BuyerName", g."BuyerPhone", g."BuyerEmail", g."Channel", g."Currency", g."FaceValue", g."Paid", a."Balance", a."Status", g."SoldAt", a."UsableUntil"
        FROM "GiftCards" g JOIN "LedgerAccounts" a ON a."Id" = g."AccountId" ORDER BY g."Id" DESC LIMIT 50
        """;

    public static async Task RunAsync(string[] args)
    {
        var cards = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        var transactions = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : cards * 5;
        var provider = args.Length > 2 ? args[2] : "Sqlite";
        if (args.Length > 3)
        {
            await MeasureAsync(provider, args[3], generate: null);
        }
        else if (provider == "Sqlite")
        {
            var folder = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;
            await MeasureAsync(provider, $"Data Source={Path.Combine(folder, "lists.db")}", (cards, transactions));
            Directory.Delete(folder, recursive: true);
        }
        else
        {
            await OnPostgreSqlAsync(cards, transactions);
        }
    }

    private static async Task OnPostgreSqlAsync(int cards, int transactions)
    {
        var server = Environment.GetEnvironmentVariable("LOYALTY_TEST_PG") ?? throw new InvalidOperationException("Set LOYALTY_TEST_PG to a PostgreSQL server whose user may create databases.");
        var name = $"loyalty_bench_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        try
        {
            await MeasureAsync("PostgreSql", new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString, (cards, transactions));
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static async Task MeasureAsync(string provider, string connectionString, (int Cards, int Transactions)? generate)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(SecretKeys.Ephemeral())
            .AddLoyaltyDatabase(provider, connectionString)
            .AddLoyaltyDomain()
            .BuildServiceProvider();
        await services.GetRequiredService<DatabaseStartup>().MigrateAsync();
        if (generate is { } size)
        {
            await services.GetRequiredService<DataGenerator>().GenerateAsync(size.Cards, size.Transactions, _ => { });
        }

        await using var db = await services.GetRequiredService<LoyaltyDatabase>().ReadAsync();
        var counts = (Cards: await db.GiftCards.LongCountAsync(), Transactions: await db.LedgerTransactions.LongCountAsync());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{provider}, {counts.Cards:N0} cards, {counts.Transactions:N0} transactions\n\n| what | ms (median of {Rounds}) |\n|---|---|"));
        await LineAsync("raw SQL: first 50 cards, 13 columns", cancel => RawAsync(db, cancel));
        await CardsAsync(services, db);
        await TransactionsAsync(services, db);
        await ReportsAsync(services);
    }

    private static async Task CardsAsync(ServiceProvider services, LoyaltyDbContext db)
    {
        var cards = services.GetRequiredService<SoldGiftCards>();
        var (last, store) = (await db.GiftCards.MaxAsync(card => card.Id), await db.GiftCards.Select(card => card.StoreId).FirstAsync());
        var (plan, recently) = (await db.GiftCardPlans.Select(p => p.Id).FirstAsync(), DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-30));
        await ListAsync("cards: first page", new(), new());
        await ListAsync("cards: page 10,000 (or the middle)", new(), new() { Cursor = At(last - Math.Min(500_000, last / 2)) });
        await ListAsync("cards: status Active, page 10,000 (or the middle)", new() { Status = GiftCardStatus.Active }, new() { Cursor = At(last - Math.Min(500_000, last / 2)) });
        await ListAsync("cards: last page", new(), new() { Backward = true });
        foreach (var sort in new[] { "SoldOn", "Balance", "FaceValue", "ExpiresAt" })
        {
            await ListAsync($"cards: sort by {sort}, descending", new(), new() { Sort = sort });
            await ListAsync($"cards: sort by {sort}, ascending", new(), new() { Sort = sort, Descending = false });
        }

        await ListAsync("cards: buyer contains “garcia”", new() { Buyer = "garcia" }, new());
        await ListAsync("cards: buyer contains “garcia12”", new() { Buyer = "garcia12" }, new());
        await ListAsync("cards: buyer contains what nobody has", new() { Buyer = "qqqzzz" }, new());
        await ListAsync("cards: whole number", new() { Number = "9600471234567890123" }, new());
        await ListAsync("cards: last four digits", new() { Number = "1234" }, new());
        foreach (var status in Enum.GetValues<GiftCardStatus>())
        {
            await ListAsync($"cards: status {status}", new() { Status = status }, new());
        }

        await ListAsync("cards: store", new() { StoreId = store }, new());
        await ListAsync("cards: plan", new() { PlanId = plan }, new());
        await ListAsync("cards: channel ONLINE (none)", new() { Channel = Channel.Online }, new());
        await ListAsync("cards: sold in the last 30 days", new() { SoldFrom = recently }, new());
        await ListAsync("cards: balance 100 to 110", new() { Currency = "USD", BalanceFrom = 100, BalanceTo = 110 }, new());
        await ListAsync("cards: expiring within 30 days", new() { Status = GiftCardStatus.Active, ExpiresBefore = recently.AddDays(60) }, new());
        await LineAsync("cards: count all", cancel => cards.CountAsync(Actor.System, new(), cancel: cancel));
        await LineAsync("cards: count frozen", cancel => cards.CountAsync(Actor.System, new() { Status = GiftCardStatus.Frozen }, cancel: cancel));
        await LineAsync("cards: count of a store", cancel => cards.CountAsync(Actor.System, new() { StoreId = store }, cancel: cancel));
        await LineAsync("cards: count of “garcia”", cancel => cards.CountAsync(Actor.System, new() { Buyer = "garcia" }, cancel: cancel));

        Task ListAsync(string what, SoldGiftCardFilter filter, PageRequest page) => LineAsync(what, cancel => cards.ListAsync(Actor.System, filter, page, cancel: cancel));
    }

    private static async Task TransactionsAsync(ServiceProvider services, LoyaltyDbContext db)
    {
        var transactions = services.GetRequiredService<GiftCardTransactions>();
        var (last, store, card) = (await db.LedgerTransactions.MaxAsync(t => t.Id), await db.GiftCards.Select(c => c.StoreId).FirstAsync(), await db.GiftCards.MaxAsync(c => c.Id) / 2);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await ListAsync("transactions: first page", new(), new());
        await ListAsync("transactions: page 10,000 (or the middle)", new(), new() { Cursor = At(last - Math.Min(500_000, last / 2)) });
        await ListAsync("transactions: sort by BusinessDay", new(), new() { Sort = "BusinessDay" });
        await ListAsync("transactions: of one card", new() { CardId = card }, new());
        foreach (var type in new[] { TransactionType.Activation, TransactionType.Consumption, TransactionType.Refund, TransactionType.Expiry })
        {
            await ListAsync($"transactions: type {type}", new() { Type = type }, new());
        }

        await ListAsync("transactions: store", new() { StoreId = store }, new());
        await ListAsync("transactions: selling store", new() { HomeStoreId = store }, new());
        await ListAsync("transactions: a store without any", new() { StoreId = store + 1_000 }, new());
        await ListAsync("transactions: a month a year ago", new() { From = today.AddYears(-1).AddMonths(-1), To = today.AddYears(-1) }, new());
        await ListAsync("transactions: one day a year ago", new() { From = today.AddYears(-1), To = today.AddYears(-1) }, new());
        await ListAsync("transactions: refunds of a quarter a year ago", new() { Type = TransactionType.Refund, From = today.AddMonths(-15), To = today.AddMonths(-12) }, new());
        await ListAsync("transactions: order number", new() { OrderNumber = "G-777" }, new());
        await ListAsync("transactions: operator nobody has", new() { Operator = "Nobody" }, new());
        await ListAsync("transactions: amount 10 to 11", new() { Currency = "USD", AmountFrom = 10, AmountTo = 11 }, new());
        await LineAsync("transactions: count all", cancel => transactions.CountAsync(Actor.System, new(), cancel: cancel));
        await LineAsync("transactions: count refunds", cancel => transactions.CountAsync(Actor.System, new() { Type = TransactionType.Refund }, cancel: cancel));

        Task ListAsync(string what, GiftCardTransactionFilter filter, PageRequest page) => LineAsync(what, cancel => transactions.ListAsync(Actor.System, filter, page, cancel: cancel));
    }

    private static async Task ReportsAsync(ServiceProvider services)
    {
        var (reports, dashboard, today) = (services.GetRequiredService<GiftCardReconciliation>(), services.GetRequiredService<GiftCardDashboard>(), DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        var year = new ReconciliationFilter { From = today.AddYears(-1), To = today };
        await LineAsync("roll-forward: 12 months", cancel => reports.RollForwardAsync(Actor.System, year, cancel));
        await LineAsync("roll-forward: 30 days by day", cancel => reports.RollForwardAsync(Actor.System, year with { From = today.AddDays(-30), Period = ReconciliationPeriod.Day }, cancel));
        await LineAsync("inter-store: 12 months", cancel => reports.InterStoreAsync(Actor.System, year, cancel));
        await LineAsync("dashboard: 30 days", cancel => dashboard.ReadAsync(Actor.System, today.AddDays(-29), today, TimeZoneInfo.Utc, cancel: cancel));
    }

    // A cursor as the list itself would have given it out at that row.
    private static string At(long id) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new[] { "", id.ToString(CultureInfo.InvariantCulture), null }));

    private static async Task<bool> RawAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = RawCards;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            reader.GetValues(new object[reader.FieldCount]);
        }

        return true;
    }

    private static async Task LineAsync<T>(string what, Func<CancellationToken, Task<T>> work)
    {
        var times = new List<double>();
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await work(timeout.Token);
            for (var round = 0; round < Rounds && (times.Count == 0 || times.Sum() < 15_000); round++)
            {
                var started = Stopwatch.GetTimestamp();
                await work(timeout.Token);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        catch (Exception exception) when (timeout.IsCancellationRequested && exception is OperationCanceledException or Microsoft.Data.Sqlite.SqliteException or NpgsqlException)
        {
            times.Add(double.PositiveInfinity);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[times.Count / 2]:N2} |"));
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
