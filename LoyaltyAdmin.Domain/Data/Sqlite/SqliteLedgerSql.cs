using System.Data.Common;
using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

internal sealed class SqliteLedgerSql : LedgerSql
{
    // Synchronous on purpose: SQLite's asynchronous calls are synchronous inside, and the caller holds the one write gate.
    public override Task<PostingRow> PostAsync(DbConnection connection, DbTransaction? transaction, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"{UpdateAccount(posting)} {Guard(posting)} RETURNING \"Balance\", \"LastSequence\"";
        AddParameters(command, posting);
        long balance, sequence;
        using (var reader = command.ExecuteReader())
        {
            if (!reader.Read())
            {
                return Task.FromResult(default(PostingRow));
            }

            (balance, sequence) = (reader.GetInt64(0), reader.GetInt64(1));
        }

        command.CommandText = $"INSERT INTO \"LedgerTransactions\" ({TransactionColumns}) VALUES ({TransactionValues}, @BalanceAfter, @Sequence) RETURNING \"Id\"";
        Add(command, "@BalanceAfter", balance);
        Add(command, "@Sequence", sequence);
        var id = (long)command.ExecuteScalar()!;

        if (legs.Count > 0)
        {
            command.CommandText = "INSERT INTO \"LedgerEntries\" (\"TransactionId\", \"AccountId\", \"Amount\") VALUES " +
                string.Join(", ", legs.Select((_, i) => $"(@Transaction, @LegAccount{i}, @LegAmount{i})"));
            command.Parameters.Clear();
            Add(command, "@Transaction", id);
            for (var i = 0; i < legs.Count; i++)
            {
                Add(command, $"@LegAccount{i}", legs[i].AccountId);
                Add(command, $"@LegAmount{i}", legs[i].Amount);
            }

            command.ExecuteNonQuery();
        }

        return Task.FromResult(new PostingRow(id, balance, sequence));
    }

    public override async Task<bool> TakeCaptureAsync(DbConnection connection, DbTransaction? transaction, long transactionId, long captured, long amount, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            """
            INSERT INTO "LedgerCaptures" ("TransactionId", "Remaining") VALUES (@Id, @Captured) ON CONFLICT DO NOTHING;
            UPDATE "LedgerCaptures" SET "Remaining" = "Remaining" - @Amount WHERE "TransactionId" = @Id AND "Remaining" >= @Amount RETURNING 1;
            """;
        Add(command, "@Id", transactionId);
        Add(command, "@Captured", captured);
        Add(command, "@Amount", amount);

        return await command.ExecuteScalarAsync(cancel) is not null;
    }

    protected override object Instant(DateTimeOffset at) => at.UtcTicks;

    protected override object Day(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
