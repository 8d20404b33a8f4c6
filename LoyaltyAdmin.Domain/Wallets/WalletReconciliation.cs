using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>What moved what is owed to wallets, by cause, in minor units with its sign: the opening and these together are the closing.</summary>
/// <param name="Adjusted">Corrections, bonus given by itself, and what moved between two wallets of one person.</param>
public readonly record struct WalletMovements(long ToppedUp, long Bonus, long Paid, long Refunded, long SetAside, long Released, long Withdrawn, long Expired, long Adjusted)
{
    public long Total => ToppedUp + Bonus + Paid + Refunded + SetAside + Released + Withdrawn + Expired + Adjusted;

    internal WalletMovements With(TransactionType type, long amount) => type switch
    {
        TransactionType.Recharge => this with { ToppedUp = ToppedUp + amount },
        TransactionType.Consumption => this with { Paid = Paid + amount },
        TransactionType.ConsumptionReversal => this with { Refunded = Refunded + amount },
        TransactionType.Hold => this with { SetAside = SetAside + amount },
        TransactionType.HoldRelease => this with { Released = Released + amount },
        TransactionType.Withdrawal => this with { Withdrawn = Withdrawn + amount },
        TransactionType.Expiry or TransactionType.ExpiryReversal => this with { Expired = Expired + amount },
        TransactionType.Adjustment or TransactionType.Grant or TransactionType.Transfer => this with { Adjusted = Adjusted + amount },
        _ => amount == 0 ? this : throw new InvalidOperationException($"The wallets' reconciliation has no column for {type}."),
    };
}

/// <summary>What one store owes to wallets in one currency, over one business day. Minor units.</summary>
public sealed record WalletDayRow(string Currency, long StoreId, string StoreCode, string StoreName, DateOnly Day, long Opening, WalletMovements Movements)
{
    public long Closing => Opening + Movements.Total;

    public decimal Major(long minor) => Values.Currency.Of(Currency).ToMajor(minor);
}

/// <summary>The days and their proof; rows are in order of currency, store and day, and one row's closing is the next one's opening.</summary>
public sealed record WalletRollForward(IReadOnlyList<WalletDayRow> Rows, IReadOnlyList<RollForwardTie> Ties)
{
    public bool TiesOut => Ties.All(tie => tie.TiesOut);
}

/// <summary>
/// What the company owes to prepaid wallets and why, per currency, owing store and business day, held against the ledger's balances.
/// What is owed belongs to the store where the wallet was opened.
/// </summary>
public sealed class WalletReconciliation(LoyaltyDatabase database)
{
    /// <summary>For background exports, whose owner was asked already.</summary>
    internal async Task<WalletRollForward> DaysAsync(Grant grant, ReconciliationFilter filter, CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        await using var snapshot = await database.Provider.BeginSnapshotAsync(db, cancel);
        var stores = await db.Stores.ToDictionaryAsync(store => store.Id, store => (store.Code, store.Name), cancel);
        var owed = Owed(db, grant, filter);
        var opening = await SumAsync(owed.Where(t => t.BusinessDay < filter.From), cancel);
        var days = await DaysAsync(db, owed.Where(t => t.BusinessDay >= filter.From && t.BusinessDay <= filter.To), cancel);
        var rows = new List<WalletDayRow>();
        foreach (var key in Sorted(opening.Where(pair => pair.Value != 0).Select(pair => pair.Key).Union(days.Keys)))
        {
            var balance = opening.GetValueOrDefault(key);
            // A store that only owes has a line as well.
            foreach (var (day, moved) in days.GetValueOrDefault(key) ?? new() { [filter.From] = default })
            {
                rows.Add(new WalletDayRow(key.Currency, key.StoreId, stores[key.StoreId].Code, stores[key.StoreId].Name, day, balance, moved));
                balance = rows[^1].Closing;
            }
        }

        var closings = rows.GroupBy(row => (row.Currency, row.StoreId)).ToDictionary(group => group.Key, group => group.Last().Closing);
        var ledger = await LedgerAsync(db, grant, filter, cancel);

        return new WalletRollForward(rows, [.. Sorted(closings.Keys.Union(ledger.Where(pair => pair.Value != 0).Select(pair => pair.Key)))
            .Select(key => new RollForwardTie(key.Currency, key.StoreId, stores[key.StoreId].Code, stores[key.StoreId].Name, closings.GetValueOrDefault(key), ledger.GetValueOrDefault(key)))]);

        IEnumerable<(string Currency, long StoreId)> Sorted(IEnumerable<(string Currency, long StoreId)> keys) =>
            keys.OrderBy(key => key.Currency, StringComparer.Ordinal).ThenBy(key => stores[key.StoreId].Code, StringComparer.Ordinal);
    }

    // The ledger's top-up is principal and bonus in one; its lots tell them apart.
    private static async Task<Dictionary<(string Currency, long StoreId), SortedDictionary<DateOnly, WalletMovements>>> DaysAsync(LoyaltyDbContext db, IQueryable<LedgerTransaction> moved, CancellationToken cancel)
    {
        var result = new Dictionary<(string Currency, long StoreId), SortedDictionary<DateOnly, WalletMovements>>();
        SortedDictionary<DateOnly, WalletMovements> Of(string currency, long storeId) => result.TryGetValue((currency, storeId), out var days) ? days : result[(currency, storeId)] = [];

        var sums = await moved.GroupBy(t => new { t.BusinessDay, t.Currency, t.HomeStoreId, t.Type })
            .Select(g => new { g.Key.BusinessDay, g.Key.Currency, g.Key.HomeStoreId, g.Key.Type, Amount = g.Sum(t => t.Amount) }).ToListAsync(cancel);
        foreach (var sum in sums)
        {
            var days = Of(sum.Currency, sum.HomeStoreId);
            days[sum.BusinessDay] = days.GetValueOrDefault(sum.BusinessDay).With(sum.Type, sum.Amount);
        }

        var bonuses = await (from t in moved
                             where t.Type == TransactionType.Recharge
                             join m in db.LedgerLotMovements on t.Id equals m.TransactionId
                             join lot in db.LedgerLots on m.LotId equals lot.Id
                             where lot.Kind == LotKind.Bonus
                             group m.Amount by new { t.BusinessDay, t.Currency, t.HomeStoreId } into g
                             select new { g.Key.BusinessDay, g.Key.Currency, g.Key.HomeStoreId, Amount = g.Sum() }).ToListAsync(cancel);
        foreach (var bonus in bonuses)
        {
            var days = Of(bonus.Currency, bonus.HomeStoreId);
            var day = days[bonus.BusinessDay];
            days[bonus.BusinessDay] = day with { ToppedUp = day.ToppedUp - bonus.Amount, Bonus = day.Bonus + bonus.Amount };
        }

        return result;
    }

    private static IQueryable<LedgerTransaction> Owed(LoyaltyDbContext db, Grant grant, ReconciliationFilter filter)
    {
        var ids = grant.Stores.StoreIds.ToArray();
        var owed = db.LedgerTransactions.Where(t => t.AccountKind == AccountKind.Wallet && t.Amount != 0)
            .Where(t => string.IsNullOrEmpty(filter.Currency) || t.Currency == filter.Currency).Where(t => filter.StoreId == null || t.HomeStoreId == filter.StoreId);

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => owed.Where(t => ids.Contains(t.HomeStoreId)),
            StoreScopeKind.Excluded => owed.Where(t => !ids.Contains(t.HomeStoreId)),
            _ => owed,
        };
    }

    /// <summary>The wallets' balances less what moved after the last day: computed without the rows it is held against.</summary>
    private static async Task<Dictionary<(string Currency, long StoreId), long>> LedgerAsync(LoyaltyDbContext db, Grant grant, ReconciliationFilter filter, CancellationToken cancel)
    {
        var accounts = await db.LedgerAccounts.Where(a => a.Kind == AccountKind.Wallet && a.Balance != 0)
            .Where(a => string.IsNullOrEmpty(filter.Currency) || a.Currency == filter.Currency).Where(a => filter.StoreId == null || a.StoreId == filter.StoreId)
            .GroupBy(a => new { a.Currency, a.StoreId }).Select(g => new { g.Key.Currency, g.Key.StoreId, Sum = g.Sum(a => a.Balance) }).ToListAsync(cancel);
        var balances = accounts.Where(a => grant.Sees(a.StoreId)).ToDictionary(a => (a.Currency, a.StoreId), a => a.Sum);
        foreach (var (key, moved) in await SumAsync(Owed(db, grant, filter).Where(t => t.BusinessDay > filter.To), cancel))
        {
            balances[key] = balances.GetValueOrDefault(key) - moved;
        }

        return balances;
    }

    private static async Task<Dictionary<(string Currency, long StoreId), long>> SumAsync(IQueryable<LedgerTransaction> moved, CancellationToken cancel) =>
        (await moved.GroupBy(t => new { t.Currency, t.HomeStoreId }).Select(g => new { g.Key.Currency, g.Key.HomeStoreId, Sum = g.Sum(t => t.Amount) }).ToListAsync(cancel))
            .ToDictionary(sum => (sum.Currency, sum.HomeStoreId), sum => sum.Sum);
}
