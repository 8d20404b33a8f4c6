using System.Net.Mail;

namespace LoyaltyAdmin.Domain.Values;

/// <summary>The rules of free text and contact fields, said once for pages, API and imports.</summary>
public static class Inputs
{
    /// <summary>Trims; null when empty.</summary>
    public static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>Text without control characters or payment card numbers, at most <paramref name="maximum"/> long.</summary>
    public static FieldErrors Text(this FieldErrors errors, string field, string label, string? text, int maximum, bool required = false) => errors
        .Require(!required || Clean(text) is not null, field, $"{label} is required.")
        .Require(text is null || text.Length <= maximum, field, $"{label} has at most {maximum} characters.")
        .Require(text is null || !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')), field, $"{label} contains characters that cannot be stored.")
        .Require(!PaymentCards.Contains(text), field, $"{label} looks like it holds a payment card number. Never enter payment cards here.");

    /// <summary>An international phone number (E.164): + and 7 to 15 digits; spaces, hyphens, dots and brackets are ignored.</summary>
    public static FieldErrors Phone(this FieldErrors errors, string field, string label, string? phone) =>
        errors.Require(Clean(phone) is null || NormalisePhone(phone) is not null, field, $"{label} must be an international number such as +1 212 555 0100.");

    public static FieldErrors Email(this FieldErrors errors, string field, string label, string? email) =>
        errors.Require(Clean(email) is not { } value || (value.Length <= 254 && MailAddress.TryCreate(value, out var address) && address.Address == value && address.Host.Contains('.')), field, $"{label} must be an e-mail address such as name@example.com.");

    /// <summary>The number as <c>+</c> and digits, or null when it is not one.</summary>
    public static string? NormalisePhone(string? phone)
    {
        if (Clean(phone) is not { } text)
        {
            return null;
        }

        var digits = string.Concat(text.Where(c => c is not (' ' or '-' or '.' or '(' or ')' or '/')));

        return digits.Length is >= 8 and <= 16 && digits[0] == '+' && digits[1] != '0' && digits.Skip(1).All(char.IsAsciiDigit) ? digits : null;
    }
}
