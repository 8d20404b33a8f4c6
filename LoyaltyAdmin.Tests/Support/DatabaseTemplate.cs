using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>Migrates once per test run and kind; every further database is a copy.</summary>
internal static class DatabaseTemplate
{
    private static readonly Lazy<Task<string>> sqliteFile = new(MakeSqliteAsync);
    private static readonly Lazy<Task<PostgresDatabase>> postgres = new(MakePostgresAsync);

    public static async Task<(string ConnectionString, IAsyncDisposable Storage)> EmptyAsync(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Sqlite)
        {
            var folder = new TemporaryFolder();

            return (Connection(folder.File), folder);
        }

        var database = await PostgresServer.CreateDatabaseAsync();

        return (database.ConnectionString, database);
    }

    public static async Task<(string ConnectionString, IAsyncDisposable Storage)> CopyAsync(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Sqlite)
        {
            var template = await sqliteFile.Value;
            var folder = new TemporaryFolder();
            File.Copy(template, folder.File);

            return (Connection(folder.File), folder);
        }

        var database = await PostgresServer.CreateDatabaseAsync((await postgres.Value).Name);

        return (database.ConnectionString, database);
    }

    private static string Connection(string file) => $"Data Source={file}";

    private static async Task<string> MakeSqliteAsync()
    {
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete();
        await MigrateAsync(DatabaseKind.Sqlite, Connection(folder.File));
        // The last connection to close moves the write-ahead log into the file.
        using var connection = new SqliteConnection(Connection(folder.File));
        SqliteConnection.ClearPool(connection);

        return folder.File;
    }

    private static async Task<PostgresDatabase> MakePostgresAsync()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => database.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(5));
        await MigrateAsync(DatabaseKind.PostgreSql, database.ConnectionString);
        // A database somebody is connected to cannot be a template.
        database.CloseConnections();

        return database;
    }

    private static async Task MigrateAsync(DatabaseKind kind, string connectionString)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(SecretKeys.Ephemeral())
            .AddLoyaltyDatabase(kind.ToString(), connectionString)
            .AddSingleton<DatabaseStartup>()
            .BuildServiceProvider();
        await services.GetRequiredService<DatabaseStartup>().MigrateAsync();
    }

    private sealed class TemporaryFolder : IAsyncDisposable
    {
        private readonly string path = Directory.CreateTempSubdirectory("loyalty-test-").FullName;

        public string File => Path.Combine(path, "loyalty.db");

        public void Delete()
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }

        public ValueTask DisposeAsync()
        {
            Delete();

            return ValueTask.CompletedTask;
        }
    }
}
