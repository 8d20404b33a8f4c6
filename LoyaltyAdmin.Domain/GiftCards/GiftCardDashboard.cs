using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>
/// What a manager wants to know first. Figures of movements come from the very query of the Transaction Details tab, figures of cards from the
/// accounts the Sold Gift Cards tab shows, so that a figure and the list behind it agree.
/// </summary>
public sealed class GiftCardDashboard(LoyaltyDatabase database, AccessControl access, GiftCardTransactions transactions, SoldGiftCards cards, TimeProvider clock)
{
    private const int MonthsShown = 12;
    private const int MostDays = 731;

    /// <summary>The figures of a period (business days, inclusive) beside those of the equally long period before it.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="from">First day.</param>
    /// <param name="to">Last day.</param>
    /// <param name="zone">Says which day is today.</param>
    /// <param name="storeView">The header's store switch; null: Group View.</param>
    /// <param name="cancel">Stops reading.</param>
    [Requires(Permission.DashboardRead)]
    public async Task<GiftCardFigures> ReadAsync(Actor actor, DateOnly from, DateOnly to, TimeZoneInfo zone, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.DashboardRead, cancel: cancel);
        new FieldErrors()
            .Require(from <= to, nameof(to), "The last day cannot be before the first.")
            .Require(to.DayNumber - from.DayNumber < MostDays, nameof(from), "Choose at most two years.")
            .ThrowIfAny();
        var now = clock.GetUtcNow();
        var today = zone.DayOf(now);
        var length = to.DayNumber - from.DayNumber + 1;
        await using var db = await database.ReadAsync(cancel);
        await using var snapshot = await database.Provider.BeginSnapshotAsync(db, cancel);
        var reading = new Reading(db, grant, storeView);
        var stores = await db.Stores.ToDictionaryAsync(store => store.Id, cancel);
        var company = await db.CompanySettings.Select(settings => settings.Currency).FirstOrDefaultAsync(cancel);
        var figures = new GiftCardFigures(from, to, from.AddDays(-length), from.AddDays(-1), today, now, []);
        var balances = await BalancesAsync(reading, figures, cancel);
        var within = await MovedAsync(reading, from, to, cancel);
        var before = await MovedAsync(reading, figures.BeforeFrom, figures.BeforeTo, cancel);
        var months = await MonthsAsync(reading, today, cancel);
        var since = await MovedAsync(reading, from, DateOnly.MaxValue, cancel);
        var currencies = balances.Select(b => b.Currency).Concat(within.Concat(before).Concat(months.SelectMany(m => m.Moved)).Select(m => m.Currency)).Distinct()
            .OrderBy(currency => currency != company).ThenBy(currency => currency, StringComparer.Ordinal).ToList();

        return figures with
        {
            Currencies =
            [
                .. currencies.Select(currency => Of(currency, reading, stores, balances.FindAll(b => b.Currency == currency), within.FindAll(m => m.Currency == currency), before.FindAll(m => m.Currency == currency),
                    [.. months.Select(m => (m.Month, m.Moved.FindAll(x => x.Currency == currency)))], since.FindAll(m => m.Currency == currency))),
            ],
        };
    }

    private static CurrencyFigures Of(string currency, Reading reading, Dictionary<long, Store> stores, List<Balance> balances, List<Moved> within, List<Moved> before, List<(DateOnly Month, List<Moved> Moved)> months, List<Moved> since)
    {
        var outstanding = Sum(balances.Where(b => b.What == What.Outstanding));
        var byMonth = new List<MonthFigures>(months.Count);
        var owed = outstanding.Amount;
        foreach (var (month, moved) in Enumerable.Reverse(months))
        {
            byMonth.Insert(0, new MonthFigures(month, owed, Sum(moved, TransactionType.Activation).Amount, Sum(moved, TransactionType.Consumption).Amount));
            owed -= Owed(moved, reading);
        }

        var ids = balances.Where(b => b.What == What.Outstanding).Select(b => b.StoreId).Concat(within.Select(m => m.StoreId)).Distinct().Where(reading.Shows);

        return new CurrencyFigures(
            currency, outstanding, outstanding.Amount - Owed(since, reading),
            Sum(within, TransactionType.Activation), Sum(before, TransactionType.Activation), Sum(within, TransactionType.Consumption), Sum(before, TransactionType.Consumption), Sum(within, TransactionType.Refund), Sum(before, TransactionType.Refund),
            Sum(balances.Where(b => b.What == What.ExpiringSoon)), Sum(balances.Where(b => b.What == What.Frozen)), byMonth,
            [.. ids.Select(id => Of(stores[id], balances, within)).OrderBy(store => store.Code, StringComparer.Ordinal)]);
    }

    private static StoreFigures Of(Store store, List<Balance> balances, List<Moved> within)
    {
        var here = within.FindAll(m => m.StoreId == store.Id);

        return new StoreFigures(store.Id, store.Code, store.Name, Sum(balances.Where(b => b.What == What.Outstanding && b.StoreId == store.Id)),
            Sum(here, TransactionType.Activation), Sum(here, TransactionType.Consumption), Sum(here, TransactionType.Refund));
    }

    // Redemptions and refunds take from cards; people read them as amounts.
    private static Figure Sum(List<Moved> moved, TransactionType type)
    {
        var (count, amount) = moved.Where(m => m.Type == type).Aggregate((Count: 0L, Amount: 0L), (sum, m) => (sum.Count + m.Count, sum.Amount + m.Amount));

        return new Figure(count, Math.Abs(amount));
    }

    private static Figure Sum(IEnumerable<Balance> balances) => balances.Aggregate(default(Figure), (sum, b) => sum + new Figure(b.Count, b.Amount));

    private static long Owed(List<Moved> moved, Reading reading) => moved.Where(m => reading.Shows(m.HomeStoreId)).Sum(m => m.Amount);

    private async Task<List<Moved>> MovedAsync(Reading reading, DateOnly from, DateOnly to, CancellationToken cancel)
    {
        var found = await transactions.FilteredAsync(reading.Db, reading.Grant, new GiftCardTransactionFilter { From = from, To = to == DateOnly.MaxValue ? null : to }, reading.StoreView, cancel);

        return await found.GroupBy(t => new { t.Currency, t.Type, t.HomeStoreId, t.StoreId })
            .Select(g => new Moved(g.Key.Currency, g.Key.Type, g.Key.HomeStoreId, g.Key.StoreId, g.LongCount(), g.Sum(t => t.Amount))).ToListAsync(cancel);
    }

    private async Task<List<(DateOnly Month, List<Moved> Moved)>> MonthsAsync(Reading reading, DateOnly today, CancellationToken cancel)
    {
        var months = new List<(DateOnly, List<Moved>)>(MonthsShown);
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(1 - MonthsShown);
        for (var i = 0; i < MonthsShown; i++)
        {
            // The last one is open: a store to the east may have begun tomorrow.
            var month = first.AddMonths(i);
            months.Add((month, await MovedAsync(reading, month, i == MonthsShown - 1 ? DateOnly.MaxValue : month.AddMonths(1).AddDays(-1), cancel)));
        }

        return months;
    }

    private async Task<List<Balance>> BalancesAsync(Reading reading, GiftCardFigures figures, CancellationToken cancel)
    {
        var soon = new DateTimeOffset(figures.ExpiringSoon("USD").ExpiresBefore!.Value, TimeOnly.MinValue, TimeSpan.Zero);
        var accounts = await AccountsAsync(reading, cancel);
        var outstanding = accounts.Where(a => a.Balance > 0).GroupBy(a => new { a.Currency, a.StoreId }).Select(g => new Balance(What.Outstanding, g.Key.Currency, g.Key.StoreId, g.LongCount(), g.Sum(a => a.Balance)));
        var expiring = accounts.Where(a => a.Status == AccountStatus.Open && a.Balance > 0 && a.UsableUntil < soon).GroupBy(a => new { a.Currency, a.StoreId }).Select(g => new Balance(What.ExpiringSoon, g.Key.Currency, g.Key.StoreId, g.LongCount(), g.Sum(a => a.Balance)));
        var frozen = accounts.Where(a => a.Status == AccountStatus.Blocked).GroupBy(a => new { a.Currency, a.StoreId }).Select(g => new Balance(What.Frozen, g.Key.Currency, g.Key.StoreId, g.LongCount(), g.Sum(a => a.Balance)));

        return [.. await outstanding.ToListAsync(cancel), .. await expiring.ToListAsync(cancel), .. await frozen.ToListAsync(cancel)];
    }

    // Every gift card account has its card (ledger invariant): the join is needed only while an import is being applied.
    private async Task<IQueryable<LedgerAccount>> AccountsAsync(Reading reading, CancellationToken cancel)
    {
        if ((await GiftCardQueries.HiddenSourcesAsync(reading.Db, cancel)).Count > 0)
        {
            return cards.Filtered(reading.Db, reading.Grant, new SoldGiftCardFilter(), reading.StoreView).Select(x => x.Account);
        }

        var ids = reading.Grant.Stores.StoreIds.ToArray();
        var accounts = reading.Db.LedgerAccounts.Where(a => a.Kind == AccountKind.GiftCard).Where(a => reading.StoreView == null || a.StoreId == reading.StoreView);

        return reading.Grant.Stores.Kind switch
        {
            StoreScopeKind.Included => accounts.Where(a => ids.Contains(a.StoreId)),
            StoreScopeKind.Excluded => accounts.Where(a => !ids.Contains(a.StoreId)),
            _ => accounts,
        };
    }

    private enum What
    {
        Outstanding,
        ExpiringSoon,
        Frozen,
    }

    private sealed record Reading(LoyaltyDbContext Db, Grant Grant, long? StoreView)
    {
        public bool Shows(long storeId) => Grant.Sees(storeId) && (StoreView is null || StoreView == storeId);
    }

    private sealed record Balance(What What, string Currency, long StoreId, long Count, long Amount);

    private sealed record Moved(string Currency, TransactionType Type, long HomeStoreId, long StoreId, long Count, long Amount);
}
