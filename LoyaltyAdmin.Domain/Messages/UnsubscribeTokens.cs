using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>Whose consent a link withdraws.</summary>
public sealed record UnsubscribeToken(long MemberId, ConsentChannel Channel, ConsentPurpose Purpose);

/// <summary>Makes and reads the opaque part of unsubscribe links: member, channel and purpose under a keyed hash (RFC 8058). Links do not run out: the law wants old ones to work.</summary>
public sealed class UnsubscribeTokens(SecretKeys keys)
{
    private const int PlainSize = 10;
    private const int HashSize = 16;

    public string For(long memberId, ConsentChannel channel, ConsentPurpose purpose)
    {
        Span<byte> bytes = stackalloc byte[PlainSize + HashSize];
        BinaryPrimitives.WriteInt64BigEndian(bytes, memberId);
        (bytes[8], bytes[9]) = ((byte)channel, (byte)purpose);
        Hash(memberId, channel, purpose).CopyTo(bytes[PlainSize..]);

        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>What a link says, or null when it is not one of ours.</summary>
    public UnsubscribeToken? Read(string? text)
    {
        Span<byte> bytes = stackalloc byte[PlainSize + HashSize];
        // Asked first: decoding throws on what is not Base64.
        if (text is null || text.Length > 60 || !Base64Url.IsValid(text, out var size) || size != bytes.Length)
        {
            return null;
        }

        Base64Url.DecodeFromChars(text, bytes);

        var token = new UnsubscribeToken(BinaryPrimitives.ReadInt64BigEndian(bytes), (ConsentChannel)bytes[8], (ConsentPurpose)bytes[9]);

        return CryptographicOperations.FixedTimeEquals(Hash(token.MemberId, token.Channel, token.Purpose), bytes[PlainSize..]) ? token : null;
    }

    private ReadOnlySpan<byte> Hash(long memberId, ConsentChannel channel, ConsentPurpose purpose) =>
        keys.Hash("unsubscribe", string.Create(CultureInfo.InvariantCulture, $"{memberId}:{channel}:{purpose}")).AsSpan(0, HashSize);
}
