using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>A database of its own with one store, plan and users, for the file benchmarks; deleted afterwards.</summary>
internal sealed class FilesWorld : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;
    private readonly string? server = Environment.GetEnvironmentVariable("LOYALTY_TEST_PG");
    private readonly string name = $"loyalty_bench_{Guid.NewGuid():N}";
    private readonly ServiceProvider services;

    private FilesWorld(bool sqlite)
    {
        (IsSqlite, ConnectionString) = (sqlite, sqlite ? $"Data Source={Path.Combine(folder, "files.db")}" : new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString);
        services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(SecretKeys.Ephemeral())
            .AddLoyaltyDatabase(sqlite ? "Sqlite" : "PostgreSql", ConnectionString)
            .AddLoyaltyDomain()
            .AddSingleton(new ExportSettings(Path.Combine(folder, "exports")))
            .BuildServiceProvider();
    }

    public bool IsSqlite { get; }

    public string ConnectionString { get; }

    public Store Store { get; private set; } = null!;

    public GiftCardPlan Plan { get; private set; } = null!;

    public Actor Finance { get; private set; } = null!;

    public Actor Till { get; private set; } = null!;

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public static async Task<FilesWorld> MakeAsync(bool sqlite)
    {
        var world = new FilesWorld(sqlite);
        if (!sqlite)
        {
            await world.ExecuteAsync($"CREATE DATABASE {world.name}");
        }

        await world.Get<DatabaseStartup>().MigrateAsync();
        await world.FillAsync();

        return world;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (!IsSqlite)
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(server!);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private Task FillAsync() => Get<LoyaltyDatabase>().WriteAsync(Actor.System, async db =>
    {
        var now = TimeProvider.System.GetUtcNow();
        Store = new Store { Code = "NYC01", Name = "Fifth Avenue", TimeZone = "America/New_York" };
        var design = new GiftCardDesign { Name = "Classic", LibraryKey = "classic", CreatedAt = now };
        db.AddRange(Store, design);
        await db.SaveChangesAsync();
        Plan = new GiftCardPlan { Code = "GC-0001", Name = "Holiday Gift Card", Currency = "USD", CardType = GiftCardType.Physical, DesignId = design.Id, Rules = new GiftCardRules { CustomAmount = new(1, 5_000) }, CreatedAt = now };
        Plan.Activate();
        db.Add(Plan);
        await db.SaveChangesAsync();
        var terms = new GiftCardTerms { PlanId = Plan.Id, Number = 1, Rules = Plan.Rules, Since = now };
        db.Add(terms);
        await db.SaveChangesAsync();
        Plan.TermsId = terms.Id;
        var role = new Role { Name = "Finance", Permissions = [Permission.GiftCardsImport, Permission.TransactionsExport, Permission.GiftCardsSell, Permission.BuyersReveal] };
        db.Add(role);
        await db.SaveChangesAsync();
        var user = new StaffUser { DisplayName = "Finance", UserName = "f@example.com", RoleId = role.Id, CreatedAt = now };
        var till = new ApiClient { Name = "Till", Scopes = [ApiScope.GiftCardsRedeem] };
        db.AddRange(user, till, new CompanySettings { Name = "Harbour Coffee", TimeZone = "America/New_York", Currency = "USD" });
        await db.SaveChangesAsync();
        (Finance, Till) = (Actor.Staff(user.Id, "Finance"), Actor.ApiClient(till.Id, "Till"));
    });

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
