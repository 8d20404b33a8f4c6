using System.ComponentModel;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Web.Api;

public sealed record CouponLineRequest
{
    [Description("Product code (SKU).")]
    public string? ProductCode { get; init; }

    [JsonConverter(typeof(AmountConverter))]
    public decimal? Quantity { get; init; }

    [Description("Major units, after discounts of your own.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? UnitPrice { get; init; }
}

public sealed record CouponUseRequest
{
    [Description("Needed where the code is not the member's own: a universal code, or an imported one nobody has claimed.")]
    public string? MemberNumber { get; init; }

    [Description("The store where the coupon is used.")]
    public string? StoreCode { get; init; }

    [Description("POS or ONLINE")]
    public string? Channel { get; init; }

    [Description("The basket's currency. Amounts are never converted.")]
    public string? Currency { get; init; }

    [Description("Your order or receipt number, at most 64 characters. Coupons that cannot be combined are refused by it.")]
    public string? OrderNumber { get; init; }

    [Description("The basket, at most 200 lines.")]
    public IReadOnlyList<CouponLineRequest>? Lines { get; init; }
}

public sealed record CouponReversalRequest
{
    public string? Reason { get; init; }
}

public sealed record CouponLineAnswer(string ProductCode, decimal Amount, [property: Description("What the coupon takes off this line.")] decimal Discount);

public sealed record CouponRedemptionAnswer(
    long RedemptionId,
    [property: Description("The coupon's own code, e.g. CN-0007; not what the member presents.")] string Coupon,
    string Name,
    [property: Description("AMOUNT_OFF, PERCENT_OFF, FREE_ITEM, GIFT_VOUCHER")] string Type,
    [property: Description("What is taken off the basket.")] decimal Discount,
    string Currency,
    IReadOnlyList<CouponLineAnswer> Lines);

public sealed record CouponValidationAnswer(
    bool Applies,
    [property: Description("The rule that blocks, e.g. below_threshold; null: it applies.")] string? Rule,
    [property: Description("What the rule asks for.")] string? Detail,
    string Coupon,
    string Name,
    [property: Description("AMOUNT_OFF, PERCENT_OFF, FREE_ITEM, GIFT_VOUCHER")] string Type,
    decimal Discount,
    string Currency,
    IReadOnlyList<CouponLineAnswer> Lines);

public sealed record CouponIssueRequest
{
    [Description("A coupon to give, by its own code, e.g. CN-0007.")]
    public string? Coupon { get; init; }

    [Description("Or a coupon package, e.g. CP-0003.")]
    public string? Package { get; init; }

    [Description("Or a code the member claims: a universal or an imported one.")]
    public string? Code { get; init; }

    [Description("1 to 100; 1 without it.")]
    public int? Quantity { get; init; }

    public string? Reason { get; init; }
}

public sealed record MemberCouponAnswer(
    long Id,
    string Coupon,
    string Name,
    [property: Description("AMOUNT_OFF, PERCENT_OFF, FREE_ITEM, GIFT_VOUCHER")] string Type,
    [property: Description("ACTIVE, REDEEMED, EXPIRED, VOIDED")] string Status,
    [property: Description("UTC")] DateTimeOffset UsableFrom,
    [property: Description("UTC, not included.")] DateTimeOffset UsableUntil,
    [property: Description("What the member presents.")] string? Code,
    string? Description,
    string Currency,
    [property: Description("Off the price, of type AMOUNT_OFF.")] decimal? Amount,
    [property: Description("Off the price, of type PERCENT_OFF: 20 means that 80 % are paid.")] decimal? Percent,
    [property: Description("How many items are free, of type FREE_ITEM.")] int? FreeItems,
    [property: Description("What is handed over, of type GIFT_VOUCHER.")] string? Gift,
    [property: Description("The least the items must cost together.")] decimal? Threshold);
