using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Web.Api;

/// <summary>Every body of the API, compiled: camelCase, numbers as numbers, no member twice.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.Strict,
    AllowDuplicateProperties = false,
    MaxDepth = 8)]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(IReadOnlyList<StoreAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<PlanAnswer>))]
[JsonSerializable(typeof(SaleRequest))]
[JsonSerializable(typeof(SaleAnswer))]
[JsonSerializable(typeof(CardAnswer))]
[JsonSerializable(typeof(RedemptionRequest))]
[JsonSerializable(typeof(RechargeRequest))]
[JsonSerializable(typeof(ActivationRequest))]
[JsonSerializable(typeof(ReversalRequest))]
[JsonSerializable(typeof(MovementAnswer))]
[JsonSerializable(typeof(IReadOnlyList<MemberCardAnswer>))]
[JsonSerializable(typeof(IssueCardRequest))]
[JsonSerializable(typeof(IssuedCardAnswer))]
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(OrderBatchRequest))]
[JsonSerializable(typeof(OrderBatchAnswer))]
[JsonSerializable(typeof(OrderRefundRequest))]
[JsonSerializable(typeof(RefundAnswer))]
[JsonSerializable(typeof(WalletPaymentRequest))]
[JsonSerializable(typeof(WalletHoldRequest))]
[JsonSerializable(typeof(WalletCaptureRequest))]
[JsonSerializable(typeof(WalletReleaseRequest))]
[JsonSerializable(typeof(WalletMovementAnswer))]
[JsonSerializable(typeof(WalletHoldAnswer))]
[JsonSerializable(typeof(IReadOnlyList<WalletAnswer>))]
[JsonSerializable(typeof(MemberRequest))]
[JsonSerializable(typeof(MemberAnswer))]
[JsonSerializable(typeof(ConsentRequest))]
[JsonSerializable(typeof(ConsentAnswer))]
[JsonSerializable(typeof(PortalLinkRequest))]
[JsonSerializable(typeof(PortalLinkAnswer))]
[JsonSerializable(typeof(AcceptanceRequest))]
[JsonSerializable(typeof(AcceptanceAnswer))]
[JsonSerializable(typeof(IReadOnlyList<AgreementAnswer>))]
[JsonSerializable(typeof(PushTokenRequest))]
[JsonSerializable(typeof(PushTokenAnswer))]
[JsonSerializable(typeof(IReadOnlyList<MemberCouponAnswer>))]
[JsonSerializable(typeof(CouponIssueRequest))]
[JsonSerializable(typeof(CouponUseRequest))]
[JsonSerializable(typeof(CouponReversalRequest))]
[JsonSerializable(typeof(CouponValidationAnswer))]
[JsonSerializable(typeof(CouponRedemptionAnswer))]
[JsonSerializable(typeof(IReadOnlyList<MemberGiftAnswer>))]
[JsonSerializable(typeof(PointsAnswer))]
[JsonSerializable(typeof(PointsTransactionsAnswer))]
[JsonSerializable(typeof(PointsSpendingRequest))]
[JsonSerializable(typeof(PointsReversalRequest))]
[JsonSerializable(typeof(PointsGrantRequest))]
[JsonSerializable(typeof(PointsMovedAnswer))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>Reads an amount: a plain decimal number. Exponents are refused, since 1e3 is more often a mistake than a thousand.</summary>
internal sealed class AmountConverter : JsonConverter<decimal?>
{
    /// <summary>Under which an exception carries the sentence for the caller.</summary>
    public const string Sentence = "sentence";

    private static ReadOnlySpan<byte> Exponents => "eE"u8;

    public override decimal? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && !HasExponent(ref reader) && reader.TryGetDecimal(out var amount))
        {
            return amount;
        }

        var exception = new JsonException();
        exception.Data[Sentence] = "The amount must be a plain decimal number such as 12.50, not text.";

        throw exception;
    }

    public override void Write(Utf8JsonWriter writer, decimal? value, JsonSerializerOptions options) => writer.WriteNumberValue(value ?? 0);

    private static bool HasExponent(ref Utf8JsonReader reader)
    {
        if (!reader.HasValueSequence)
        {
            return reader.ValueSpan.IndexOfAny(Exponents) >= 0;
        }

        foreach (var part in reader.ValueSequence)
        {
            if (part.Span.IndexOfAny(Exponents) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
