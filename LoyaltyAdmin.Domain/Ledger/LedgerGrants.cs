using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>Points to put into one account, minor units.</summary>
internal sealed record LedgerGrant(Operation Operation, long AccountId, long Amount, DateTimeOffset? ExpiresAt, string? Reason);

/// <summary>What became of a grant.</summary>
/// <param name="Refusal">A code of <see cref="Refusals"/>; null: done.</param>
internal sealed record LedgerGranted(long TransactionId, long BalanceAfter, string? Refusal = null);

/// <summary>
/// Posts points given to many members at once, beside <see cref="Ledger"/> and under the same invariants: the accounts are held until the caller's
/// transaction ends, so what is read of them stays true; each transaction carries its number, its balance, its legs against
/// <see cref="House.PromotionCost"/> and its lot.
/// </summary>
public sealed class LedgerGrants(LoyaltyDatabase database)
{
    private static readonly BulkColumn[] accountColumns = [new("Balance", BulkType.Long), new("LastSequence", BulkType.Long)];

    private static readonly BulkColumn[] transactionColumns =
    [
        new("Type", BulkType.Text), new("AccountKind", BulkType.Text), new("AccountId", BulkType.Long), new("Currency", BulkType.Text), new("Amount", BulkType.Long),
        new("HomeStoreId", BulkType.Long), new("StoreId", BulkType.Long), new("Channel", BulkType.Text), new("BusinessDay", BulkType.Day), new("At", BulkType.Instant),
        new("Source", BulkType.Text), new("IdempotencyKey", BulkType.Text), new("RequestHash", BulkType.Text),
        new("ActorKey", BulkType.Text), new("ActorName", BulkType.Text), new("Reason", BulkType.Text), new("BalanceAfter", BulkType.Long), new("Sequence", BulkType.Long),
    ];

    private static readonly BulkColumn[] entryColumns = [new("TransactionId", BulkType.Long), new("AccountId", BulkType.Long), new("Amount", BulkType.Long)];

    private static readonly BulkColumn[] lotColumns = [new("AccountId", BulkType.Long), new("Kind", BulkType.Text), new("Remaining", BulkType.Long), new("ExpiresAt", BulkType.Instant)];

    private static readonly BulkColumn[] movementColumns = [new("TransactionId", BulkType.Long), new("LotId", BulkType.Long), new("Amount", BulkType.Long)];

    /// <summary>Posts within the caller's transaction and answers in the order asked; no account twice. Throws the unique violation when a key was used before.</summary>
    internal async Task<IReadOnlyList<LedgerGranted>> PostAsync(LoyaltyDbContext db, IReadOnlyList<LedgerGrant> grants, GroupDay day, CancellationToken cancel)
    {
        if (grants.FirstOrDefault(grant => grant.Amount is <= 0 or > Posting.MostAmount) is { } wrong)
        {
            throw new InvalidOperationException($"A grant of {wrong.Amount} is none.");
        }

        var ids = grants.Select(grant => grant.AccountId).ToArray();
        await database.Provider.LockRowsAsync(db, "LedgerAccounts", ids, cancel);
        var accounts = await db.LedgerAccounts.AsNoTracking().Where(a => EF.Parameter(ids).Contains(a.Id)).ToDictionaryAsync(a => a.Id, cancel);
        var answers = grants.Select(grant => Refused(accounts[grant.AccountId], grant.Amount)).ToArray();
        var open = Enumerable.Range(0, grants.Count).Where(i => answers[i] is null).Select(i => (Place: i, Grant: grants[i], Account: accounts[grants[i].AccountId])).ToList();
        if (open.Count > 0)
        {
            var bulk = database.Provider.Bulk;
            await bulk.UpdateAsync(db, "LedgerAccounts", accountColumns, [.. open.Select(o => (o.Account.Id, new object?[] { o.Account.Balance + o.Grant.Amount, o.Account.LastSequence + 1 }))], cancel);
            var transactions = await bulk.InsertReturningIdsAsync(db, "LedgerTransactions", transactionColumns, [.. open.Select(o => Transaction(o.Account, o.Grant, day))], cancel);
            await bulk.InsertAsync(db, "LedgerEntries", entryColumns,
                [.. open.SelectMany((o, i) => new object?[][] { [transactions[i], o.Account.Id, o.Grant.Amount], [transactions[i], HouseAccount.Id(House.PromotionCost, o.Account.Currency), -o.Grant.Amount] })], cancel);
            await FillLotsAsync(db, [.. open.Select((o, i) => (o.Account, o.Grant, transactions[i]))], cancel);
            for (var i = 0; i < open.Count; i++)
            {
                answers[open[i].Place] = new LedgerGranted(transactions[i], open[i].Account.Balance + open[i].Grant.Amount);
            }
        }

        return answers!;
    }

    private static LedgerGranted? Refused(LedgerAccount account, long amount) => account.Status switch
    {
        AccountStatus.Open when account.Balance + amount <= Posting.MostBalance => null,
        AccountStatus.Open => new LedgerGranted(0, account.Balance, Refusals.LimitExceeded),
        AccountStatus.Blocked => new LedgerGranted(0, account.Balance, Refusals.Frozen),
        _ => new LedgerGranted(0, account.Balance, Refusals.Closed),
    };

    // Points join a lot of the same dates; what pays off points below zero is in no lot.
    private async Task FillLotsAsync(LoyaltyDbContext db, IReadOnlyList<(LedgerAccount Account, LedgerGrant Grant, long Transaction)> posted, CancellationToken cancel)
    {
        var filled = posted.Select(p => (p.Account.Id, p.Grant.ExpiresAt, p.Transaction, Amount: Math.Min(p.Grant.Amount, Math.Max(0, p.Account.Balance + p.Grant.Amount)))).Where(p => p.Amount > 0).ToList();
        if (filled.Count == 0)
        {
            return;
        }

        var bulk = database.Provider.Bulk;
        var ids = filled.Select(p => p.Id).ToArray();
        var known = (await db.LedgerLots.AsNoTracking().Where(lot => EF.Parameter(ids).Contains(lot.AccountId) && lot.Kind == LotKind.Points && lot.UsableFrom == null).ToListAsync(cancel))
            .ToLookup(lot => (lot.AccountId, lot.ExpiresAt));
        var joined = filled.Where(p => known[(p.Id, p.ExpiresAt)].Any()).Select(p => (p.Transaction, p.Amount, Lot: known[(p.Id, p.ExpiresAt)].MinBy(lot => lot.Id)!)).ToList();
        var opened = filled.Where(p => !known[(p.Id, p.ExpiresAt)].Any()).ToList();
        await bulk.SetAsync(db, "LedgerLots", "Remaining", [.. joined.Select(p => (p.Lot.Id, p.Lot.Remaining + p.Amount))], cancel);
        var lots = opened.Count == 0 ? [] : await bulk.InsertReturningIdsAsync(db, "LedgerLots", lotColumns, [.. opened.Select(p => new object?[] { p.Id, nameof(LotKind.Points), p.Amount, p.ExpiresAt })], cancel);
        await bulk.InsertAsync(db, "LedgerLotMovements", movementColumns,
            [.. joined.Select(p => new object?[] { p.Transaction, p.Lot.Id, p.Amount }), .. opened.Select((p, i) => new object?[] { p.Transaction, lots[i], p.Amount })], cancel);
    }

    private static object?[] Transaction(LedgerAccount account, LedgerGrant grant, GroupDay day) =>
    [
        nameof(TransactionType.Grant), account.Kind.ToString(), account.Id, account.Currency, grant.Amount,
        account.StoreId, account.StoreId, nameof(Channel.Pos), day.Today, day.Now,
        grant.Operation.Source, grant.Operation.Key, grant.Operation.RequestHash,
        grant.Operation.Actor.Key, grant.Operation.Actor.Name, grant.Reason, account.Balance + grant.Amount, account.LastSequence + 1,
    ];
}
