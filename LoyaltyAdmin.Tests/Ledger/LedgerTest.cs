using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>Tests that post straight to the ledger; amounts in minor units.</summary>
public abstract class LedgerTest(DatabaseKind kind) : DatabaseTest(kind)
{
    protected static readonly Actor Till = Actor.ApiClient(1, "Till");

    protected Domain.Ledger.Ledger Ledger => Db.Ledger;

    protected Posting Spending(GiftCard card, long amount, string? key = null) =>
        Posting(card, TransactionType.Consumption, -amount, House.Redemptions, key);

    protected Posting Loading(GiftCard card, long amount, string? key = null) =>
        Posting(card, TransactionType.Recharge, amount, House.CashIn, key);

    protected Posting Reversing(GiftCard card, LedgerTransaction spent, long amount, string? key = null) =>
        Posting(card, TransactionType.ConsumptionReversal, amount, House.Redemptions, key, spent.Id) with
        {
            ReversesId = spent.Id,
            ReversibleAmount = -spent.Amount,
            From = [AccountStatus.Open, AccountStatus.Blocked],
            OnlyWhileUsable = false,
        };

    protected Posting Freezing(GiftCard card, string? key = null) =>
        Posting(card, TransactionType.Freeze, 0, House.Adjustments, key) with { To = AccountStatus.Blocked, OnlyWhileUsable = false };

    protected Posting Posting(GiftCard card, TransactionType type, long amount, House house, string? key = null, params ReadOnlySpan<object?> request) => new()
    {
        Operation = Operation.For(Till, key ?? Guid.NewGuid().ToString("N"), [type, card.AccountId, amount, .. request]),
        Type = type,
        AccountKind = AccountKind.GiftCard,
        AccountId = card.AccountId,
        Currency = card.Currency,
        Amount = amount,
        House = [new HouseLeg(house, -amount)],
        HomeStoreId = card.StoreId,
        StoreId = card.StoreId,
        Channel = Channel.Pos,
        BusinessDay = card.SoldOn,
        At = Clock.Now,
    };

    protected Task<LedgerAccount> AccountAsync(GiftCard card) => Db.ReadAsync(db => db.LedgerAccounts.SingleAsync(a => a.Id == card.AccountId));

    protected async Task<long> BalanceAsync(GiftCard card) => (await AccountAsync(card)).Balance;

    /// <summary>Starts all of them before it awaits the first.</summary>
    protected static Task<T[]> AllAtOnceAsync<T>(int count, Func<int, Task<T>> start) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => start(i))));
}
