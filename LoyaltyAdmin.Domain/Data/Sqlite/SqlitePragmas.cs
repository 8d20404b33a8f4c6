using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>Sets what SQLite forgets per connection: an acknowledged commit is on disk; foreign keys and REPLACE triggers hold.</summary>
internal sealed class SqlitePragmas(bool isRepeatable = false) : DbConnectionInterceptor
{
    public const string Statement = "PRAGMA synchronous=FULL;" + Others;

    private const string Others = " PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; PRAGMA busy_timeout=5000; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;";

    private string Own => isRepeatable ? "PRAGMA synchronous=NORMAL;" + Others : Statement;

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Own;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Own;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
