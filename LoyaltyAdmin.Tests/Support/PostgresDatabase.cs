using Npgsql;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>An empty PostgreSQL database of its own; as a class fixture it lives as long as the class's tests.</summary>
public sealed class PostgresDatabase : IAsyncLifetime, IAsyncDisposable
{
    private readonly string name = $"loyalty_{Guid.NewGuid():N}";

    public string ConnectionString => new NpgsqlConnectionStringBuilder(PostgresServer.AdminConnectionString)
    {
        Database = name,
        MaxPoolSize = 20,
        IncludeErrorDetail = true,
    }.ConnectionString;

    public Task InitializeAsync() => PostgresServer.ExecuteAsync($"CREATE DATABASE {name}");

    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await PostgresServer.ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
}
