using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>The movements of points as filtered.</summary>
public sealed class PointsExport : ExportSource
{
    public override ExportKind Kind => ExportKind.PointsTransactions;

    public override Permission Needs => Permission.PointsRead;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Points ?? new();
        words.Add("Member", filter.Member is { Length: > 0 } || filter.MemberId is not null ? "one member" : null).Add("Type", filter.Type);
        await words.StoreAsync("Store", filter.StoreId, cancel);
        words.Range("Business days", filter.From, filter.To).Add("Order number", filter.OrderNumber);
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        await (await PointsAccounts.FilteredAsync(db, grant, request.Points ?? new(), request.StoreView, cancel)).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = await PointsAccounts.FilteredAsync(to.Db, to.Grant, request.Points ?? new(), request.StoreView, cancel);

        return await to.AddSheetAsync(Movements, await found.LongCountAsync(cancel), found.OrderBy(t => t.Id).Select(PointsAccounts.Row(to.Db)).AsAsyncEnumerable(), cancel);
    }

    private static Sheet<PointsTransactionRow> Movements { get; } = new Sheet<PointsTransactionRow>("Points")
        .Integer("Transaction", row => row.Id)
        .DateTime("Time", row => row.At)
        .Date("Business Day", row => row.BusinessDay)
        .Text("Type", row => ExportWords.Text(row.Type))
        .Text("Member", row => row.MemberNumber)
        .Money("Points", row => row.Points, _ => Currency.Points.Digits)
        .Money("Balance After", row => row.BalanceAfter, _ => Currency.Points.Digits)
        .Text("Store", row => row.StoreName)
        .Text("Store Code", row => row.StoreCode, new() { Width = 12 })
        .Text("Channel", row => row.Channel.Name(), new() { Width = 10 })
        .Text("Order Number", row => row.OrderNumber)
        .Text("Operator", row => row.ActorName)
        .Text("Reason", row => row.Reason)
        .Text("Reverses", row => row.ReversesId is { } id ? ExportWords.Text(id) : null);
}
