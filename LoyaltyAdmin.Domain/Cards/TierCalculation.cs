using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>
/// Brings the tiers of cards up to date by <see cref="TierRules"/>: reads purchases in sets, decides in memory, writes what differs in one statement each.
/// A second run changes nothing. The tier a card has is the higher of the earned one and those granted for a term that runs.
/// </summary>
public sealed class TierCalculation(LoyaltyDatabase database, GroupCalendar calendar, WebhookOutbox webhooks, MessageOutbox messages)
{
    private const int Batch = 500;
    private const int ScanBatch = 5_000;

    /// <summary>A new tier is news for so long: what cannot be told by then is not told.</summary>
    private static readonly TimeSpan news = TimeSpan.FromDays(7);

    private static readonly BulkColumn[] cardColumns =
    [
        new("TierId", BulkType.Long), new("EarnedTierId", BulkType.Long), new("TierSince", BulkType.Day), new("PeriodStart", BulkType.Day), new("PeriodEnd", BulkType.Day),
    ];

    private static readonly BulkColumn[] changeColumns =
    [
        new("CardId", BulkType.Long), new("MemberId", BulkType.Long), new("FromTierId", BulkType.Long), new("ToTierId", BulkType.Long), new("Reason", BulkType.Text), new("Detail", BulkType.Text),
        new("ActorName", BulkType.Text), new("At", BulkType.Instant),
    ];

    /// <summary>Brings the cards of these members up to date within the caller's write. Call it after the purchases are saved.</summary>
    /// <param name="db">The caller's context, in its transaction.</param>
    /// <param name="memberIds">Whose purchases changed.</param>
    /// <param name="reason">What a higher tier is put down to.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>How many cards changed.</returns>
    public async Task<int> RecalculateAsync(LoyaltyDbContext db, IReadOnlyCollection<long> memberIds, TierChangeReason reason, CancellationToken cancel = default)
    {
        await db.SaveChangesAsync(cancel);
        var changed = 0;
        foreach (var batch in memberIds.Distinct().Chunk(Batch))
        {
            var cards = await db.LoyaltyCards.Where(card => batch.Contains(card.MemberId)).Select(card => card.Id).ToListAsync(cancel);
            changed += await RecalculateCardsAsync(db, cards, reason, cancel);
        }

        return changed;
    }

    /// <summary>As <see cref="RecalculateAsync"/>, for single cards.</summary>
    internal async Task<int> RecalculateCardsAsync(LoyaltyDbContext db, IReadOnlyCollection<long> cardIds, TierChangeReason reason, CancellationToken cancel)
    {
        if (cardIds.Count == 0)
        {
            return 0;
        }

        await db.SaveChangesAsync(cancel);
        var seen = await DecideAsync(db, cardIds, reason, cancel);
        if (seen.Count == 0)
        {
            return 0;
        }

        // Most calls change nothing and lock nothing. Those that do decide again with the rows held: two purchases at once must not both raise a card.
        var ids = seen.Select(change => change.Card.Id).ToArray();
        await db.LoyaltyCards.Where(card => ids.Contains(card.Id)).ExecuteUpdateAsync(set => set.SetProperty(card => card.PeriodStart, card => card.PeriodStart), cancel);
        var changes = await DecideAsync(db, ids, reason, cancel);
        await WriteAsync(db, changes, cancel);

        return changes.Count;
    }

    /// <summary>
    /// Follows every card to today: late and refunded orders, changed plans, period ends, grants that ran out. Looks without holding anybody up and
    /// writes only what differs, a batch at a time: stopped half-way, the next run does the rest.
    /// </summary>
    /// <returns>How many cards were looked at, and how many changed.</returns>
    public async Task<(int Cards, int Changed)> RunAsync(CancellationToken cancel = default)
    {
        var (cards, changed, after) = (0, 0, 0L);
        while (true)
        {
            List<long> ids;
            List<long> stale;
            await using (var db = await database.ReadAsync(cancel))
            {
                ids = await db.LoyaltyCards.Where(card => card.Id > after).OrderBy(card => card.Id).Take(ScanBatch).Select(card => card.Id).ToListAsync(cancel);
                stale = ids.Count == 0 ? [] : [.. (await DecideAsync(db, ids, TierChangeReason.Recalculation, cancel)).Select(change => change.Card.Id)];
            }

            cards += ids.Count;
            foreach (var batch in stale.Chunk(Batch))
            {
                changed += await database.WriteAsync(Actor.System, db => RecalculateCardsAsync(db, batch, TierChangeReason.Recalculation, cancel), cancel);
            }

            if (ids.Count < ScanBatch)
            {
                return (cards, changed);
            }

            after = ids[^1];
        }
    }

    private async Task<List<CardChange>> DecideAsync(LoyaltyDbContext db, IReadOnlyCollection<long> cardIds, TierChangeReason reason, CancellationToken cancel)
    {
        var day = await calendar.TodayAsync(db, cancel);
        var facts = await CardFacts.ReadAsync(db, cardIds, day, cancel);
        var changes = new List<CardChange>();
        foreach (var card in facts.Cards)
        {
            if (CardChange.Of(card, facts, day, reason) is { } change)
            {
                changes.Add(change);
            }
        }

        return changes;
    }

    private async Task WriteAsync(LoyaltyDbContext db, List<CardChange> changes, CancellationToken cancel)
    {
        if (changes.Count == 0)
        {
            return;
        }

        var now = (await calendar.TodayAsync(db, cancel)).Now;
        await database.Provider.Bulk.UpdateAsync(db, "LoyaltyCards", cardColumns,
            [.. changes.Select(c => (c.Card.Id, new object?[] { c.TierId, c.EarnedTierId, c.TierSince, c.PeriodStart, c.PeriodEnd }))], cancel);
        await database.Provider.Bulk.InsertAsync(db, "TierChanges", changeColumns,
            [.. changes.SelectMany(c => c.History.Select(h => new object?[] { c.Card.Id, c.Card.MemberId, h.From, h.To, h.Reason.ToString(), h.Detail, db.Actor.Name, now }))], cancel);
        List<CardChange> moved = [.. changes.Where(c => c.TierId != c.Card.TierId)];
        await TellAsync(db, moved, cancel);
        await messages.AddAsync(db, [.. moved.Select(change => News(change, now))], cancel);
    }

    private static MessageRequest News(CardChange change, DateTimeOffset now) => new(MessageScenario.TierChange, change.Card.MemberId, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"tier:{change.Card.Id}:{change.TierId}:{now.UtcTicks}"))
    {
        Variables = new Dictionary<string, string?> { ["tier"] = change.Plan.NameOf(change.TierId), ["previousTier"] = change.Plan.NameOf(change.Card.TierId), ["plan"] = change.Plan.Code },
        NotAfter = now + news,
    };

    private async Task TellAsync(LoyaltyDbContext db, List<CardChange> changes, CancellationToken cancel)
    {
        if (changes.Count == 0 || !await db.WebhookEndpoints.AnyAsync(endpoint => endpoint.IsEnabled, cancel))
        {
            return;
        }

        var ids = changes.Select(change => change.Card.MemberId).Distinct().ToArray();
        var numbers = await db.Members.Where(member => ids.Contains(member.Id)).Select(member => new { member.Id, member.Number }).ToDictionaryAsync(member => member.Id, member => member.Number, cancel);
        await webhooks.AddAsync(db, WebhookEvents.TierChanged,
            [.. changes.Select(change => (object)new { member = numbers[change.Card.MemberId], plan = change.Plan.Code, from = change.Plan.NameOf(change.Card.TierId), to = change.Plan.NameOf(change.TierId), reason = change.History[^1].Reason.ToString() })], cancel);
    }
}
