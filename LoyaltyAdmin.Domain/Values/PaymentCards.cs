namespace LoyaltyAdmin.Domain.Values;

/// <summary>Keeps payment card numbers out of the product: whatever holds one is refused, so that PCI DSS never applies to what is stored.</summary>
public static class PaymentCards
{
    /// <summary>Whether the text holds a Luhn-valid run of 13 to 19 digits (spaces and hyphens between them ignored) in a payment brand's range.</summary>
    public static bool Contains(string? text)
    {
        if (text is null || text.Length < 13)
        {
            return false;
        }

        var digits = new List<char>(19);
        foreach (var c in text.Append('\0'))
        {
            if (char.IsAsciiDigit(c))
            {
                digits.Add(c);
            }
            else if (c is not (' ' or '-') || digits.Count == 0)
            {
                if (IsPaymentCard(digits))
                {
                    return true;
                }

                digits.Clear();
            }
        }

        return false;
    }

    private static bool IsPaymentCard(List<char> digits)
    {
        if (digits.Count is < 13 or > 19)
        {
            return false;
        }

        var two = (digits[0] - '0') * 10 + digits[1] - '0';
        var four = two * 100 + (digits[2] - '0') * 10 + digits[3] - '0';
        var inBrandRange = digits[0] == '4' || two is >= 51 and <= 55 or 34 or 37 or 36 or 38 or 39 or 62 or 65 or 81
            || four is >= 2221 and <= 2720 or >= 3528 and <= 3589 or 6011 or >= 3000 and <= 3059 or >= 6440 and <= 6499 || two is 50 or >= 56 and <= 58 or 60 or 63 or 67 or 68;

        return inBrandRange && PassesLuhn(digits);
    }

    private static bool PassesLuhn(List<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Count; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        }

        return sum % 10 == 0;
    }
}
