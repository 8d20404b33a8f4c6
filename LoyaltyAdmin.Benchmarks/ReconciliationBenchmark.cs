using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Whether finance can tie out at full size: the Reconciliation sheet of exported workbooks and the Reconciliation page, figure by figure, against
/// the ledger's entries. Every difference is printed, and the program then ends with exit code 1.
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- reconciliation [cards] [transactions] [Sqlite|PostgreSql] [connection string of a generated database]</code>
/// </summary>
internal sealed class ReconciliationBenchmark(GeneratedCompany company, LedgerDays ledger, IReadOnlyDictionary<long, string> codes)
{
    private const int MostPrinted = 20;

    private readonly List<string> differences = [];
    private long compared;

    public static async Task RunAsync(string[] args)
    {
        var cards = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        var transactions = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : cards * 5;
        await using var company = await GeneratedCompany.OpenAsync(args.Length > 2 ? args[2] : "Sqlite", args.Length > 3 ? args[3] : null, cards, transactions);
        var watch = Stopwatch.StartNew();
        var ledger = await LedgerDays.ReadAsync(company.Get<LoyaltyDatabase>());
        await using var db = await company.Get<LoyaltyDatabase>().ReadAsync();
        var codes = await db.Stores.ToDictionaryAsync(store => store.Id, store => store.Code);
        var (cardCount, transactionCount) = (await db.GiftCards.LongCountAsync(), await db.LedgerTransactions.LongCountAsync());
        Say($"{company.Provider}, {cardCount:N0} cards, {transactionCount:N0} transactions, {ledger.Owing.Count()} stores and currencies, business days {ledger.First:yyyy-MM-dd} to {ledger.Last:yyyy-MM-dd}");
        Say($"The ledger's entries were added up in {watch.Elapsed.TotalSeconds:N1} s");
        Say($"\n| what | rows of the list | lines compared | differences | s |\n|---|---|---|---|---|");
        await new ReconciliationBenchmark(company, ledger, codes).CompareAsync();
    }

    private async Task CompareAsync()
    {
        foreach (var owing in ledger.Owing)
        {
            Expect($"balances of {codes[owing.Store]}", ledger.Before(owing, ledger.Last.AddDays(1)), ledger.Balance(owing));
        }

        var (first, last, store) = (ledger.First, ledger.Last, ledger.Owing.OrderBy(owing => codes[owing.Store], StringComparer.Ordinal).First());
        var month = new DateOnly(last.Year, last.Month, 1).AddMonths(-6);
        await PageAsync("page: every month", new ReconciliationFilter { From = first, To = last });
        await PageAsync("page: a quarter by day", new ReconciliationFilter { From = month.AddMonths(-3), To = month.AddDays(-1), Period = ReconciliationPeriod.Day });
        await PageAsync("page: one store, every day", new ReconciliationFilter { From = first, To = last, StoreId = store.Store, Period = ReconciliationPeriod.Day });
        await SheetAsync("sheet: all days and stores (list: refunds)", new ExportRequest { Kind = ExportKind.GiftCardTransactions, Transactions = new() { Type = TransactionType.Refund } });
        await SheetAsync("sheet: one store (list: its transactions)", new ExportRequest { Kind = ExportKind.GiftCardTransactions, Transactions = new() { HomeStoreId = store.Store } }, store.Store);
        await SheetAsync("sheet: one month (list: its transactions)", new ExportRequest { Kind = ExportKind.GiftCardTransactions, Transactions = new() { From = month, To = month.AddMonths(1).AddDays(-1) } }, from: month, to: month.AddMonths(1).AddDays(-1));
        await SheetAsync("sheet: all days and stores (list: every card)", new ExportRequest { Kind = ExportKind.SoldGiftCards });
        if (differences.Count > 0)
        {
            differences.Take(MostPrinted).ToList().ForEach(Console.Error.WriteLine);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"DOES NOT TIE OUT: {differences.Count:N0} differences."));
            Environment.ExitCode = 1;
        }
        else
        {
            Say($"\nEverything ties out to the cent.");
        }
    }

    private async Task PageAsync(string what, ReconciliationFilter filter)
    {
        var watch = Stopwatch.StartNew();
        var page = await company.Get<GiftCardReconciliation>().RollForwardAsync(Actor.System, filter);
        var seconds = watch.Elapsed.TotalSeconds;
        var before = differences.Count;
        compared = 0;
        foreach (var row in page.Rows)
        {
            Line(what, (row.Currency, row.StoreId), row.From, row.To, row.Opening, row.Movements, row.Closing);
        }

        Complete(what, filter, [.. page.Rows.Select(row => ((row.Currency, row.StoreId), row.From, row.To))]);
        foreach (var tie in page.Ties)
        {
            Expect($"{what}: ledger of {tie.StoreCode}", ledger.Before((tie.Currency, tie.StoreId), filter.To.AddDays(1)), tie.Ledger);
        }

        Say($"| {what} | | {compared:N0} | {differences.Count - before:N0} | {seconds:N1} |");
    }

    private async Task SheetAsync(string what, ExportRequest request, long? store = null, DateOnly? from = null, DateOnly? to = null)
    {
        var watch = Stopwatch.StartNew();
        var exports = company.Get<Exports>();
        var ticket = await exports.RequestAsync(Actor.System, request);
        await company.Get<ExportWork>().RunOnceAsync();
        var done = await exports.GetAsync(Actor.System, ticket.ExportId!.Value);
        var seconds = watch.Elapsed.TotalSeconds;
        var file = await exports.OpenAsync(Actor.System, done.Id);
        await using var content = file.Content;
        var before = differences.Count;
        compared = 0;
        var ids = codes.ToDictionary(code => code.Value, code => code.Key, StringComparer.Ordinal);
        var lines = ReconciliationSheetFile.Read(content);
        foreach (var line in lines)
        {
            Line(what, (line.Currency, ids[line.StoreCode]), line.Day, line.Day, line.Opening, line.Movements, line.Closing);
        }

        var filter = new ReconciliationFilter { From = from ?? ledger.First, To = to ?? ledger.Last, StoreId = store, Period = ReconciliationPeriod.Day };
        Complete(what, filter, [.. lines.Select(line => ((line.Currency, ids[line.StoreCode]), line.Day, line.Day))]);
        Say($"| {what} | {done.Rows:N0} | {compared:N0} | {differences.Count - before:N0} | {seconds:N1} |");
    }

    private void Line(string what, (string Currency, long Store) owing, DateOnly from, DateOnly to, long opening, LiabilityMovements movements, long closing)
    {
        compared++;
        var place = string.Create(CultureInfo.InvariantCulture, $"{what}: {owing.Currency} {codes[owing.Store]} {from:yyyy-MM-dd} to {to:yyyy-MM-dd}");
        var expected = ledger.Movements(owing, from, to);
        Expect($"{place} opening", ledger.Before(owing, from), opening);
        Expect($"{place} movements", expected, movements);
        Expect($"{place} closing", ledger.Before(owing, from) + expected.Total, closing);
    }

    // A line that is missing differs as much as one that is wrong.
    private void Complete(string what, ReconciliationFilter filter, HashSet<((string Currency, long Store) Owing, DateOnly From, DateOnly To)> lines)
    {
        foreach (var owing in ledger.Owing.Where(owing => filter.StoreId is null || filter.StoreId == owing.Store))
        {
            foreach (var day in ledger.Days(owing, filter.From, filter.To).Where(day => !lines.Any(line => line.Owing == owing && line.From <= day && day <= line.To)))
            {
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: {owing.Currency} {codes[owing.Store]} {day:yyyy-MM-dd} has no line"));
            }
        }
    }

    private void Expect<T>(string what, T ledgerSays, T reportSays)
    {
        if (!EqualityComparer<T>.Default.Equals(ledgerSays, reportSays))
        {
            differences.Add($"{what}: the ledger says {ledgerSays}, the report {reportSays}");
        }
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
