using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>What the Transaction Details tab is filtered by; null or empty: not filtered. Amounts in major units of <see cref="Currency"/>.</summary>
public sealed record GiftCardTransactionFilter
{
    public string? Number { get; init; }
    public long? CardId { get; init; }
    public long? PlanId { get; init; }
    public TransactionType? Type { get; init; }

    /// <summary>Where it happened.</summary>
    public long? StoreId { get; init; }

    /// <summary>Where the card was sold: the store that owes its balance.</summary>
    public long? HomeStoreId { get; init; }

    public Channel? Channel { get; init; }
    public string? Currency { get; init; }

    /// <summary>Business days, inclusive.</summary>
    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }

    /// <summary>The size of the change, whichever its sign; needs <see cref="Currency"/>.</summary>
    public decimal? AmountFrom { get; init; }

    public decimal? AmountTo { get; init; }
    /// <summary>The running balance after it; needs <see cref="Currency"/>.</summary>
    public decimal? BalanceFrom { get; init; }

    public decimal? BalanceTo { get; init; }
    public string? OrderNumber { get; init; }

    /// <summary>A part of the reason given.</summary>
    public string? Reason { get; init; }

    /// <summary>Who did it: a part of the name.</summary>
    public string? Operator { get; init; }

    public long? TransactionId { get; init; }
}

/// <summary>One line of the Transaction Details tab: the change and the card's running balance after it.</summary>
public sealed record GiftCardTransactionRow(
    long Id, DateTimeOffset At, DateOnly BusinessDay, TransactionType Type, long CardId, string LastFour, string PlanName, string Currency, long AmountMinor, long BalanceAfterMinor,
    string StoreName, string StoreCode, string TimeZone, string HomeStoreName, Channel Channel, string? OrderNumber, string ActorName, string? Reason, long? ReversesId)
{
    public string MaskedNumber => GiftCard.Mask(LastFour);

    public decimal Amount => Values.Currency.Of(Currency).ToMajor(AmountMinor);

    public decimal BalanceAfter => Values.Currency.Of(Currency).ToMajor(BalanceAfterMinor);
}

/// <summary>All movements of gift cards with multi-dimensional search (member-benefits 2.5.5).</summary>
public sealed class GiftCardTransactions(LoyaltyDatabase database, AccessControl access, CardNumbers numbers)
{
    public static SortColumns<LedgerTransaction> Sorts { get; } = new SortColumns<LedgerTransaction>(t => t.Id).By("BusinessDay", t => t.BusinessDay);

    /// <summary>One page, newest first.</summary>
    [Requires(Permission.GiftCardsRead)]
    public async Task<Page<GiftCardTransactionRow>> ListAsync(Actor actor, GiftCardTransactionFilter filter, PageRequest page, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, storeView, cancel)).ToPageAsync(page, Sorts, Row(db), cancel);
    }

    [Requires(Permission.GiftCardsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, GiftCardTransactionFilter filter, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, storeView, cancel)).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>The transactions a filter finds, as list, count and export see them.</summary>
    internal async Task<IQueryable<LedgerTransaction>> FilteredAsync(LoyaltyDbContext db, Grant grant, GiftCardTransactionFilter filter, long? storeView, CancellationToken cancel)
    {
        var (by, reason) = (Inputs.Clean(filter.Operator)?.ToLowerInvariant(), Inputs.Clean(filter.Reason)?.ToLowerInvariant());
        var hidden = await GiftCardQueries.HiddenSourcesAsync(db, cancel);
        var found = GiftCardQueries.Transactions(db, grant, hidden)
            .Where(t => storeView == null || t.StoreId == storeView || t.HomeStoreId == storeView)
            .Where(t => filter.StoreId == null || t.StoreId == filter.StoreId)
            .Where(t => filter.HomeStoreId == null || t.HomeStoreId == filter.HomeStoreId)
            .Where(t => filter.Channel == null || t.Channel == filter.Channel)
            .Where(t => string.IsNullOrEmpty(filter.Currency) || t.Currency == filter.Currency)
            .Where(t => filter.TransactionId == null || t.Id == filter.TransactionId)
            .Where(t => string.IsNullOrEmpty(by) || t.ActorName.ToLower().Contains(by))
            .Where(t => string.IsNullOrEmpty(reason) || t.Reason!.ToLower().Contains(reason));
        found = ByAmounts(ByType(ByDays(found, filter), filter.Type), filter);
        if (Inputs.Clean(filter.OrderNumber) is { } order)
        {
            found = found.Where(t => t.OrderNumber == order);
        }

        if (filter.CardId is { } cardId)
        {
            found = found.Where(t => db.GiftCards.Where(c => c.Id == cardId).Select(c => c.AccountId).Contains(t.AccountId));
        }

        if (filter.PlanId is { } planId)
        {
            found = found.Where(t => db.GiftCards.Any(c => c.PlanId == planId && c.AccountId == t.AccountId));
        }

        return ByNumber(db, found, filter.Number);
    }

    // One day is said as one: within it the index has the list's order.
    private static IQueryable<LedgerTransaction> ByDays(IQueryable<LedgerTransaction> found, GiftCardTransactionFilter filter) => filter.From is { } day && filter.To == day
        ? found.Where(t => t.BusinessDay == day)
        : found.Where(t => filter.From == null || t.BusinessDay >= filter.From).Where(t => filter.To == null || t.BusinessDay <= filter.To);

    // “Not a consumption” is said as well: it is the condition of the index.
    private static IQueryable<LedgerTransaction> ByType(IQueryable<LedgerTransaction> found, TransactionType? type) => type switch
    {
        null => found,
        TransactionType.Consumption => found.Where(t => t.Type == TransactionType.Consumption),
        _ => found.Where(t => t.Type != TransactionType.Consumption && t.Type == type),
    };

    private static IQueryable<LedgerTransaction> ByAmounts(IQueryable<LedgerTransaction> found, GiftCardTransactionFilter filter)
    {
        if (Currency.Find(filter.Currency) is not { } currency)
        {
            return found;
        }

        if ((filter.AmountFrom ?? filter.AmountTo) is not null)
        {
            var (low, high) = ((long)Math.Ceiling((filter.AmountFrom ?? 0) * currency.MinorPerMajor), (long)Math.Floor((filter.AmountTo ?? 1_000_000_000_000m) * currency.MinorPerMajor));
            found = found.Where(t => (t.Amount >= low && t.Amount <= high) || (t.Amount >= -high && t.Amount <= -low));
        }

        long? from = filter.BalanceFrom is { } least ? (long)Math.Ceiling(least * currency.MinorPerMajor) : null, to = filter.BalanceTo is { } most ? (long)Math.Floor(most * currency.MinorPerMajor) : null;

        return found.Where(t => (from == null || t.BalanceAfter >= from) && (to == null || t.BalanceAfter <= to));
    }

    internal static Expression<Func<LedgerTransaction, GiftCardTransactionRow>> Row(LoyaltyDbContext db) => t => new GiftCardTransactionRow(
        t.Id, t.At, t.BusinessDay, t.Type,
        db.GiftCards.Where(c => c.AccountId == t.AccountId).Select(c => c.Id).First(), db.GiftCards.Where(c => c.AccountId == t.AccountId).Select(c => c.LastFour).First(),
        db.GiftCards.Where(c => c.AccountId == t.AccountId).Select(c => db.GiftCardPlans.Where(p => p.Id == c.PlanId).Select(p => p.Name).First()).First(),
        t.Currency, t.Amount, t.BalanceAfter,
        db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Name).First(), db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Code).First(), db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.TimeZone).First(),
        db.Stores.Where(s => s.Id == t.HomeStoreId).Select(s => s.Name).First(),
        t.Channel, t.OrderNumber, t.ActorName, t.Reason, t.ReversesId);

    private IQueryable<LedgerTransaction> ByNumber(LoyaltyDbContext db, IQueryable<LedgerTransaction> found, string? number)
    {
        if (string.IsNullOrWhiteSpace(number))
        {
            return found;
        }

        var normal = CardNumbers.Normalise(number);
        if (normal.Length <= 4)
        {
            return found.Where(t => db.GiftCards.Where(c => c.LastFour == normal).Select(c => c.AccountId).Contains(t.AccountId));
        }

        var hash = numbers.HashNumber(normal);

        return found.Where(t => db.GiftCards.Where(c => c.NumberHash == hash).Select(c => c.AccountId).Contains(t.AccountId));
    }
}
