using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using Microsoft.AspNetCore.Http.Features;

namespace LoyaltyAdmin.Web.Api;

/// <summary>
/// <c>X-Signature: t=&lt;unix seconds&gt;,v1=&lt;hex&gt;</c> with v1 = HMAC-SHA256(signing secret, "t.METHOD.path+query.sha256(body)"):
/// a stolen key alone moves no value, and a captured request cannot be changed or sent later. Within the window the idempotency key makes a replay harmless.
/// </summary>
public static class ApiSignature
{
    public const string Header = "X-Signature";

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(300);

    private static readonly ApiProblem required = ApiProblem.Of(StatusCodes.Status401Unauthorized, "signature_required", $"This API key must sign requests that move value. Send the header {Header}.");
    private static readonly ApiProblem invalid = ApiProblem.Of(StatusCodes.Status401Unauthorized, "invalid_signature", $"The signature does not belong to this request, or its time is more than {Window.TotalSeconds} seconds away from ours.");

    /// <summary>What a client sends; also for tests and examples.</summary>
    public static string Create(string secret, DateTimeOffset at, string method, string pathAndQuery, ReadOnlySpan<byte> body)
    {
        var seconds = at.ToUnixTimeSeconds();

        return string.Create(CultureInfo.InvariantCulture, $"t={seconds},v1={Convert.ToHexStringLower(Compute(secret, seconds, method, pathAndQuery, body))}");
    }

    /// <summary>Null: signed rightly, or not signed and not bound to.</summary>
    internal static async ValueTask<ApiProblem?> CheckAsync(HttpContext context, ApiCaller caller, DateTimeOffset now)
    {
        var request = context.Request;
        if (!request.Headers.TryGetValue(Header, out var sent))
        {
            return caller.RequiresSignature && !HttpMethods.IsGet(request.Method) ? required : null;
        }

        if (!TryParse(sent, out var seconds, out var signature) || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Window.TotalSeconds)
        {
            return invalid;
        }

        var body = await ApiBody.BufferAsync(context);
        // As it was sent: what the server decodes or normalises is not what the client signed.
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw && raw[0] == '/' ? raw : $"{request.Path.ToUriComponent()}{request.QueryString}";

        return CryptographicOperations.FixedTimeEquals(Compute(caller.SigningSecret, seconds, request.Method, target, body), signature) ? null : invalid;
    }

    private static byte[] Compute(string secret, long seconds, string method, string pathAndQuery, ReadOnlySpan<byte> body) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seconds}.{method}.{pathAndQuery}.{Convert.ToHexStringLower(SHA256.HashData(body))}")));

    private static bool TryParse(string? text, out long seconds, out byte[] signature)
    {
        (seconds, signature) = (0, []);
        if (text?.Split(',') is not [['t', '=', .. var time], ['v', '1', '=', .. var hex]]
            || !long.TryParse(time.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out seconds) || hex.Length != 2 * HMACSHA256.HashSizeInBytes)
        {
            return false;
        }

        signature = new byte[HMACSHA256.HashSizeInBytes];

        return Convert.FromHexString(hex, signature, out _, out _) == OperationStatus.Done;
    }
}
