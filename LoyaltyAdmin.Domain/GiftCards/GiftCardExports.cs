using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>The Sold Gift Cards tab as filtered, with a Reconciliation sheet.</summary>
public sealed class SoldGiftCardExport(CardNumbers numbers, SoldGiftCards cards, ReconciliationSheet reconciliation) : ExportSource
{
    public override ExportKind Kind => ExportKind.SoldGiftCards;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Cards ?? new();
        words.Add("Card number", filter.Number is { Length: > 0 } ? "one number" : null)
            .Add("Buyer", filter.Buyer is { Length: > 0 } ? "a text" : null)
            .Add("Gift card", await PlanAsync(db, filter.PlanId, cancel));
        await words.StoreAsync("Store", filter.StoreId, cancel);
        words.Add("Channel", filter.Channel?.Name()).Add("Status", filter.Status).Add("Card type", filter.CardType).Add("Currency", filter.Currency)
            .Range("Sold", filter.SoldFrom, filter.SoldTo).Range("Balance", filter.BalanceFrom, filter.BalanceTo)
            .Add("Expires before", filter.ExpiresBefore).Add("Import", filter.ImportId);
    }

    internal override Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        cards.Filtered(db, grant, request.Cards ?? new(), request.StoreView).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = cards.Filtered(to.Db, to.Grant, request.Cards ?? new(), request.StoreView);
        var names = await ExportNames.ReadAsync(to.Db, request.WithFullNumbers ? numbers : null, seesBuyers: to.Grant.May(Permission.BuyersReveal), cancel);
        var written = await to.AddSheetAsync(GiftCardColumns.Cards(names), await found.LongCountAsync(cancel), GiftCardColumns.Read(found, request.WithFullNumbers), cancel);
        await reconciliation.AddAsync(to, request.StoreView ?? request.Cards?.StoreId, request.Cards?.Currency, from: null, to: null, cancel);

        return written;
    }

    internal static async Task<string?> PlanAsync(LoyaltyDbContext db, long? id, CancellationToken cancel) =>
        id is { } planId ? await db.GiftCardPlans.Where(p => p.Id == planId).Select(p => p.Code + " " + p.Name).FirstOrDefaultAsync(cancel) : null;
}

/// <summary>The Transaction Details tab as filtered, with a Reconciliation sheet.</summary>
public sealed class GiftCardTransactionExport(CardNumbers numbers, GiftCardTransactions transactions, ReconciliationSheet reconciliation) : ExportSource
{
    public override ExportKind Kind => ExportKind.GiftCardTransactions;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Transactions ?? new();
        words.Add("Card number", filter.Number is { Length: > 0 } || filter.CardId is not null ? "one card" : null).Add("Type", filter.Type);
        await words.StoreAsync("Store", filter.StoreId, cancel);
        await words.StoreAsync("Sold by", filter.HomeStoreId, cancel);
        words.Add("Channel", filter.Channel?.Name()).Add("Currency", filter.Currency)
            .Range("Business days", filter.From, filter.To).Range("Amount", filter.AmountFrom, filter.AmountTo).Range("Balance after", filter.BalanceFrom, filter.BalanceTo)
            .Add("Gift card", await SoldGiftCardExport.PlanAsync(db, filter.PlanId, cancel)).Add("Order number", filter.OrderNumber)
            .Add("Reason", filter.Reason is { Length: > 0 } ? "a text" : null).Add("Operator", filter.Operator).Add("Transaction", filter.TransactionId);
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        await (await transactions.FilteredAsync(db, grant, request.Transactions ?? new(), request.StoreView, cancel)).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var filter = request.Transactions ?? new();
        var found = await transactions.FilteredAsync(to.Db, to.Grant, filter, request.StoreView, cancel);
        var names = await ExportNames.ReadAsync(to.Db, request.WithFullNumbers ? numbers : null, seesBuyers: false, cancel);
        var written = await to.AddSheetAsync(GiftCardColumns.Transactions(names), await found.LongCountAsync(cancel), GiftCardColumns.Read(to.Db, found, request.WithFullNumbers), cancel);
        await reconciliation.AddAsync(to, request.StoreView ?? filter.HomeStoreId, filter.Currency, filter.From, filter.To, cancel);

        return written;
    }
}

/// <summary>The Reconciliation page.</summary>
public sealed class RollForwardExport(GiftCardReconciliation reconciliation) : ExportSource
{
    public override ExportKind Kind => ExportKind.LiabilityRollForward;

    public override Permission Needs => Permission.ReportsRead;

    internal override Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel) => DescribeAsync(request, words, cancel);

    internal static async Task DescribeAsync(ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        if (request.Reconciliation is { } report)
        {
            words.Range<DateOnly>("Business days", report.From, report.To).Add("By", report.Period);
            await words.StoreAsync("Store", report.StoreId, cancel);
            words.Add("Currency", report.Currency);
        }
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        (await reconciliation.RollForwardAsync(grant, Report(request), cancel)).Rows.Count;

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var report = await reconciliation.RollForwardAsync(to.Grant, Report(request), cancel);
        await ReconciliationSheet.AddAsync(to, to.Heading, report, request.Reconciliation!.Period, cancel);

        return report.Rows.Count;
    }

    internal static ReconciliationFilter Report(ExportRequest request) =>
        request.Reconciliation ?? throw new RuleViolationException("no_filter", "Choose the days to report first.");
}

/// <summary>The inter-store settlement, with the net amounts on a sheet of their own.</summary>
public sealed class InterStoreExport(GiftCardReconciliation reconciliation) : ExportSource
{
    public override ExportKind Kind => ExportKind.InterStoreSettlement;

    public override Permission Needs => Permission.ReportsRead;

    internal override Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel) => RollForwardExport.DescribeAsync(request, words, cancel);

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        (await reconciliation.InterStoreAsync(grant, RollForwardExport.Report(request), cancel)).Rows.Count;

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var report = await reconciliation.InterStoreAsync(to.Grant, RollForwardExport.Report(request), cancel);
        await (await to.Workbook.AddSheetAsync(ReconciliationColumns.InterStore, to.Heading.Layout(report.Rows.Count), cancel)).WriteAllAsync(report.Rows, cancel);
        await (await to.Workbook.AddSheetAsync(ReconciliationColumns.Net, to.Heading.Layout(report.Net.Count), cancel)).WriteAllAsync(report.Net, cancel);

        return report.Rows.Count;
    }
}

/// <summary>The Reconciliation sheet of every gift card workbook, from the same service as the Reconciliation page.</summary>
public sealed class ReconciliationSheet(GiftCardReconciliation reconciliation, TimeProvider clock)
{
    private const int LongestDays = 3_650;

    internal async Task AddAsync(ExportWriting writing, long? storeId, string? currency, DateOnly? from, DateOnly? to, CancellationToken cancel)
    {
        var filter = await DaysAsync(writing, AccountKind.GiftCard, storeId, currency, from, to, clock, cancel);
        await AddAsync(writing, writing.Heading with
        {
            Title = "Reconciliation",
            FilterText = string.Create(CultureInfo.InvariantCulture, $"All gift cards owed by {(storeId is null ? "the stores you see" : "this store")}{(currency is null ? "" : $" in {currency}")}, business days {filter.From:yyyy-MM-dd} to {filter.To:yyyy-MM-dd}, whatever else the list is filtered by"),
        }, await reconciliation.RollForwardAsync(writing.Grant, filter, cancel), ReconciliationPeriod.Day, cancel);
    }

    /// <summary>The days a workbook's Reconciliation sheet covers: those asked for, or all there are up to today.</summary>
    internal static async Task<ReconciliationFilter> DaysAsync(ExportWriting writing, AccountKind kind, long? storeId, string? currency, DateOnly? from, DateOnly? to, TimeProvider clock, CancellationToken cancel)
    {
        var days = await writing.Db.LedgerTransactions.Where(t => t.AccountKind == kind).GroupBy(_ => 1).Select(g => new { First = g.Min(t => t.BusinessDay), Last = g.Max(t => t.BusinessDay) }).FirstOrDefaultAsync(cancel);
        var today = writing.Heading.Zone.DayOf(clock.GetUtcNow());
        var last = to ?? (days is { } known && known.Last > today ? known.Last : today);
        var first = from ?? days?.First ?? last;
        first = first > last ? last : first;
        first = first < last.AddDays(-LongestDays) ? last.AddDays(-LongestDays) : first;

        return new ReconciliationFilter { From = first, To = last, StoreId = storeId, Currency = currency, Period = ReconciliationPeriod.Day };
    }

    /// <summary>Says whether closings equal what the ledger holds, and where not.</summary>
    internal static string TieText(IReadOnlyList<RollForwardTie> ties, string whose) => ties.All(tie => tie.TiesOut)
        ? $"Every closing equals the {whose} balances in the ledger."
        : $"Held against the {whose} balances in the ledger: {string.Join("; ", ties.Select(tie => $"{tie.Currency} {tie.StoreCode} {(tie.TiesOut ? "ties out" : "DOES NOT TIE OUT")}"))}";

    internal static async Task AddAsync(ExportWriting writing, ExportHeading heading, RollForward report, ReconciliationPeriod period, CancellationToken cancel)
    {
        var layout = heading.Layout(report.Rows.Count, TieText(report.Ties, "cards'"));
        await (await writing.Workbook.AddSheetAsync(ReconciliationColumns.RollForward(period), layout, cancel)).WriteAllAsync(report.Rows, cancel);
    }
}
