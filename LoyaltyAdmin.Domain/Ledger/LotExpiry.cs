using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>Posts what ran out of points and wallets: a posted entry by a job, never a side effect of reading (domain rules, Points 1).</summary>
public sealed class LotExpiry(LoyaltyDatabase database, Ledger ledger, GroupCalendar calendar)
{
    private const int Batch = 500;

    /// <summary>Expires every lot whose time is over; safe to run twice and on two nodes. Returns how many accounts lost something.</summary>
    public async Task<int> RunAsync(CancellationToken cancel = default)
    {
        var expired = 0;
        long after = 0;
        while (true)
        {
            await using var db = await database.ReadAsync(cancel);
            var day = await calendar.TodayAsync(db, cancel);
            var due = await (from account in db.LedgerAccounts
                             where account.Id > after && db.LedgerLots.Any(lot => lot.AccountId == account.Id && lot.Remaining > 0 && lot.ExpiresAt <= day.Now)
                             orderby account.Id
                             select account).Take(Batch).ToListAsync(cancel);
            foreach (var account in due)
            {
                after = account.Id;
                expired += await ExpireAsync(account, day, cancel) ? 1 : 0;
            }

            if (due.Count < Batch)
            {
                return expired;
            }
        }
    }

    private async Task<bool> ExpireAsync(LedgerAccount account, GroupDay day, CancellationToken cancel)
    {
        long over;
        await using (var db = await database.ReadAsync(cancel))
        {
            over = await db.LedgerLots.Where(lot => lot.AccountId == account.Id && lot.Remaining > 0 && lot.ExpiresAt <= day.Now).SumAsync(lot => lot.Remaining, cancel);
        }

        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{account.Id}:{account.LastSequence}");
        var posted = await ledger.PostAsync(new Posting
        {
            Operation = Operation.For(Actor.System, key, "expire lots", account.Id) with { Source = "job:lot-expiry" },
            Type = TransactionType.Expiry,
            AccountKind = account.Kind,
            AccountId = account.Id,
            Currency = account.Currency,
            Amount = -over,
            House = [new HouseLeg(House.Breakage, over)],
            HomeStoreId = account.StoreId,
            StoreId = account.StoreId,
            Channel = Channel.Pos,
            BusinessDay = day.Today,
            At = day.Now,
            From = [AccountStatus.Open, AccountStatus.Blocked],
            OnlyWhileUsable = false,
            ExpectedSequence = account.LastSequence,
            Lots = new LotChange.Take { Expired = true },
        }, keepRefusal: false, cancel);

        // An account that moved since it was read is met again by the next run.
        return posted is { WasRepeated: false, Transaction.Refusal: null };
    }
}
