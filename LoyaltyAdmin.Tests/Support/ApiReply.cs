using System.Net;
using System.Text;
using System.Text.Json;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>An answer with everything in it that a test may ask about.</summary>
public sealed record ApiReply(HttpStatusCode Status, byte[] Body, string? ContentType, Dictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The code of a problem; null: it is none.</summary>
    public string? Code => ContentType == "application/problem+json" ? this["code"].GetString() : null;

    public JsonElement this[string member] => Json.GetProperty(member);

    public string Member(string name) => this[name].ToString();

    public static async Task<ApiReply> OfAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        await response.Content.ReadAsByteArrayAsync(),
        response.Content.Headers.ContentType?.MediaType,
        response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));

    /// <summary>A problem with this status and code, in the documented form, telling nothing of the inside.</summary>
    public ApiReply ShouldBeProblem(HttpStatusCode status, string code)
    {
        (Status, Code).ShouldBe((status, code), Text);
        this["status"].GetInt32().ShouldBe((int)status);
        this["type"].GetString().ShouldBe($"urn:loyalty-admin:error:{code}");
        this["title"].GetString().ShouldNotBeNullOrEmpty();
        this["detail"].GetString().ShouldNotBeNullOrEmpty();
        Text.ShouldNotContain("System.");
        Text.ShouldNotContain("   at ");
        Headers.ShouldContainKey("X-Trace-Id");

        return this;
    }

    public ApiReply ShouldBeDone(HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        ContentType.ShouldBe("application/json");

        return this;
    }

    public override string ToString() => $"{(int)Status} {Text}";
}
