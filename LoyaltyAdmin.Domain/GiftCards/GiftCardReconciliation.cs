using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>
/// What the company owes its card bearers and why, for finance. A day is the business day of the store where something happened;
/// what is owed belongs to the store that sold the card. Everything is read from one moment of the ledger.
/// </summary>
public sealed class GiftCardReconciliation(LoyaltyDatabase database, AccessControl access, TimeProvider clock)
{
    /// <summary>The longest range of one report.</summary>
    private const int MostDays = 3_660;

    /// <summary>Opening, movements by cause and closing per currency, owing store and month or day, with the proof that they tie out with the ledger.</summary>
    [Requires(Permission.ReportsRead)]
    public async Task<RollForward> RollForwardAsync(Actor actor, ReconciliationFilter filter, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.ReportsRead, cancel: cancel);

        return await RollForwardAsync(grant, filter, cancel);
    }

    /// <summary>Per month, what one store redeemed of cards another one sold, and what remains between the two over the whole period.</summary>
    [Requires(Permission.ReportsRead)]
    public async Task<InterStoreSettlement> InterStoreAsync(Actor actor, ReconciliationFilter filter, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.ReportsRead, cancel: cancel);

        return await InterStoreAsync(grant, filter, cancel);
    }

    /// <summary>As the page shows it, for background exports whose owner was asked already.</summary>
    internal async Task<RollForward> RollForwardAsync(Grant grant, ReconciliationFilter filter, CancellationToken cancel = default)
    {
        Validate(filter);
        await using var db = await database.ReadAsync(cancel);
        await using var snapshot = await database.Provider.BeginSnapshotAsync(db, cancel);
        var stores = await db.Stores.ToDictionaryAsync(store => store.Id, cancel);
        var hidden = await GiftCardQueries.HiddenSourcesAsync(db, cancel);
        var opening = await BeforeAsync(db, grant, filter, hidden, cancel);
        var movements = await MovementsAsync(db, grant, filter, hidden, cancel);
        var rows = opening.Keys.Union(movements.Keys)
            .OrderBy(key => key.Currency, StringComparer.Ordinal).ThenBy(key => stores[key.StoreId].Code, StringComparer.Ordinal)
            .SelectMany(key => Rows(key, stores[key.StoreId], filter, opening.GetValueOrDefault(key), movements.GetValueOrDefault(key) ?? [])).ToList();
        var ledger = await LedgerAsync(db, grant, filter, hidden, cancel);

        return new RollForward(rows, Ties(rows, ledger, stores), clock.GetUtcNow());
    }

    /// <summary>As the page shows it, for background exports whose owner was asked already.</summary>
    internal async Task<InterStoreSettlement> InterStoreAsync(Grant grant, ReconciliationFilter filter, CancellationToken cancel = default)
    {
        Validate(filter);
        await using var db = await database.ReadAsync(cancel);
        await using var snapshot = await database.Provider.BeginSnapshotAsync(db, cancel);
        var stores = await db.Stores.ToDictionaryAsync(store => store.Id, cancel);
        var rows = new List<InterStoreRow>();
        foreach (var (from, to) in Periods(filter with { Period = ReconciliationPeriod.Month }))
        {
            // A redemption is never an import's: nothing here can belong to a hidden one.
            var found = await InBothScopes(Moved(db, filter.Currency), grant, filter.StoreId)
                .Where(t => t.BusinessDay >= from && t.BusinessDay <= to && t.StoreId != t.HomeStoreId)
                .Where(t => t.Type == TransactionType.Consumption || t.Type == TransactionType.ConsumptionReversal)
                .GroupBy(t => new { t.Currency, t.HomeStoreId, t.StoreId })
                .Select(g => new { g.Key.Currency, g.Key.HomeStoreId, g.Key.StoreId, Amount = g.Sum(t => t.Amount) }).ToListAsync(cancel);
            rows.AddRange(found.Where(f => f.Amount != 0)
                .OrderBy(f => f.Currency, StringComparer.Ordinal).ThenBy(f => stores[f.HomeStoreId].Code, StringComparer.Ordinal).ThenBy(f => stores[f.StoreId].Code, StringComparer.Ordinal)
                .Select(f => new InterStoreRow(new DateOnly(from.Year, from.Month, 1), f.Currency, f.HomeStoreId, stores[f.HomeStoreId].Code, stores[f.HomeStoreId].Name, f.StoreId, stores[f.StoreId].Code, stores[f.StoreId].Name, -f.Amount)));
        }

        return new InterStoreSettlement(rows, Net(rows), clock.GetUtcNow());
    }

    private static void Validate(ReconciliationFilter filter) => new FieldErrors()
        .Require(filter.From <= filter.To, nameof(filter.To), "The last day cannot be before the first.")
        .Require(filter.To.DayNumber - filter.From.DayNumber < MostDays, nameof(filter.From), "Choose at most ten years.")
        .Require(string.IsNullOrEmpty(filter.Currency) || Currency.Find(filter.Currency) is not null, nameof(filter.Currency), "Choose a supported currency.")
        .ThrowIfAny();

    private static IQueryable<LedgerTransaction> Moved(LoyaltyDbContext db, string? currency) =>
        db.LedgerTransactions.Where(t => t.AccountKind == AccountKind.GiftCard && t.Amount != 0).Where(t => string.IsNullOrEmpty(currency) || t.Currency == currency);

    private static IQueryable<LedgerTransaction> Owed(LoyaltyDbContext db, Grant grant, ReconciliationFilter filter)
    {
        var ids = grant.Stores.StoreIds.ToArray();
        var owed = Moved(db, filter.Currency).Where(t => filter.StoreId == null || t.HomeStoreId == filter.StoreId);

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => owed.Where(t => ids.Contains(t.HomeStoreId)),
            StoreScopeKind.Excluded => owed.Where(t => !ids.Contains(t.HomeStoreId)),
            _ => owed,
        };
    }

    // Both partners of a settlement see it.
    private static IQueryable<LedgerTransaction> InBothScopes(IQueryable<LedgerTransaction> moved, Grant grant, long? storeId)
    {
        var ids = grant.Stores.StoreIds.ToArray();
        var found = moved.Where(t => storeId == null || t.HomeStoreId == storeId || t.StoreId == storeId);

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => found.Where(t => ids.Contains(t.HomeStoreId) || ids.Contains(t.StoreId)),
            StoreScopeKind.Excluded => found.Where(t => !ids.Contains(t.HomeStoreId) || !ids.Contains(t.StoreId)),
            _ => found,
        };
    }

    private static async Task<Dictionary<Key, long>> BeforeAsync(LoyaltyDbContext db, Grant grant, ReconciliationFilter filter, List<string> hidden, CancellationToken cancel)
    {
        var before = await SumAsync(Owed(db, grant, filter).Where(t => t.BusinessDay < filter.From), hidden, cancel);

        return before.Where(pair => pair.Value != 0).ToDictionary();
    }

    /// <summary>The cards' balances less what moved after the last day: computed without the rows it is held against.</summary>
    private static async Task<Dictionary<Key, long>> LedgerAsync(LoyaltyDbContext db, Grant grant, ReconciliationFilter filter, List<string> hidden, CancellationToken cancel)
    {
        var ids = grant.Stores.StoreIds.ToArray();
        var accounts = db.LedgerAccounts.Where(a => a.Kind == AccountKind.GiftCard && a.Balance != 0)
            .Where(a => filter.StoreId == null || a.StoreId == filter.StoreId).Where(a => string.IsNullOrEmpty(filter.Currency) || a.Currency == filter.Currency);
        accounts = grant.Stores.Kind switch
        {
            StoreScopeKind.Included => accounts.Where(a => ids.Contains(a.StoreId)),
            StoreScopeKind.Excluded => accounts.Where(a => !ids.Contains(a.StoreId)),
            _ => accounts,
        };
        var balances = (await accounts.GroupBy(a => new { a.Currency, a.StoreId }).Select(g => new { g.Key.Currency, g.Key.StoreId, Sum = g.Sum(a => a.Balance) }).ToListAsync(cancel))
            .ToDictionary(b => new Key(b.Currency, b.StoreId), b => b.Sum);
        var after = await SumAsync(Owed(db, grant, filter).Where(t => t.BusinessDay > filter.To), hidden: [], cancel);
        var hiddenUntilThen = hidden.Count == 0 ? [] : await SumAsync(Owed(db, grant, filter).Where(t => hidden.Contains(t.Source) && t.BusinessDay <= filter.To), hidden: [], cancel);
        foreach (var (key, moved) in after.Concat(hiddenUntilThen))
        {
            balances[key] = balances.GetValueOrDefault(key) - moved;
        }

        return balances;
    }

    // Hidden imports are subtracted: asking every row for its source would leave the index.
    private static async Task<Dictionary<Key, long>> SumAsync(IQueryable<LedgerTransaction> found, List<string> hidden, CancellationToken cancel)
    {
        var sums = (await found.GroupBy(t => new { t.Currency, t.HomeStoreId }).Select(g => new { g.Key.Currency, g.Key.HomeStoreId, Sum = g.Sum(t => t.Amount) }).ToListAsync(cancel))
            .ToDictionary(s => new Key(s.Currency, s.HomeStoreId), s => s.Sum);
        if (hidden.Count > 0)
        {
            foreach (var (key, sum) in await SumAsync(found.Where(t => hidden.Contains(t.Source)), hidden: [], cancel))
            {
                sums[key] = sums.GetValueOrDefault(key) - sum;
            }
        }

        return sums;
    }

    private static async Task<Dictionary<Key, SortedDictionary<DateOnly, LiabilityMovements>>> MovementsAsync(LoyaltyDbContext db, Grant grant, ReconciliationFilter filter, List<string> hidden, CancellationToken cancel)
    {
        var result = new Dictionary<Key, SortedDictionary<DateOnly, LiabilityMovements>>();
        if (filter.Period == ReconciliationPeriod.Day)
        {
            var owed = Owed(db, grant, filter).Where(t => t.BusinessDay >= filter.From && t.BusinessDay <= filter.To);
            Add(await ByDayAsync(owed, cancel), sign: 1);
            Add(hidden.Count == 0 ? [] : await ByDayAsync(owed.Where(t => hidden.Contains(t.Source)), cancel), sign: -1);

            return result;
        }

        foreach (var (from, to) in Periods(filter))
        {
            var owed = Owed(db, grant, filter).Where(t => t.BusinessDay >= from && t.BusinessDay <= to);
            Add(await ByTypeAsync(owed, from, cancel), sign: 1);
            Add(hidden.Count == 0 ? [] : await ByTypeAsync(owed.Where(t => hidden.Contains(t.Source)), from, cancel), sign: -1);
        }

        return result;

        void Add(List<Movement> found, int sign)
        {
            foreach (var moved in found)
            {
                if (!result.TryGetValue(new Key(moved.Currency, moved.StoreId), out var days))
                {
                    result[new Key(moved.Currency, moved.StoreId)] = days = [];
                }

                days[moved.Day] = days.GetValueOrDefault(moved.Day).With(moved.Type, sign * moved.Amount);
            }
        }
    }

    private static Task<List<Movement>> ByDayAsync(IQueryable<LedgerTransaction> owed, CancellationToken cancel) =>
        owed.GroupBy(t => new { t.BusinessDay, t.Currency, t.HomeStoreId, t.Type }).Select(g => new Movement(g.Key.Currency, g.Key.HomeStoreId, g.Key.BusinessDay, g.Key.Type, g.Sum(t => t.Amount))).ToListAsync(cancel);

    private static Task<List<Movement>> ByTypeAsync(IQueryable<LedgerTransaction> owed, DateOnly from, CancellationToken cancel) =>
        owed.GroupBy(t => new { t.Currency, t.HomeStoreId, t.Type }).Select(g => new Movement(g.Key.Currency, g.Key.HomeStoreId, from, g.Key.Type, g.Sum(t => t.Amount))).ToListAsync(cancel);

    /// <summary>The months of the range, the first and last one cut to it.</summary>
    private static IEnumerable<(DateOnly From, DateOnly To)> Periods(ReconciliationFilter filter)
    {
        for (var from = filter.From; from <= filter.To;)
        {
            var next = new DateOnly(from.Year, from.Month, 1).AddMonths(1);
            yield return (from, next > filter.To ? filter.To : next.AddDays(-1));
            from = next;
        }
    }

    // Every month has a line, so that openings continue; of days only those with movements, or the first one of a store that only owes.
    private static IEnumerable<RollForwardRow> Rows(Key key, Store store, ReconciliationFilter filter, long opening, SortedDictionary<DateOnly, LiabilityMovements> moved)
    {
        var periods = filter.Period == ReconciliationPeriod.Month ? Periods(filter)
            : moved.Count == 0 ? [(filter.From, filter.From)]
            : moved.Keys.Select(day => (day, day));
        foreach (var (from, to) in periods)
        {
            var row = new RollForwardRow(key.Currency, key.StoreId, store.Code, store.Name, from, to, opening, moved.GetValueOrDefault(from));
            opening = row.Closing;
            yield return row;
        }
    }

    private static List<RollForwardTie> Ties(List<RollForwardRow> rows, Dictionary<Key, long> ledger, Dictionary<long, Store> stores)
    {
        var closings = rows.GroupBy(row => new Key(row.Currency, row.StoreId)).ToDictionary(group => group.Key, group => group.Last().Closing);

        return [.. closings.Keys.Union(ledger.Where(pair => pair.Value != 0).Select(pair => pair.Key))
            .OrderBy(key => key.Currency, StringComparer.Ordinal).ThenBy(key => stores[key.StoreId].Code, StringComparer.Ordinal)
            .Select(key => new RollForwardTie(key.Currency, key.StoreId, stores[key.StoreId].Code, stores[key.StoreId].Name, closings.GetValueOrDefault(key), ledger.GetValueOrDefault(key)))];
    }

    private static List<InterStoreNet> Net(List<InterStoreRow> rows)
    {
        var names = rows.SelectMany(row => new[] { (row.SoldAtId, row.SoldAtCode, row.SoldAtName), (row.RedeemedAtId, row.RedeemedAtCode, row.RedeemedAtName) }).Distinct().ToDictionary(store => store.Item1, store => (Code: store.Item2, Name: store.Item3));

        return [.. rows.GroupBy(row => (row.Currency, One: Math.Min(row.SoldAtId, row.RedeemedAtId), Other: Math.Max(row.SoldAtId, row.RedeemedAtId)))
            .Select(pair => (pair.Key.Currency, pair.Key.One, pair.Key.Other, Owes: pair.Sum(row => row.SoldAtId == pair.Key.One ? row.Redeemed : -row.Redeemed)))
            .Where(pair => pair.Owes != 0)
            .Select(pair => pair.Owes > 0 ? Between(pair.Currency, pair.One, pair.Other, pair.Owes) : Between(pair.Currency, pair.Other, pair.One, -pair.Owes))
            .OrderBy(net => net.Currency, StringComparer.Ordinal).ThenBy(net => net.PayerCode, StringComparer.Ordinal).ThenBy(net => net.PayeeCode, StringComparer.Ordinal)];

        InterStoreNet Between(string currency, long payer, long payee, long amount) => new(currency, payer, names[payer].Code, names[payer].Name, payee, names[payee].Code, names[payee].Name, amount);
    }

    private readonly record struct Key(string Currency, long StoreId);

    private sealed record Movement(string Currency, long StoreId, DateOnly Day, TransactionType Type, long Amount);
}
