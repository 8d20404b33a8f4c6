using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>
/// Card numbers and security codes: bearer money. A number alone is never enough online: 12 random digits against a million live cards are
/// guessable at 4 hits an hour for a determined attacker, number and code together are not.
/// </summary>
public sealed class CardNumbers(SecretKeys keys)
{
    /// <summary>Issuer prefix 9 (national use), outside every payment brand's range.</summary>
    private const string Prefix = "960047";

    private const string CrockfordDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int CodeLength = 8;

    private static readonly byte[][] damm =
    [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2], [7, 0, 9, 2, 1, 5, 4, 8, 6, 3], [4, 2, 0, 6, 8, 7, 1, 3, 5, 9], [1, 7, 5, 0, 9, 8, 3, 4, 2, 6], [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1], [5, 8, 6, 9, 7, 2, 0, 1, 3, 4], [8, 9, 4, 5, 3, 6, 2, 0, 1, 7], [9, 4, 3, 8, 6, 1, 7, 2, 0, 5], [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];

    /// <summary>A new 19-digit number: prefix, 12 random digits, one Damm check digit (catches every single wrong digit and neighbour swap).</summary>
    public static string NewNumber()
    {
        var body = Prefix + RandomNumberGenerator.GetString("0123456789", 12);

        return body + CheckDigit(body);
    }

    /// <summary>A new security code: 8 Crockford base-32 characters, 40 random bits.</summary>
    public static string NewCode() => RandomNumberGenerator.GetString(CrockfordDigits, CodeLength);

    /// <summary>The Damm check digit (H. M. Damm, 2004) of a string of digits.</summary>
    public static int CheckDigit(string digits) => digits.Aggregate(0, (interim, digit) => damm[interim][digit - '0']);

    /// <summary>Upper case without spaces and hyphens: how a number is compared, however it was typed.</summary>
    public static string Normalise(string number) => string.Concat(number.Where(c => c is not (' ' or '-' or '\t'))).ToUpperInvariant();

    /// <summary>What is wrong with a merchant's own card number, or null: 8 to 20 letters and digits, and never a payment card's number.</summary>
    public static string? Fault(string number)
    {
        var normal = Normalise(number);

        return normal.Length is < 8 or > 20 ? "A card number has 8 to 20 letters and digits."
            : !normal.All(char.IsAsciiLetterOrDigit) ? "A card number has only letters and digits."
            : PaymentCards.Contains(normal) ? "This looks like a payment card number. Never enter payment cards here."
            : null;
    }

    public byte[] HashNumber(string number) => keys.Hash("gift-card-number", Normalise(number));

    /// <summary>Bound to the card's number, so that equal codes of two cards hash differently.</summary>
    public byte[] HashCode(string number, string code) => keys.Hash("gift-card-code", Normalise(number) + ":" + NormaliseCode(code));

    public byte[] Seal(string number) => keys.Seal(Normalise(number));

    public string Open(byte[] sealedNumber) => keys.Open(sealedNumber);

    public static string LastFour(string number) => Normalise(number)[^4..];

    // Crockford: letters people confuse read as the digit they look like.
    private static string NormaliseCode(string code) => Normalise(code).Replace('O', '0').Replace('I', '1').Replace('L', '1');
}
