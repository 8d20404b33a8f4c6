using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Understands the rows of one order file. A file without order numbers gets numbers made of content and occurrence, the same every time.</summary>
internal sealed class OrderImportChecks(OrderImportSettings settings, IReadOnlyDictionary<string, Store> stores, IReadOnlySet<string> salesChannels, DateTimeOffset now) : ImportChecks<ImportedOrder>
{
    private const int DigestLength = 12;

    private readonly Dictionary<string, int> occurrences = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, decimal> values = new(StringComparer.Ordinal);

    public override string? ValueSummary => values.Count == 0 ? null : string.Join(", ", values.Select(pair => Currency.Of(pair.Key).Format(pair.Value, CultureInfo.InvariantCulture)));

    public override void Add(ImportedOrder row) => values[row.Currency] = values.GetValueOrDefault(row.Currency) + row.Total;

    public override ImportedOrder? Check(SheetRow row, Action<string, string, string> error)
    {
        if (!row.IsValid)
        {
            return null;
        }

        var channel = Text(row, OrderField.Channel);
        var order = new ImportedOrder
        {
            Number = Text(row, OrderField.Number) ?? "",
            Day = row.Date(settings.Columns[OrderField.Date])!.Value,
            Total = row.Money(settings.Columns[OrderField.Total])!.Value,
            Quantity = settings.Columns.TryGetValue(OrderField.Quantity, out var quantity) ? row.Money(quantity) : null,
            Member = Text(row, OrderField.Member),
            Phone = Text(row, OrderField.Phone),
            Email = Text(row, OrderField.Email),
            Store = Text(row, OrderField.Store) ?? settings.StoreCode,
            Channel = ChannelNames.Parse(channel) ?? settings.Channel,
            SalesChannel = ChannelNames.Parse(channel) is null ? channel?.ToLowerInvariant() : null,
            Currency = Text(row, OrderField.Currency)?.ToUpperInvariant() ?? settings.Currency,
            ProductCode = Text(row, OrderField.ProductCode),
            Description = Text(row, OrderField.Description),
        };
        if (!stores.TryGetValue(order.Store, out var store))
        {
            error(HeaderOf(OrderField.Store), "unknown_store", "There is no store of yours with this code.");

            return null;
        }

        if (order.SalesChannel is { } named && !salesChannels.Contains(named))
        {
            error(HeaderOf(OrderField.Channel), "unknown_channel", SalesChannels.Unknown(named));

            return null;
        }

        order = Numbered(order, error);
        foreach (var fault in OrderChecks.Check(OrderChecks.Normalise(OrderApply.Delivery(order, settings, store, now)), now).All)
        {
            error(HeaderOf(FieldOf(fault.Field)), "invalid_value", fault.Message);
        }

        return order;
    }

    public override async Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<ImportedOrder> rows, CancellationToken cancel)
    {
        var references = rows.Select((row, i) => (Reference: OrderChecks.Normalise(OrderApply.Delivery(row, settings, stores[row.Store], now)).Member, Row: i)).Where(one => one.Reference is not null).ToList();
        var members = new OrderMembers(db, provider: null, TimeProvider.System);
        await members.LoadAsync(references.ConvertAll(one => one.Reference!), cancel);
        var faults = new Dictionary<int, RowFault>();
        foreach (var (reference, row) in references)
        {
            var errors = new FieldErrors();
            if (members.Find(reference!, errors) is null)
            {
                faults[row] = new RowFault(HeaderOf(FieldOf(errors.All[0].Field)), "unknown_member", errors.All[0].Message);
            }
        }

        return faults;
    }

    private ImportedOrder Numbered(ImportedOrder order, Action<string, string, string> error)
    {
        var key = order.Number;
        if (key.Length == 0)
        {
            var content = string.Create(CultureInfo.InvariantCulture, $"{order.Member}\n{order.Phone}\n{order.Email}\n{order.Day:yyyy-MM-dd}\n{order.Quantity:0.####}\n{order.Total:0.####}\n{order.Currency}\n{order.Store}\n{order.ProductCode}\n{order.Description}");
            // Letters only: sixteen digits in a row could look like a payment card's.
            key = string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(content)).Take(DigestLength).SelectMany(part => new[] { (char)('a' + (part >> 4)), (char)('a' + (part & 15)) }));
        }

        var occurrence = occurrences[key] = occurrences.GetValueOrDefault(key) + 1;
        if (order.Number.Length > 0 && occurrence > 1)
        {
            error(HeaderOf(OrderField.Number), "number_twice", "An earlier row of this file has the same order number.");
        }

        return order.Number.Length > 0 ? order : order with { Number = string.Create(CultureInfo.InvariantCulture, $"{key}-{occurrence}"), IsDerived = true };
    }

    private string? Text(SheetRow row, OrderField field) => settings.Columns.TryGetValue(field, out var header) ? row.Text(header) : null;

    private string HeaderOf(OrderField field) => settings.Columns.GetValueOrDefault(field) ?? OrderImportSheet.HeaderOf(field);

    private static OrderField FieldOf(string field) => field switch
    {
        nameof(OrderDelivery.Number) => OrderField.Number,
        nameof(OrderDelivery.PlacedAt) or nameof(OrderDelivery.PaidAt) or nameof(OrderDelivery.ChangedAt) => OrderField.Date,
        nameof(OrderDelivery.Currency) => OrderField.Currency,
        "Member.Phone" => OrderField.Phone,
        "Member.Email" => OrderField.Email,
        "Lines[0].Quantity" => OrderField.Quantity,
        "Lines[0].ProductCode" => OrderField.ProductCode,
        "Lines[0].Description" => OrderField.Description,
        _ when field.StartsWith("Member", StringComparison.Ordinal) => OrderField.Member,
        _ => OrderField.Total,
    };
}
