using LoyaltyAdmin.Domain.Data.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>Brings the database to the current model at start; safe when the last start died in the middle of it.</summary>
public sealed class DatabaseStartup(LoyaltyDatabase database)
{
    public async Task MigrateAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        if (database.Provider is SqliteProvider)
        {
            var source = new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource;
            if (Path.GetDirectoryName(Path.GetFullPath(source)) is { Length: > 0 } directory && source != ":memory:")
            {
                Directory.CreateDirectory(directory);
            }
        }

        await database.Provider.PrepareMigrationAsync(db, cancel);
        await db.Database.MigrateAsync(cancel);
        if (database.Provider.WriteGate is not null)
        {
            // One process only: whoever held a lease is gone.
            await db.JobLeases.ExecuteUpdateAsync(set => set.SetProperty(lease => lease.Until, DateTimeOffset.UnixEpoch), cancel);
        }
    }

    /// <summary>Migrations this program knows and the database has not seen; empty when it is up to date.</summary>
    public async Task<IReadOnlyList<string>> PendingMigrationsAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);

        return [.. await db.Database.GetPendingMigrationsAsync(cancel)];
    }
}
