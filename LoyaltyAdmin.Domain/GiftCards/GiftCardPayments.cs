using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>A payment or recharge as asked for by a till or online store. Amounts in major units.</summary>
public sealed record GiftCardMovement
{
    public required string CardNumber { get; init; }
    public required decimal Amount { get; init; }
    public required string Currency { get; init; }
    public required string StoreCode { get; init; }
    public required Channel Channel { get; init; }
    public string? OrderNumber { get; init; }
    public string? SecurityCode { get; init; }

    /// <summary>Redemption only: takes what is there when the balance does not cover the amount.</summary>
    public bool AllowPartial { get; init; }
}

/// <summary>What a movement did: the amount moved and the balance right after it.</summary>
public sealed record GiftCardMoved(long TransactionId, decimal Amount, decimal Balance, string Currency);

/// <summary>A card's state as a till or online store may see it.</summary>
public sealed record GiftCardBalance(string MaskedNumber, GiftCardStatus Status, decimal Balance, string Currency, DateTimeOffset? ExpiresAt);

/// <summary>Spending, recharging, activating and giving back: what tills and online stores do with sold cards.</summary>
public sealed class GiftCardPayments(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, GiftCardCatalog catalog, GiftCardLookup lookup, CardNumbers numbers, Reversals reversals, TimeProvider clock)
{
    private const int PartialAttempts = 20;

    /// <summary>Balance, status and expiry; ONLINE only with the security code.</summary>
    [Requires(Permission.GiftCardsRead, ApiScope.GiftCardsRead)]
    public async Task<GiftCardBalance> BalanceAsync(Actor actor, string cardNumber, string? securityCode, Channel channel, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, ApiScope.GiftCardsRead, cancel);
        var card = await lookup.FindAsync(grant, cardNumber, securityCode, channel, cancel);
        await DemandUsableHereAsync(grant, card, store: null, channel, cancel);
        await using var db = await database.ReadAsync(cancel);
        var account = await db.LedgerAccounts.SingleAsync(a => a.Id == card.AccountId, cancel);
        if (channel == Channel.Online && account.Status is AccountStatus.Blocked)
        {
            throw new CardNotAcceptedException();
        }

        return new GiftCardBalance(GiftCard.Mask(CardNumbers.LastFour(cardNumber)), GiftCardStatuses.Of(account.Status, account.Balance), Currency.Of(card.Currency).ToMajor(account.Balance), card.Currency, account.UsableUntil);
    }

    /// <summary>Pays with a card: at most its balance, exactly once per key.</summary>
    /// <exception cref="InsufficientBalanceException">The balance does not cover the amount; nothing was taken.</exception>
    [Requires(ApiScope.GiftCardsRedeem)]
    public async Task<GiftCardMoved> RedeemAsync(Actor actor, GiftCardMovement redemption, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.GiftCardsRedeem, cancel);
        var operation = OperationFor(actor, idempotencyKey, "redeem", redemption);

        return Answer(await ledger.RepeatableAsync(operation, () => RedeemAsync(grant, operation, redemption, cancel), cancel), redemption.Channel);
    }

    private async Task<Posted> RedeemAsync(Grant grant, Operation operation, GiftCardMovement redemption, CancellationToken cancel)
    {
        var (card, store, currency) = await PrepareAsync(grant, redemption, cancel);
        var wanted = currency.ToMinor(redemption.Amount);
        var posting = PostingFor(operation, TransactionType.Consumption, card, store, redemption) with { Amount = -wanted, House = [new HouseLeg(House.Redemptions, wanted)] };
        var posted = await ledger.PostAsync(posting, keepRefusal: !redemption.AllowPartial, cancel);
        if (redemption.AllowPartial && posted.Transaction.Refusal == Refusals.InsufficientBalance)
        {
            posted = await RedeemWhatIsThereAsync(posting, cancel);
        }

        return posted;
    }

    /// <summary>Adds value to a card at POS, where its plan allows; validity starts anew where the card has a period.</summary>
    [Requires(Permission.GiftCardsSell, ApiScope.GiftCardsRecharge)]
    public async Task<GiftCardMoved> RechargeAsync(Actor actor, GiftCardMovement recharge, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsSell, ApiScope.GiftCardsRecharge, cancel);
        var operation = OperationFor(actor, idempotencyKey, "recharge", recharge);

        return Answer(await ledger.RepeatableAsync(operation, () => RechargeAsync(grant, operation, recharge, cancel), cancel), recharge.Channel);
    }

    private async Task<Posted> RechargeAsync(Grant grant, Operation operation, GiftCardMovement recharge, CancellationToken cancel)
    {
        var (card, store, currency) = await PrepareAsync(grant, recharge, cancel);
        var rules = await catalog.RulesAsync(card.TermsId, cancel);
        if (recharge.Channel != Channel.Pos || !rules.PosRecharge)
        {
            throw new RuleViolationException("recharge_not_allowed", "This gift card cannot be recharged in this channel.");
        }

        var amount = currency.ToMinor(recharge.Amount);
        var posting = PostingFor(operation, TransactionType.Recharge, card, store, recharge);

        return await ledger.PostAsync(posting with
        {
            Amount = amount,
            House = [new HouseLeg(House.CashIn, -amount)],
            NewUsableUntil = await LaterEndAsync(card, rules, store, cancel),
            News = await NewsAsync(card, currency, amount, store, cancel),
        }, cancel: cancel);
    }

    private async Task<PostingNews?> NewsAsync(FoundCard card, Currency currency, long amount, Store store, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await GiftCardNews.RechargedAsync(db, card.Id, currency, amount, store.Name, cancel);
    }

    /// <summary>Makes a card that was imported inactive usable; its validity starts now.</summary>
    [Requires(Permission.GiftCardsSell, ApiScope.GiftCardsActivate)]
    public async Task<GiftCardMoved> ActivateAsync(Actor actor, string cardNumber, string storeCode, Channel channel, string? securityCode, string? orderNumber, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsSell, ApiScope.GiftCardsActivate, cancel);
        var activation = new GiftCardMovement { CardNumber = cardNumber, Amount = 0, Currency = "", StoreCode = storeCode, Channel = channel, OrderNumber = orderNumber, SecurityCode = securityCode };
        var operation = OperationFor(actor, idempotencyKey, "activate", activation);

        return Answer(await ledger.RepeatableAsync(operation, () => ActivateAsync(grant, operation, activation, cancel), cancel), channel);
    }

    private async Task<Posted> ActivateAsync(Grant grant, Operation operation, GiftCardMovement activation, CancellationToken cancel)
    {
        var store = await catalog.OpenStoreAsync(activation.StoreCode, cancel);
        grant.DemandStore(store.Id, "The store");
        new FieldErrors().Text(nameof(activation.OrderNumber), "Order number", activation.OrderNumber, 64).ThrowIfAny();
        var card = await lookup.FindAsync(grant, activation.CardNumber, activation.SecurityCode, activation.Channel, cancel);
        await DemandUsableHereAsync(grant, card, store, activation.Channel, cancel);
        var rules = await catalog.RulesAsync(card.TermsId, cancel);
        var posting = PostingFor(operation, TransactionType.Activation, card, store, activation);

        return await ledger.PostAsync(posting with
        {
            From = [AccountStatus.Pending],
            To = AccountStatus.Open,
            OnlyWhileUsable = false,
            NewUsableUntil = rules.Validity.EndFor(posting.At, store.Zone) ?? DateTimeOffset.MaxValue,
        }, cancel: cancel);
    }

    /// <summary>Gives a redemption back to its card, wholly or partly, never more than it took; also to a frozen or expired card.</summary>
    /// <param name="amount">Major units; null: all that is left to give back.</param>
    [Requires(ApiScope.GiftCardsReverse)]
    public async Task<GiftCardMoved> ReverseAsync(Actor actor, long transactionId, decimal? amount, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.GiftCardsReverse, cancel);
        var operation = Operation.For(actor, idempotencyKey, "reverse", transactionId, amount);
        var posted = await ledger.RepeatableAsync(operation, () => reversals.GiveBackAsync(grant, operation, AccountKind.GiftCard, transactionId, amount, cancel), cancel);

        return Answer(posted, posted.Transaction.Channel);
    }

    private async Task<(FoundCard Card, Store Store, Currency Currency)> PrepareAsync(Grant grant, GiftCardMovement movement, CancellationToken cancel)
    {
        var currency = Currency.Find(movement.Currency);
        new FieldErrors()
            .Require(currency is not null, nameof(movement.Currency), $"“{movement.Currency}” is not a supported currency.")
            .Require(movement.Amount > 0 && currency?.Fits(movement.Amount) != false, nameof(movement.Amount), "The amount must be above 0 and have no more decimals than the currency.")
            .Text(nameof(movement.OrderNumber), "Order number", movement.OrderNumber, 64)
            .ThrowIfAny();
        var store = await catalog.OpenStoreAsync(movement.StoreCode, cancel);
        grant.DemandStore(store.Id, "The store");
        var card = await lookup.FindAsync(grant, movement.CardNumber, movement.SecurityCode, movement.Channel, cancel);
        await DemandUsableHereAsync(grant, card, store, movement.Channel, cancel);

        return card.Currency == movement.Currency
            ? (card, store, currency!)
            : throw new RuleViolationException("currency_mismatch", $"This card is in {card.Currency}. Amounts are never converted.") { Field = nameof(movement.Currency) };
    }

    /// <summary>The stores of the card's terms and of the caller; online the refusal tells nothing.</summary>
    private async Task DemandUsableHereAsync(Grant grant, FoundCard card, Store? store, Channel channel, CancellationToken cancel)
    {
        var rules = await catalog.RulesAsync(card.TermsId, cancel);
        var stores = await catalog.StoresOfAsync(rules, cancel);
        var isHere = store is null ? grant.Sees(card.StoreId) || grant.Stores.StoreIds.Any(stores.Allows) : stores.Allows(store.Id);
        if (!isHere)
        {
            throw channel == Channel.Online ? new CardNotAcceptedException()
                : store is null ? new NotFoundException("The card")
                : new RuleViolationException("store_not_applicable", "This gift card cannot be used in this store.");
        }
    }

    // The code takes part as a keyed hash: the request's hash is stored, and the code must not be guessable from it.
    private Operation OperationFor(Actor actor, string key, string verb, GiftCardMovement m) =>
        Operation.For(actor, key, verb, CardNumbers.Normalise(m.CardNumber), m.Amount, m.Currency, m.StoreCode, m.Channel, m.OrderNumber, m.AllowPartial,
            m.SecurityCode is { } code ? Convert.ToHexString(numbers.HashCode(m.CardNumber, code)) : null);

    private Posting PostingFor(Operation operation, TransactionType type, FoundCard card, Store store, GiftCardMovement movement)
    {
        var now = clock.GetUtcNow();

        return new Posting
        {
            Operation = operation,
            Type = type,
            AccountKind = AccountKind.GiftCard,
            AccountId = card.AccountId,
            Currency = card.Currency,
            HomeStoreId = card.StoreId,
            StoreId = store.Id,
            Channel = movement.Channel,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            OrderNumber = Inputs.Clean(movement.OrderNumber),
        };
    }

    private async Task<Posted> RedeemWhatIsThereAsync(Posting posting, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await database.ReadAsync(cancel);
            var account = await db.LedgerAccounts.SingleAsync(a => a.Id == posting.AccountId, cancel);
            if (account.Balance == 0)
            {
                return await ledger.PostAsync(posting, cancel: cancel);
            }

            var take = Math.Min(account.Balance, -posting.Amount);
            var posted = await ledger.PostAsync(posting with { Amount = -take, House = [new HouseLeg(House.Redemptions, take)], ExpectedSequence = account.LastSequence }, cancel: cancel);
            if (posted.Transaction.Refusal != Refusals.Changed || attempt == PartialAttempts)
            {
                return posted;
            }
        }
    }

    // A recharge never shortens validity (US law counts five years from the last load).
    private async Task<DateTimeOffset?> LaterEndAsync(FoundCard card, GiftCardRules rules, Store store, CancellationToken cancel)
    {
        if (rules.Validity.EndFor(clock.GetUtcNow(), store.Zone) is not { } fresh)
        {
            return null;
        }

        await using var db = await database.ReadAsync(cancel);
        var current = await db.LedgerAccounts.Where(a => a.Id == card.AccountId).Select(a => a.UsableUntil).SingleAsync(cancel);

        return current is null || current >= fresh ? null : fresh;
    }

    private static GiftCardMoved Answer(Posted posted, Channel channel)
    {
        var transaction = posted.Transaction;
        if (transaction.Refusal is { } refusal)
        {
            throw channel == Channel.Online && refusal is Refusals.Frozen ? new CardNotAcceptedException() : Refusals.Exception(refusal, transaction.BalanceAfter, transaction.Currency);
        }

        var currency = Currency.Of(transaction.Currency);

        return new GiftCardMoved(transaction.Id, currency.ToMajor(Math.Abs(transaction.Amount)), currency.ToMajor(transaction.BalanceAfter), transaction.Currency);
    }
}
