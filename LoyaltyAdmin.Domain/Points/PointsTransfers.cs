using System.Globalization;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>Moves a duplicate's points to the member it is merged into: two postings that name each other by their key, lots keeping their dates.</summary>
public sealed class PointsTransfers(LoyaltyDatabase database, Ledger.Ledger ledger, PointsPostings postings)
{
    private const string Source = "members:merge";

    /// <summary>Within the caller's transaction. Points below zero move as well: the person owes them.</summary>
    internal async Task MoveAsync(LoyaltyDbContext db, long fromId, long intoId, string reason, CancellationToken cancel)
    {
        if (await MemberAccounts.FindAsync(db, fromId, AccountKind.Points, Currency.Points.Code, cancel) is not { } known)
        {
            return;
        }

        var (from, into) = (await postings.AccountAsync(db, fromId, known.StoreId, cancel), await postings.AccountAsync(db, intoId, known.StoreId, cancel));
        await database.Provider.LockRowsAsync(db, "LedgerAccounts", [.. new[] { from.Account.Id, into.Account.Id }.Order()], cancel);
        var balance = await db.LedgerAccounts.Where(a => a.Id == from.Account.Id).Select(a => a.Balance).SingleAsync(cancel);
        if (balance == 0)
        {
            return;
        }

        // The last to expire first: where the survivor owes points, the soonest to be lost pay for it.
        var lots = (await db.LedgerLots.AsNoTracking().Where(lot => lot.AccountId == from.Account.Id && lot.Remaining > 0).ToListAsync(cancel))
            .OrderByDescending(lot => lot.ExpiresAt ?? DateTimeOffset.MaxValue).Select(lot => new NewLot(LotKind.Points, lot.Remaining, lot.UsableFrom, lot.ExpiresAt)).ToList();
        LotChange all = new LotChange.Take { WhateverDates = true };
        await PostAsync(db, from, "out", -balance, balance > 0 ? all : new LotChange.Open([new NewLot(LotKind.Points, -balance)]), $"{fromId}:{intoId}", reason, cancel);
        await PostAsync(db, into, "in", balance, balance > 0 ? new LotChange.Open(lots) : all, $"{fromId}:{intoId}", reason, cancel);
    }

    private Task<LedgerTransaction> PostAsync(LoyaltyDbContext db, PointsAccount account, string side, long amount, LotChange lots, string merge, string reason, CancellationToken cancel)
    {
        var operation = Operation.For(db.Actor, string.Create(CultureInfo.InvariantCulture, $"{merge}:{side}"), "merge points", account.Account.Id, amount) with { Source = Source };

        return ledger.PostAsync(db, account.Posting(operation, TransactionType.Transfer) with
        {
            Amount = amount,
            House = [new HouseLeg(House.Transfers, -amount)],
            Lots = lots,
            AllowsDebt = amount < 0,
            From = [AccountStatus.Open, AccountStatus.Blocked],
            Reason = Inputs.Clean(reason),
        }, cancel);
    }
}
