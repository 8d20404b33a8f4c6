using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace LoyaltyAdmin.Domain.Data.PostgreSql;

/// <summary>Binary COPY; identifiers are drawn from the table's sequence first.</summary>
internal sealed class PostgreSqlBulkInsert : BulkInsert
{
    private static readonly BulkColumn id = new("Id", BulkType.Long);

    public override async Task InsertAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancel) =>
        await CopyAsync(db, table, columns, rows, ids: null, cancel);

    public override async Task<long[]> InsertReturningIdsAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancel)
    {
        await using var command = Command(db, "SELECT nextval(pg_get_serial_sequence(@table, 'Id')) FROM generate_series(1, @count)");
        command.Parameters.Add(new NpgsqlParameter("@table", $"\"{table}\""));
        command.Parameters.Add(new NpgsqlParameter("@count", rows.Count));
        var ids = new List<long>(rows.Count);
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                ids.Add(reader.GetInt64(0));
            }
        }

        await CopyAsync(db, table, [id, .. columns], rows, ids, cancel);

        return [.. ids];
    }

    public override async Task SetAsync(LoyaltyDbContext db, string table, string column, IReadOnlyList<(long Id, long Value)> values, CancellationToken cancel)
    {
        await using var command = Command(db, $"UPDATE \"{table}\" SET \"{column}\" = v.value FROM unnest(@ids, @values) AS v(id, value) WHERE \"Id\" = v.id");
        command.Parameters.Add(new NpgsqlParameter("@ids", values.Select(v => v.Id).ToArray()));
        command.Parameters.Add(new NpgsqlParameter("@values", values.Select(v => v.Value).ToArray()));
        await command.ExecuteNonQueryAsync(cancel);
    }

    public override async Task UpdateAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<(long Id, object?[] Values)> rows, CancellationToken cancel)
    {
        var set = string.Join(", ", columns.Select((column, i) => $"\"{column.Name}\" = v.c{i}"));
        var from = string.Join(", ", columns.Select((_, i) => $"@c{i}"));
        var names = string.Join(", ", columns.Select((_, i) => $"c{i}"));
        await using var command = Command(db, $"UPDATE \"{table}\" SET {set} FROM unnest(@ids, {from}) AS v(id, {names}) WHERE \"Id\" = v.id");
        command.Parameters.Add(new NpgsqlParameter("@ids", rows.Select(row => row.Id).ToArray()));
        AddArrays(command, columns, rows.Select(row => row.Values).ToList());
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Adds each column as an array, named <c>@c0</c>, <c>@c1</c> and so on.</summary>
    public static void AddArrays(DbCommand command, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            var column = i;
            command.Parameters.Add(new NpgsqlParameter($"@c{i}", NpgsqlDbType.Array | TypeOf(columns[i].Type)) { Value = ArrayOf(columns[i].Type, rows.Select(row => row[column])) });
        }
    }

    private static Array ArrayOf(BulkType type, IEnumerable<object?> values) => type switch
    {
        BulkType.Long => values.Select(value => (long?)value).ToArray(),
        BulkType.Int => values.Select(value => (int?)value).ToArray(),
        BulkType.Text => values.Select(value => (string?)value).ToArray(),
        BulkType.Bytes => values.Select(value => (byte[]?)value).ToArray(),
        BulkType.Instant => values.Select(value => ((DateTimeOffset?)value)?.ToUniversalTime()).ToArray(),
        BulkType.Day => values.Select(value => (DateOnly?)value).ToArray(),
        BulkType.Decimal => values.Select(value => (decimal?)value).ToArray(),
        BulkType.Guid => values.Select(value => (Guid?)value).ToArray(),
        _ => values.Select(value => (bool?)value).ToArray(),
    };

    private static async Task CopyAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows, List<long>? ids, CancellationToken cancel)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync($"COPY \"{table}\" ({Columns(columns)}) FROM STDIN (FORMAT BINARY)", cancel);
        var offset = ids is null ? 0 : 1;
        for (var row = 0; row < rows.Count; row++)
        {
            await copy.StartRowAsync(cancel);
            if (ids is not null)
            {
                await copy.WriteAsync(ids[row], NpgsqlDbType.Bigint, cancel);
            }

            for (var i = offset; i < columns.Count; i++)
            {
                if (rows[row][i - offset] is { } value)
                {
                    await copy.WriteAsync(value is DateTimeOffset instant ? instant.ToUniversalTime() : value, TypeOf(columns[i].Type), cancel);
                }
                else
                {
                    await copy.WriteNullAsync(cancel);
                }
            }
        }

        await copy.CompleteAsync(cancel);
    }

    private static NpgsqlDbType TypeOf(BulkType type) => type switch
    {
        BulkType.Long => NpgsqlDbType.Bigint,
        BulkType.Int => NpgsqlDbType.Integer,
        BulkType.Text => NpgsqlDbType.Text,
        BulkType.Bytes => NpgsqlDbType.Bytea,
        BulkType.Instant => NpgsqlDbType.TimestampTz,
        BulkType.Day => NpgsqlDbType.Date,
        BulkType.Decimal => NpgsqlDbType.Numeric,
        BulkType.Guid => NpgsqlDbType.Uuid,
        _ => NpgsqlDbType.Boolean,
    };
}
