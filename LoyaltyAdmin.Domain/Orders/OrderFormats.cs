using System.Collections.Immutable;
using System.Globalization;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Finds out how an order file is meant: its columns by their names, its dates and amounts by what they look like.</summary>
internal static class OrderFormats
{
    /// <summary>The ways a date may be written, the likelier first.</summary>
    public static readonly ImmutableArray<string> Dates =
    [
        "yyyy-MM-dd", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "dd-MM-yyyy", "MM-dd-yyyy", "yyyy/MM/dd", "yyyy.MM.dd", "yyyyMMdd", "d/M/yyyy", "M/d/yyyy", "d.M.yyyy", "dd/MM/yy", "MM/dd/yy",
    ];

    private const int Shown = 3;
    private const int ShownLength = 40;

    private static readonly Dictionary<OrderField, string[]> names = new()
    {
        [OrderField.Number] = ["number", "ordernumber", "orderno", "orderid", "order", "invoice", "invoicenumber", "receipt", "receiptnumber", "bill", "billnumber", "transactionid"],
        [OrderField.Date] = ["date", "orderdate", "day", "purchasedate", "businessday", "placedat", "createdat", "invoicedate", "transactiondate"],
        [OrderField.Total] = ["total", "amount", "totalamount", "revenue", "sum", "value", "paid", "ordertotal", "sales", "price"],
        [OrderField.Quantity] = ["quantity", "qty", "items", "pieces", "count", "units"],
        [OrderField.Member] = ["member", "membernumber", "memberid", "customer", "customerid", "customernumber", "clientid", "buyerid", "userid"],
        [OrderField.Phone] = ["phone", "phonenumber", "mobile", "telephone"],
        [OrderField.Email] = ["email", "emailaddress", "mail"],
        [OrderField.Store] = ["store", "storecode", "shop", "branch", "location", "outlet"],
        [OrderField.Channel] = ["channel", "saleschannel"],
        [OrderField.Currency] = ["currency", "currencycode"],
        [OrderField.ProductCode] = ["product", "productcode", "sku", "item", "itemcode", "article", "stockcode"],
        [OrderField.Description] = ["description", "productname", "itemname", "articlename"],
    };

    /// <summary>The formats a reader takes for the one chosen: with or without a time of day.</summary>
    public static IReadOnlyList<string> WithTimes(string format) => [format, $"{format} HH:mm", $"{format} HH:mm:ss", $"{format}THH:mm:ss", $"{format}THH:mm:ssZ"];

    public static OrderFileGuess Guess(SheetPreview file, string groupCurrency)
    {
        var (columns, currency) = Columns(file.Headers);
        var dates = Values(file, columns, OrderField.Date).OfType<string>().ToList();
        var fitting = Dates.Where(format => dates.TrueForAll(text => DateTime.TryParseExact(text, [.. WithTimes(format)], CultureInfo.InvariantCulture, DateTimeStyles.None, out _))).ToList();
        var settings = new OrderImportSettings
        {
            Columns = columns,
            DateFormat = fitting.FirstOrDefault() ?? Dates[0],
            DecimalComma = Values(file, columns, OrderField.Total).OfType<string>().Any(IsCommaAmount),
            Currency = currency ?? groupCurrency,
        };
        var samples = file.Headers.Select((_, at) => (IReadOnlyList<string>)[.. file.Rows.Select(row => Text(row[at])).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal).Take(Shown)]).ToList();

        return new OrderFileGuess(file.Headers, samples, Spoken(file.Separator), settings, dates.Count > 0 ? Doubt(fitting) : null);
    }

    private static (ImmutableSortedDictionary<OrderField, string> Columns, string? Currency) Columns(IReadOnlyList<string> headers)
    {
        var found = new SortedDictionary<OrderField, string>();
        string? currency = null;
        foreach (var header in headers)
        {
            var plain = new string([.. header.Where(char.IsLetterOrDigit)]).ToLowerInvariant();
            // amount_usd: the currency stands in the header.
            if (plain.Length > 3 && Currency.Find(plain[^3..].ToUpperInvariant()) is { } named && names[OrderField.Total].Contains(plain[..^3], StringComparer.Ordinal))
            {
                (plain, currency) = (plain[..^3], named.Code);
            }

            foreach (var (field, synonyms) in names)
            {
                if (synonyms.Contains(plain, StringComparer.Ordinal) && found.TryAdd(field, header))
                {
                    break;
                }
            }
        }

        return (found.ToImmutableSortedDictionary(), currency);
    }

    private static IEnumerable<object?> Values(SheetPreview file, ImmutableSortedDictionary<OrderField, string> columns, OrderField field)
    {
        var at = columns.TryGetValue(field, out var header) ? file.Headers.ToList().IndexOf(header) : -1;

        return at < 0 ? [] : file.Rows.Select(row => row[at]);
    }

    // Day and month can be taken for each other when no day is above the 12th.
    private static string? Doubt(List<string> fitting) => fitting is [var first, ..] && fitting.Find(other => other != first && Letters(other) != Letters(first) && other.Length == first.Length) is { } second ? second : null;

    private static string Letters(string format) => new([.. format.Where(char.IsLetter).Distinct()]);

    private static bool IsCommaAmount(string text)
    {
        var (comma, point) = (text.LastIndexOf(','), text.LastIndexOf('.'));

        return comma > point && (point >= 0 || text.Length - comma - 1 is 1 or 2);
    }

    private static string? Spoken(char? separator) => separator switch
    {
        null => null,
        ',' => "comma",
        ';' => "semicolon",
        '\t' => "tab",
        '|' => "vertical bar",
        var other => other.ToString(),
    };

    private static string Text(object? cell)
    {
        var text = cell switch
        {
            null => "",
            DateTime moment => moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "",
        };

        return text.Length <= ShownLength ? text : text[..ShownLength] + "…";
    }
}
