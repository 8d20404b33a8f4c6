using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>One request as handlers see it: who calls, under which idempotency key, and the body on demand.</summary>
public sealed class ApiCall
{
    public const string KeyHeader = "Idempotency-Key";

    private readonly HttpContext context;
    private string? bodyHash;

    private ApiCall(HttpContext context, ApiCaller caller)
    {
        (this.context, Caller) = (context, caller);
        Actor = caller.Actor with { IpAddress = context.Connection.RemoteIpAddress?.ToString(), CorrelationId = context.TraceIdentifier };
    }

    public ApiCaller Caller { get; }

    public Actor Actor { get; }

    /// <summary>Present on every POST; the same key and body get the same answer.</summary>
    public string IdempotencyKey { get; private init; } = "";

    /// <summary>What this request asks for, under its key: the method, the address and the body as sent. Read the body first.</summary>
    public Operation Operation => Operation.For(Actor, IdempotencyKey, context.Request.Method, context.Request.Path.Value, bodyHash ?? throw new InvalidOperationException("The body was not read."));

    /// <summary>The framework's hook for parameters of this type.</summary>
    public static ValueTask<ApiCall> BindAsync(HttpContext context)
    {
        var caller = context.Features.Get<ApiCaller>() ?? throw new InvalidOperationException("An API route without a scope.");

        return ValueTask.FromResult(HttpMethods.IsPost(context.Request.Method) ? new ApiCall(context, caller) { IdempotencyKey = KeyOf(context.Request) } : new ApiCall(context, caller));
    }

    /// <summary>Reads the body; members this version does not know are ignored, so that clients and server can be updated apart.</summary>
    /// <exception cref="RuleViolationException">It is not JSON of this form.</exception>
    public async ValueTask<T> ReadAsync<T>(JsonTypeInfo<T> type, T? whenEmpty = null) where T : class
    {
        var body = context.Features.Get<ApiBody>()?.Bytes ?? await ApiBody.ReadAsync(context);
        bodyHash = Convert.ToHexStringLower(SHA256.HashData(body));
        if (body.Length == 0 && whenEmpty is not null)
        {
            return whenEmpty;
        }

        if (!context.Request.HasJsonContentType())
        {
            throw new RuleViolationException("unsupported_media_type", "Send the body as application/json.");
        }

        try
        {
            return Parse(body, type) ?? throw new RuleViolationException("malformed_json", "The body must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw Explain(exception);
        }
    }

    private static T? Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 8 });
        var value = JsonSerializer.Deserialize(ref reader, type);

        return reader.Read() ? throw new JsonException("There is more than one JSON value.") : value;
    }

    private static RuleViolationException Explain(JsonException exception)
    {
        // The path names the member ($.buyer.name); the serializer's own sentence would name .NET types.
        if (exception.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) && exception is not { InnerException: JsonException })
        {
            var sentence = exception.Data[AmountConverter.Sentence] as string ?? "This value does not have the form that is expected here. See the API document.";

            return new InvalidInputException([new FieldError(path[2..], sentence)]);
        }

        return new RuleViolationException("malformed_json", $"The body is not valid JSON (line {exception.LineNumber + 1 ?? 1}, byte {exception.BytePositionInLine + 1 ?? 1}).");
    }

    private static string KeyOf(HttpRequest request) =>
        request.Headers[KeyHeader] switch
        {
            [{ Length: > 0 and <= 128 } key] when key.All(c => c is > ' ' and < '\x7f') => key,
            [] => throw new RuleViolationException("idempotency_key_required", $"Send the header {KeyHeader}: a text of your own, unique for this operation and the same when it is repeated."),
            _ => throw new RuleViolationException("invalid_idempotency_key", $"The header {KeyHeader} holds 1 to 128 visible ASCII characters, once."),
        };
}

/// <summary>How large a route's body may be.</summary>
internal sealed record ApiBodyLimit(int MostBytes);

/// <summary>A request body read before its time, because a signature covers it.</summary>
internal sealed record ApiBody(byte[] Bytes)
{
    /// <summary>No request comes near it, but where a route says otherwise (<see cref="ApiBodyLimit"/>).</summary>
    public const int MostBytes = 64 * 1024;

    public static async ValueTask<byte[]> BufferAsync(HttpContext context)
    {
        var bytes = await ReadAsync(context);
        context.Features.Set(new ApiBody(bytes));

        return bytes;
    }

    public static async ValueTask<byte[]> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var most = context.GetEndpoint()?.Metadata.GetMetadata<ApiBodyLimit>()?.MostBytes ?? MostBytes;
        while (true)
        {
            var result = await reader.ReadAsync();
            if (result.Buffer.Length > most)
            {
                throw new RuleViolationException("body_too_large", "The body is larger than any request of this kind.");
            }

            if (result.IsCompleted)
            {
                var bytes = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);

                return bytes;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
