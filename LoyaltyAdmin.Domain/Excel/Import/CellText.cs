using System.Collections.Frozen;
using System.Globalization;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Makes text of what a text column holds, or says why it cannot be trusted.</summary>
internal static class CellText
{
    /// <summary>What a cell shows that has no value to show.</summary>
    public const string NotAvailable = "#N/A";

    /// <summary>What a failed formula shows; a CSV file and a list of corrected rows hold it as text.</summary>
    public static readonly FrozenSet<string> ErrorValues =
        FrozenSet.Create(NotAvailable, "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!");

    /// <summary>Without blanks and invisible marks around it, which come along when a number is copied from a chat; null when nothing is left.</summary>
    public static string? Trimmed(string text)
    {
        var (start, end) = (0, text.Length);

        while (start < end && IsInvisible(text[start]))
        {
            start++;
        }

        while (end > start && IsInvisible(text[end - 1]))
        {
            end--;
        }

        return start == end ? null : text[start..end];
    }

    public static string? Checked(string text, ref CellFault? fault)
    {
        if (IsRoundedNumber(text))
        {
            fault = CellFault.NumberDamaged;
            return null;
        }

        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\uFFFD':
                case var letter when char.IsSurrogate(letter) && !char.IsSurrogatePair(text, at) && (at == 0 || !char.IsSurrogatePair(text, at - 1)):
                    fault = CellFault.TextDamaged;
                    return null;
                case '\t' or '\r' or '\n':
                    break;
                case var letter when char.IsControl(letter):
                    fault = CellFault.ControlCharacter;
                    return null;
            }
        }

        return text;
    }

    /// <summary>The digits Excel shows for a number: whole, without an exponent, with the zeros its format adds.</summary>
    public static string? OfNumber(double number, string? format, ref CellFault? fault)
    {
        // The conversion keeps 15 digits: where that changes the number, more of them were typed or calculated.
        if (Math.Abs(number) > SheetLimits.ExactNumber || (decimal)number is var digits && (double)digits != number)
        {
            fault = CellFault.NumberDamaged;
            return null;
        }

        var isZeros = format is { Length: > 1 } && format.AsSpan().TrimStart('0').IsEmpty && decimal.IsInteger(digits);

        return digits.ToString(isZeros ? format : "0.############################", CultureInfo.InvariantCulture);
    }

    // What a CSV file holds after Excel rounded a long number: 1.23457E+18. Only a sign and two digits make it that.
    private static bool IsRoundedNumber(string text)
    {
        var exponent = text.IndexOf("E+", StringComparison.OrdinalIgnoreCase);

        return exponent > 0 && text.Length - exponent - 2 is 2 or 3
            && text.AsSpan(exponent + 2).IndexOfAnyExceptInRange('0', '9') < 0
            && text.AsSpan(0, exponent).TrimStart('-').IndexOfAnyExcept("0123456789.,") < 0;
    }

    private static bool IsInvisible(char letter) =>
        char.IsWhiteSpace(letter) || (char.GetUnicodeCategory(letter) == UnicodeCategory.Format);
}
