using LoyaltyAdmin.Domain.Data.PostgreSql;
using Npgsql;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>A PostgreSQL database of its own, empty or a copy; as a class fixture it lives as long as the class's tests.</summary>
public sealed class PostgresDatabase : IAsyncLifetime, IAsyncDisposable
{
    private readonly string? template;

    public PostgresDatabase()
    {
    }

    internal PostgresDatabase(string? template) => this.template = template;

    public string Name { get; } = $"loyalty_{Guid.NewGuid():N}";

    /// <summary>As the product completes it, so that both use one pool.</summary>
    public string ConnectionString => PostgreSqlProvider.WithPreparedStatements(new NpgsqlConnectionStringBuilder(PostgresServer.AdminConnectionString)
    {
        Database = Name,
        MaxPoolSize = 20,
        IncludeErrorDetail = true,
    }.ConnectionString);

    public Task InitializeAsync() => PostgresServer.ExecuteAsync($"CREATE DATABASE {Name}{(template is null ? "" : $" TEMPLATE {template}")}");

    /// <summary>Closes the idle connections of this process.</summary>
    public void CloseConnections()
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(connection);
    }

    public async ValueTask DisposeAsync()
    {
        CloseConnections();
        await PostgresServer.ExecuteAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
}
