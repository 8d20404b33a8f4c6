using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>The wallets' transactions as filtered, with a Reconciliation sheet.</summary>
public sealed class WalletTransactionExport(WalletReconciliation reconciliation, TimeProvider clock) : ExportSource
{
    private static readonly Sheet<WalletTransactionRow> transactions = new Sheet<WalletTransactionRow>("Wallet Transactions")
        .Integer("Transaction ID", t => t.Id)
        .DateTime("Time", t => t.At)
        .Date("Business Day", t => t.BusinessDay)
        .Text("Type", t => WalletWords.Of(t.Type), new() { Width = 20 })
        .Text("Member Number", t => t.MemberNumber)
        .Text("Member", t => t.MaskedName)
        .Text("Currency", t => t.Currency, new() { Width = 10 })
        .Money("Principal", t => t.Principal, Scale)
        .Money("Bonus", t => t.Bonus, Scale)
        .Money("Amount", t => t.Amount, Scale)
        .Money("Balance After", t => t.BalanceAfter, Scale)
        .Text("Store", t => t.StoreName)
        .Text("Store Code", t => t.StoreCode, new() { Width = 12 })
        .Text("Channel", t => t.Channel.Name(), new() { Width = 10 })
        .Text("Order Number", t => t.OrderNumber)
        .Text("Operator", t => t.ActorName)
        .Text("Reason", t => t.Reason)
        .Integer("Reverses Transaction", t => t.ReversesId);

    private static readonly Sheet<WalletDayRow> days = new[]
    {
        Column("Opening", row => row.Opening), Column("Topped Up Principal", row => row.Movements.ToppedUp), Column("Bonus", row => row.Movements.Bonus), Column("Paid", row => row.Movements.Paid),
        Column("Refunded", row => row.Movements.Refunded), Column("Set Aside", row => row.Movements.SetAside), Column("Released", row => row.Movements.Released), Column("Withdrawn", row => row.Movements.Withdrawn),
        Column("Expired", row => row.Movements.Expired), Column("Adjusted", row => row.Movements.Adjusted), Column("Closing", row => row.Closing),
    }.Aggregate(
        new Sheet<WalletDayRow>("Reconciliation").Text("Currency", row => row.Currency, new() { Width = 10 }).Text("Store", row => row.StoreName).Text("Store Code", row => row.StoreCode, new() { Width = 12 }).Date("Business Day", row => row.Day),
        (sheet, column) => sheet.Money(column.Header, row => row.Major(column.Minor(row)), row => Currency.Of(row.Currency).Digits));

    public override ExportKind Kind => ExportKind.WalletTransactions;

    public override Permission Needs => Permission.WalletsRead;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Wallets ?? new();
        words.Add("Member", filter.MemberNumber is { Length: > 0 } ? "one member" : null).Add("Type", filter.Type is { } type ? WalletWords.Of(type) : null);
        await words.StoreAsync("Store", filter.StoreId, cancel);
        words.Add("Channel", filter.Channel?.Name()).Add("Currency", filter.Currency).Range("Business days", filter.From, filter.To).Add("Order number", filter.OrderNumber);
    }

    internal override Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        WalletTransactions.Filtered(db, grant, request.Wallets ?? new(), request.StoreView).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var filter = request.Wallets ?? new();
        var found = WalletTransactions.Filtered(to.Db, to.Grant, filter, request.StoreView);
        var rows = found.OrderByDescending(t => t.Id).Select(WalletTransactions.Row(to.Db)).AsAsyncEnumerable();
        var written = await to.AddSheetAsync(transactions, await found.LongCountAsync(cancel), rows, cancel);
        var period = await ReconciliationSheet.DaysAsync(to, AccountKind.Wallet, request.StoreView ?? filter.StoreId, filter.Currency, filter.From, filter.To, clock, cancel);
        var report = await reconciliation.DaysAsync(to.Grant, period, cancel);
        var heading = to.Heading with
        {
            Title = "Reconciliation",
            FilterText = string.Create(CultureInfo.InvariantCulture, $"All wallets owed by {(period.StoreId is null ? "the stores you see" : "this store")}{(period.Currency is null ? "" : $" in {period.Currency}")}, business days {period.From:yyyy-MM-dd} to {period.To:yyyy-MM-dd}, whatever else the list is filtered by"),
        };
        await (await to.Workbook.AddSheetAsync(days, heading.Layout(report.Rows.Count, ReconciliationSheet.TieText(report.Ties, "wallets'")), cancel)).WriteAllAsync(report.Rows, cancel);

        return written;
    }

    private static (string Header, Func<WalletDayRow, long> Minor) Column(string header, Func<WalletDayRow, long> minor) => (header, minor);

    private static int Scale(WalletTransactionRow row) => Currency.Of(row.Currency).Digits;
}
