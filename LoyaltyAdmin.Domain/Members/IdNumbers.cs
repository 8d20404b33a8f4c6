namespace LoyaltyAdmin.Domain.Members;

/// <summary>Numbers of identity documents: letters and digits; where a country's number has a check digit, it is checked.</summary>
internal static class IdNumbers
{
    public static string? Normalise(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : string.Concat(text.Where(c => c is not (' ' or '-' or '.' or '/'))).ToUpperInvariant();

    /// <summary>What is wrong with a normalised number, or null.</summary>
    public static string? Fault(string number, string? country)
    {
        if (number.Length is < 4 or > 30 || !number.All(char.IsAsciiLetterOrDigit))
        {
            return "The ID number has 4 to 30 letters and digits.";
        }

        return country == "CN" && !IsChinese(number) ? "The ID number's check digit is wrong: a Chinese ID number has 18 digits, the last one may be X." : null;
    }

    // GB 11643: ISO 7064 MOD 11-2.
    private static bool IsChinese(string number)
    {
        if (number.Length != 18 || !number[..17].All(char.IsAsciiDigit))
        {
            return false;
        }

        var sum = 0;
        foreach (var digit in number[..17])
        {
            sum = (sum + (digit - '0')) * 2 % 11;
        }

        var check = (12 - sum) % 11;

        return number[17] == (check == 10 ? 'X' : (char)('0' + check));
    }
}
