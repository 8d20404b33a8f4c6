using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>A row of an order file as it was understood. Kept sealed until it becomes an order.</summary>
internal sealed record ImportedOrder
{
    public required string Number { get; init; }

    /// <summary>Made of the row's content, because the file has no numbers.</summary>
    public bool IsDerived { get; init; }

    public required DateOnly Day { get; init; }
    public required decimal Total { get; init; }
    public required string Store { get; init; }
    public required Channel Channel { get; init; }
    public required string Currency { get; init; }

    /// <summary>The code of the sales channel the file names instead of POS or ONLINE.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SalesChannel { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Quantity { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Member { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Phone { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Email { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProductCode { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }
}

/// <summary>The columns of an order file: those of the template, or those the operator named.</summary>
internal static class OrderImportSheet
{
    public static readonly Sheet<ImportedOrder> Columns = new Sheet<ImportedOrder>("Orders")
        .Text(HeaderOf(OrderField.Number), order => order.IsDerived ? null : order.Number, new() { Example = "R-20011", MaxLength = 64, Help = "Empty in every row: a number is made of the row's content, so that the same file changes nothing when it is imported again." })
        .Date(HeaderOf(OrderField.Date), order => order.Day, new() { Required = true, Example = "2026-01-15" })
        .Money(HeaderOf(OrderField.Total), order => order.Total, 3, new() { Required = true, Example = "43.50", Help = "What the customer paid; 0 for a free order." })
        .Money(HeaderOf(OrderField.Quantity), order => order.Quantity, 4, new() { Example = "3" })
        .Text(HeaderOf(OrderField.Member), order => order.Member, new() { Example = "318264950174", MaxLength = 40, Help = "Empty: bought by somebody unknown." })
        .Text(HeaderOf(OrderField.Phone), order => order.Phone, new() { Example = "+1 212 555 0100", MaxLength = 40 })
        .Text(HeaderOf(OrderField.Email), order => order.Email, new() { Example = "jane@example.com", MaxLength = 254 })
        .Text(HeaderOf(OrderField.Store), order => order.Store, new() { Example = "NYC01", MaxLength = 20 })
        .Text(HeaderOf(OrderField.Channel), order => order.SalesChannel ?? order.Channel.Name(), new() { Example = "POS", MaxLength = 40, Help = "POS, ONLINE or the code of a sales channel." })
        .Text(HeaderOf(OrderField.Currency), order => order.Currency, new() { Example = "USD", MaxLength = 3 })
        .Text(HeaderOf(OrderField.ProductCode), order => order.ProductCode, new() { Example = "MUG-01", MaxLength = 64 })
        .Text(HeaderOf(OrderField.Description), order => order.Description, new() { Example = "Mug", MaxLength = 200 });

    /// <summary>The template's header of a field.</summary>
    public static string HeaderOf(OrderField field) => field switch
    {
        OrderField.Number => "Order Number",
        OrderField.Email => "E-mail",
        OrderField.ProductCode => "Product Code",
        _ => field.ToString(),
    };

    /// <summary>The columns of a file whose headers the operator named.</summary>
    public static Sheet For(OrderImportSettings settings)
    {
        var sheet = new Sheet<ImportedOrder>("Orders");
        foreach (var (field, header) in settings.Columns)
        {
            var options = Columns.Columns.First(column => column.Header == HeaderOf(field)).Options with { DateFormats = OrderFormats.WithTimes(settings.DateFormat), DecimalMark = settings.DecimalComma ? ',' : '.' };
            sheet = field switch
            {
                OrderField.Date => sheet.Date(header, order => order.Day, options),
                OrderField.Total => sheet.Money(header, order => order.Total, 3, options),
                OrderField.Quantity => sheet.Money(header, order => order.Quantity, 4, options),
                _ => sheet.Text(header, _ => null, options),
            };
        }

        return sheet;
    }
}
