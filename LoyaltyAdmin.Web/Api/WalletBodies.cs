using System.ComponentModel;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Web.Api;

public sealed record WalletPaymentRequest
{
    [Description("Major units, above 0.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }

    [Description("ISO 4217; a wallet is of one currency, nothing is converted.")]
    public string? Currency { get; init; }

    public string? StoreCode { get; init; }

    [Description("POS or ONLINE.")]
    public string? Channel { get; init; }

    [Description("The merchant's order or receipt number.")]
    public string? OrderNumber { get; init; }
}

public sealed record WalletHoldRequest
{
    [Description("Major units, above 0.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }

    public string? Currency { get; init; }

    public string? StoreCode { get; init; }

    [Description("POS or ONLINE.")]
    public string? Channel { get; init; }

    public string? OrderNumber { get; init; }

    [Description("How long it is set aside, 1 to 43,200; absent: as the settings say.")]
    public int? Minutes { get; init; }
}

public sealed record WalletCaptureRequest
{
    [Description("Major units; absent: all of the hold.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Amount { get; init; }

    [Description("Absent: the hold's own.")]
    public string? OrderNumber { get; init; }
}

public sealed record WalletReleaseRequest
{
    public string? Reason { get; init; }
}

public sealed record WalletMovementAnswer(
    long TransactionId,
    [property: Description("What was moved, major units.")] decimal Amount,
    [property: Description("How much of it was principal; the rest was bonus.")] decimal Principal,
    [property: Description("What is in the wallet right after, major units.")] decimal Balance,
    string Currency);

public sealed record WalletHoldAnswer(
    long HoldId,
    [property: Description("OPEN, CAPTURED, RELEASED or EXPIRED.")] string Status,
    decimal Amount,
    decimal Captured,
    [property: Description("What is in the wallet right after, major units; what is set aside is not in it.")] decimal Balance,
    string Currency,
    [property: Description("UTC; then it comes back by itself.")] DateTimeOffset ExpiresAt,
    [property: Description("The payment a capture made; refunds name it.")] long? PaymentId);

public sealed record WalletAnswer(
    string Currency,
    [property: Description("ACTIVE or FROZEN.")] string Status,
    decimal Balance,
    [property: Description("What can be paid with now.")] decimal Usable,
    [property: Description("Set aside by open holds; not in the balance.")] decimal Held,
    decimal Principal,
    decimal Bonus,
    IReadOnlyList<WalletLotAnswer> Lots);

public sealed record WalletLotAnswer(
    [property: Description("PRINCIPAL or BONUS.")] string Kind,
    decimal Remaining,
    [property: Description("UTC; absent: at once.")] DateTimeOffset? UsableFrom,
    [property: Description("UTC, exclusive; absent: never.")] DateTimeOffset? ExpiresAt);
