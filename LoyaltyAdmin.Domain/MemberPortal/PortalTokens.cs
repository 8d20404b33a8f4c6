using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>What a link within a message says.</summary>
public sealed record MessageLinkToken(long MemberId, int Generation, DateTimeOffset ExpiresAt);

/// <summary>
/// The secrets of links. Links that somebody makes hold 256 random bits, kept as a keyed hash: few, listed and revoked one by one. Links in messages are
/// signed instead: a campaign writes to 100,000 members within minutes, and a row for each link that nearly nobody opens would double its writes.
/// They end with their time or with the member's generation.
/// </summary>
public sealed class PortalTokens(SecretKeys keys)
{
    /// <summary>Where links that somebody made open.</summary>
    public const string LinkRoot = PortalTargets.Root + "/l/";

    /// <summary>Where links of messages open.</summary>
    public const string MessageRoot = PortalTargets.Root + "/m/";

    private const int RandomBytes = 32;
    private const int PlainSize = 16;
    private const int HashSize = 16;

    /// <summary>A new link's token.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>What is kept of a token; null: this is none.</summary>
    internal byte[]? HashOf(string? token) => token is { Length: 43 } && Base64Url.IsValid(token) ? keys.Hash("portal-link", token) : null;

    /// <summary>A token for a message.</summary>
    public string ForMessage(MessageLinkToken link)
    {
        Span<byte> bytes = stackalloc byte[PlainSize + HashSize];
        BinaryPrimitives.WriteInt64BigEndian(bytes, link.MemberId);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], link.Generation);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], Minutes(link.ExpiresAt));
        Hash(bytes[..PlainSize]).CopyTo(bytes[PlainSize..]);

        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>What a message's token says, whether or not it still holds; null: not one of ours.</summary>
    public MessageLinkToken? Read(string? token)
    {
        Span<byte> bytes = stackalloc byte[PlainSize + HashSize];
        // Asked first: decoding throws on what is not Base64.
        if (token is null || token.Length > 60 || !Base64Url.IsValid(token, out var size) || size != bytes.Length)
        {
            return null;
        }

        Base64Url.DecodeFromChars(token, bytes);

        return CryptographicOperations.FixedTimeEquals(Hash(bytes[..PlainSize]), bytes[PlainSize..])
            ? new MessageLinkToken(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[8..]), DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) * 60L))
            : null;
    }

    private ReadOnlySpan<byte> Hash(ReadOnlySpan<byte> plain) => keys.Hash("portal-message-link", Convert.ToHexString(plain)).AsSpan(0, HashSize);

    private static uint Minutes(DateTimeOffset at) => (uint)(at.ToUnixTimeSeconds() / 60);
}
