using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>What the wallets' transactions are filtered by; null or empty: not filtered.</summary>
public sealed record WalletTransactionFilter
{
    /// <summary>The member's number; a merged duplicate's leads to its survivor.</summary>
    public string? MemberNumber { get; init; }

    public TransactionType? Type { get; init; }

    /// <summary>Where it happened.</summary>
    public long? StoreId { get; init; }

    public Channel? Channel { get; init; }
    public string? Currency { get; init; }

    /// <summary>Business days, inclusive.</summary>
    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }
    public string? OrderNumber { get; init; }
}

/// <summary>One line of the wallets' transactions. Minor units.</summary>
/// <param name="PrincipalMinor">How much of the amount was principal; the rest was bonus.</param>
public sealed record WalletTransactionRow(
    long Id, DateTimeOffset At, DateOnly BusinessDay, TransactionType Type, long MemberId, string MemberNumber, string? MemberName, string Currency, long AmountMinor, long PrincipalMinor, long BalanceAfterMinor,
    string StoreName, string StoreCode, string TimeZone, Channel Channel, string? OrderNumber, string ActorName, string? Reason, long? ReversesId)
{
    public string? MaskedName => Masks.Name(MemberName);

    public decimal Amount => Major(AmountMinor);

    public decimal Principal => Major(PrincipalMinor);

    public decimal Bonus => Major(AmountMinor - PrincipalMinor);

    public decimal BalanceAfter => Major(BalanceAfterMinor);

    private decimal Major(long minor) => Values.Currency.Of(Currency).ToMajor(minor);
}

/// <summary>All movements of prepaid wallets of the members a user sees, as far as they concern the user's stores.</summary>
public sealed class WalletTransactions(LoyaltyDatabase database, AccessControl access)
{
    /// <summary>What can happen to a wallet, for a filter to choose from.</summary>
    public static IReadOnlyList<TransactionType> Types { get; } =
    [
        TransactionType.Recharge, TransactionType.Consumption, TransactionType.ConsumptionReversal, TransactionType.Hold, TransactionType.HoldRelease, TransactionType.Withdrawal, TransactionType.Grant,
        TransactionType.Expiry, TransactionType.Adjustment, TransactionType.Transfer, TransactionType.Freeze, TransactionType.Restore,
    ];

    public static SortColumns<LedgerTransaction> Sorts { get; } = new SortColumns<LedgerTransaction>(t => t.Id).By("BusinessDay", t => t.BusinessDay);

    /// <summary>One page, newest first.</summary>
    [Requires(Permission.WalletsRead)]
    public async Task<Page<WalletTransactionRow>> ListAsync(Actor actor, WalletTransactionFilter filter, PageRequest page, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, grant, filter, storeView).ToPageAsync(page, Sorts, Row(db), cancel);
    }

    [Requires(Permission.WalletsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, WalletTransactionFilter filter, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, grant, filter, storeView).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>The transactions a filter finds, as list, count and export see them.</summary>
    internal static IQueryable<LedgerTransaction> Filtered(LoyaltyDbContext db, Grant grant, WalletTransactionFilter filter, long? storeView)
    {
        var (number, order) = (Inputs.Clean(filter.MemberNumber), Inputs.Clean(filter.OrderNumber));
        // “Not a gift card” is said as well: it is the condition of the index.
        var moved = InStores(db.LedgerTransactions.Where(t => t.AccountKind != AccountKind.GiftCard && t.AccountKind == AccountKind.Wallet && t.Refusal == null), grant)
            .Where(t => storeView == null || t.StoreId == storeView || t.HomeStoreId == storeView)
            .Where(t => filter.Type == null || t.Type == filter.Type)
            .Where(t => filter.StoreId == null || t.StoreId == filter.StoreId)
            .Where(t => filter.Channel == null || t.Channel == filter.Channel)
            .Where(t => string.IsNullOrEmpty(filter.Currency) || t.Currency == filter.Currency)
            .Where(t => filter.From == null || t.BusinessDay >= filter.From)
            .Where(t => filter.To == null || t.BusinessDay <= filter.To)
            .Where(t => order == null || t.OrderNumber == order);
        if (number is not null)
        {
            // What a merged duplicate did is its survivor's past.
            var ids = db.Members.Where(m => m.Number == number).Select(m => m.MergedIntoId ?? m.Id);
            var merged = db.Members.Where(m => m.MergedIntoId != null && ids.Contains(m.MergedIntoId.Value)).Select(m => m.Id);
            moved = moved.Where(t => db.LedgerAccounts.Where(a => ids.Contains(a.MemberId!.Value) || merged.Contains(a.MemberId!.Value)).Select(a => a.Id).Contains(t.AccountId));
        }

        if (grant.Stores.Kind == StoreScopeKind.All)
        {
            return moved;
        }

        // Asked per movement, not joined: the list is read in its own order, whatever a database thinks of the members.
        var members = MemberQueries.Members(db, grant);

        return moved.Where(t => members.Any(m => m.Id == db.LedgerAccounts.Where(a => a.Id == t.AccountId).Select(a => db.Members.Where(o => o.Id == a.MemberId).Select(o => o.MergedIntoId ?? o.Id).First()).First()));
    }

    internal static Expression<Func<LedgerTransaction, WalletTransactionRow>> Row(LoyaltyDbContext db) => t => new WalletTransactionRow(
        t.Id, t.At, t.BusinessDay, t.Type,
        db.LedgerAccounts.Where(a => a.Id == t.AccountId).Select(a => db.Members.Where(m => m.Id == a.MemberId).Select(m => m.MergedIntoId ?? m.Id).First()).First(),
        db.LedgerAccounts.Where(a => a.Id == t.AccountId).Select(a => db.Members.Where(m => m.Id == a.MemberId).Select(m => m.Number).First()).First(),
        db.LedgerAccounts.Where(a => a.Id == t.AccountId).Select(a => db.Members.Where(m => m.Id == a.MemberId).Select(m => m.FullName).First()).First(),
        t.Currency, t.Amount,
        db.LedgerLotMovements.Where(m => m.TransactionId == t.Id && db.LedgerLots.Any(lot => lot.Id == m.LotId && lot.Kind == LotKind.Principal)).Sum(m => m.Amount),
        t.BalanceAfter,
        db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Name).First(), db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Code).First(), db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.TimeZone).First(),
        t.Channel, t.OrderNumber, t.ActorName, t.Reason, t.ReversesId);

    /// <summary>What happened in the user's stores, and what moved what they owe.</summary>
    internal static IQueryable<LedgerTransaction> InStores(IQueryable<LedgerTransaction> moved, Grant grant)
    {
        var ids = grant.Stores.StoreIds.ToArray();

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => moved.Where(t => ids.Contains(t.StoreId) || ids.Contains(t.HomeStoreId)),
            StoreScopeKind.Excluded => moved.Where(t => !ids.Contains(t.StoreId) || !ids.Contains(t.HomeStoreId)),
            _ => moved,
        };
    }
}
