using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>A card with its account, as queries join them.</summary>
public sealed class CardAccount
{
    public required GiftCard Card { get; init; }

    public required LedgerAccount Account { get; init; }

    /// <summary>The card's number as a search found it; set only where the list follows the search.</summary>
    public long Found { get; init; }
}

/// <summary>Which cards and transactions exist for a caller: own stores only, and nothing of an import that is not committed.</summary>
internal static class GiftCardQueries
{
    public static IQueryable<CardAccount> Cards(LoyaltyDbContext db, Grant grant, long? storeView = null)
    {
        var cards = db.GiftCards.Where(c => c.ImportId == null || db.ImportJobs.Any(job => job.Id == c.ImportId && (job.Status == ImportStatus.Committed || job.Status == ImportStatus.RollingBack || job.Status == ImportStatus.RolledBack)));
        cards = InStores(cards, grant.Stores);
        if (storeView is { } store)
        {
            cards = cards.Where(c => c.StoreId == store);
        }

        return cards.Join(db.LedgerAccounts, card => card.AccountId, account => account.Id, (card, account) => new CardAccount { Card = card, Account = account });
    }

    /// <summary>Lets whoever else decides about this card wait until the caller's transaction ends: changes nothing, but holds the row.</summary>
    public static Task HoldAsync(LoyaltyDbContext db, long cardId, CancellationToken cancel) =>
        db.GiftCards.Where(card => card.Id == cardId).ExecuteUpdateAsync(set => set.SetProperty(card => card.LastFour, card => card.LastFour), cancel);

    /// <summary>Gift card transactions that happened in, or move what is owed by, the caller's stores.</summary>
    public static IQueryable<LedgerTransaction> Transactions(LoyaltyDbContext db, Grant grant, IReadOnlyList<string> hiddenSources)
    {
        var transactions = db.LedgerTransactions.Where(t => t.AccountKind == AccountKind.GiftCard && t.Refusal == null);
        if (hiddenSources.Count > 0)
        {
            transactions = transactions.Where(t => !hiddenSources.Contains(t.Source));
        }

        var ids = grant.Stores.StoreIds.ToArray();

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => transactions.Where(t => ids.Contains(t.StoreId) || ids.Contains(t.HomeStoreId)),
            StoreScopeKind.Excluded => transactions.Where(t => !ids.Contains(t.StoreId)),
            _ => transactions,
        };
    }

    /// <summary>The ledger sources of imports that are not (or never were) committed: their postings do not exist for anybody yet.</summary>
    public static async Task<List<string>> HiddenSourcesAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        ImportStatus[] visible = [ImportStatus.Committed, ImportStatus.RollingBack, ImportStatus.RolledBack];
        var ids = await db.ImportJobs.Where(job => !visible.Contains(job.Status) && job.AppliedRows > 0).Select(job => job.Id).ToListAsync(cancel);

        return ids.ConvertAll(SourceOf);
    }

    /// <summary>The ledger source under which an import posts.</summary>
    public static string SourceOf(long importId) => $"import:{importId.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    private static IQueryable<GiftCard> InStores(IQueryable<GiftCard> cards, StoreScope stores)
    {
        var ids = stores.StoreIds.ToArray();

        return stores.Kind switch
        {
            StoreScopeKind.Included => cards.Where(c => ids.Contains(c.StoreId)),
            StoreScopeKind.Excluded => cards.Where(c => !ids.Contains(c.StoreId)),
            _ => cards,
        };
    }
}
