using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>One prepared statement, run per row. Synchronous on purpose: the caller holds the one write gate.</summary>
internal sealed class SqliteBulkInsert : BulkInsert
{
    private static readonly BulkColumn id = new("Id", BulkType.Long);

    public override Task InsertAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancel)
    {
        Insert(db, table, columns, rows, firstId: null);

        return Task.CompletedTask;
    }

    public override Task<long[]> InsertReturningIdsAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancel)
    {
        // Nobody else can take a number: the transaction holds the database's write lock.
        using var command = Command(db, "SELECT COALESCE((SELECT \"seq\" FROM \"sqlite_sequence\" WHERE \"name\" = @table), 0) + 1");
        command.Parameters.Add(new SqliteParameter("@table", table));
        var first = (long)command.ExecuteScalar()!;
        Insert(db, table, columns, rows, first);

        return Task.FromResult(Enumerable.Range(0, rows.Count).Select(i => first + i).ToArray());
    }

    public override Task SetAsync(LoyaltyDbContext db, string table, string column, IReadOnlyList<(long Id, long Value)> values, CancellationToken cancel)
    {
        using var command = Command(db, $"UPDATE \"{table}\" SET \"{column}\" = @value WHERE \"Id\" = @id");
        var (value, key) = (new SqliteParameter("@value", SqliteType.Integer), new SqliteParameter("@id", SqliteType.Integer));
        command.Parameters.Add(value);
        command.Parameters.Add(key);
        foreach (var row in values)
        {
            (value.Value, key.Value) = (row.Value, row.Id);
            command.ExecuteNonQuery();
        }

        return Task.CompletedTask;
    }

    public override Task UpdateAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<(long Id, object?[] Values)> rows, CancellationToken cancel)
    {
        using var command = Command(db, $"UPDATE \"{table}\" SET {string.Join(", ", columns.Select((column, i) => $"\"{column.Name}\" = @p{i}"))} WHERE \"Id\" = @id");
        var key = new SqliteParameter("@id", SqliteType.Integer);
        command.Parameters.Add(key);
        var parameters = columns.Select((column, i) => new SqliteParameter($"@p{i}", TypeOf(column.Type))).ToArray();
        command.Parameters.AddRange(parameters);
        command.Prepare();
        foreach (var row in rows)
        {
            key.Value = row.Id;
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value = Stored(row.Values[i]);
            }

            command.ExecuteNonQuery();
        }

        return Task.CompletedTask;
    }

    private static void Insert(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows, long? firstId)
    {
        var all = firstId is null ? columns : [id, .. columns];
        using var command = Command(db, $"INSERT INTO \"{table}\" ({Columns(all)}) VALUES ({string.Join(", ", all.Select((_, i) => $"@p{i}"))})");
        var parameters = new SqliteParameter[all.Count];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = new SqliteParameter($"@p{i}", TypeOf(all[i].Type));
            command.Parameters.Add(parameters[i]);
        }

        command.Prepare();
        var offset = firstId is null ? 0 : 1;
        for (var row = 0; row < rows.Count; row++)
        {
            if (firstId is { } first)
            {
                parameters[0].Value = first + row;
            }

            for (var i = 0; i < columns.Count; i++)
            {
                parameters[i + offset].Value = Stored(rows[row][i]);
            }

            command.ExecuteNonQuery();
        }
    }

    private static SqliteType TypeOf(BulkType type) => type switch
    {
        BulkType.Text or BulkType.Day or BulkType.Guid => SqliteType.Text,
        BulkType.Bytes => SqliteType.Blob,
        _ => SqliteType.Integer,
    };

    // As the model's converters store them.
    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset instant => instant.UtcTicks,
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        decimal amount => (long)(amount * 10_000m),
        bool flag => flag ? 1L : 0L,
        Guid guid => guid.ToString().ToUpperInvariant(),
        _ => value,
    };
}
