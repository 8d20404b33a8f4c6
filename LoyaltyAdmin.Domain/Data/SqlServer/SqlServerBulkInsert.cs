using System.Data;
using System.Globalization;
using System.Text;
using Microsoft.Data.SqlClient;

namespace LoyaltyAdmin.Domain.Data.SqlServer;

/// <summary>Plain inserts, as many to a batch as its 2,100 parameters allow: one round trip for dozens of rows, and each row's identifier comes back in order.</summary>
internal sealed class SqlServerBulkInsert : BulkInsert
{
    private const int MostParameters = 2_000;

    public override Task InsertAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancel) =>
        InsertReturningIdsAsync(db, table, columns, rows, cancel);

    public override async Task<long[]> InsertReturningIdsAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows, CancellationToken cancel)
    {
        var ids = new List<long>(rows.Count);
        foreach (var batch in rows.Chunk(Math.Max(1, MostParameters / columns.Count)))
        {
            var sql = new StringBuilder("SET NOCOUNT ON; DECLARE @ids TABLE (\"Ordinal\" int NOT NULL, \"Id\" bigint NOT NULL);\n");
            await using var command = (SqlCommand)Command(db, "");
            for (var row = 0; row < batch.Length; row++)
            {
                sql.Append(CultureInfo.InvariantCulture, $"INSERT INTO \"{table}\" ({Columns(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{row}_{i}"))});\n")
                    .Append(CultureInfo.InvariantCulture, $"INSERT INTO @ids VALUES ({row}, CAST(SCOPE_IDENTITY() AS bigint));\n");
                for (var i = 0; i < columns.Count; i++)
                {
                    command.Parameters.Add(new SqlParameter($"@p{row}_{i}", TypeOf(columns[i].Type)) { Value = Stored(batch[row][i]) });
                }
            }

            command.CommandText = sql.Append("SELECT \"Id\" FROM @ids ORDER BY \"Ordinal\";").ToString();
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                ids.Add(reader.GetInt64(0));
            }
        }

        return [.. ids];
    }

    public override async Task SetAsync(LoyaltyDbContext db, string table, string column, IReadOnlyList<(long Id, long Value)> values, CancellationToken cancel)
    {
        foreach (var batch in values.Chunk(MostParameters / 2))
        {
            await using var command = (SqlCommand)Command(db, "");
            var sql = new StringBuilder("SET NOCOUNT ON;\n");
            for (var row = 0; row < batch.Length; row++)
            {
                sql.Append(CultureInfo.InvariantCulture, $"UPDATE \"{table}\" SET \"{column}\" = @v{row} WHERE \"Id\" = @i{row};\n");
                command.Parameters.Add(new SqlParameter($"@v{row}", SqlDbType.BigInt) { Value = batch[row].Value });
                command.Parameters.Add(new SqlParameter($"@i{row}", SqlDbType.BigInt) { Value = batch[row].Id });
            }

            command.CommandText = sql.ToString();
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    public override async Task UpdateAsync(LoyaltyDbContext db, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<(long Id, object?[] Values)> rows, CancellationToken cancel)
    {
        foreach (var batch in rows.Chunk(MostParameters / (columns.Count + 1)))
        {
            await using var command = (SqlCommand)Command(db, "");
            var sql = new StringBuilder("SET NOCOUNT ON;\n");
            for (var row = 0; row < batch.Length; row++)
            {
                sql.Append(CultureInfo.InvariantCulture, $"UPDATE \"{table}\" SET {string.Join(", ", columns.Select((column, i) => $"\"{column.Name}\" = @p{row}_{i}"))} WHERE \"Id\" = @i{row};\n");
                command.Parameters.Add(new SqlParameter($"@i{row}", SqlDbType.BigInt) { Value = batch[row].Id });
                for (var i = 0; i < columns.Count; i++)
                {
                    command.Parameters.Add(new SqlParameter($"@p{row}_{i}", TypeOf(columns[i].Type)) { Value = Stored(batch[row].Values[i]) });
                }
            }

            command.CommandText = sql.ToString();
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        DateOnly day => day.ToDateTime(TimeOnly.MinValue),
        _ => value,
    };

    private static SqlDbType TypeOf(BulkType type) => type switch
    {
        BulkType.Long => SqlDbType.BigInt,
        BulkType.Int => SqlDbType.Int,
        BulkType.Text => SqlDbType.NVarChar,
        BulkType.Bytes => SqlDbType.VarBinary,
        BulkType.Instant => SqlDbType.DateTimeOffset,
        BulkType.Day => SqlDbType.Date,
        BulkType.Decimal => SqlDbType.Decimal,
        BulkType.Guid => SqlDbType.UniqueIdentifier,
        _ => SqlDbType.Bit,
    };
}
