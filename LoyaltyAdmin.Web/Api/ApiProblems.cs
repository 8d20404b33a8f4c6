using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>The one place where the API turns a refusal or failure into an answer.</summary>
public sealed partial class ApiProblems(LoyaltyDatabase database, ILogger<ApiProblems> log)
{
    private static readonly TimeSpan retryUnavailable = TimeSpan.FromSeconds(2);

    /// <summary>Runs the rest of the pipeline and answers for it when it throws.</summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; its idempotency key finds out what happened.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await Of(exception).ExecuteAsync(context);
        }
    }

    private ApiProblem Of(Exception exception) => exception switch
    {
        InvalidInputException invalid => ApiProblem.Of(400, invalid.Code, invalid.Message) with { Errors = ByField(invalid.Errors) },
        InsufficientBalanceException lacking => ApiProblem.Of(409, lacking.Code, lacking.Message) with { Balance = lacking.Balance, Currency = lacking.Currency },
        TooManyAttemptsException locked => ApiProblem.Of(429, locked.Code, locked.Message) with { RetryAfter = locked.RetryAfter },
        RateLimitedException limited => ApiProblem.Of(429, limited.Code, limited.Message) with { RetryAfter = limited.RetryAfter },
        RuleViolationException refused => ApiProblem.Of(StatusOf(refused.Code), refused.Code, refused.Message) with { Errors = refused.Field is { } field ? ByField([new FieldError(field, refused.Message)]) : null },
        BadHttpRequestException bad => ApiProblem.Of(bad.StatusCode, "bad_request", "The request could not be read."),
        _ when exception is DatabaseUnavailableException || database.Provider.IsUnavailable(exception) || database.Provider.IsTransient(exception) => Unavailable(exception),
        _ => Failed(exception),
    };

    private static int StatusOf(string code) => code switch
    {
        "invalid_input" or "idempotency_key_required" or "invalid_idempotency_key" or "malformed_json" or "invalid_amount" or "unknown_currency" => 400,
        "access_denied" => 403,
        "not_found" or "card_not_accepted" or "unknown_store" or "order_of_other_store" => 404,
        "body_too_large" => 413,
        "unsupported_media_type" => 415,
        Refusals.InsufficientBalance or Refusals.Frozen or Refusals.Expired or Refusals.NotActive or Refusals.Closed or Refusals.AlreadyActive or Refusals.Changed or Refusals.ExceedsCapture or "card_number_taken" or "exceeds_order_total" or "refund_changed" or "card_exists" or "plan_inactive" or "member_not_active" => 409,
        "coupon_redeemed" or "already_reversed" or "already_claimed" or "coupon_not_active" or "package_not_active" or "out_of_stock" or "member_limit_reached" or "not_stackable" => 409,
        "number_taken" or "phone_taken" or "email_taken" or "member_taken" => 409,
        _ => 422,
    };

    private static Dictionary<string, string[]> ByField(IEnumerable<FieldError> errors) =>
        errors.GroupBy(error => JsonName(error.Field), error => error.Message, StringComparer.Ordinal).ToDictionary(field => field.Key, field => field.ToArray(), StringComparer.Ordinal);

    // The services name their own properties; the buyer is an object of its own in JSON.
    private static string JsonName(string field) => field switch
    {
        nameof(GiftCardSale.BuyerName) => "buyer.name",
        nameof(GiftCardSale.BuyerPhone) => "buyer.phone",
        nameof(GiftCardSale.BuyerEmail) => "buyer.email",
        _ => JsonPath(field),
    };

    /// <summary><c>Lines[2].UnitPrice</c> becomes <c>lines[2].unitPrice</c>.</summary>
    internal static string JsonPath(string field) => string.Join('.', field.Split('.').Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName));

    private ApiProblem Unavailable(Exception exception)
    {
        LogUnavailable(exception);

        return ApiProblem.Of(503, "unavailable", "The database is not available at the moment. Repeat the request with the same idempotency key.") with { RetryAfter = retryUnavailable };
    }

    private ApiProblem Failed(Exception exception)
    {
        LogFailed(exception);

        return ApiProblem.Of(500, "internal_error", "Something went wrong on our side. Repeat the request with the same idempotency key; name the trace identifier when you report it.");
    }

    [LoggerMessage(LogLevel.Warning, "The database is not available")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(LogLevel.Error, "An API request failed")]
    private partial void LogFailed(Exception exception);
}
