using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Brings the rows of one confirmed file in as orders, the way every order comes in.</summary>
internal sealed class OrderApply(OrderIngest ingest, ImportJob job, OrderImportSettings settings, IReadOnlyDictionary<string, Store> stores) : ImportApply<ImportedOrder, ImportedOrder>
{
    // Below this many, quantity × a price of four decimals rounds to the total.
    private const decimal MostExact = 100;

    public override ImportedOrder Prepare(int rowNumber, ImportedOrder row) => row;

    public override async Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<ImportedOrder> rows, CancellationToken cancel)
    {
        var setting = new BatchSetting(new Grant(Actor.System, new HashSet<Permission>(), new HashSet<ApiScope>(), StoreScope.All), job.Id, TakesClosedStores: true);
        var written = new List<long>(rows.Count);
        foreach (var batch in rows.Chunk(OrderIngest.MostOrders))
        {
            var outcomes = await ingest.ApplyAsync(db, setting, [.. batch.Select(row => Delivery(row, settings, stores[row.Store], job.UploadedAt))], cancel);
            written.AddRange(outcomes.Select(outcome => outcome.OrderId ?? throw new RuleViolationException("row_refused", $"Order {outcome.Number} can no longer be imported: {outcome.Errors[0].Message}")));
        }

        return written;
    }

    /// <summary>Files need not be sorted by day: whoever this import made is registered on the day of the first order.</summary>
    public override Task CompleteAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) => db.Members
        .Where(member => member.ImportId == job.Id && db.Orders.Any(order => order.MemberId == member.Id && order.BusinessDay < member.RegisteredOn))
        .ExecuteUpdateAsync(set => set
            .SetProperty(member => member.RegisteredOn, member => db.Orders.Where(order => order.MemberId == member.Id).Min(order => order.BusinessDay))
            .SetProperty(member => member.RegisteredAt, member => db.Orders.Where(order => order.MemberId == member.Id).Min(order => order.PlacedAt)), cancel);

    /// <summary>The order a row tells of. A number made of the content stands for that content for ever; others follow the latest file.</summary>
    public static OrderDelivery Delivery(ImportedOrder row, OrderImportSettings settings, Store store, DateTimeOffset uploadedAt)
    {
        var at = store.Zone.StartOf(row.Day);
        var hasLine = row.Quantity is not null || row.ProductCode is not null || row.Description is not null;

        return new OrderDelivery
        {
            Source = settings.Source,
            Number = row.Number,
            Member = new MemberReference(row.Member, row.Phone, row.Email, CreateUnknown: settings.CreatesMembers),
            StoreCode = store.Code,
            Channel = row.SalesChannel is null ? row.Channel : null,
            SalesChannel = row.SalesChannel,
            Currency = row.Currency,
            PlacedAt = at,
            Total = row.Total,
            Lines = hasLine ? [Line(row)] : [],
            ChangedAt = row.IsDerived ? at : uploadedAt,
        };
    }

    private static DeliveredLine Line(ImportedOrder row)
    {
        var quantity = row.Quantity ?? 1;
        var line = new DeliveredLine { ProductCode = row.ProductCode, Description = row.Description ?? (row.ProductCode is null ? "Goods" : null), Quantity = quantity };
        if (quantity <= 0 || row.Total < 0 || Currency.Find(row.Currency) is not { } currency)
        {
            return line;
        }

        if (quantity < MostExact)
        {
            return line with { UnitPrice = decimal.Round(row.Total / quantity, 4) };
        }

        var price = Math.Ceiling(row.Total / quantity * currency.MinorPerMajor) / currency.MinorPerMajor;

        return line with { UnitPrice = price, Discount = currency.Round(quantity * price) - row.Total };
    }
}
