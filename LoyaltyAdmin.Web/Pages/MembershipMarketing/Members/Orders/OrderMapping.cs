using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Orders;

/// <summary>How an order file is to be read, while the operator looks at it: what was guessed, changed by hand.</summary>
public sealed class OrderMapping(OrderFileGuess guess, string? storeCode)
{
    private readonly OrderField?[] meanings = [.. guess.Headers.Select(header => guess.Settings.Columns.Where(pair => pair.Value == header).Select(pair => (OrderField?)pair.Key).FirstOrDefault())];

    public OrderFileGuess Guess => guess;
    public string? DateFormat { get; set; } = guess.Settings.DateFormat;
    public bool DecimalComma { get; set; } = guess.Settings.DecimalComma;
    public string Source { get; set; } = guess.Settings.Source;
    public string? StoreCode { get; set; } = storeCode;
    public Channel Channel { get; set; } = guess.Settings.Channel;
    public string Currency { get; set; } = guess.Settings.Currency;
    public bool CreatesMembers { get; set; } = guess.Settings.CreatesMembers;

    public OrderField? this[int column]
    {
        get => meanings[column];
        set
        {
            // What was meant by this elsewhere moves here.
            for (var i = 0; i < meanings.Length; i++)
            {
                meanings[i] = meanings[i] == value ? null : meanings[i];
            }

            meanings[column] = value;
        }
    }

    public OrderImportSettings Settings() => new()
    {
        Columns = guess.Headers.Select((header, i) => (header, Meaning: meanings[i])).Where(column => column.Meaning is not null).ToImmutableSortedDictionary(column => column.Meaning!.Value, column => column.header),
        DateFormat = DateFormat ?? "",
        DecimalComma = DecimalComma,
        Source = Source.Trim().ToLowerInvariant(),
        StoreCode = StoreCode ?? "",
        Channel = Channel,
        Currency = Currency,
        CreatesMembers = CreatesMembers,
    };
}
