using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>What a bulk operation did with one card.</summary>
public sealed record CardOutcome(long CardId, string MaskedNumber, bool Done, string? Refusal);

/// <summary>Freeze, restore, extend, unlock, activate and recharge from the portal: care for sold cards (2.5.4).</summary>
public sealed class GiftCardCare(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, GiftCardCatalog catalog, AttemptLimits attempts, TimeProvider clock)
{
    /// <summary>Locks a card with fraud risk or a report; once this returns, nothing is spent, topped up or refunded.</summary>
    [Requires(Permission.GiftCardsFreeze)]
    public async Task FreezeAsync(Actor actor, long cardId, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsFreeze, cancel: cancel);
        Reason(reason).ThrowIfAny();
        await PostAsync(grant, cardId, operationId, "freeze", reason, posting => posting with { Type = TransactionType.Freeze, To = AccountStatus.Blocked, OnlyWhileUsable = false }, cancel);
    }

    /// <summary>Unlocks a frozen card.</summary>
    [Requires(Permission.GiftCardsFreeze)]
    public async Task RestoreAsync(Actor actor, long cardId, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsFreeze, cancel: cancel);
        Reason(reason).ThrowIfAny();
        await PostAsync(grant, cardId, operationId, "restore", reason, posting => posting with { Type = TransactionType.Restore, From = [AccountStatus.Blocked], To = AccountStatus.Open, OnlyWhileUsable = false }, cancel);
    }

    /// <summary>Freezes every active card of one buyer phone with one reason; the report has a line per card.</summary>
    [Requires(Permission.GiftCardsFreeze)]
    public async Task<IReadOnlyList<CardOutcome>> FreezeByPhoneAsync(Actor actor, string phone, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsFreeze, cancel: cancel);
        var number = Inputs.NormalisePhone(phone);
        Reason(reason).Require(number is not null, nameof(phone), "Buyer Phone Number must be an international number such as +1 212 555 0100.").ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var cards = await GiftCardQueries.Cards(db, grant).Where(x => x.Card.BuyerPhone == number && x.Account.Status == AccountStatus.Open)
            .OrderBy(x => x.Card.Id).Select(x => new { x.Card.Id, x.Card.LastFour }).ToListAsync(cancel);

        return await FreezeEachAsync(actor, cards.ConvertAll(card => (card.Id, card.LastFour)), reason, operationId, cancel);
    }

    /// <summary>Freezes the cards picked in the list with one reason; the report has a line per card.</summary>
    [Requires(Permission.GiftCardsFreeze)]
    public async Task<IReadOnlyList<CardOutcome>> FreezeAsync(Actor actor, IReadOnlyCollection<long> cardIds, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsFreeze, cancel: cancel);
        Reason(reason).Require(cardIds.Count is > 0 and <= PageRequest.MaximumSize, nameof(cardIds), $"Pick 1 to {PageRequest.MaximumSize} cards.").ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var cards = await GiftCardQueries.Cards(db, grant).Where(x => cardIds.Contains(x.Card.Id)).OrderBy(x => x.Card.Id).Select(x => new { x.Card.Id, x.Card.LastFour }).ToListAsync(cancel);

        return await FreezeEachAsync(actor, cards.ConvertAll(card => (card.Id, card.LastFour)), reason, operationId, cancel);
    }

    /// <summary>Moves the end of validity later; an expired card gets back what expired. The last valid day is in the selling store's zone.</summary>
    [Requires(Permission.LedgerAdjust)]
    public async Task ExtendValidityAsync(Actor actor, long cardId, DateOnly lastValidDay, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.LedgerAdjust, cancel: cancel);
        Reason(reason).ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var found = await GiftCardQueries.Cards(db, grant).FirstOrDefaultAsync(x => x.Card.Id == cardId, cancel) ?? throw new NotFoundException("The card");
        var zone = (await catalog.StoreAsync(found.Card.StoreId, cancel)).Zone;
        var until = zone.StartOf(lastValidDay.AddDays(1));
        new FieldErrors().Require(until > clock.GetUtcNow() && (found.Account.UsableUntil is { } current && until > current), nameof(lastValidDay), "Choose a day after the card's present end of validity, in the future. A card without expiry needs no extension.").ThrowIfAny();
        var expiry = found.Account.Status != AccountStatus.Expired ? null
            : await db.LedgerTransactions.Where(t => t.AccountId == found.Account.Id && t.Type == TransactionType.Expiry && t.Refusal == null).OrderByDescending(t => t.Id).FirstOrDefaultAsync(cancel);
        await PostAsync(grant, cardId, operationId, $"extend:{lastValidDay:O}", reason, posting => expiry is { Amount: < 0 }
            ? posting with
            {
                Type = TransactionType.ExpiryReversal,
                Amount = -expiry.Amount,
                House = [new HouseLeg(House.Breakage, expiry.Amount)],
                ReversesId = expiry.Id,
                ReversibleAmount = -expiry.Amount,
                From = [AccountStatus.Expired],
                To = AccountStatus.Open,
                OnlyWhileUsable = false,
                NewUsableUntil = until,
            }
            : posting with
            {
                Type = TransactionType.ValidityExtension,
                From = [AccountStatus.Open, AccountStatus.Expired],
                To = AccountStatus.Open,
                OnlyWhileUsable = false,
                NewUsableUntil = until,
            }, cancel);
    }

    /// <summary>Activates a card that was imported inactive; its validity starts now.</summary>
    [Requires(Permission.GiftCardsSell)]
    public async Task ActivateAsync(Actor actor, long cardId, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsSell, cancel: cancel);
        var (rules, zone, _) = await TermsAsync(grant, cardId, cancel);
        await PostAsync(grant, cardId, operationId, "activate", reason: null, posting => posting with
        {
            Type = TransactionType.Activation,
            From = [AccountStatus.Pending],
            To = AccountStatus.Open,
            OnlyWhileUsable = false,
            NewUsableUntil = rules.Validity.EndFor(posting.At, zone) ?? DateTimeOffset.MaxValue,
        }, cancel);
    }

    /// <summary>Adds value paid at the counter, where the card's terms allow POS recharge. Major units.</summary>
    [Requires(Permission.GiftCardsSell)]
    public async Task RechargeAsync(Actor actor, long cardId, decimal amount, string? orderNumber, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsSell, cancel: cancel);
        var (rules, zone, current) = await TermsAsync(grant, cardId, cancel);
        if (!rules.PosRecharge)
        {
            throw new RuleViolationException("recharge_not_allowed", "This gift card was sold without POS recharge (Top-up Channels).");
        }

        await PostAsync(grant, cardId, operationId, $"recharge:{amount.ToString("G29", System.Globalization.CultureInfo.InvariantCulture)}:{orderNumber}", reason: null, posting =>
        {
            var currency = Currency.Of(posting.Currency);
            new FieldErrors().Require(amount > 0 && currency.Fits(amount), nameof(amount), $"The amount must be above 0 with at most {currency.Digits} decimals.").Text(nameof(orderNumber), "Order number", orderNumber, 64).ThrowIfAny();
            var minor = currency.ToMinor(amount);
            // Validity starts anew, but a recharge never shortens it.
            var fresh = rules.Validity.EndFor(posting.At, zone);

            return posting with { Type = TransactionType.Recharge, Amount = minor, House = [new HouseLeg(House.CashIn, -minor)], OrderNumber = Inputs.Clean(orderNumber), NewUsableUntil = current is null || current >= fresh ? null : fresh };
        }, cancel);
    }

    /// <summary>Forgets wrong security codes, so that the bearer can pay online again.</summary>
    [Requires(Permission.GiftCardsFreeze)]
    public async Task UnlockOnlineAsync(Actor actor, long cardId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsFreeze, cancel: cancel);
        await TermsAsync(grant, cardId, cancel);
        await attempts.ResetAsync(GiftCardLookup.CodeCounter(cardId), cancel);
    }

    private async Task<IReadOnlyList<CardOutcome>> FreezeEachAsync(Actor actor, List<(long Id, string LastFour)> cards, string reason, string operationId, CancellationToken cancel)
    {
        var report = new List<CardOutcome>();
        foreach (var (id, lastFour) in cards)
        {
            try
            {
                await FreezeAsync(actor, id, reason, $"{operationId}:{id}", cancel);
                report.Add(new CardOutcome(id, GiftCard.Mask(lastFour), Done: true, Refusal: null));
            }
            catch (RuleViolationException refusal)
            {
                report.Add(new CardOutcome(id, GiftCard.Mask(lastFour), Done: false, refusal.Message));
            }
        }

        return report;
    }

    private static FieldErrors Reason(string reason) => new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true);

    private async Task<(GiftCardRules Rules, TimeZoneInfo Zone, DateTimeOffset? UsableUntil)> TermsAsync(Grant grant, long cardId, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var card = await GiftCardQueries.Cards(db, grant).Where(x => x.Card.Id == cardId).Select(x => new { x.Card.TermsId, x.Card.StoreId, x.Account.UsableUntil }).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The card");

        return (await catalog.RulesAsync(card.TermsId, cancel), (await catalog.StoreAsync(card.StoreId, cancel)).Zone, card.UsableUntil);
    }

    private async Task PostAsync(Grant grant, long cardId, string operationId, string verb, string? reason, Func<Posting, Posting> shape, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var card = await GiftCardQueries.Cards(db, grant).Where(x => x.Card.Id == cardId).Select(x => new { x.Card.AccountId, x.Card.Currency, x.Card.StoreId }).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The card");
        var store = await catalog.StoreAsync(card.StoreId, cancel);
        var now = clock.GetUtcNow();
        var posted = await ledger.PostAsync(shape(new Posting
        {
            Operation = Operation.For(grant.Actor, operationId, verb, cardId, reason),
            Type = TransactionType.Freeze,
            AccountKind = AccountKind.GiftCard,
            AccountId = card.AccountId,
            Currency = card.Currency,
            HomeStoreId = card.StoreId,
            StoreId = card.StoreId,
            Channel = Channel.Pos,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            Reason = Inputs.Clean(reason),
        }), cancel: cancel);
        if (posted.Transaction.Refusal is { } refusal)
        {
            throw Refusals.Exception(refusal, posted.Transaction.BalanceAfter, posted.Transaction.Currency);
        }
    }
}
