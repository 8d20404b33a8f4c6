using System.ComponentModel;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Web.Api;

public sealed record OrderRequest
{
    [Description("Your system, e.g. pos or shop: 1 to 40 letters, digits, hyphens, dots or underscores.")]
    public string? Source { get; init; }

    [Description("The order's number in your system; source and number together name the order.")]
    public string? Number { get; init; }

    [Description("BILL (the default) or VOUCHER")]
    public string? Kind { get; init; }

    [Description("Absent: bought by somebody unknown.")]
    public OrderMemberRequest? Member { get; init; }

    public string? StoreCode { get; init; }

    [Description("POS, ONLINE or the code of a sales channel, which counts as one of them.")]
    public string? Channel { get; init; }

    [Description("ISO 4217 code, e.g. USD.")]
    public string? Currency { get; init; }

    [Description("With its offset from UTC.")]
    public DateTimeOffset? PlacedAt { get; init; }

    [Description("Absent for a paid order: placedAt.")]
    public DateTimeOffset? PaidAt { get; init; }

    [Description("PENDING, PAID (the default) or CANCELLED. Refunds are posted apart.")]
    public string? Status { get; init; }

    [Description("What the customer paid for everything: the lines' totals less discount.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Total { get; init; }

    [Description("A discount on the order as a whole.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Discount { get; init; }

    [Description("At most 200. Without lines the whole total is goods.")]
    public IReadOnlyList<OrderLineRequest>? Lines { get; init; }

    public IReadOnlyList<OrderPaymentRequest>? Payments { get; init; }

    [Description("When your system last changed the order: the latest wins, in whatever order requests arrive.")]
    public DateTimeOffset? ChangedAt { get; init; }
}

[Description("The member, by one or more of these; all must mean the same member.")]
public sealed record OrderMemberRequest
{
    public string? Number { get; init; }

    [Description("International form, e.g. +1 212 555 0100.")]
    public string? Phone { get; init; }

    public string? Email { get; init; }

    [Description("The number of a loyalty card.")]
    public string? CardNumber { get; init; }

    [Description("REFUSE (the default) or CREATE: what to do when nobody is known by these.")]
    public string? IfUnknown { get; init; }
}

public sealed record OrderLineRequest
{
    [Description("GOODS (the default), GIFT_CARD, TOP_UP, PACKAGE or SERVICE. Only goods make a purchase.")]
    public string? Kind { get; init; }

    [Description("SKU; a code that is not known yet is added to the products.")]
    public string? ProductCode { get; init; }

    public string? CategoryCode { get; init; }
    public string? Description { get; init; }

    [Description("Absent: 1.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Quantity { get; init; }

    [JsonConverter(typeof(AmountConverter))]
    public decimal? UnitPrice { get; init; }

    [JsonConverter(typeof(AmountConverter))]
    public decimal? Discount { get; init; }
}

public sealed record OrderPaymentRequest
{
    [Description("How it was paid, e.g. cash, card.")]
    public string? Method { get; init; }

    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }

    [Description("A processor's token, never a card number.")]
    public string? Reference { get; init; }
}

public sealed record OrderBatchRequest
{
    [Description("1 to 1,000 orders.")]
    public IReadOnlyList<OrderRequest>? Orders { get; init; }
}

public sealed record OrderBatchAnswer(IReadOnlyList<OrderOutcomeAnswer> Outcomes);

public sealed record OrderOutcomeAnswer(
    string Source,
    string Number,
    [property: Description("CREATED, UPDATED, UNCHANGED (known already), OLDER (a later change is known) or REFUSED")] string Effect,
    [property: Description("Why it was refused: invalid_input, unknown_store, unknown_member, order_of_other_store.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors,
    [property: Description("Something to look into: the refunds exceed the total.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Warning);

public sealed record OrderAnswer(
    string Source,
    string Number,
    [property: Description("BILL or VOUCHER")] string Kind,
    [property: Description("Null: bought by somebody unknown.")] string? MemberNumber,
    string StoreCode,
    [property: Description("POS or ONLINE")] string Channel,
    [property: Description("The code of the sales channel that was named.")] string? SalesChannel,
    string Currency,
    [property: Description("UTC")] DateTimeOffset PlacedAt,
    [property: Description("UTC")] DateTimeOffset? PaidAt,
    [property: Description("The day in the store's zone.")] DateOnly BusinessDay,
    [property: Description("PENDING, PAID, PARTLY_REFUNDED, REFUNDED or CANCELLED")] string Status,
    decimal Total,
    decimal Discount,
    decimal Refunded,
    [property: Description("What the order is worth for the member: paid goods less refunds.")] decimal Revenue,
    [property: Description("UTC: the change this answer knows.")] DateTimeOffset ChangedAt,
    IReadOnlyList<OrderLineAnswer> Lines,
    IReadOnlyList<OrderPaymentAnswer> Payments,
    IReadOnlyList<OrderRefundAnswer> Refunds);

public sealed record OrderLineAnswer(string Kind, string? ProductCode, string Description, decimal Quantity, decimal UnitPrice, decimal Discount, decimal Total);

public sealed record OrderPaymentAnswer(string Method, decimal Amount, string? Reference);

public sealed record OrderRefundAnswer(string Number, decimal Amount, decimal GoodsAmount, string? Reason, DateTimeOffset RefundedAt);

public sealed record OrderRefundRequest
{
    [Description("The refund's own number, unique within its order.")]
    public string? Number { get; init; }

    [Description("Major units, above 0; all refunds together never exceed the order's total.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }

    [Description("The part that concerns goods. Absent: all of it.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? GoodsAmount { get; init; }

    [Description("The order's currency.")]
    public string? Currency { get; init; }

    public string? Reason { get; init; }
    public DateTimeOffset? RefundedAt { get; init; }
}

public sealed record RefundAnswer(
    string Source,
    string OrderNumber,
    string Number,
    decimal Amount,
    string Currency,
    [property: Description("RECORDED, or WAITING for its order.")] string Status);
