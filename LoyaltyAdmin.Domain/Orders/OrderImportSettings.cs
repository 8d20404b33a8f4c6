using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>What a column of an order file can mean.</summary>
public enum OrderField
{
    Number,
    Date,
    Total,
    Quantity,
    Member,
    Phone,
    Email,
    Store,
    Channel,
    Currency,
    ProductCode,
    Description,
}

/// <summary>How an order file is read: which column means what, how dates and amounts are written, and what holds for rows that do not say.</summary>
public sealed record OrderImportSettings
{
    /// <summary>The file's header of each field that is in it.</summary>
    public required ImmutableSortedDictionary<OrderField, string> Columns { get; init; }

    /// <summary>How dates are written as text, as .NET spells it, e.g. <c>yyyy-MM-dd</c>, <c>dd/MM/yyyy</c>.</summary>
    public string DateFormat { get; init; } = "yyyy-MM-dd";

    /// <summary>1.234,50 instead of 1,234.50.</summary>
    public bool DecimalComma { get; init; }

    /// <summary>The system the orders come from; it names them together with their number.</summary>
    public string Source { get; init; } = "import";

    public string StoreCode { get; init; } = "";
    public Channel Channel { get; init; } = Channel.Pos;
    public string Currency { get; init; } = "USD";

    /// <summary>Members nobody knows are made, registered on the day of their first order; else their rows are refused.</summary>
    public bool CreatesMembers { get; init; } = true;

    /// <summary>Dates as people read them: <c>DD/MM/YYYY</c>.</summary>
    public static string Spoken(string format) => format.ToUpperInvariant();

    /// <summary>Every fault, by its field, before a file is read with it.</summary>
    internal FieldErrors Check() => OrderChecks.Names(new FieldErrors(), Source, "1")
        .Require(Columns.ContainsKey(OrderField.Date), nameof(OrderField.Date), "Choose the column with the date.")
        .Require(Columns.ContainsKey(OrderField.Total), nameof(OrderField.Total), "Choose the column with the amount.")
        .Require(Columns.Values.Distinct(StringComparer.OrdinalIgnoreCase).Count() == Columns.Count, nameof(Columns), "A column can mean one thing only.")
        .Require(OrderFormats.Dates.Contains(DateFormat, StringComparer.Ordinal), nameof(DateFormat), "Choose how dates are written.")
        .Require(StoreCode.Length > 0 || Columns.ContainsKey(OrderField.Store), nameof(StoreCode), "Choose the store of the orders, or the column that names it.")
        .Require(Values.Currency.Find(Currency) is not null, nameof(Currency), "Choose a currency.");
}

/// <summary>What was found out about a file, for people to confirm or correct.</summary>
/// <param name="Headers">The file's columns.</param>
/// <param name="Samples">A few values of each column.</param>
/// <param name="Separator">In words; null: a workbook.</param>
/// <param name="Settings">The guess.</param>
/// <param name="DateDoubt">Another way the dates could be read, when they fit both.</param>
public sealed record OrderFileGuess(IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string>> Samples, string? Separator, OrderImportSettings Settings, string? DateDoubt);
