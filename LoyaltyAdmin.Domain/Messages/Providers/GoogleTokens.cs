using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Domain.Messages.Providers;

/// <summary>The fields of a Google service account's key file that a token needs. Its own token address is ignored: a pasted file must not choose whom we call.</summary>
public sealed record ServiceAccount(
    [property: JsonPropertyName("project_id")] string ProjectId,
    [property: JsonPropertyName("client_email")] string ClientEmail,
    [property: JsonPropertyName("private_key")] string PrivateKey,
    [property: JsonPropertyName("private_key_id")] string? PrivateKeyId)
{
    /// <summary>The account, or null when the text is not one.</summary>
    public static ServiceAccount? Read(string? json)
    {
        try
        {
            return JsonSerializer.Deserialize<ServiceAccount>(json ?? "") is { ProjectId.Length: > 0, ClientEmail.Length: > 0, PrivateKey.Length: > 0 } account && CanSign(account) ? account : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool CanSign(ServiceAccount account)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(account.PrivateKey);

            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>OAuth2 tokens for FCM: a signed assertion (RFC 7523) exchanged for a bearer token, kept until shortly before its end.</summary>
public sealed class GoogleTokens(ProviderHttp http, ProviderAddresses addresses, TimeProvider clock)
{
    public const string Scope = "https://www.googleapis.com/auth/firebase.messaging";

    private static readonly TimeSpan margin = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<ServiceAccount, (string Token, DateTimeOffset Until)> known = new();

    /// <summary>A token that is good for now, or what stands in the way.</summary>
    public async Task<(string? Token, string? Trouble)> TokenAsync(ServiceAccount account, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (known.TryGetValue(account, out var held) && held.Until > now)
        {
            return (held.Token, null);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, addresses.GoogleToken);
        request.Content = new FormUrlEncodedContent([new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), new("assertion", Assertion(account, addresses.GoogleToken, now))]);
        var answer = await http.SendAsync(request, cancel);
        if (!answer.IsSuccess)
        {
            return (null, answer.Trouble is null ? $"Google refused the service account ({answer.Code})." : "Google's token service does not answer.");
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var token = document.RootElement.GetProperty("access_token").GetString()!;
            known[account] = (token, now + TimeSpan.FromSeconds(document.RootElement.GetProperty("expires_in").GetInt32()) - margin);

            return (token, null);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (null, "Google's token cannot be read.");
        }
    }

    public void Forget(ServiceAccount account) => known.TryRemove(account, out _);

    /// <summary>The signed assertion (JWT, RS256).</summary>
    public static string Assertion(ServiceAccount account, string audience, DateTimeOffset now)
    {
        var header = JsonSerializer.Serialize(new { alg = "RS256", typ = "JWT", kid = account.PrivateKeyId });
        var claims = JsonSerializer.Serialize(new { iss = account.ClientEmail, scope = Scope, aud = audience, iat = now.ToUnixTimeSeconds(), exp = now.AddHours(1).ToUnixTimeSeconds() });
        var text = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(claims))}";
        using var key = RSA.Create();
        key.ImportFromPem(account.PrivateKey);

        return $"{text}.{Encode(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
