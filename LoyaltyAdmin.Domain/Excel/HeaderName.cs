using System.Globalization;
using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Headers are typed by people: case, spaces, line breaks and the star of a required column do not count.</summary>
internal static class HeaderName
{
    public static string Normalize(string header)
    {
        var name = new StringBuilder(header.Length);
        var gap = false;

        foreach (var letter in Valid(header).Normalize(NormalizationForm.FormKC))
        {
            if (char.IsWhiteSpace(letter))
            {
                gap = name.Length > 0;
            }
            else if (!char.IsControl(letter) && char.GetUnicodeCategory(letter) != UnicodeCategory.Format)
            {
                name.Append(gap ? " " : null).Append(letter);
                gap = false;
            }
        }

        return name.ToString().TrimEnd('*', ' ');
    }

    // Half a surrogate pair, which a file can hold as _xD800_, makes Normalize throw.
    private static string Valid(string header)
    {
        var text = new StringBuilder(header.Length);

        foreach (var rune in header.EnumerateRunes())
        {
            text.Append(rune.ToString());
        }

        return text.ToString();
    }
}
