using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace LoyaltyAdmin.Web.Api;

/// <summary>An error (RFC 9457). The trace identifier travels in a header, so that equal refusals are equal to the byte.</summary>
public sealed record ApiProblem : IResult
{
    public const string ContentType = "application/problem+json";
    public const string TraceHeader = "X-Trace-Id";

    [Description("Identifies the kind of error: urn:loyalty-admin:error: and the code.")]
    public required string Type { get; init; }

    [Description("The HTTP status in words.")]
    public required string Title { get; init; }

    [Description("The HTTP status.")]
    public required int Status { get; init; }

    [Description("What is wrong, for people.")]
    public required string Detail { get; init; }

    [Description("Stable, for programs, e.g. insufficient_balance.")]
    public required string Code { get; init; }

    [Description("What is wrong with each member of the request, by its JSON name.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    [Description("insufficient_balance: what is left on the card, in major units.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Balance { get; init; }

    [Description("insufficient_balance: the currency of the balance.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Currency { get; init; }

    /// <summary>Sent as <c>Retry-After</c>.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    public static ApiProblem Of(int status, string code, string detail) => new()
    {
        Type = $"urn:loyalty-admin:error:{code}",
        Title = ReasonPhrases.GetReasonPhrase(status),
        Status = status,
        Detail = detail,
        Code = code,
    };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers[TraceHeader] = Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier;
        if (RetryAfter is { } wait)
        {
            headers.RetryAfter = Math.Clamp((long)Math.Ceiling(wait.TotalSeconds), 1, 86_400).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return httpContext.Response.WriteAsync(Status, this, ApiJson.Default.ApiProblem, ContentType);
    }
}
