using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>A row of an import as it was understood. Kept sealed until it becomes a card.</summary>
internal sealed record ImportedCard
{
    public required string Number { get; init; }
    public required string Plan { get; init; }
    public required string Store { get; init; }
    public required decimal Amount { get; init; }
    public required decimal Paid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BuyerName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BuyerPhone { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BuyerEmail { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrderNumber { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? SoldOn { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? ExpiresOn { get; init; }

    public bool Activate { get; init; }
}

/// <summary>The Excel template of the gift card import, column by column.</summary>
internal static class GiftCardImportSheet
{
    public const string Number = "Card Number";
    public const string Plan = "Plan";
    public const string Store = "Store";
    public const string Amount = "Amount";
    public const string Paid = "Paid Amount";
    public const string Code = "Security Code";
    public const string BuyerName = "Buyer Name";
    public const string BuyerPhone = "Buyer Phone Number";
    public const string BuyerEmail = "Buyer Email";
    public const string OrderNumber = "Order Number";
    public const string SoldDate = "Sold Date";
    public const string ExpiryDate = "Expiry Date";
    public const string Activate = "Activate";

    public static readonly Sheet<ImportedCard> Columns = new Sheet<ImportedCard>("Gift Cards")
        .Text(Number, card => card.Number, new() { Required = true, Example = "0012345678901", Help = "8 to 20 letters and digits, unique. Never a payment card's number.", Synonyms = ["Number", "Gift Card Number"] })
        .Text(Plan, card => card.Plan, new() { Required = true, Example = "GC-0001", Help = "The code of an active gift card, as on the Gift Cards tab." })
        .Text(Store, card => card.Store, new() { Required = true, Example = "NYC01", Help = "The code of the store that sold the card and owes its balance." })
        .Money(Amount, card => card.Amount, 3, new() { Required = true, Example = "100", Help = "The card's value: one of the gift card's denominations, or within its custom amount range." })
        .Money(Paid, card => card.Paid, 3, new() { Example = "90", Help = "What the buyer paid. Empty: the price the gift card is sold for." })
        .Text(Code, card => card.Code, new() { Example = "7K3MPQ4D", Help = "4 to 16 letters and digits, asked for in the ONLINE channel. Empty: the card is for POS only." })
        .Text(BuyerName, card => card.BuyerName, new() { Example = "Jane Miller", MaxLength = 120 })
        .Text(BuyerPhone, card => card.BuyerPhone, new() { Example = "+1 212 555 0100", Help = "International, with + and country code.", MaxLength = 40 })
        .Text(BuyerEmail, card => card.BuyerEmail, new() { Example = "jane@example.com", MaxLength = 254 })
        .Text(OrderNumber, card => card.OrderNumber, new() { Example = "INV-2026-118", Help = "The order or invoice of a bulk sale.", MaxLength = 64 })
        .Date(SoldDate, card => card.SoldOn, new() { Example = "2026-01-15", Help = "Empty: the day the import is confirmed." })
        .Date(ExpiryDate, card => card.ExpiresOn, new() { Example = "2031-01-15", Help = "The last day of validity. Empty: by the gift card's validity period, from the sold date." })
        .Boolean(Activate, card => card.Activate, new() { Example = "Yes", Help = "Yes: the card can be used as soon as the import is finished. No or empty: it is activated later." });

    /// <summary>The template with the codes of today.</summary>
    public static Sheet<ImportedCard> With(IEnumerable<string> plans, IEnumerable<string> stores) => Columns.Allow(Plan, plans).Allow(Store, stores);
}
