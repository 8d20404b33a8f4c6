using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>An account to bring in with the value it had elsewhere, minor units.</summary>
internal sealed record Opening
{
    public required Operation Operation { get; init; }
    public required AccountKind Kind { get; init; }
    public required string Currency { get; init; }
    public required long StoreId { get; init; }
    public required AccountStatus Status { get; init; }
    public DateTimeOffset? UsableUntil { get; init; }
    public required long Amount { get; init; }
    public required Channel Channel { get; init; }
    public required DateOnly BusinessDay { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? OrderNumber { get; init; }
    public string? Reason { get; init; }
}

/// <summary>
/// Posts openings in bulk beside <see cref="Ledger"/> and under the same invariants. A new account needs no guard: nobody else can know it before
/// the caller commits; its first transaction carries number 1, its whole value and the legs against <see cref="House.ImportOpening"/>.
/// </summary>
internal sealed class LedgerOpenings(LoyaltyDatabase database)
{
    private static readonly BulkColumn[] accountColumns =
    [
        new("Kind", BulkType.Text), new("Currency", BulkType.Text), new("StoreId", BulkType.Long), new("Balance", BulkType.Long),
        new("LastSequence", BulkType.Long), new("Status", BulkType.Text), new("UsableUntil", BulkType.Instant),
    ];

    private static readonly BulkColumn[] transactionColumns =
    [
        new("Type", BulkType.Text), new("AccountKind", BulkType.Text), new("AccountId", BulkType.Long), new("Currency", BulkType.Text), new("Amount", BulkType.Long),
        new("HomeStoreId", BulkType.Long), new("StoreId", BulkType.Long), new("Channel", BulkType.Text), new("BusinessDay", BulkType.Day), new("At", BulkType.Instant),
        new("Source", BulkType.Text), new("IdempotencyKey", BulkType.Text), new("RequestHash", BulkType.Text), new("OrderNumber", BulkType.Text),
        new("ActorKey", BulkType.Text), new("ActorName", BulkType.Text), new("Reason", BulkType.Text), new("BalanceAfter", BulkType.Long), new("Sequence", BulkType.Long),
    ];

    private static readonly BulkColumn[] entryColumns = [new("TransactionId", BulkType.Long), new("AccountId", BulkType.Long), new("Amount", BulkType.Long)];

    /// <summary>Opens the accounts within the caller's transaction and answers their identifiers, in order. Throws the unique violation when a key was used before.</summary>
    public async Task<long[]> PostAsync(LoyaltyDbContext db, IReadOnlyList<Opening> openings, CancellationToken cancel)
    {
        if (openings.FirstOrDefault(opening => opening.Amount <= 0) is { } empty)
        {
            throw new InvalidOperationException($"An opening of {empty.Amount} is no opening.");
        }

        var bulk = database.Provider.Bulk;
        await db.Database.OpenConnectionAsync(cancel);
        var accounts = await bulk.InsertReturningIdsAsync(db, "LedgerAccounts", accountColumns, [.. openings.Select(Account)], cancel);
        var transactions = await bulk.InsertReturningIdsAsync(db, "LedgerTransactions", transactionColumns, [.. openings.Select((opening, i) => Transaction(opening, accounts[i]))], cancel);
        var entries = new List<object?[]>(openings.Count * 2);
        for (var i = 0; i < openings.Count; i++)
        {
            var (amount, currency) = (openings[i].Amount, openings[i].Currency);
            entries.Add([transactions[i], accounts[i], amount]);
            entries.Add([transactions[i], HouseAccount.Id(House.ImportOpening, currency), -amount]);
        }

        await bulk.InsertAsync(db, "LedgerEntries", entryColumns, entries, cancel);

        return accounts;
    }

    private static object?[] Account(Opening opening) =>
        [opening.Kind.ToString(), opening.Currency, opening.StoreId, opening.Amount, 1L, opening.Status.ToString(), opening.UsableUntil];

    private static object?[] Transaction(Opening opening, long accountId) =>
    [
        nameof(TransactionType.ImportOpening), opening.Kind.ToString(), accountId, opening.Currency, opening.Amount,
        opening.StoreId, opening.StoreId, opening.Channel.ToString(), opening.BusinessDay, opening.At,
        opening.Operation.Source, opening.Operation.Key, opening.Operation.RequestHash, opening.OrderNumber,
        opening.Operation.Actor.Key, opening.Operation.Actor.Name, opening.Reason, opening.Amount, 1L,
    ];
}
