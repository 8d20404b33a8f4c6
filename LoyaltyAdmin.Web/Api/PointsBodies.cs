using System.ComponentModel;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Web.Api;

public sealed record PointsAnswer(
    [property: Description("Below zero: points were taken back after they were spent.")] decimal Balance,
    [property: Description("What can be spent now.")] decimal Usable,
    [property: Description("What there is, the soonest to expire first.")] IReadOnlyList<PointsLotAnswer> Lots);

public sealed record PointsLotAnswer(
    decimal Points,
    [property: Description("UTC; null: usable already.")] DateTimeOffset? UsableFrom,
    [property: Description("UTC, exclusive; null: never.")] DateTimeOffset? ExpiresAt);

public sealed record PointsTransactionsAnswer(
    IReadOnlyList<PointsTransactionAnswer> Transactions,
    [property: Description("Send it as cursor for the next page; null: this is the last one.")] string? Next);

public sealed record PointsTransactionAnswer(
    long TransactionId,
    [property: Description("EARNING, EARNING_REVERSAL, GRANT, CONSUMPTION, CONSUMPTION_REVERSAL, EXPIRY, ADJUSTMENT or TRANSFER")] string Type,
    decimal Points,
    [property: Description("The balance right after.")] decimal Balance,
    [property: Description("UTC")] DateTimeOffset At,
    [property: Description("The day in the store's zone.")] DateOnly BusinessDay,
    string StoreCode,
    string Channel,
    string? OrderNumber,
    string? Reason,
    [property: Description("The transaction it gives back.")] long? Reverses);

public sealed record PointsSpendingRequest
{
    [Description("Above 0, at most two decimals.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Points { get; init; }

    public string? StoreCode { get; init; }

    [Description("POS or ONLINE")]
    public string? Channel { get; init; }

    [Description("Your order or receipt number, at most 64 characters.")]
    public string? OrderNumber { get; init; }
}

public sealed record PointsReversalRequest
{
    [Description("Absent: all that is left to give back.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Points { get; init; }
}

public sealed record PointsGrantRequest
{
    [Description("Above 0, at most two decimals.")]
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Points { get; init; }

    [Description("Why, as it stands in the transactions.")]
    public string? Reason { get; init; }

    [Description("Where it happens; absent: the member's own store. Required for keys of single stores.")]
    public string? StoreCode { get; init; }
}

public sealed record PointsMovedAnswer(
    long TransactionId,
    [property: Description("How many were moved.")] decimal Points,
    [property: Description("The member's points right after.")] decimal Balance);
