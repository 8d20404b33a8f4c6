using System.Data.Common;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Messages;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>What a guarded posting statement did.</summary>
/// <param name="TransactionId">The new transaction; 0: the guard refused (state, balance, expiry, sequence) and nothing was written.</param>
/// <param name="Principal">How much of it was taken from principal; null: not looked at.</param>
internal readonly record struct PostingRow(long TransactionId, long BalanceAfter, long Sequence, long? Principal = null);

/// <summary>The ledger's statements in one database's words. The table and column names are the model's.</summary>
internal abstract partial class LedgerSql
{
    /// <summary>
    /// Guarded balance update, transaction and entries: all or nothing. Throws the provider's unique violation when the key was used before.
    /// </summary>
    public abstract Task<PostingRow> PostAsync(DbConnection connection, DbTransaction? transaction, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel);

    /// <summary>Takes <paramref name="amount"/> from what of a transaction can still be reversed. False: not that much is left.</summary>
    public abstract Task<bool> TakeCaptureAsync(DbConnection connection, DbTransaction? transaction, long transactionId, long captured, long amount, CancellationToken cancel);

    /// <summary>Posts, moves the account's lots and, for a reversal, takes the amount from what can still be reversed, in one transaction.</summary>
    public async Task<PostingRow> PostWithCaptureAsync(DbConnection connection, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var row = await PostAndCaptureAsync(connection, transaction, posting, legs, cancel);
        if (row.TransactionId > 0)
        {
            await transaction.CommitAsync(CancellationToken.None);
        }

        return row;
    }

    /// <summary>As <see cref="PostAsync"/>, with the lots and the capture of a reversal. Throws when more would be given back than was taken, or the lots do not cover the amount: the caller rolls back.</summary>
    public async Task<PostingRow> PostAndCaptureAsync(DbConnection connection, DbTransaction? transaction, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        var row = await PostAsync(connection, transaction, posting, legs, cancel);
        if (row.TransactionId > 0 && posting.Lots is { } change)
        {
            row = row with { Principal = await MoveLotsAsync(Commands(connection, transaction), posting, change, row, cancel) };
        }

        if (row.TransactionId > 0 && posting.News is { } news)
        {
            await TellAsync(Commands(connection, transaction), posting, news, row, cancel);
        }

        if (row.TransactionId > 0 && posting.ReversesId is { } reversed &&
            !await TakeCaptureAsync(connection, transaction, reversed, posting.ReversibleAmount, Math.Abs(posting.Amount), cancel))
        {
            throw Refusals.Exception(Refusals.ExceedsCapture, row.BalanceAfter, posting.Currency, posting.AccountKind);
        }

        return row;
    }

    /// <summary>Writes the message about a posting that was just made, as <see cref="MessageOutbox"/> would; a new transaction is a new reason, so nothing needs to be looked up.</summary>
    protected async Task TellAsync(Func<string, DbCommand> commands, Posting posting, PostingNews news, PostingRow row, CancellationToken cancel)
    {
        var scenario = Scenarios.Of(news.Scenario);
        var command = commands(InsertMessage);
        Add(command, "@MessageId", Key(Guid.CreateVersion7(posting.At)));
        Add(command, "@ReasonKey", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ledger:{row.TransactionId}"));
        Add(command, "@Scenario", news.Scenario.ToString());
        Add(command, "@MemberId", news.MemberId);
        Add(command, "@IsTransactional", scenario.IsTransactional);
        Add(command, "@Purpose", scenario.Purpose.ToString());
        Add(command, "@Variables", System.Text.Json.JsonSerializer.Serialize(news.Variables(row), Json.Options));
        Add(command, "@At", Instant(posting.At));
        await command.ExecuteNonQueryAsync(cancel);
    }

    protected static void Add(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }

    private const string InsertMessage =
        """
        INSERT INTO "Messages" ("MessageId", "ReasonKey", "Scenario", "MemberId", "IsTransactional", "Purpose", "Variables", "MiniProgramIds", "CreatedAt", "Status", "NextAt", "Attempts", "Decisions")
        VALUES (@MessageId, @ReasonKey, @Scenario, @MemberId, @IsTransactional, @Purpose, @Variables, '[]', @At, 'Waiting', @At, 0, '[]')
        """;

    protected const string TransactionColumns =
        """
        "Type", "AccountKind", "AccountId", "Currency", "Amount", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At",
        "Source", "IdempotencyKey", "RequestHash", "ReversesId", "OrderNumber", "ActorKey", "ActorName", "Reason", "SealedAnswer", "BalanceAfter", "Sequence"
        """;

    protected const string TransactionValues =
        """
        @Type, @AccountKind, @AccountId, @Currency, @Amount, @HomeStoreId, @StoreId, @Channel, @BusinessDay, @At,
        @Source, @IdempotencyKey, @RequestHash, @ReversesId, @OrderNumber, @ActorKey, @ActorName, @Reason, @SealedAnswer
        """;

    /// <summary>The guard and the change, one statement: whoever comes second sees what the first one left.</summary>
    protected static string UpdateAccount(Posting posting) =>
        $"""
        UPDATE "LedgerAccounts" SET "Balance" = "Balance" + @Amount, "LastSequence" = "LastSequence" + 1
        {(posting.To is null ? "" : ", \"Status\" = @To")}
        {(posting.NewUsableUntil is null ? "" : ", \"UsableUntil\" = @NewUsableUntil")}
        """;

    protected static string Guard(Posting posting) =>
        $"""
        WHERE "Id" = @AccountId AND "Currency" = @Currency AND "Status" IN ({string.Join(", ", posting.From.Select(status => $"'{status}'"))})
        AND "Balance" + @Amount BETWEEN {posting.Floor} AND {Posting.MostBalance}
        {(posting.OnlyWhileUsable ? "AND (\"UsableUntil\" IS NULL OR \"UsableUntil\" > @At)" : "")}
        {(posting.ExpectedSequence is null ? "" : "AND \"LastSequence\" = @ExpectedSequence")}
        """;

    /// <summary>The values of the whole posting, for databases that take it as one command.</summary>
    protected void AddParameters(DbCommand command, Posting posting)
    {
        AddAccount(command, posting);
        AddChange(command, posting);
        AddTransaction(command, posting);
    }

    protected void AddAccount(DbCommand command, Posting posting)
    {
        Add(command, "@AccountId", posting.AccountId);
        Add(command, "@Currency", posting.Currency);
        Add(command, "@Amount", posting.Amount);
        Add(command, "@At", Instant(posting.At));
    }

    protected void AddTransaction(DbCommand command, Posting posting)
    {
        Add(command, "@Type", posting.Type.ToString());
        Add(command, "@AccountKind", posting.AccountKind.ToString());
        Add(command, "@HomeStoreId", posting.HomeStoreId);
        Add(command, "@StoreId", posting.StoreId);
        Add(command, "@Channel", posting.Channel.ToString());
        Add(command, "@BusinessDay", Day(posting.BusinessDay));
        Add(command, "@Source", posting.Operation.Source);
        Add(command, "@IdempotencyKey", posting.Operation.Key);
        Add(command, "@RequestHash", posting.Operation.RequestHash);
        AddNullable(command, "@ReversesId", posting.ReversesId);
        AddNullable(command, "@OrderNumber", posting.OrderNumber);
        Add(command, "@ActorKey", posting.Operation.Actor.Key);
        Add(command, "@ActorName", posting.Operation.Actor.Name);
        AddNullable(command, "@Reason", posting.Reason);
        AddNullable(command, "@SealedAnswer", posting.SealedAnswer);
    }

    protected void AddChange(DbCommand command, Posting posting)
    {
        if (posting.To is { } to)
        {
            Add(command, "@To", to.ToString());
        }

        if (posting.NewUsableUntil is { } until)
        {
            Add(command, "@NewUsableUntil", until == DateTimeOffset.MaxValue ? null : Instant(until));
        }

        if (posting.ExpectedSequence is { } sequence)
        {
            Add(command, "@ExpectedSequence", sequence);
        }
    }

    /// <summary>A nullable column's parameter; providers that cannot infer the type of null say it.</summary>
    protected virtual void AddNullable<T>(DbCommand command, string name, T value) => Add(command, name, value);

    protected virtual object Instant(DateTimeOffset at) => at;

    protected virtual object Key(Guid id) => id;

    protected virtual object Day(DateOnly day) => day;
}
