using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LoyaltyAdmin.Domain.Webhooks;

/// <summary>
/// Proves to a receiver that a post is ours and fresh: <c>t=&lt;Unix seconds&gt;,v1=&lt;HMAC-SHA256 of "t.body" under the endpoint's secret, hex&gt;</c>.
/// </summary>
public static class WebhookSignature
{
    public const string Header = "X-Loyalty-Signature";
    public const string EventHeader = "X-Loyalty-Event";
    public const string IdHeader = "X-Loyalty-Event-Id";

    public static string Of(string secret, string body, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")))}";
    }

    /// <summary>As a receiver checks it: right, and not older than <paramref name="tolerance"/>.</summary>
    public static bool IsRight(string header, string secret, string body, DateTimeOffset now, TimeSpan tolerance)
    {
        var parts = header.Split(',').Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);

        return parts.TryGetValue("t", out var time) && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() <= tolerance
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(Of(secret, body, DateTimeOffset.FromUnixTimeSeconds(seconds))));
    }
}
