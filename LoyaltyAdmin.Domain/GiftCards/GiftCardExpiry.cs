using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>Posts what expired: a posted entry by a job, never a side effect of reading. Frozen cards wait until they are restored.</summary>
public sealed class GiftCardExpiry(LoyaltyDatabase database, Ledger.Ledger ledger, GiftCardCatalog catalog, TimeProvider clock)
{
    private const int Batch = 500;

    /// <summary>Expires every card whose validity has ended; safe to run twice and on two nodes. Returns how many.</summary>
    public async Task<int> RunAsync(CancellationToken cancel = default)
    {
        var expired = 0;
        long after = 0;
        while (true)
        {
            var now = clock.GetUtcNow();
            await using var db = await database.ReadAsync(cancel);
            var due = await db.LedgerAccounts
                .Where(a => a.Kind == AccountKind.GiftCard && (a.Status == AccountStatus.Open || a.Status == AccountStatus.Pending) && a.UsableUntil <= now && a.Id > after)
                .OrderBy(a => a.Id).Take(Batch).ToListAsync(cancel);
            foreach (var account in due)
            {
                after = account.Id;
                expired += await ExpireAsync(account, now, cancel) ? 1 : 0;
            }

            if (due.Count < Batch)
            {
                return expired;
            }
        }
    }

    private async Task<bool> ExpireAsync(LedgerAccount account, DateTimeOffset now, CancellationToken cancel)
    {
        var store = await catalog.StoreAsync(account.StoreId, cancel);
        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{account.Id}:{account.UsableUntil!.Value.UtcTicks}:{account.LastSequence}");
        var posted = await ledger.PostAsync(new Posting
        {
            Operation = Operation.For(Actor.System, key, "expire", account.Id) with { Source = "job:expiry" },
            Type = TransactionType.Expiry,
            AccountKind = AccountKind.GiftCard,
            AccountId = account.Id,
            Currency = account.Currency,
            Amount = -account.Balance,
            House = [new HouseLeg(House.Breakage, account.Balance)],
            HomeStoreId = account.StoreId,
            StoreId = account.StoreId,
            Channel = Channel.Pos,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            From = [account.Status],
            To = AccountStatus.Expired,
            OnlyWhileUsable = false,
            ExpectedSequence = account.LastSequence,
        }, keepRefusal: false, cancel);

        // A card that moved since it was read is met again by the next run.
        return posted is { WasRepeated: false, Transaction.Refusal: null };
    }
}
