using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>
/// Moves what a duplicate has of one kind to the member it is merged into. An account the survivor has none of goes over as it is; otherwise its lots are
/// posted over with their dates and the account is closed, so that whoever still held it in hand is refused and finds the survivor's. What comes back to
/// a closed account later is moved on in the same transaction (<see cref="Reversals"/>).
/// </summary>
public abstract class MemberTransfers(LoyaltyDatabase database, Ledger ledger, GroupCalendar calendar)
{
    private const string Source = "members:merge";

    public abstract AccountKind Kind { get; }

    /// <summary>Says what stands in the way of a merge, before anything is done.</summary>
    /// <exception cref="RuleViolationException">Something is frozen or set aside.</exception>
    internal async Task DemandMovableAsync(LoyaltyDbContext db, long fromId, long intoId, CancellationToken cancel)
    {
        foreach (var from in await OfAsync(db, fromId, cancel))
        {
            if (await MemberAccounts.FindAsync(db, intoId, Kind, from.Currency, cancel) is { } into)
            {
                await DemandMovableAsync(db, from, into, cancel);
            }
        }
    }

    /// <summary>Within the caller's transaction. Points below zero move as well: the person owes them.</summary>
    internal async Task MoveAsync(LoyaltyDbContext db, long fromId, long intoId, string reason, CancellationToken cancel)
    {
        foreach (var from in await OfAsync(db, fromId, cancel))
        {
            if (await MemberAccounts.FindAsync(db, intoId, Kind, from.Currency, cancel) is { } into)
            {
                await PostOverAsync(db, from.Id, into.Id, reason, cancel);
            }
            else
            {
                await db.LedgerAccounts.Where(a => a.Id == from.Id).ExecuteUpdateAsync(set => set.SetProperty(a => a.MemberId, intoId), cancel);
                await GoneOverAsync(db, from, intoId, cancel);
            }
        }
    }

    /// <summary>The balance after a movement as its member knows it: where it was moved on to a survivor, the survivor's.</summary>
    internal static async Task<long> BalanceAfterAsync(LoyaltyDbContext db, LedgerTransaction moved, CancellationToken cancel)
    {
        if (moved.Type != TransactionType.ConsumptionReversal || moved.AccountKind == AccountKind.GiftCard)
        {
            return moved.BalanceAfter;
        }

        var key = Key(moved.AccountId, moved.Sequence ?? 0, "in");

        return await db.LedgerTransactions.Where(t => t.Source == Source && t.IdempotencyKey == key).Select(t => (long?)t.BalanceAfter).FirstOrDefaultAsync(cancel) ?? moved.BalanceAfter;
    }

    protected virtual Task DemandMovableAsync(LoyaltyDbContext db, LedgerAccount from, LedgerAccount into, CancellationToken cancel) =>
        from.Status == AccountStatus.Blocked && into.Status != AccountStatus.Blocked
            ? throw new RuleViolationException("account_frozen", $"The duplicate's {(Kind == AccountKind.Wallet ? "wallet is" : "points are")} frozen, and a merge would make what is in there spendable. Restore it first.") { Field = "duplicate" }
            : Task.CompletedTask;

    /// <summary>The account changed hands as it is.</summary>
    protected virtual Task GoneOverAsync(LoyaltyDbContext db, LedgerAccount account, long memberId, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>The lots came in with this transaction.</summary>
    protected virtual Task CameInAsync(LoyaltyDbContext db, LedgerAccount from, LedgerAccount into, IReadOnlyList<LedgerLot> lots, LedgerTransaction came, CancellationToken cancel) => Task.CompletedTask;

    // What was closed and is empty has been moved already.
    private Task<List<LedgerAccount>> OfAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel) =>
        db.LedgerAccounts.AsNoTracking().Where(a => a.MemberId == memberId && a.Kind == Kind && (a.Status != AccountStatus.Closed || a.Balance != 0)).OrderBy(a => a.Id).ToListAsync(cancel);

    private async Task PostOverAsync(LoyaltyDbContext db, long fromId, long intoId, string reason, CancellationToken cancel)
    {
        await database.Provider.LockRowsAsync(db, "LedgerAccounts", [.. new[] { fromId, intoId }.Order()], cancel);
        var accounts = await db.LedgerAccounts.AsNoTracking().Where(a => a.Id == fromId || a.Id == intoId).ToDictionaryAsync(a => a.Id, cancel);
        var (from, into) = (accounts[fromId], accounts[intoId]);
        await DemandMovableAsync(db, from, into, cancel);
        // The last to expire first: where the survivor owes points, the soonest to be lost pay for it.
        var lots = (await db.LedgerLots.AsNoTracking().Where(lot => lot.AccountId == fromId && lot.Remaining > 0).ToListAsync(cancel))
            .OrderByDescending(lot => lot.ExpiresAt ?? DateTimeOffset.MaxValue).ThenBy(lot => lot.Id).ToList();
        LotChange all = new LotChange.Take { WhateverDates = true };
        var balance = from.Balance;
        await PostAsync(db, from, from, "out", -balance, balance > 0 ? all : new LotChange.Open([new NewLot(LotKind.Points, -balance)]), reason, cancel);
        if (balance != 0)
        {
            var came = await PostAsync(db, into, from, "in", balance, balance > 0 ? new LotChange.Open([.. lots.Select(lot => new NewLot(lot.Kind, lot.Remaining, lot.UsableFrom, lot.ExpiresAt))]) : all, reason, cancel);
            await CameInAsync(db, from, into, lots, came, cancel);
        }
    }

    private async Task<LedgerTransaction> PostAsync(LoyaltyDbContext db, LedgerAccount account, LedgerAccount from, string side, long amount, LotChange lots, string reason, CancellationToken cancel)
    {
        var day = await calendar.TodayAsync(db, cancel);
        var isLeaving = account.Id == from.Id;

        return await ledger.PostAsync(db, new Posting
        {
            Operation = Operation.For(db.Actor, Key(from.Id, from.LastSequence, side), "merge accounts", account.Id, amount) with { Source = Source },
            Type = TransactionType.Transfer,
            AccountKind = Kind,
            AccountId = account.Id,
            Currency = account.Currency,
            Amount = amount,
            House = [new HouseLeg(House.Transfers, -amount)],
            HomeStoreId = account.StoreId,
            StoreId = account.StoreId,
            Channel = Channel.Pos,
            BusinessDay = day.Today,
            At = day.Now,
            Reason = Inputs.Clean(reason),
            From = isLeaving ? [AccountStatus.Open, AccountStatus.Blocked, AccountStatus.Closed] : [AccountStatus.Open, AccountStatus.Blocked],
            To = isLeaving ? AccountStatus.Closed : null,
            OnlyWhileUsable = false,
            AllowsDebt = Kind == AccountKind.Points && amount < 0,
            Lots = amount == 0 ? null : lots,
        }, cancel);
    }

    // The account's own number of movements makes a second transfer another one: what came back after the first.
    private static string Key(long accountId, long sequence, string side) => string.Create(CultureInfo.InvariantCulture, $"{accountId}:{sequence}:{side}");
}
