using Npgsql;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>The PostgreSQL server the tests may use: the one LOYALTY_TEST_PG points to. Nothing is started here.</summary>
public static class PostgresServer
{
    public const string Variable = "LOYALTY_TEST_PG";

    /// <summary>Connection string of a database whose user may create databases.</summary>
    public static string AdminConnectionString =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } connection
            ? connection
            : throw new InvalidOperationException(
                $"This test needs PostgreSQL. Run ./test.sh, which starts one, or set {Variable} to the Npgsql "
                + "connection string of a database whose user may create databases.");

    /// <summary>Creates a database of its own, empty or a copy of <paramref name="template"/>; disposing the result drops it.</summary>
    public static async Task<PostgresDatabase> CreateDatabaseAsync(string? template = null)
    {
        var database = new PostgresDatabase(template);
        await database.InitializeAsync();

        return database;
    }

    internal static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(AdminConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
