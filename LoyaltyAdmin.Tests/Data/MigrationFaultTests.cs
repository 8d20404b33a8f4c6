using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Tests.Data;

/// <summary>Reliability 2.2, C5: a start that died inside a migration needs nobody's hand at the next one.</summary>
[Long]
public sealed class MigrationFaultTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task C5_A_start_that_died_after_any_migration_is_completed_by_the_next(DatabaseKind kind)
    {
        string[] migrations;
        await using (var any = await TestDatabase.CreateAsync(kind, empty: true))
        {
            migrations = [.. await any.Get<DatabaseStartup>().PendingMigrationsAsync()];
        }

        foreach (var last in migrations)
        {
            await using var database = await TestDatabase.CreateAsync(kind, empty: true);
            await using (var db = await database.ReadAsync())
            {
                await db.GetService<IMigrator>().MigrateAsync(last);
                if (kind == DatabaseKind.Sqlite)
                {
                    // What EF leaves behind when the process dies while it holds its lock.
                    await db.Database.ExecuteSqlRawAsync(
                        """
                        CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                        INSERT OR IGNORE INTO "__EFMigrationsLock" ("Id", "Timestamp") VALUES (1, '2026-03-02 15:00:00+00:00');
                        """);
                }
            }

            await database.Get<DatabaseStartup>().MigrateAsync().WaitAsync(TimeSpan.FromMinutes(1));

            (await database.Get<DatabaseStartup>().PendingMigrationsAsync()).ShouldBeEmpty();
            await A.GiftCard().Holding(100m).SaveToAsync(database);
        }
    }
}
