using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>A sale as asked for at the counter, by POS or by an online store. Amounts in major units.</summary>
public sealed record GiftCardSale
{
    public required string PlanCode { get; init; }

    /// <summary>The card's face value; the plan decides what it costs.</summary>
    public required decimal Amount { get; init; }

    public required string Currency { get; init; }
    public required string StoreCode { get; init; }
    public required Channel Channel { get; init; }
    public string? OrderNumber { get; init; }
    public string? BuyerName { get; init; }
    public string? BuyerPhone { get; init; }
    public string? BuyerEmail { get; init; }

    /// <summary>The number printed on a physical card (POS only); null: a number is made.</summary>
    public string? CardNumber { get; init; }
}

/// <summary>A sold card. The number and code are for the buyer: shown once here, masked everywhere else.</summary>
public sealed record SoldGiftCard(long CardId, string CardNumber, string? SecurityCode, decimal Balance, string Currency, decimal Paid, DateTimeOffset? ExpiresAt, long TransactionId);

/// <summary>A sale whose answer may not have arrived.</summary>
public sealed record FoundSale(SoldGiftCard Card, string PlanName, string StoreName);

/// <summary>Sells gift cards: the one way a card comes to be, besides imports.</summary>
public sealed class GiftCardSales(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, GiftCardCatalog catalog, CardNumbers numbers, SecretKeys keys, MessageOutbox messages, TimeProvider clock)
{
    /// <summary>Sells and activates a card. The same key and request give the same card again.</summary>
    /// <exception cref="InvalidInputException">One message per field at fault.</exception>
    /// <exception cref="RuleViolationException">The plan cannot be sold so: unknown, inactive, other store, channel or amount; or the number is taken.</exception>
    [Requires(Permission.GiftCardsSell, ApiScope.GiftCardsSell)]
    public async Task<SoldGiftCard> SellAsync(Actor actor, GiftCardSale sale, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsSell, ApiScope.GiftCardsSell, cancel);
        var operation = Operation.For(actor, idempotencyKey, "sell", sale.PlanCode, sale.Amount, sale.Currency, sale.StoreCode, sale.Channel, sale.OrderNumber, sale.BuyerName, sale.BuyerPhone, sale.BuyerEmail, sale.CardNumber);
        var posted = await ledger.RepeatableAsync(operation, () => SellAsync(grant, operation, sale, cancel), cancel);

        return await AnswerAsync(posted.Transaction, cancel);
    }

    /// <summary>What the caller sold under a key, or null: for a page that lost its connection before the answer came.</summary>
    [Requires(Permission.GiftCardsSell)]
    public async Task<FoundSale?> FindAsync(Actor actor, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsSell, cancel: cancel);
        var source = actor.Key;
        await using var db = await database.ReadAsync(cancel);
        var sale = await db.LedgerTransactions.FirstOrDefaultAsync(t => t.Source == source && t.IdempotencyKey == idempotencyKey && t.AccountKind == AccountKind.GiftCard && t.Type == TransactionType.Activation && t.Refusal == null, cancel);
        if (sale is null || !grant.Stores.Allows(sale.HomeStoreId))
        {
            return null;
        }

        var plan = await db.GiftCards.Where(card => card.AccountId == sale.AccountId).Join(db.GiftCardPlans, card => card.PlanId, plan => plan.Id, (_, plan) => plan.Name).SingleAsync(cancel);

        return new FoundSale(await AnswerAsync(sale, cancel), plan, (await catalog.StoreAsync(sale.HomeStoreId, cancel)).Name);
    }

    private async Task<Posted> SellAsync(Grant grant, Operation operation, GiftCardSale sale, CancellationToken cancel)
    {
        Validate(sale).ThrowIfAny();
        var store = await catalog.OpenStoreAsync(sale.StoreCode, cancel);
        grant.DemandStore(store.Id, "The store");
        var number = sale.CardNumber is { } printed ? CardNumbers.Normalise(printed) : CardNumbers.NewNumber();
        var code = sale.CardNumber is null ? CardNumbers.NewCode() : null;
        try
        {
            return await ledger.OnceAsync(operation, db => SellAsync(db, operation, sale, store, number, code, cancel), cancel);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            throw new RuleViolationException("card_number_taken", "A card with this number already exists.") { Field = nameof(sale.CardNumber) };
        }
    }

    private static FieldErrors Validate(GiftCardSale sale) => new FieldErrors()
        .Require(Currency.Find(sale.Currency) is not null, nameof(sale.Currency), $"“{sale.Currency}” is not a supported currency.")
        .Require(sale.Amount > 0 && Currency.Find(sale.Currency)?.Fits(sale.Amount) != false, nameof(sale.Amount), "The amount must be above 0 and have no more decimals than the currency.")
        .Text(nameof(sale.OrderNumber), "Order number", sale.OrderNumber, 64)
        .Text(nameof(sale.BuyerName), "Buyer Name", sale.BuyerName, 120)
        .Text(nameof(sale.BuyerPhone), "Buyer Phone Number", sale.BuyerPhone, 40)
        .Text(nameof(sale.BuyerEmail), "Buyer Email", sale.BuyerEmail, 254)
        .Phone(nameof(sale.BuyerPhone), "Buyer Phone Number", sale.BuyerPhone)
        .Email(nameof(sale.BuyerEmail), "Buyer Email", sale.BuyerEmail)
        .Require(sale.CardNumber is null || CardNumbers.Fault(sale.CardNumber) is null, nameof(sale.CardNumber), sale.CardNumber is null ? "" : CardNumbers.Fault(sale.CardNumber) ?? "");

    private async Task<LedgerTransaction> SellAsync(LoyaltyDbContext db, Operation operation, GiftCardSale sale, Store store, string number, string? code, CancellationToken cancel)
    {
        var plan = await db.GiftCardPlans.AsNoTracking().FirstOrDefaultAsync(p => p.Code == sale.PlanCode, cancel);
        if (plan is not { Status: GiftCardPlanStatus.Active, TermsId: { } termsId } || !(await StoreScopes.ResolveAsync(db, plan.Rules.Stores, cancel)).Allows(store.Id) || !plan.Rules.SalesChannels.Includes(sale.Channel))
        {
            throw new RuleViolationException("plan_not_sold_here", $"The gift card “{sale.PlanCode}” is not sold in this store and channel.") { Field = nameof(sale.PlanCode) };
        }

        var rules = plan.Rules;
        var price = rules.PriceOf(sale.Amount);
        new FieldErrors()
            .Require(plan.Currency == sale.Currency, nameof(sale.Currency), $"This gift card is sold in {plan.Currency}.")
            .Require(price is not null, nameof(sale.Amount), $"This gift card is not sold with a value of {sale.Amount.ToString("G29", System.Globalization.CultureInfo.InvariantCulture)}.")
            .Asked(rules.PurchaseInformation.BuyerName, nameof(sale.BuyerName), "Buyer Name", sale.BuyerName)
            .Asked(rules.PurchaseInformation.BuyerPhone, nameof(sale.BuyerPhone), "Buyer Phone Number", sale.BuyerPhone)
            .Asked(rules.PurchaseInformation.BuyerEmail, nameof(sale.BuyerEmail), "Buyer Email", sale.BuyerEmail)
            .Asked(sale.Channel == Channel.Pos ? rules.PurchaseInformation.CardNumber : FieldRequirement.Hidden, nameof(sale.CardNumber), "Card Number", sale.CardNumber)
            .ThrowIfAny();

        var now = clock.GetUtcNow();
        var account = new LedgerAccount { Kind = AccountKind.GiftCard, Currency = plan.Currency, StoreId = store.Id, UsableUntil = rules.Validity.EndFor(now, store.Zone) };
        db.LedgerAccounts.Add(account);
        await db.SaveChangesAsync(cancel);

        var card = new GiftCard
        {
            PlanId = plan.Id,
            TermsId = termsId,
            AccountId = account.Id,
            CardType = plan.CardType,
            Currency = plan.Currency,
            StoreId = store.Id,
            Channel = sale.Channel,
            NumberHash = numbers.HashNumber(number),
            SealedNumber = numbers.Seal(number),
            LastFour = CardNumbers.LastFour(number),
            CodeHash = code is null ? null : numbers.HashCode(number, code),
            FaceValue = sale.Amount,
            Paid = price!.Value,
            BuyerName = Inputs.Clean(sale.BuyerName),
            BuyerPhone = Inputs.NormalisePhone(sale.BuyerPhone),
            BuyerEmail = Inputs.Clean(sale.BuyerEmail),
            OrderNumber = Inputs.Clean(sale.OrderNumber),
            SoldAt = now,
            SoldOn = store.Zone.DayOf(now),
        };
        card.SetSearchText();
        db.GiftCards.Add(card);
        await db.SaveChangesAsync(cancel);
        await ThankAsync(db, card, plan.Name, store, account.UsableUntil, cancel);

        var currency = Currency.Of(plan.Currency);
        var (face, paid) = (currency.ToMinor(sale.Amount), currency.ToMinor(price.Value));

        return await ledger.PostAsync(db, new Posting
        {
            Operation = operation,
            Type = TransactionType.Activation,
            AccountKind = AccountKind.GiftCard,
            AccountId = account.Id,
            Currency = plan.Currency,
            Amount = face,
            House = [new HouseLeg(House.CashIn, -paid), new HouseLeg(House.PromotionCost, paid - face)],
            HomeStoreId = store.Id,
            StoreId = store.Id,
            Channel = sale.Channel,
            BusinessDay = card.SoldOn,
            At = now,
            OrderNumber = card.OrderNumber,
            SealedAnswer = code is null ? null : keys.Seal(code),
        }, cancel);
    }

    // A buyer who is a member gets a receipt; the card's number never goes into a message.
    private async Task ThankAsync(LoyaltyDbContext db, GiftCard card, string plan, Store store, DateTimeOffset? usableUntil, CancellationToken cancel)
    {
        if (await GiftCardNews.BuyerAsync(db, card.BuyerEmail, card.BuyerPhone, cancel) is not { } memberId)
        {
            return;
        }

        var culture = System.Globalization.CultureInfo.InvariantCulture;
        await messages.AddAsync(db, new MessageRequest(MessageScenario.GiftCard, memberId, string.Create(culture, $"gift-card:{card.Id}"))
        {
            Variables = new Dictionary<string, string?>
            {
                ["amount"] = string.Create(culture, $"{card.Currency} {card.FaceValue:N2}"),
                ["cardEnding"] = card.LastFour,
                ["plan"] = plan,
                ["store"] = store.Name,
                // Usable until the first instant after its last day.
                ["validUntil"] = usableUntil is { } end ? store.Zone.DayOf(end.AddTicks(-1)).ToString("d MMM yyyy", culture) : null,
            },
            NotAfter = card.SoldAt.AddDays(7),
        }, cancel);
    }

    // Built from what was written, so that a repeated request reads the same to the byte.
    private async Task<SoldGiftCard> AnswerAsync(LedgerTransaction sale, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var card = await db.GiftCards.SingleAsync(c => c.AccountId == sale.AccountId, cancel);
        var store = await catalog.StoreAsync(card.StoreId, cancel);
        var rules = await catalog.RulesAsync(card.TermsId, cancel);

        return new SoldGiftCard(card.Id, numbers.Open(card.SealedNumber), sale.SealedAnswer is { } code ? keys.Open(code) : null,
            Currency.Of(card.Currency).ToMajor(sale.BalanceAfter), card.Currency, card.Paid, rules.Validity.EndFor(card.SoldAt, store.Zone), sale.Id);
    }
}

internal static class PurchaseInformationErrors
{
    /// <summary>Holds a buyer field against what the plan asks for.</summary>
    public static FieldErrors Asked(this FieldErrors errors, FieldRequirement requirement, string field, string label, string? value) => errors
        .Require(requirement != FieldRequirement.Mandatory || Inputs.Clean(value) is not null, field, $"{label} is required for this gift card.")
        .Require(requirement != FieldRequirement.Hidden || Inputs.Clean(value) is null, field, $"{label} is not asked for with this gift card: leave it out.");
}
