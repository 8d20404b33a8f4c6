using System.Globalization;
using System.Security.Cryptography;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>The least bringing cards in can cost: the same rows by one prepared statement per table in one transaction, or by COPY.</summary>
internal static class RawCards
{
    private static readonly (string Table, string[] Columns)[] tables =
    [
        ("LedgerAccounts", ["Id", "Kind", "Currency", "StoreId", "Balance", "LastSequence", "Status"]),
        ("GiftCards", ["Id", "PlanId", "TermsId", "AccountId", "CardType", "Currency", "StoreId", "Channel", "NumberHash", "SealedNumber", "LastFour", "FaceValue", "Paid", "BuyerName", "BuyerPhone", "BuyerEmail", "SearchText", "OrderNumber", "SoldAt", "SoldOn"]),
        ("LedgerTransactions", ["Id", "Type", "AccountKind", "AccountId", "Currency", "Amount", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At", "Source", "IdempotencyKey", "RequestHash", "OrderNumber", "ActorKey", "ActorName", "BalanceAfter", "Sequence"]),
        ("LedgerEntries", ["TransactionId", "AccountId", "Amount"]),
    ];

    /// <summary>Inserts <paramref name="count"/> cards numbered from <paramref name="first"/>.</summary>
    public static async Task InsertAsync(FilesWorld world, int count, long first = 1_000_000)
    {
        if (world.IsSqlite)
        {
            InsertSqlite(world, count, first);
        }
        else
        {
            await CopyAsync(world, count, first);
        }
    }

    private static IEnumerable<object[]> Rows(FilesWorld world, int table, int count, long first, DateTimeOffset now, bool sqlite)
    {
        object At() => sqlite ? now.UtcTicks : now;
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        object Day() => sqlite ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : day;
        object Money(decimal value) => sqlite ? (long)(value * 10_000) : value;
        var (store, plan, terms) = (world.Store.Id, world.Plan.Id, world.Plan.TermsId!.Value);
        for (var id = first; id < first + count; id++)
        {
            switch (table)
            {
                case 0:
                    yield return [id, "GiftCard", "USD", store, 100_00L, 1L, "Open"];
                    break;
                case 1:
                    yield return
                    [
                        id, plan, terms, id, "Physical", "USD", store, "Pos", RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(48), "1234", Money(100), Money(90),
                        $"Buyer {id}", $"+1212{id}", $"buyer{id}@example.com", $"buyer {id} +1212{id} buyer{id}@example.com 1234", $"INV-{id}", At(), Day(),
                    ];
                    break;
                case 2:
                    yield return [id, "Activation", "GiftCard", id, "USD", 100_00L, store, store, "Pos", Day(), At(), "raw", id.ToString(CultureInfo.InvariantCulture), "0123456789012345678901234567890123456789012345678901234567890123", $"INV-{id}", "system", "System", 100_00L, 1L];
                    break;
                default:
                    yield return [id, id, 100_00L];
                    yield return [id, HouseAccount.Id(House.CashIn, "USD"), -100_00L];
                    break;
            }
        }
    }

    private static void InsertSqlite(FilesWorld world, int count, long first)
    {
        using var connection = new SqliteConnection(world.ConnectionString);
        connection.Open();
        Execute(connection, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; BEGIN IMMEDIATE");
        for (var table = 0; table < tables.Length; table++)
        {
            var (name, columns) = tables[table];
            using var command = connection.CreateCommand();
            command.CommandText = $"INSERT INTO \"{name}\" ({string.Join(", ", columns.Select(c => $"\"{c}\""))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
            var parameters = columns.Select((_, i) => command.Parameters.Add(new SqliteParameter($"@p{i}", null))).ToArray();
            foreach (var row in Rows(world, table, count, first, TimeProvider.System.GetUtcNow(), sqlite: true))
            {
                for (var i = 0; i < row.Length; i++)
                {
                    parameters[i].Value = row[i];
                }

                command.ExecuteNonQuery();
            }
        }

        Execute(connection, "COMMIT");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static async Task CopyAsync(FilesWorld world, int count, long first)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        for (var table = 0; table < tables.Length; table++)
        {
            var (name, columns) = tables[table];
            await using var copy = await connection.BeginBinaryImportAsync($"COPY \"{name}\" ({string.Join(", ", columns.Select(c => $"\"{c}\""))}) FROM STDIN (FORMAT BINARY)");
            foreach (var row in Rows(world, table, count, first, TimeProvider.System.GetUtcNow(), sqlite: false))
            {
                await copy.StartRowAsync();
                foreach (var value in row)
                {
                    await copy.WriteAsync(value, value switch
                    {
                        long => NpgsqlDbType.Bigint,
                        byte[] => NpgsqlDbType.Bytea,
                        decimal => NpgsqlDbType.Numeric,
                        DateTimeOffset => NpgsqlDbType.TimestampTz,
                        DateOnly => NpgsqlDbType.Date,
                        _ => NpgsqlDbType.Text,
                    });
                }
            }

            await copy.CompleteAsync();
        }

        await transaction.CommitAsync();
    }
}
