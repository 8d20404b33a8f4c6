using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.Exports;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// The company of the command <c>generate</c>: one that is there already, named by its connection string, or a new one that is deleted afterwards
/// (SQLite in a temporary folder, PostgreSQL beside LOYALTY_TEST_PG).
/// </summary>
internal sealed class GeneratedCompany : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly string? database;

    private GeneratedCompany(string provider, string connectionString, string? database)
    {
        (Provider, ConnectionString, this.database) = (provider, connectionString, database);
        services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(SecretKeys.Load(KeyFile))
            .AddLoyaltyDatabase(provider, connectionString)
            .AddLoyaltyDomain()
            .AddSingleton(new ExportSettings(Path.Combine(Folder, "exports")) { HourlyLimit = int.MaxValue })
            .BuildServiceProvider();
    }

    public string Provider { get; }

    public string ConnectionString { get; }

    /// <summary>For files; deleted afterwards.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("loyalty-bench-").FullName;

    /// <summary>Beside a SQLite database, where the application keeps it.</summary>
    public string KeyFile => Provider == "Sqlite" ? new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(ConnectionString).DataSource + ".keys.json" : Path.Combine(Folder, "keys.json");

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <param name="provider">Sqlite or PostgreSql.</param>
    /// <param name="connectionString">A generated database; null: one is generated.</param>
    /// <param name="cards">How many, where one is generated.</param>
    /// <param name="transactions">How many, where one is generated.</param>
    public static async Task<GeneratedCompany> OpenAsync(string provider, string? connectionString, int cards = 0, int transactions = 0)
    {
        if (connectionString is not null)
        {
            return new GeneratedCompany(provider, connectionString, database: null);
        }

        var name = $"loyalty_bench_{Guid.NewGuid():N}";
        if (provider != "Sqlite")
        {
            await PgBench.ExecuteAsync(Server, $"CREATE DATABASE {name}");
        }

        var company = new GeneratedCompany(provider, provider == "Sqlite" ? $"Data Source={Path.Combine(Path.GetTempPath(), name)}.db" : new NpgsqlConnectionStringBuilder(Server) { Database = name }.ConnectionString, name);
        try
        {
            await company.Get<DatabaseStartup>().MigrateAsync();
            await company.Get<DemoAccess>().EnsureRolesAsync(withTwoFactor: false);
            await company.Get<DemoAccess>().CreateCompanyAsync();
            await company.Get<DataGenerator>().GenerateAsync(cards, transactions, _ => { });
        }
        catch
        {
            await company.DisposeAsync();
            throw;
        }

        return company;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        if (database is null)
        {
            return;
        }

        if (Provider == "Sqlite")
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), $"{database}.db*"))
            {
                File.Delete(file);
            }
        }
        else
        {
            NpgsqlConnection.ClearAllPools();
            await PgBench.ExecuteAsync(Server, $"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    private static string Server => Environment.GetEnvironmentVariable("LOYALTY_TEST_PG") ?? throw new InvalidOperationException("Set LOYALTY_TEST_PG to a PostgreSQL server whose user may create databases.");
}
