namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>A number of cards or transactions and what they are worth together, in minor units.</summary>
public readonly record struct Figure(long Count, long Amount)
{
    public static Figure operator +(Figure a, Figure b) => new(a.Count + b.Count, a.Amount + b.Amount);
}

/// <summary>One month: what was owed at its end (now, for the running month), and what was sold and redeemed in it. Minor units.</summary>
public sealed record MonthFigures(DateOnly Month, long Liability, long Sold, long Redeemed);

/// <summary>One store in the chosen period, and what it owes now.</summary>
public sealed record StoreFigures(long StoreId, string Code, string Name, Figure Outstanding, Figure Sold, Figure Redeemed, Figure Refunded);

/// <summary>The figures of one currency; nothing is ever added up across currencies.</summary>
/// <param name="Outstanding">Cards with a balance now and what they hold: what the company owes.</param>
/// <param name="OutstandingBefore">What was owed when the period began.</param>
/// <param name="ExpiringSoon">Active cards with a balance whose validity ends within 30 days.</param>
public sealed record CurrencyFigures(
    string Currency, Figure Outstanding, long OutstandingBefore, Figure Sold, Figure SoldBefore, Figure Redeemed, Figure RedeemedBefore, Figure Refunded, Figure RefundedBefore, Figure ExpiringSoon, Figure Frozen,
    IReadOnlyList<MonthFigures> Months, IReadOnlyList<StoreFigures> Stores)
{
    public decimal Major(long minor) => Values.Currency.Of(Currency).ToMajor(minor);
}

/// <summary>The dashboard's figures of gift cards, and the lists they come from.</summary>
public sealed record GiftCardFigures(DateOnly From, DateOnly To, DateOnly BeforeFrom, DateOnly BeforeTo, DateOnly Today, DateTimeOffset ReadAt, IReadOnlyList<CurrencyFigures> Currencies)
{
    public const int SoonDays = 30;

    /// <summary>Every card with a balance.</summary>
    public static SoldGiftCardFilter Outstanding(string currency, long? store = null) =>
        new() { Currency = currency, StoreId = store, BalanceFrom = 1m / Values.Currency.Of(currency).MinorPerMajor };

    public SoldGiftCardFilter ExpiringSoon(string currency) => new() { Currency = currency, Status = GiftCardStatus.Active, ExpiresBefore = Today.AddDays(SoonDays + 1) };

    public static SoldGiftCardFilter Frozen(string currency) => new() { Currency = currency, Status = GiftCardStatus.Frozen };

    /// <summary>Sales, redemptions or refunds of the period.</summary>
    public GiftCardTransactionFilter Moved(string currency, Ledger.TransactionType type, long? store = null) => new() { Currency = currency, Type = type, From = From, To = To, StoreId = store };
}
