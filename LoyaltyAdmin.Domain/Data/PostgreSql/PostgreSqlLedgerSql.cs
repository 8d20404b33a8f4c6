using System.Data.Common;
using LoyaltyAdmin.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace LoyaltyAdmin.Domain.Data.PostgreSql;

internal sealed class PostgreSqlLedgerSql : LedgerSql
{
    /// <summary>One statement, one round trip: the row lock is held no longer than the statement runs.</summary>
    public override async Task<PostingRow> PostAsync(DbConnection connection, DbTransaction? transaction, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        var entries = legs.Count == 0
            ? ""
            : $"""
               , entries AS (INSERT INTO "LedgerEntries" ("TransactionId", "AccountId", "Amount")
                   SELECT posted."Id", leg.a, leg.x FROM posted, (VALUES {string.Join(", ", legs.Select((_, i) => $"(@LegAccount{i}, @LegAmount{i})"))}) AS leg(a, x))
               """;
        command.CommandText =
            $"""
            WITH account AS ({UpdateAccount(posting)} {Guard(posting)} RETURNING "Balance", "LastSequence"),
            posted AS (INSERT INTO "LedgerTransactions" ({TransactionColumns})
                SELECT {TransactionValues}, account."Balance", account."LastSequence" FROM account RETURNING "Id", "BalanceAfter", "Sequence")
            {entries}
            SELECT "Id", "BalanceAfter", "Sequence" FROM posted
            """;
        AddParameters(command, posting);
        for (var i = 0; i < legs.Count; i++)
        {
            Add(command, $"@LegAccount{i}", legs[i].AccountId);
            Add(command, $"@LegAmount{i}", legs[i].Amount);
        }

        await using var reader = await command.ExecuteReaderAsync(cancel);

        return await reader.ReadAsync(cancel) ? new PostingRow(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : default;
    }

    public override async Task<bool> TakeCaptureAsync(DbConnection connection, DbTransaction? transaction, long transactionId, long captured, long amount, CancellationToken cancel)
    {
        await using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT INTO \"LedgerCaptures\" (\"TransactionId\", \"Remaining\") VALUES (@Id, @Captured) ON CONFLICT DO NOTHING";
        Add(insert, "@Id", transactionId);
        Add(insert, "@Captured", captured);
        await insert.ExecuteNonQueryAsync(cancel);

        await using var take = connection.CreateCommand();
        take.Transaction = transaction;
        take.CommandText = "UPDATE \"LedgerCaptures\" SET \"Remaining\" = \"Remaining\" - @Amount WHERE \"TransactionId\" = @Id AND \"Remaining\" >= @Amount";
        Add(take, "@Id", transactionId);
        Add(take, "@Amount", amount);

        return await take.ExecuteNonQueryAsync(cancel) == 1;
    }

    // PostgreSQL cannot infer the type of a null inside SELECT.
    protected override void AddNullable<T>(DbCommand command, string name, T value) =>
        command.Parameters.Add(new NpgsqlParameter(name, value switch
        {
            long => NpgsqlDbType.Bigint,
            string => NpgsqlDbType.Text,
            byte[] => NpgsqlDbType.Bytea,
            _ => typeof(T) == typeof(long?) ? NpgsqlDbType.Bigint : typeof(T) == typeof(byte[]) ? NpgsqlDbType.Bytea : NpgsqlDbType.Text,
        })
        { Value = (object?)value ?? DBNull.Value });

    protected override string WhileMembersStay => "FOR SHARE";

    protected override object Instant(DateTimeOffset at) => at.ToUniversalTime();
}
