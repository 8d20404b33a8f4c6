namespace LoyaltyAdmin.Domain.Values;

/// <summary>A currency with its number of minor-unit digits (ISO 4217: USD 2, JPY 0, KWD 3). A digit count never changes.</summary>
public sealed record Currency(string Code, int Digits, string Name)
{
    private static readonly Dictionary<string, Currency> known = new Currency[]
    {
        new("AED", 2, "UAE dirham"), new("AUD", 2, "Australian dollar"), new("BHD", 3, "Bahraini dinar"), new("BRL", 2, "Brazilian real"),
        new("CAD", 2, "Canadian dollar"), new("CHF", 2, "Swiss franc"), new("CLP", 0, "Chilean peso"), new("CNY", 2, "Chinese yuan"),
        new("CZK", 2, "Czech koruna"), new("DKK", 2, "Danish krone"), new("EUR", 2, "Euro"), new("GBP", 2, "Pound sterling"),
        new("HKD", 2, "Hong Kong dollar"), new("HUF", 2, "Hungarian forint"), new("IDR", 2, "Indonesian rupiah"), new("ILS", 2, "Israeli new shekel"),
        new("INR", 2, "Indian rupee"), new("ISK", 0, "Icelandic króna"), new("JOD", 3, "Jordanian dinar"), new("JPY", 0, "Japanese yen"),
        new("KRW", 0, "South Korean won"), new("KWD", 3, "Kuwaiti dinar"), new("MOP", 2, "Macanese pataca"), new("MXN", 2, "Mexican peso"),
        new("MYR", 2, "Malaysian ringgit"), new("NOK", 2, "Norwegian krone"), new("NZD", 2, "New Zealand dollar"), new("OMR", 3, "Omani rial"),
        new("PHP", 2, "Philippine peso"), new("PLN", 2, "Polish złoty"), new("SAR", 2, "Saudi riyal"), new("SEK", 2, "Swedish krona"),
        new("SGD", 2, "Singapore dollar"), new("THB", 2, "Thai baht"), new("TND", 3, "Tunisian dinar"), new("TRY", 2, "Turkish lira"),
        new("TWD", 2, "New Taiwan dollar"), new("USD", 2, "US dollar"), new("VND", 0, "Vietnamese đồng"), new("ZAR", 2, "South African rand"),
    }.ToDictionary(currency => currency.Code, StringComparer.Ordinal);

    /// <summary>Points have two decimals (domain rules 3). No plan, card or price can be in them: only the ledger knows the code.</summary>
    public static Currency Points { get; } = new("PTS", 2, "Points");

    /// <summary>Every currency a plan may be sold in, by code.</summary>
    public static IReadOnlyCollection<Currency> All => known.Values;

    /// <summary>The currency with this ISO 4217 code.</summary>
    /// <exception cref="RuleViolationException">The code is not a supported currency.</exception>
    public static Currency Of(string code) =>
        code == Points.Code ? Points : Find(code) ?? throw new RuleViolationException("unknown_currency", $"“{code}” is not a supported currency. Use an ISO 4217 code such as USD.");

    /// <summary>The currency with this code, or null.</summary>
    public static Currency? Find(string? code) => code is not null && known.TryGetValue(code, out var currency) ? currency : null;

    /// <summary>How many minor units make one major unit.</summary>
    public long MinorPerMajor => Digits switch { 0 => 1, 2 => 100, 3 => 1000, _ => (long)Math.Pow(10, Digits) };

    /// <summary>The amount in minor units.</summary>
    /// <exception cref="RuleViolationException">The amount has more decimals than the currency, or is beyond ±1,000,000,000,000.</exception>
    public long ToMinor(decimal amount)
    {
        if (!Fits(amount))
        {
            throw new RuleViolationException("invalid_amount", $"{amount} is not a valid amount of {Code}: at most {Digits} decimals and 1,000,000,000,000.");
        }

        return (long)(amount * MinorPerMajor);
    }

    /// <summary>Whether the amount can be held exactly in this currency's minor units.</summary>
    public bool Fits(decimal amount) => Math.Abs(amount) <= 1_000_000_000_000m && decimal.Round(amount, Digits) == amount;

    /// <summary>The amount in major units, with the currency's number of decimals.</summary>
    public decimal ToMajor(long minor) => new decimal(minor) / MinorPerMajor + new decimal(0, 0, 0, false, (byte)Digits);

    /// <summary>Rounds half away from zero to the currency's digits: the one rounding of money in this product.</summary>
    public decimal Round(decimal amount) => Math.Round(amount, Digits, MidpointRounding.AwayFromZero);

    /// <summary>An amount as people read it, e.g. <c>USD 1,234.50</c>, <c>11.70 points</c>.</summary>
    public string Format(decimal amount, IFormatProvider? culture = null) => Code == Points.Code ? $"{amount.ToString("N2", culture)} points" : $"{Code} {amount.ToString("N" + Digits, culture)}";
}
