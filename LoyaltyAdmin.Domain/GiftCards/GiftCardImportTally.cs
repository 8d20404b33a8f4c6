using System.Globalization;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>What a file of cards adds up to, and whether its numbers can be guessed.</summary>
internal sealed class GiftCardImportTally
{
    // The share of neighbouring numbers above which a file is warned about: whoever holds one card could guess the next.
    private const double MostNeighbours = 0.01;

    private readonly SortedDictionary<string, decimal> values = new(StringComparer.Ordinal);
    private readonly List<UInt128> digits = [];

    public decimal Largest => values.Count == 0 ? 0 : values.Values.Max();

    public string? Summary => values.Count == 0 ? null : string.Join(", ", values.Select(pair => Currency.Of(pair.Key).Format(pair.Value, CultureInfo.InvariantCulture)));

    /// <summary>Whether the numbers follow one another, which makes them guessable.</summary>
    public string? Warning
    {
        get
        {
            digits.Sort();
            var neighbours = 0;
            for (var i = 1; i < digits.Count; i++)
            {
                neighbours += digits[i] - digits[i - 1] == UInt128.One ? 1 : 0;
            }

            return digits.Count < 2 || neighbours <= digits.Count * MostNeighbours ? null
                : string.Create(CultureInfo.InvariantCulture, $"{neighbours} of {digits.Count} card numbers follow directly on another one: whoever holds a card can guess the next. Use cards with random numbers, or give every card a security code.");
        }
    }

    public void Add(string cardNumber, string currency, decimal amount)
    {
        values[currency] = values.GetValueOrDefault(currency) + amount;
        if (UInt128.TryParse(cardNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            digits.Add(number);
        }
    }
}
