using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>
/// The workbooks of the gift card room: the list as filtered, read from a server cursor so that memory stays flat, and a Reconciliation sheet
/// from the same service as the Reconciliation page.
/// </summary>
public sealed class GiftCardSheets(LoyaltyDatabase database, CardNumbers numbers, SoldGiftCards cards, GiftCardTransactions transactions, GiftCardReconciliation reconciliation, TimeProvider clock)
{
    private const int LongestReconciliationDays = 3_650;

    /// <summary>How many rows the export will have, counted up to the bound.</summary>
    internal async Task<long> CountAsync(Grant grant, ExportRequest request, int bound, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return request.Kind switch
        {
            ExportKind.SoldGiftCards => await cards.Filtered(db, grant, request.Cards ?? new(), request.StoreView).Take(bound).LongCountAsync(cancel),
            ExportKind.GiftCardTransactions => await (await transactions.FilteredAsync(db, grant, request.Transactions ?? new(), request.StoreView, cancel)).Take(bound).LongCountAsync(cancel),
            ExportKind.LiabilityRollForward => (await reconciliation.RollForwardAsync(grant, Report(request), cancel)).Rows.Count,
            _ => (await reconciliation.InterStoreAsync(grant, Report(request), cancel)).Rows.Count,
        };
    }

    /// <summary>Writes the sheets and answers how many rows the list has.</summary>
    internal async Task<long> WriteAsync(XlsxWriter workbook, Grant grant, ExportRequest request, string filterText, Func<long, Task> progressed, int progressEvery, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        await using var snapshot = await database.Provider.BeginSnapshotAsync(db, cancel);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        var heading = await HeadingAsync(db, grant, request, filterText, cancel);
        switch (request.Kind)
        {
            case ExportKind.SoldGiftCards:
                {
                    var found = cards.Filtered(db, grant, request.Cards ?? new(), request.StoreView);
                    var names = await ExportNames.ReadAsync(db, request.WithFullNumbers ? numbers : null, seesBuyers: grant.May(Permission.BuyersReveal), cancel);
                    var sheet = await workbook.AddSheetAsync(GiftCardColumns.Cards(names), heading.Layout(await found.LongCountAsync(cancel)), cancel);
                    await CopyAsync(sheet, GiftCardColumns.Read(found, request.WithFullNumbers), progressed, progressEvery, cancel);
                    await AddReconciliationAsync(workbook, db, grant, heading, request.StoreView ?? request.Cards?.StoreId, request.Cards?.Currency, from: null, to: null, cancel);

                    return sheet.Count;
                }

            case ExportKind.GiftCardTransactions:
                {
                    var filter = request.Transactions ?? new();
                    var found = await transactions.FilteredAsync(db, grant, filter, request.StoreView, cancel);
                    var names = await ExportNames.ReadAsync(db, request.WithFullNumbers ? numbers : null, seesBuyers: false, cancel);
                    var sheet = await workbook.AddSheetAsync(GiftCardColumns.Transactions(names), heading.Layout(await found.LongCountAsync(cancel)), cancel);
                    await CopyAsync(sheet, GiftCardColumns.Read(db, found, request.WithFullNumbers), progressed, progressEvery, cancel);
                    await AddReconciliationAsync(workbook, db, grant, heading, request.StoreView ?? filter.HomeStoreId, filter.Currency, filter.From, filter.To, cancel);

                    return sheet.Count;
                }

            case ExportKind.LiabilityRollForward:
                {
                    var report = await reconciliation.RollForwardAsync(grant, Report(request), cancel);
                    await AddRollForwardAsync(workbook, report, heading, request.Reconciliation!.Period, cancel);

                    return report.Rows.Count;
                }

            default:
                {
                    var report = await reconciliation.InterStoreAsync(grant, Report(request), cancel);
                    await (await workbook.AddSheetAsync(ReconciliationColumns.InterStore, heading.Layout(report.Rows.Count), cancel)).WriteAllAsync(report.Rows, cancel);
                    await (await workbook.AddSheetAsync(ReconciliationColumns.Net, heading.Layout(report.Net.Count), cancel)).WriteAllAsync(report.Net, cancel);

                    return report.Rows.Count;
                }
        }
    }

    private static ReconciliationFilter Report(ExportRequest request) =>
        request.Reconciliation ?? throw new RuleViolationException("no_filter", "Choose the days to report first.");

    private static async Task CopyAsync<TRow>(XlsxSheetWriter<TRow> sheet, IAsyncEnumerable<TRow> rows, Func<long, Task> progressed, int progressEvery, CancellationToken cancel)
    {
        await foreach (var row in rows.WithCancellation(cancel))
        {
            await sheet.WriteAsync(row, cancel);
            if (sheet.Count % progressEvery == 0)
            {
                await progressed(sheet.Count);
            }
        }
    }

    private async Task AddReconciliationAsync(XlsxWriter workbook, LoyaltyDbContext db, Grant grant, Heading heading, long? storeId, string? currency, DateOnly? from, DateOnly? to, CancellationToken cancel)
    {
        var days = await db.LedgerTransactions.Where(t => t.AccountKind == AccountKind.GiftCard).GroupBy(_ => 1).Select(g => new { First = g.Min(t => t.BusinessDay), Last = g.Max(t => t.BusinessDay) }).FirstOrDefaultAsync(cancel);
        var today = heading.Zone.DayOf(clock.GetUtcNow());
        var last = to ?? (days is { } known && known.Last > today ? known.Last : today);
        var first = from ?? days?.First ?? last;
        first = first > last ? last : first;
        first = first < last.AddDays(-LongestReconciliationDays) ? last.AddDays(-LongestReconciliationDays) : first;
        var filter = new ReconciliationFilter { From = first, To = last, StoreId = storeId, Currency = currency, Period = ReconciliationPeriod.Day };
        await AddRollForwardAsync(workbook, await reconciliation.RollForwardAsync(grant, filter, cancel), heading with
        {
            Title = "Reconciliation",
            FilterText = string.Create(CultureInfo.InvariantCulture, $"All gift cards owed by {(storeId is null ? "the stores you see" : "this store")}{(currency is null ? "" : $" in {currency}")}, business days {first:yyyy-MM-dd} to {last:yyyy-MM-dd}, whatever else the list is filtered by"),
        }, ReconciliationPeriod.Day, cancel);
    }

    private static async Task AddRollForwardAsync(XlsxWriter workbook, RollForward report, Heading heading, ReconciliationPeriod period, CancellationToken cancel)
    {
        var ties = string.Join("; ", report.Ties.Select(tie => $"{tie.Currency} {tie.StoreCode} {(tie.TiesOut ? "ties out" : "DOES NOT TIE OUT")}"));
        var layout = heading.Layout(report.Rows.Count, report.TiesOut ? "Every closing equals the cards' balances in the ledger." : $"Held against the cards' balances in the ledger: {ties}");
        await (await workbook.AddSheetAsync(ReconciliationColumns.RollForward(period), layout, cancel)).WriteAllAsync(report.Rows, cancel);
    }

    private async Task<Heading> HeadingAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, string filterText, CancellationToken cancel)
    {
        var company = await db.CompanySettings.FirstOrDefaultAsync(cancel);
        var zone = request.StoreView is { } store ? await db.Stores.Where(s => s.Id == store).Select(s => s.TimeZone).FirstOrDefaultAsync(cancel) : company?.TimeZone;

        return new Heading(company?.Name ?? "Loyalty Admin", ExportWords.Title(request.Kind), filterText, grant.Actor.Name, clock.GetUtcNow(), Values.Calendar.Zone(zone ?? "UTC"));
    }

    private sealed record Heading(string Company, string Title, string FilterText, string User, DateTimeOffset At, TimeZoneInfo Zone)
    {
        public SheetLayout Layout(long rows, params string[] more) => new()
        {
            Zone = Zone,
            Lines =
            [
                Company,
                Title,
                $"Filter: {FilterText}",
                string.Create(CultureInfo.InvariantCulture, $"Exported by {User} on {TimeZoneInfo.ConvertTime(At, Zone):yyyy-MM-dd HH:mm:ss}"),
                $"Times are in {Zone.Id}; business days are those of the store",
                string.Create(CultureInfo.InvariantCulture, $"Rows: {rows}"),
                .. more,
            ],
        };
    }
}
