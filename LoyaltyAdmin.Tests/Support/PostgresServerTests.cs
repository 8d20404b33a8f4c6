using Npgsql;

namespace LoyaltyAdmin.Tests.Support;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task Each_database_is_empty_and_its_own()
    {
        await using var first = await PostgresServer.CreateDatabaseAsync();
        await using var second = await PostgresServer.CreateDatabaseAsync();

        await CreateTableAsync(first);
        await CreateTableAsync(second);

        first.ConnectionString.ShouldNotBe(second.ConnectionString);
    }

    private static async Task CreateTableAsync(PostgresDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("CREATE TABLE cards (id bigint PRIMARY KEY)", connection);
        await command.ExecuteNonQueryAsync();
    }
}
