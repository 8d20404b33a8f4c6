using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>The codes members present: found by a keyed hash, kept sealed, shown by their last four characters.</summary>
public sealed class CouponCodes(SecretKeys keys)
{
    // Crockford base 32: no letters people confuse. 12 characters are 60 random bits.
    private const string Characters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 12;

    /// <summary>A new code of an individual coupon.</summary>
    public static string New() => RandomNumberGenerator.GetString(Characters, Length);

    /// <summary>Upper case without spaces and hyphens: how a code is compared, however it was typed.</summary>
    public static string Normalise(string code) => CardNumbers.Normalise(code);

    /// <summary>What is wrong with a merchant's own code, or null.</summary>
    public static string? Fault(string code, int least)
    {
        var normal = Normalise(code);

        return normal.Length < least || normal.Length > 32 ? $"A code has {least} to 32 letters and digits."
            : !normal.All(char.IsAsciiLetterOrDigit) ? "A code has only letters and digits."
            : PaymentCards.Contains(normal) ? "This looks like a payment card number. Never enter payment cards here."
            : null;
    }

    public byte[] Hash(string code) => keys.Hash("coupon-code", Normalise(code));

    public byte[] Seal(string code) => keys.Seal(Normalise(code));

    public string Open(byte[] sealedCode) => keys.Open(sealedCode);

    public static string LastFour(string code) => Normalise(code) is var normal && normal.Length > 4 ? normal[^4..] : normal;

    /// <summary>“ABCD-EFGH-JKMN”: as people read it.</summary>
    public static string Shown(string code) => code.Length == Length ? $"{code[..4]}-{code[4..8]}-{code[8..]}" : code;
}
