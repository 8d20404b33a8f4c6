using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>An API key as its holder has it: <c>lk_&lt;environment&gt;_&lt;id&gt;_&lt;secret&gt;</c>. Only its hash is kept.</summary>
public sealed record ApiKeyText(string Environment, string KeyId, string Secret)
{
    private const int SecretBytes = 32;
    private const int IdLength = 12;

    public override string ToString() => $"lk_{Environment}_{KeyId}_{Secret}";

    /// <summary>A new key with 256 random bits.</summary>
    public static ApiKeyText New(string environment) =>
        new(environment, RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", IdLength), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>The demo company's key: the same at every start of this installation, another on every other one.</summary>
    public static ApiKeyText Demo(SecretKeys keys) => new("demo", "demopos", Base64Url.EncodeToString(keys.Hash("demo-api-key", "Demo POS")));

    /// <summary>A signing secret for <c>X-Signature</c>.</summary>
    public static string NewSigningSecret() => $"lks_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";

    /// <summary>Takes a key apart; null when it does not have the form of one. The secret may contain underscores.</summary>
    public static ApiKeyText? Parse(string? text) =>
        text?.Split('_', 4) is ["lk", { Length: > 0 } environment, { Length: > 0 and <= 20 } id, { Length: > 0 and <= 100 } secret] ? new ApiKeyText(environment, id, secret) : null;

    /// <summary>What is kept: SHA-256 of the whole key, which carries 256 random bits and so cannot be guessed back.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(ToString()));
}
