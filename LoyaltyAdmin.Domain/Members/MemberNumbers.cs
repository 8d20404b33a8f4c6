using System.Security.Cryptography;
using LoyaltyAdmin.Domain.GiftCards;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>Numbers of members and loyalty cards: they name people, so they are random, and typed at tills, so they carry a check digit.</summary>
public static class MemberNumbers
{
    /// <summary>A new member number: 11 random digits, not starting with 0 (spreadsheets drop it), and a Damm check digit.</summary>
    public static string New() => WithCheckDigit(RandomNumberGenerator.GetString("123456789", 1) + RandomNumberGenerator.GetString("0123456789", 10));

    /// <summary>A new loyalty card number: 15 random digits, starting with 2 (a merchant's own range, no payment brand's), and a check digit.</summary>
    public static string NewCard() => WithCheckDigit("20" + RandomNumberGenerator.GetString("0123456789", 13));

    /// <summary>What is wrong with a merchant's own number, or null: 1 to 40 letters, digits, hyphens, dots or underscores.</summary>
    public static string? Fault(string number) =>
        number.Length is < 1 or > 40 || !number.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? "A member number has 1 to 40 letters, digits, hyphens, dots or underscores."
            : null;

    private static string WithCheckDigit(string body) => body + CardNumbers.CheckDigit(body);
}
