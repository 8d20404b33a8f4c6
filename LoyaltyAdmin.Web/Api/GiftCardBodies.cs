using System.ComponentModel;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Web.Api;

// Members are optional to the reader of JSON, so that all that are missing are named at once.

public sealed record SaleRequest
{
    [Description("The plan's code, from GET /gift-card-plans.")]
    public string? PlanCode { get; init; }

    [Description("The card's value in major units; the plan decides what it costs.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }

    [Description("ISO 4217 code, e.g. USD.")]
    public string? Currency { get; init; }

    [Description("The selling store's code.")]
    public string? StoreCode { get; init; }

    [Description("POS or ONLINE")]
    public string? Channel { get; init; }

    [Description("Your order or receipt number, at most 64 characters.")]
    public string? OrderNumber { get; init; }

    public BuyerRequest? Buyer { get; init; }

    [Description("The number printed on a physical card (POS only, 8 to 20 letters and digits); without it a number is made.")]
    public string? CardNumber { get; init; }
}

public sealed record BuyerRequest
{
    public string? Name { get; init; }

    [Description("International form, e.g. +1 212 555 0100.")]
    public string? Phone { get; init; }

    public string? Email { get; init; }
}

public sealed record SaleAnswer(
    string CardNumber,
    [property: Description("Asked for in the ONLINE channel. Absent for cards sold with their own printed number.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SecurityCode,
    [property: Description("ACTIVE")] string Status,
    decimal Balance,
    string Currency,
    [property: Description("What the buyer pays.")] decimal Paid,
    [property: Description("UTC; null: does not expire.")] DateTimeOffset? ExpiresAt,
    long TransactionId);

public sealed record CardAnswer(
    [property: Description("Masked: the last four characters.")] string CardNumber,
    [property: Description("PENDING_ACTIVATION, ACTIVE, USED_UP, FROZEN, REFUNDED, EXPIRED, CANCELLED")] string Status,
    decimal Balance,
    string Currency,
    [property: Description("UTC; null: does not expire.")] DateTimeOffset? ExpiresAt);

public sealed record RedemptionRequest
{
    [Description("Major units, above 0.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }

    [Description("The card's currency. Amounts are never converted.")]
    public string? Currency { get; init; }

    [Description("The store where the card is used.")]
    public string? StoreCode { get; init; }

    [Description("POS or ONLINE")]
    public string? Channel { get; init; }

    [Description("Your order or receipt number, at most 64 characters.")]
    public string? OrderNumber { get; init; }

    [Description("Required for ONLINE.")]
    public string? SecurityCode { get; init; }

    [Description("Take what is there when the balance does not cover the amount.")]
    public bool? AllowPartial { get; init; }
}

public sealed record RechargeRequest
{
    [Description("Major units, above 0.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }

    [Description("The card's currency.")]
    public string? Currency { get; init; }

    public string? StoreCode { get; init; }

    [Description("POS")]
    public string? Channel { get; init; }

    public string? OrderNumber { get; init; }

    public string? SecurityCode { get; init; }
}

public sealed record ActivationRequest
{
    public string? StoreCode { get; init; }

    [Description("POS or ONLINE")]
    public string? Channel { get; init; }

    public string? OrderNumber { get; init; }

    [Description("Required for ONLINE.")]
    public string? SecurityCode { get; init; }
}

public sealed record ReversalRequest
{
    [Description("Major units; absent: all that is left to give back.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }
}

public sealed record MovementAnswer(
    long TransactionId,
    [property: Description("What was moved, major units.")] decimal Amount,
    [property: Description("What is on the card right after, major units.")] decimal Balance,
    string Currency);
