using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Data;

public sealed class SqliteStartupTests
{
    [Fact]
    public async Task A_first_start_turns_the_write_ahead_log_on()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, empty: true);

        await database.Get<DatabaseStartup>().MigrateAsync();

        (await JournalModeAsync(database)).ShouldBe("wal");
    }

    [Fact]
    public async Task A_connection_puts_every_commit_on_disk_and_keeps_foreign_keys_and_triggers_strict()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var db = await database.ReadAsync();

        (await db.Database.SqlQueryRaw<long>("SELECT synchronous AS \"Value\" FROM pragma_synchronous").SingleAsync()).ShouldBe(2);
        (await db.Database.SqlQueryRaw<long>("SELECT foreign_keys AS \"Value\" FROM pragma_foreign_keys").SingleAsync()).ShouldBe(1);
        (await db.Database.SqlQueryRaw<long>("SELECT recursive_triggers AS \"Value\" FROM pragma_recursive_triggers").SingleAsync()).ShouldBe(1);
    }

    private static async Task<string> JournalModeAsync(TestDatabase database)
    {
        await using var connection = new SqliteConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode";

        return (string)(await command.ExecuteScalarAsync())!;
    }
}
