using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>Whether a buyer must, may or cannot give a piece of information.</summary>
public enum FieldRequirement
{
    Optional,
    Mandatory,
    Hidden,
}

/// <summary>How much of an unused or partly used card is paid back (domain rules, decision 9).</summary>
public enum GiftCardRefundPolicy
{
    /// <summary>Paid minus used: $180 paid for $200, $50 used, $130 back.</summary>
    PaidMinusUsed,

    /// <summary>The unused share of what was paid: 150 × 180 ÷ 200 = $135 back.</summary>
    ProRata,
}

/// <summary>A fixed card value and what is taken off its price, e.g. “$20 off $200 gift card”. Major units.</summary>
public sealed record Denomination(decimal FaceValue, decimal Discount = 0)
{
    public decimal Price => FaceValue - Discount;
}

/// <summary>Members may choose any amount in this range, e.g. $50 to $5,000. Major units, inclusive.</summary>
public sealed record CustomAmountRange(decimal Minimum, decimal Maximum);

/// <summary>Which buyer fields a sale asks for; the card number is asked at POS only.</summary>
public sealed record PurchaseInformation(
    FieldRequirement BuyerName = FieldRequirement.Optional,
    FieldRequirement BuyerPhone = FieldRequirement.Optional,
    FieldRequirement BuyerEmail = FieldRequirement.Optional,
    FieldRequirement CardNumber = FieldRequirement.Hidden);

/// <summary>Purchase Settings and Other Settings of a gift card plan (2.5.2).</summary>
public sealed record GiftCardRules
{
    public const int MaximumDenominations = 6;

    /// <summary>The stores that sell the plan and redeem its cards.</summary>
    public StoreScope Stores { get; init; } = StoreScope.All;

    public IReadOnlyList<Denomination> Denominations { get; init; } = [];

    /// <summary>Null: only the denominations are sold.</summary>
    public CustomAmountRange? CustomAmount { get; init; }

    public PurchaseInformation PurchaseInformation { get; init; } = new();

    public ValidityPeriod Validity { get; init; } = ValidityPeriod.Unlimited;

    public Channels SalesChannels { get; init; } = Channels.All;

    /// <summary>Top-up Channels: whether POS may recharge a sold card.</summary>
    public bool PosRecharge { get; init; }

    /// <summary>The agreement shown to buyers, of kind gift card terms.</summary>
    public long? TermsOfUseId { get; init; }

    public GiftCardRefundPolicy RefundPolicy { get; init; }

    /// <summary>What a card of this face value costs, or null when it is not sold.</summary>
    public decimal? PriceOf(decimal faceValue) =>
        Denominations.FirstOrDefault(denomination => denomination.FaceValue == faceValue)?.Price
        ?? (CustomAmount is { } range && faceValue >= range.Minimum && faceValue <= range.Maximum ? faceValue : null);
}
