using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>Marks the cards whose relative validity is over. Frozen cards wait until they are restored.</summary>
public sealed class CardExpiry(LoyaltyDatabase database, TimeProvider clock)
{
    private const int Batch = 500;

    /// <summary>Safe to run twice and on two nodes.</summary>
    /// <returns>How many cards expired.</returns>
    public async Task<int> RunAsync(CancellationToken cancel = default)
    {
        var expired = 0;
        while (true)
        {
            var batch = await database.WriteAsync(Actor.System, async db =>
            {
                var now = clock.GetUtcNow();
                var due = await db.LoyaltyCards.Where(card => card.ValidUntil <= now && card.Status == LoyaltyCardStatus.Active).OrderBy(card => card.ValidUntil).Take(Batch).ToListAsync(cancel);
                due.ForEach(card => card.Status = LoyaltyCardStatus.Expired);

                return due.Count;
            }, cancel);
            expired += batch;
            if (batch < Batch)
            {
                return expired;
            }
        }
    }
}
