using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>The Orders list as filtered, with what it adds up to per currency on a sheet of its own.</summary>
public sealed class OrderExport : ExportSource
{
    public override ExportKind Kind => ExportKind.Orders;

    public override Permission Needs => Permission.OrdersRead;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Orders ?? new();
        words.Add("Order number", filter.Number).Add("Source", filter.Source).Add("Member", filter.Member is { Length: > 0 } || filter.MemberId is not null ? "one member" : null);
        await words.StoreAsync("Store", filter.StoreId, cancel);
        words.Add("Channel", filter.Channel?.Name()).Add("Sales channel", filter.SalesChannel).Add("Status", filter.Status).Add("Currency", filter.Currency).Range("Business days", filter.From, filter.To)
            .Range("Total", filter.TotalFrom, filter.TotalTo).Add("Refunds", filter.OnlyOverRefunded ? "larger than the total" : null).Add("Import", filter.ImportId);
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        await (await OrderDirectory.FilteredAsync(db, grant, request.Orders ?? new(), request.StoreView, cancel)).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = await OrderDirectory.FilteredAsync(to.Db, to.Grant, request.Orders ?? new(), request.StoreView, cancel);
        var totals = new SortedDictionary<string, OrderTotal>(StringComparer.Ordinal);
        var written = await to.AddSheetAsync(Orders, await found.LongCountAsync(cancel), Counted(found.OrderBy(order => order.Id).Select(OrderDirectory.Row(to.Db)).AsAsyncEnumerable(), totals), cancel);
        await to.AddSheetAsync(Totals, totals.Count, totals.Values.ToAsyncEnumerable(), cancel);

        return written;
    }

    private static async IAsyncEnumerable<OrderRow> Counted(IAsyncEnumerable<OrderRow> orders, SortedDictionary<string, OrderTotal> totals)
    {
        await foreach (var order in orders)
        {
            var total = totals.GetValueOrDefault(order.Currency) ?? new OrderTotal(order.Currency, 0, 0, 0, 0, 0);
            totals[order.Currency] = total with
            {
                Orders = total.Orders + 1,
                Total = total.Total + order.Total,
                Discount = total.Discount + order.Discount,
                Refunded = total.Refunded + order.Refunded,
                Revenue = total.Revenue + order.Revenue,
            };
            yield return order;
        }
    }

    private static Sheet<OrderRow> Orders { get; } = new Sheet<OrderRow>("Orders")
        .Text("Source", order => order.Source, new() { Width = 12 })
        .Text("Number", order => order.Number)
        .Text("Kind", order => ExportWords.Text(order.Kind), new() { Width = 10 })
        .Text("Member", order => order.MemberNumber)
        .Text("Store", order => order.StoreName)
        .Text("Store Code", order => order.StoreCode, new() { Width = 12 })
        .Text("Channel", order => order.Channel.Name(), new() { Width = 10 })
        .Text("Sales Channel", order => order.SalesChannel, new() { Width = 16 })
        .Text("Status", order => ExportWords.Text(order.Status), new() { Width = 16 })
        .Date("Business Day", order => order.BusinessDay)
        .DateTime("Placed At", order => order.PlacedAt)
        .DateTime("Paid At", order => order.PaidAt)
        .Text("Currency", order => order.Currency, new() { Width = 10 })
        .Money("Total", order => order.Total, order => Digits(order.Currency))
        .Money("Discount", order => order.Discount, order => Digits(order.Currency))
        .Money("Refunded", order => order.Refunded, order => Digits(order.Currency))
        .Money("Revenue", order => order.Revenue, order => Digits(order.Currency));

    private static Sheet<OrderTotal> Totals { get; } = new Sheet<OrderTotal>("Totals")
        .Text("Currency", total => total.Currency, new() { Width = 10 })
        .Integer("Orders", total => total.Orders)
        .Money("Total", total => total.Total, total => Digits(total.Currency))
        .Money("Discount", total => total.Discount, total => Digits(total.Currency))
        .Money("Refunded", total => total.Refunded, total => Digits(total.Currency))
        .Money("Revenue", total => total.Revenue, total => Digits(total.Currency));

    private static int Digits(string currency) => Currency.Of(currency).Digits;

    private sealed record OrderTotal(string Currency, long Orders, decimal Total, decimal Discount, decimal Refunded, decimal Revenue);
}
