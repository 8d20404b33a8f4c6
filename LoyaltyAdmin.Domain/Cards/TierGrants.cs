using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>Tiers given for a term on top of what is earned; when the term ends, the earned tier shows again.</summary>
public sealed class TierGrants(LoyaltyDatabase database, AccessControl access, TierCalculation tiers, Stores.GroupCalendar calendar, TimeProvider clock)
{
    /// <summary>The source of grants that staff make by hand.</summary>
    public const string Staff = "staff";

    private const int Batch = 500;

    /// <summary>Gives a tier until the end of a day in the group's zone. The operation identifier makes a repeat harmless.</summary>
    [Requires(Permission.PlansEdit)]
    public async Task GrantTierAsync(Actor actor, long cardId, long tierId, DateOnly lastDay, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 400, required: true).ThrowIfAny();
        try
        {
            await database.WriteAsync(actor, async db =>
            {
                var card = await LoyaltyCards.FindAsync(db, grant, cardId, cancel);
                var day = await calendar.TodayAsync(db, cancel);
                new FieldErrors().Require(lastDay >= day.Today && lastDay <= day.Today.AddYears(10), nameof(lastDay), "Choose a day from today to 10 years from now.").ThrowIfAny();
                await GrantTierAsync(db, card, tierId, day.Zone.StartOf(lastDay.AddDays(1)), Staff, operationId, reason, cancel);
            }, cancel);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            // The same operation on its way twice: the first one did it.
        }
    }

    /// <summary>
    /// Gives a tier within the caller's write, once per source and key: packages and top-ups grant with their own identifiers.
    /// </summary>
    /// <returns>False: this key has granted already.</returns>
    /// <exception cref="RuleViolationException">The tier belongs to another plan, or the card is not in use.</exception>
    public async Task<bool> GrantTierAsync(LoyaltyDbContext db, LoyaltyCard card, long tierId, DateTimeOffset until, string source, string key, string? reason = null, CancellationToken cancel = default)
    {
        if (await db.TierGrants.AnyAsync(given => given.Source == source && given.SourceKey == key, cancel))
        {
            return false;
        }

        if (card.Status is not (LoyaltyCardStatus.Active or LoyaltyCardStatus.Frozen))
        {
            throw new RuleViolationException("card_not_in_use", "The card is expired or cancelled: issue it again before granting a tier.");
        }

        if (!await db.CardTiers.AnyAsync(tier => tier.Id == tierId && tier.PlanId == card.PlanId, cancel))
        {
            throw new RuleViolationException("other_plan", "The tier does not belong to this card's plan.") { Field = nameof(tierId) };
        }

        db.TierGrants.Add(new TierGrant { CardId = card.Id, TierId = tierId, From = clock.GetUtcNow(), Until = until, Source = source, SourceKey = key, Reason = Inputs.Clean(reason) });
        await tiers.RecalculateCardsAsync(db, [card.Id], TierChangeReason.Granted, cancel);

        return true;
    }

    /// <summary>Takes a grant back before its term ends.</summary>
    [Requires(Permission.PlansEdit)]
    public async Task EndAsync(Actor actor, long grantId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var given = await db.TierGrants.FirstOrDefaultAsync(g => g.Id == grantId, cancel) ?? throw new NotFoundException("The grant");
            await LoyaltyCards.FindAsync(db, grant, given.CardId, cancel);
            given.EndedAt ??= clock.GetUtcNow();
            await tiers.RecalculateCardsAsync(db, [given.CardId], TierChangeReason.GrantEnded, cancel);
        }, cancel);
    }

    /// <summary>Ends the grants whose term is over; safe to run twice and on two nodes.</summary>
    /// <returns>How many ended.</returns>
    public async Task<int> RunAsync(CancellationToken cancel = default)
    {
        var ended = 0;
        while (true)
        {
            var batch = await database.WriteAsync(Actor.System, async db =>
            {
                var now = clock.GetUtcNow();
                var due = await db.TierGrants.Where(grant => grant.EndedAt == null && grant.Until <= now).OrderBy(grant => grant.Until).Take(Batch).ToListAsync(cancel);
                foreach (var grant in due)
                {
                    grant.EndedAt = now;
                }

                await tiers.RecalculateCardsAsync(db, [.. due.Select(grant => grant.CardId).Distinct()], TierChangeReason.Recalculation, cancel);

                return due.Count;
            }, cancel);
            ended += batch;
            if (batch < Batch)
            {
                return ended;
            }
        }
    }
}
