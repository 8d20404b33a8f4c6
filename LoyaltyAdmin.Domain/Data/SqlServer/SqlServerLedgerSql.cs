using System.Data;
using System.Data.Common;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Data.SqlClient;

namespace LoyaltyAdmin.Domain.Data.SqlServer;

internal sealed class SqlServerLedgerSql : LedgerSql
{
    /// <summary>One batch, one round trip. Must run inside a transaction: the statements stand or fall together.</summary>
    public override async Task<PostingRow> PostAsync(DbConnection connection, DbTransaction? transaction, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        var entries = legs.Count == 0
            ? ""
            : "INSERT INTO \"LedgerEntries\" (\"TransactionId\", \"AccountId\", \"Amount\") VALUES " +
              string.Join(", ", legs.Select((_, i) => $"(@Id, @LegAccount{i}, @LegAmount{i})")) + ";";
        command.CommandText =
            $"""
            SET NOCOUNT ON;
            DECLARE @Id bigint = 0, @BalanceAfter bigint = 0, @Sequence bigint = 0;
            DECLARE @account TABLE ("Balance" bigint, "LastSequence" bigint);
            {UpdateAccount(posting)} OUTPUT inserted."Balance", inserted."LastSequence" INTO @account {Guard(posting)};
            IF @@ROWCOUNT = 1
            BEGIN
                SELECT @BalanceAfter = "Balance", @Sequence = "LastSequence" FROM @account;
                INSERT INTO "LedgerTransactions" ({TransactionColumns}) VALUES ({TransactionValues}, @BalanceAfter, @Sequence);
                SET @Id = CAST(SCOPE_IDENTITY() AS bigint);
                {entries}
            END;
            SELECT @Id, @BalanceAfter, @Sequence;
            """;
        AddParameters(command, posting);
        for (var i = 0; i < legs.Count; i++)
        {
            Add(command, $"@LegAccount{i}", legs[i].AccountId);
            Add(command, $"@LegAmount{i}", legs[i].Amount);
        }

        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);

        return new PostingRow(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public override async Task<bool> TakeCaptureAsync(DbConnection connection, DbTransaction? transaction, long transactionId, long captured, long amount, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            """
            SET NOCOUNT ON;
            INSERT INTO "LedgerCaptures" ("TransactionId", "Remaining")
                SELECT @Id, @Captured WHERE NOT EXISTS (SELECT 1 FROM "LedgerCaptures" WITH (UPDLOCK, HOLDLOCK) WHERE "TransactionId" = @Id);
            UPDATE "LedgerCaptures" SET "Remaining" = "Remaining" - @Amount WHERE "TransactionId" = @Id AND "Remaining" >= @Amount;
            SELECT @@ROWCOUNT;
            """;
        Add(command, "@Id", transactionId);
        Add(command, "@Captured", captured);
        Add(command, "@Amount", amount);

        return await command.ExecuteScalarAsync(cancel) is 1;
    }

    public override string OpenAccounts(string memberIds) =>
        $$"""
        INSERT INTO "LedgerAccounts" ("Kind", "Currency", "StoreId", "MemberId", "Balance", "LastSequence", "Status")
        SELECT {0}, {1}, {2}, m."Id", 0, 0, {3} FROM "Members" m WITH (REPEATABLEREAD) WHERE m."Id" IN ({{memberIds}}) AND m."Status" <> 'Merged'
        AND NOT EXISTS (SELECT 1 FROM "LedgerAccounts" a WITH (UPDLOCK, HOLDLOCK) WHERE a."MemberId" = m."Id" AND a."Kind" = {0} AND a."Currency" = {1})
        """;

    protected override string InsertLot =>
        "INSERT INTO \"LedgerLots\" (\"AccountId\", \"Kind\", \"Remaining\", \"UsableFrom\", \"ExpiresAt\") OUTPUT inserted.\"Id\" VALUES (@Account, @Kind, @Amount, @UsableFrom, @ExpiresAt)";

    // SqlClient sends an untyped null as nvarchar, which varbinary refuses.
    protected override void AddNullable<T>(DbCommand command, string name, T value)
    {
        if (typeof(T) == typeof(byte[]))
        {
            command.Parameters.Add(new SqlParameter(name, SqlDbType.VarBinary, -1) { Value = (object?)value ?? DBNull.Value });
        }
        else
        {
            Add(command, name, value);
        }
    }
}
