using System.Globalization;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>
/// Moves a duplicate's wallets to the member it is merged into. A wallet in a currency the survivor has none in goes over as it is; otherwise its lots are
/// posted over one by one with their dates, and stay a top-up whose unused principal can be asked for.
/// </summary>
public sealed class WalletTransfers(LoyaltyDatabase database, Ledger.Ledger ledger, GroupCalendar calendar)
{
    private const string Source = "members:merge";

    /// <summary>Within the caller's transaction.</summary>
    /// <exception cref="RuleViolationException">Something is set aside in the duplicate's wallet: it must be captured or released first.</exception>
    internal async Task MoveAsync(LoyaltyDbContext db, long fromId, long intoId, string reason, CancellationToken cancel)
    {
        var wallets = await db.LedgerAccounts.AsNoTracking().Where(a => a.MemberId == fromId && a.Kind == AccountKind.Wallet).OrderBy(a => a.Id).ToListAsync(cancel);
        foreach (var from in wallets)
        {
            if (await MemberAccounts.FindAsync(db, intoId, AccountKind.Wallet, from.Currency, cancel) is { } into)
            {
                await PostOverAsync(db, from, into, reason, cancel);
            }
            else
            {
                await db.LedgerAccounts.Where(a => a.Id == from.Id).ExecuteUpdateAsync(set => set.SetProperty(a => a.MemberId, intoId), cancel);
                await db.WalletHolds.Where(h => h.AccountId == from.Id).ExecuteUpdateAsync(set => set.SetProperty(h => h.MemberId, intoId), cancel);
            }
        }
    }

    private async Task PostOverAsync(LoyaltyDbContext db, LedgerAccount from, LedgerAccount into, string reason, CancellationToken cancel)
    {
        await database.Provider.LockRowsAsync(db, "LedgerAccounts", [.. new[] { from.Id, into.Id }.Order()], cancel);
        if (await db.WalletHolds.AnyAsync(h => h.AccountId == from.Id && h.Status == WalletHoldStatus.Open, cancel))
        {
            throw new RuleViolationException("wallet_has_holds", "Something is set aside in the duplicate's wallet. Capture or release it first, or wait until it comes back.") { Field = "duplicate" };
        }

        var lots = await db.LedgerLots.AsNoTracking().Where(lot => lot.AccountId == from.Id && lot.Remaining > 0).OrderBy(lot => lot.Id).ToListAsync(cancel);
        if (lots.Count == 0)
        {
            return;
        }

        var day = await calendar.TodayAsync(db, cancel);
        var (balance, principal) = (lots.Sum(lot => lot.Remaining), lots.Where(lot => lot.Kind == LotKind.Principal).Sum(lot => lot.Remaining));
        await PostAsync(db, from, into, "out", -balance, new LotChange.Take { WhateverDates = true }, day, reason, cancel);
        var came = await PostAsync(db, into, from, "in", balance, new LotChange.Open([.. lots.Select(lot => new NewLot(lot.Kind, lot.Remaining, lot.UsableFrom, lot.ExpiresAt))]), day, reason, cancel);
        db.WalletTopUps.Add(new WalletTopUp
        {
            AccountId = into.Id,
            MemberId = into.MemberId!.Value,
            TransactionId = came.Id,
            Source = "merge",
            Principal = principal,
            Bonus = balance - principal,
            // What was paid for it stands with the duplicate's top-ups; principal is what was sold for its worth, but for discounts.
            Paid = await PaidAsync(db, from.Id, principal, cancel),
            StoreId = into.StoreId,
            Channel = Channel.Pos,
            At = day.Now,
        });
    }

    private Task<LedgerTransaction> PostAsync(LoyaltyDbContext db, LedgerAccount account, LedgerAccount other, string side, long amount, LotChange lots, GroupDay day, string reason, CancellationToken cancel)
    {
        var operation = Operation.For(db.Actor, string.Create(CultureInfo.InvariantCulture, $"wallet:{account.Id}:{other.Id}:{side}"), "merge wallets", account.Id, amount) with { Source = Source };

        return ledger.PostAsync(db, new Posting
        {
            Operation = operation,
            Type = TransactionType.Transfer,
            AccountKind = AccountKind.Wallet,
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
            From = [AccountStatus.Open, AccountStatus.Blocked],
            OnlyWhileUsable = false,
            Lots = lots,
        }, cancel);
    }

    /// <summary>The part of the principal that was paid for, over all top-ups of the wallet.</summary>
    private static async Task<long> PaidAsync(LoyaltyDbContext db, long accountId, long principal, CancellationToken cancel)
    {
        var sums = await db.WalletTopUps.Where(t => t.AccountId == accountId).GroupBy(_ => 1).Select(g => new { Principal = g.Sum(t => t.Principal), Paid = g.Sum(t => t.Paid) }).FirstOrDefaultAsync(cancel);

        return sums is null || sums.Principal == 0 || sums.Paid >= sums.Principal ? principal : (long)Math.Round((decimal)principal * sums.Paid / sums.Principal, MidpointRounding.AwayFromZero);
    }
}
