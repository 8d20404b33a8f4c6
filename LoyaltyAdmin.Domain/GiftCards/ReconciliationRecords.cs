using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.GiftCards;

public enum ReconciliationPeriod
{
    Month,
    Day,
}

/// <summary>What a reconciliation covers: business days, inclusive. <see cref="StoreId"/> is the store that owes (roll-forward) or takes part (inter-store).</summary>
public sealed record ReconciliationFilter
{
    public required DateOnly From { get; init; }
    public required DateOnly To { get; init; }
    public long? StoreId { get; init; }
    public string? Currency { get; init; }
    public ReconciliationPeriod Period { get; init; }
}

/// <summary>What moved what is owed, by cause, in minor units with its sign: the opening and these together are the closing.</summary>
/// <param name="Issued">Cards sold (activation).</param>
/// <param name="Imported">Openings of imports, less what was rolled back.</param>
/// <param name="Expired">Expiries, less what an extension brought back.</param>
public readonly record struct LiabilityMovements(long Issued, long Imported, long Recharged, long Consumed, long Reversed, long Refunded, long Expired, long Adjusted)
{
    public long Total => Issued + Imported + Recharged + Consumed + Reversed + Refunded + Expired + Adjusted;

    internal LiabilityMovements With(TransactionType type, long amount) => type switch
    {
        TransactionType.Activation => this with { Issued = Issued + amount },
        TransactionType.ImportOpening or TransactionType.ImportRollback => this with { Imported = Imported + amount },
        TransactionType.Recharge => this with { Recharged = Recharged + amount },
        TransactionType.Consumption => this with { Consumed = Consumed + amount },
        TransactionType.ConsumptionReversal => this with { Reversed = Reversed + amount },
        TransactionType.Refund => this with { Refunded = Refunded + amount },
        TransactionType.Expiry or TransactionType.ExpiryReversal => this with { Expired = Expired + amount },
        TransactionType.Adjustment => this with { Adjusted = Adjusted + amount },
        _ => amount == 0 ? this : throw new InvalidOperationException($"The roll-forward has no column for {type}."),
    };

    public static LiabilityMovements operator +(LiabilityMovements a, LiabilityMovements b) => new(
        a.Issued + b.Issued, a.Imported + b.Imported, a.Recharged + b.Recharged, a.Consumed + b.Consumed, a.Reversed + b.Reversed, a.Refunded + b.Refunded, a.Expired + b.Expired, a.Adjusted + b.Adjusted);
}

/// <summary>One line of the liability roll-forward: what one store owes in one currency, over one month or business day. Minor units.</summary>
public sealed record RollForwardRow(string Currency, long StoreId, string StoreCode, string StoreName, DateOnly From, DateOnly To, long Opening, LiabilityMovements Movements)
{
    public long Closing => Opening + Movements.Total;

    public decimal Major(long minor) => Values.Currency.Of(Currency).ToMajor(minor);
}

/// <summary>The closing of one store and currency held against the ledger. Minor units.</summary>
/// <param name="Closing">As the roll-forward adds it up from transactions.</param>
/// <param name="Ledger">The cards' balances, less what moved after the last day.</param>
public sealed record RollForwardTie(string Currency, long StoreId, string StoreCode, string StoreName, long Closing, long Ledger)
{
    public bool TiesOut => Closing == Ledger;
}

/// <summary>The roll-forward and its proof; rows are in order of currency, store and day, and one row's closing is the next one's opening.</summary>
public sealed record RollForward(IReadOnlyList<RollForwardRow> Rows, IReadOnlyList<RollForwardTie> Ties, DateTimeOffset ReadAt)
{
    public bool TiesOut => Ties.All(tie => tie.TiesOut);
}

/// <summary>Cards sold by one store and spent in another in one month: the seller took the money, so it owes the redeemer. Minor units.</summary>
/// <param name="Redeemed">Consumption less its reversals.</param>
public sealed record InterStoreRow(DateOnly Month, string Currency, long SoldAtId, string SoldAtCode, string SoldAtName, long RedeemedAtId, string RedeemedAtCode, string RedeemedAtName, long Redeemed)
{
    public decimal Major(long minor) => Values.Currency.Of(Currency).ToMajor(minor);
}

/// <summary>What remains between two stores over the whole period after both directions are set off. Minor units, above zero.</summary>
public sealed record InterStoreNet(string Currency, long PayerId, string PayerCode, string PayerName, long PayeeId, string PayeeCode, string PayeeName, long Amount)
{
    public decimal Major(long minor) => Values.Currency.Of(Currency).ToMajor(minor);
}

public sealed record InterStoreSettlement(IReadOnlyList<InterStoreRow> Rows, IReadOnlyList<InterStoreNet> Net, DateTimeOffset ReadAt);
