using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>
/// Takes the cards of an import back, each by a posting that reverses its opening: nothing is ever deleted. Guarded per card, resumable,
/// a few hundred to a transaction.
/// </summary>
internal sealed class GiftCardImportUndo(LoyaltyDatabase database, Ledger.Ledger ledger, JobLeases leases, GiftCardCatalog catalog, SecretKeys keys, TimeProvider clock)
{
    private const int ChunkCards = 200;

    private static readonly TransactionType[] ownTypes = [TransactionType.ImportOpening, TransactionType.ImportRollback];

    /// <summary>How many cards of the import were paid with, recharged, refunded, adjusted or expired.</summary>
    public static Task<int> UsedAsync(LoyaltyDbContext db, long importId, CancellationToken cancel) => db.GiftCards.CountAsync(
        card => card.ImportId == importId && db.LedgerTransactions.Any(t => t.AccountId == card.AccountId && t.Amount != 0 && !ownTypes.Contains(t.Type)), cancel);

    public static string UsedSentence(int used) => used == 1
        ? "1 card of this import was used already, so the import cannot be rolled back. Freeze or refund cards one by one instead."
        : string.Create(CultureInfo.InvariantCulture, $"{used} cards of this import were used already, so the import cannot be rolled back. Freeze or refund cards one by one instead.");

    public static Task<bool> HasBegunAsync(LoyaltyDbContext db, long importId, CancellationToken cancel) =>
        db.GiftCards.AnyAsync(card => card.ImportId == importId && db.LedgerAccounts.Any(a => a.Id == card.AccountId && a.Status == AccountStatus.Cancelled), cancel);

    /// <summary>Reverses every card that has not moved since its opening. Answers how many were left because they had.</summary>
    public async Task<int> RunAsync(ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel)
    {
        long after = 0;
        var (left, done) = (0, 0);
        while (true)
        {
            var cards = await NextAsync(job.Id, after, cancel);
            if (cards.Count == 0)
            {
                return left;
            }

            after = cards[^1].Id;
            left += await database.WriteAsync(Actor.System, db => ReverseAsync(db, job, cards, lease, cancel), cancel);
            done += cards.Count;
            progressed(done);
        }
    }

    private sealed record OpenedCard(long Id, long AccountId, long StoreId, string Currency, long Balance, long Sequence, byte[] NumberHash, long OpeningId, string Row, long Opening);

    private async Task<List<OpenedCard>> NextAsync(long importId, long after, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await (from card in db.GiftCards
                      where card.ImportId == importId && card.Id > after
                      join account in db.LedgerAccounts on card.AccountId equals account.Id
                      where account.Status != AccountStatus.Cancelled
                      join opening in db.LedgerTransactions on card.AccountId equals opening.AccountId
                      where opening.Type == TransactionType.ImportOpening
                      orderby card.Id
                      select new OpenedCard(card.Id, card.AccountId, card.StoreId, card.Currency, account.Balance, account.LastSequence, card.NumberHash, opening.Id, opening.IdempotencyKey, opening.Amount))
            .Take(ChunkCards).ToListAsync(cancel);
    }

    private async Task<int> ReverseAsync(LoyaltyDbContext db, ImportJob job, List<OpenedCard> cards, HeldLease lease, CancellationToken cancel)
    {
        await leases.DemandAsync(db, lease, cancel);
        var actor = Actor.Of(job.UploadedByKey, job.UploadedByName);
        var left = 0;
        foreach (var card in cards)
        {
            if (card.Balance != card.Opening)
            {
                left++;
                continue;
            }

            try
            {
                await ledger.PostAsync(db, await PostingAsync(job, card, actor, cancel), cancel);
            }
            catch (RuleViolationException)
            {
                // The card moved after it was read: the guard refused, and the card stays as it is.
                left++;
                continue;
            }

            // The number may be imported again; the cancelled card keeps a hash nobody can look up.
            var released = keys.Hash("released-card-number", Convert.ToHexString(card.NumberHash) + card.Id.ToString(CultureInfo.InvariantCulture));
            await db.GiftCards.Where(c => c.Id == card.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.NumberHash, released), cancel);
        }

        return left;
    }

    private async Task<Posting> PostingAsync(ImportJob job, OpenedCard card, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();

        return new Posting
        {
            Operation = Operation.For(actor, $"undo:{card.Row}", "import-rollback", job.Id, card.Id) with { Source = GiftCardQueries.SourceOf(job.Id) },
            Type = TransactionType.ImportRollback,
            AccountKind = AccountKind.GiftCard,
            AccountId = card.AccountId,
            Currency = card.Currency,
            Amount = -card.Balance,
            House = [new HouseLeg(House.ImportOpening, card.Balance)],
            HomeStoreId = card.StoreId,
            StoreId = card.StoreId,
            Channel = Channel.Pos,
            BusinessDay = (await catalog.StoreAsync(card.StoreId, cancel)).Zone.DayOf(now),
            At = now,
            Reason = string.Create(CultureInfo.InvariantCulture, $"Import {job.Id} {(job.Status == ImportStatus.RollingBack ? "rolled back" : "cancelled")}"),
            From = [AccountStatus.Open, AccountStatus.Pending, AccountStatus.Blocked],
            To = AccountStatus.Cancelled,
            OnlyWhileUsable = false,
            ExpectedSequence = card.Sequence,
            ReversesId = card.OpeningId,
            ReversibleAmount = card.Opening,
        };
    }
}
