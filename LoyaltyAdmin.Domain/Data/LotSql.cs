using System.Data.Common;
using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>
/// Lots. They move after the account's guarded update, which holds the account until the transaction ends: nobody else moves its lots meanwhile,
/// so reading them first is safe on every database.
/// </summary>
internal abstract partial class LedgerSql
{
    private const string OpenLots = "SELECT \"Id\", \"Kind\", \"Remaining\", \"UsableFrom\", \"ExpiresAt\" FROM \"LedgerLots\" WHERE \"AccountId\" = @Account AND \"Remaining\" > 0";

    private const string ChangeLot = "UPDATE \"LedgerLots\" SET \"Remaining\" = \"Remaining\" + @Amount WHERE \"Id\" = @Id";

    private const string InsertMovement = "INSERT INTO \"LedgerLotMovements\" (\"TransactionId\", \"LotId\", \"Amount\", \"GivesBackId\") VALUES (@Transaction, @Id, @Amount, @GivesBack)";

    private const string StillTaken =
        """
        SELECT "LotId", -SUM("Amount") FROM "LedgerLotMovements" WHERE "TransactionId" = @Taking OR "GivesBackId" = @Taking
        GROUP BY "LotId" HAVING SUM("Amount") < 0 ORDER BY MIN("Id")
        """;

    private const string MovedLots = "SELECT DISTINCT \"LotId\" FROM \"LedgerLotMovements\" WHERE \"TransactionId\" = @Moving";

    protected virtual string InsertLot =>
        "INSERT INTO \"LedgerLots\" (\"AccountId\", \"Kind\", \"Remaining\", \"UsableFrom\", \"ExpiresAt\") VALUES (@Account, @Kind, @Amount, @UsableFrom, @ExpiresAt) RETURNING \"Id\"";

    public virtual DateTimeOffset ReadInstant(DbDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    /// <summary>Opens the accounts ({0} kind, {1} currency, {2} store, {3} state) that the members have not got; another opener at the same moment is no error.</summary>
    public virtual string OpenAccounts(string memberIds) =>
        $$"""
        INSERT INTO "LedgerAccounts" ("Kind", "Currency", "StoreId", "MemberId", "Balance", "LastSequence", "Status")
        SELECT {0}, {1}, {2}, m."Id", 0, 0, {3} FROM "Members" m WHERE m."Id" IN ({{memberIds}}) AND m."Status" <> 'Merged' {{WhileMembersStay}}
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Waits for a merge of the members that is under way, and looks at them again.</summary>
    protected virtual string WhileMembersStay => "";

    /// <summary>Commands of a connection, one per text.</summary>
    protected static Func<string, DbCommand> Commands(DbConnection connection, DbTransaction? transaction) => text =>
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;

        return command;
    };

    /// <summary>Moves the lots of a posting that was just made. Of a taking it tells how much was principal.</summary>
    /// <exception cref="InsufficientBalanceException">What is usable now does not cover it, though the balance does.</exception>
    protected async Task<long?> MoveLotsAsync(Func<string, DbCommand> commands, Posting posting, LotChange change, PostingRow row, CancellationToken cancel)
    {
        // What pays off points below zero is in no lot.
        var comesIn = Math.Min(posting.Amount, Math.Max(0, row.BalanceAfter));
        switch (change)
        {
            case LotChange.Open open:
                await OpenAsync(commands, posting, open, comesIn, row.TransactionId, cancel);
                break;
            case LotChange.GiveBack back:
                var taken = await PairsAsync(commands, StillTaken, ("@Taking", back.TransactionId), cancel);
                foreach (var (lot, amount) in LotAllocation.GiveBack(taken, comesIn))
                {
                    await MoveAsync(commands, lot, amount, row.TransactionId, back.TransactionId, cancel);
                }

                break;
            case LotChange.Take take:
                return await TakeAsync(commands, posting, take, row, cancel);
        }

        return null;
    }

    private async Task OpenAsync(Func<string, DbCommand> commands, Posting posting, LotChange.Open open, long comesIn, long transaction, CancellationToken cancel)
    {
        if (open.Lots.Sum(lot => lot.Amount) != posting.Amount)
        {
            throw new InvalidOperationException($"The lots of a {posting.Type} are not its amount.");
        }

        foreach (var lot in open.Lots)
        {
            var amount = Math.Min(lot.Amount, comesIn);
            if (amount > 0)
            {
                var id = await JoinableAsync(commands, posting.AccountId, lot, cancel) ?? await InsertAsync(commands, posting.AccountId, lot, cancel);
                await MoveAsync(commands, id, amount, transaction, givesBack: null, cancel);
                comesIn -= amount;
            }
        }
    }

    private async Task<long> TakeAsync(Func<string, DbCommand> commands, Posting posting, LotChange.Take take, PostingRow row, CancellationToken cancel)
    {
        var wanted = -posting.Amount;
        var lots = new List<OpenLot>();
        var command = commands(OpenLots);
        Add(command, "@Account", posting.AccountId);
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                lots.Add(ReadLot(reader, 0));
            }
        }

        var first = take.FirstOf is { } moving ? (await IdsAsync(commands, moving, cancel)).ToHashSet() : [];
        var parts = LotAllocation.Take(lots, take, wanted, posting.At, first);
        var covered = parts.Sum(part => part.Amount);
        if (covered < wanted && !posting.AllowsDebt)
        {
            throw new InsufficientBalanceException(Values.Currency.Of(posting.Currency).ToMajor(covered), posting.Currency);
        }

        foreach (var (lot, amount) in parts)
        {
            await MoveAsync(commands, lot, -amount, row.TransactionId, givesBack: null, cancel);
        }

        return PrincipalOf(lots, parts);
    }

    /// <summary>The lot whose columns begin here: identifier, kind, remainder, first and last moment.</summary>
    protected OpenLot ReadLot(DbDataReader reader, int from) => new(reader.GetInt64(from), Enum.Parse<LotKind>(reader.GetString(from + 1)), reader.GetInt64(from + 2),
        reader.IsDBNull(from + 3) ? null : ReadInstant(reader, from + 3), reader.IsDBNull(from + 4) ? null : ReadInstant(reader, from + 4));

    protected static long PrincipalOf(IEnumerable<OpenLot> lots, IEnumerable<(long LotId, long Amount)> parts)
    {
        var principal = lots.Where(lot => lot.Kind == LotKind.Principal).Select(lot => lot.Id).ToHashSet();

        return parts.Where(part => principal.Contains(part.LotId)).Sum(part => part.Amount);
    }

    private async Task<long?> JoinableAsync(Func<string, DbCommand> commands, long account, NewLot lot, CancellationToken cancel)
    {
        // Principal and bonus stay apart: how much of which top-up is unused will be asked.
        if (lot.Kind != LotKind.Points)
        {
            return null;
        }

        var command = commands(
            $"""
            SELECT "Id" FROM "LedgerLots" WHERE "AccountId" = @Account AND "Kind" = @Kind
            AND "ExpiresAt" {(lot.ExpiresAt is null ? "IS NULL" : "= @ExpiresAt")} AND "UsableFrom" {(lot.UsableFrom is null ? "IS NULL" : "= @UsableFrom")}
            """);
        Add(command, "@Account", account);
        Add(command, "@Kind", lot.Kind.ToString());
        foreach (var (name, at) in new[] { ("@ExpiresAt", lot.ExpiresAt), ("@UsableFrom", lot.UsableFrom) })
        {
            if (at is { } instant)
            {
                Add(command, name, Instant(instant));
            }
        }

        return await command.ExecuteScalarAsync(cancel) is long id ? id : null;
    }

    private async Task<long> InsertAsync(Func<string, DbCommand> commands, long account, NewLot lot, CancellationToken cancel)
    {
        var command = commands(InsertLot);
        Add(command, "@Account", account);
        Add(command, "@Kind", lot.Kind.ToString());
        Add(command, "@Amount", 0L);
        Add(command, "@UsableFrom", lot.UsableFrom is { } from ? Instant(from) : null);
        Add(command, "@ExpiresAt", lot.ExpiresAt is { } until ? Instant(until) : null);

        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async Task MoveAsync(Func<string, DbCommand> commands, long lot, long amount, long transaction, long? givesBack, CancellationToken cancel)
    {
        var change = commands(ChangeLot);
        Add(change, "@Id", lot);
        Add(change, "@Amount", amount);
        await change.ExecuteNonQueryAsync(cancel);

        var movement = commands(InsertMovement);
        Add(movement, "@Transaction", transaction);
        Add(movement, "@Id", lot);
        Add(movement, "@Amount", amount);
        AddNullable(movement, "@GivesBack", givesBack);
        await movement.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<List<(long, long)>> PairsAsync(Func<string, DbCommand> commands, string text, (string Name, long Value) parameter, CancellationToken cancel)
    {
        var command = commands(text);
        Add(command, parameter.Name, parameter.Value);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var pairs = new List<(long, long)>();
        while (await reader.ReadAsync(cancel))
        {
            pairs.Add((reader.GetInt64(0), Convert.ToInt64(reader.GetValue(1), System.Globalization.CultureInfo.InvariantCulture)));
        }

        return pairs;
    }

    private static async Task<List<long>> IdsAsync(Func<string, DbCommand> commands, long moving, CancellationToken cancel)
    {
        var command = commands(MovedLots);
        Add(command, "@Moving", moving);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancel))
        {
            ids.Add(reader.GetInt64(0));
        }

        return ids;
    }
}
