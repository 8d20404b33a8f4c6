using System.Globalization;
using System.Security.Cryptography;
using ClosedXML.Excel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

/// <summary>What is in the files.</summary>
public abstract class GiftCardExportsTests(DatabaseKind kind) : GiftCardExportTest(kind)
{
    public sealed class OnSqlite() : GiftCardExportsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardExportsTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task The_workbook_holds_exactly_the_list_with_real_dates_and_numbers()
    {
        await SellAsync(Store, 100, "Jane Miller");
        var last = await SellAsync(Store, 50, "Bob");
        await SellAsync(Other, 50, "Elsewhere");
        var filter = new SoldGiftCardFilter { StoreId = Store.Id };

        var (file, export) = await ExportAsync(Finance, new ExportRequest { Kind = ExportKind.SoldGiftCards, Cards = filter });

        var list = (await Db.Get<SoldGiftCards>().ListAsync(Finance, filter, new PageRequest())).Rows;
        using var workbook = new XLWorkbook(new MemoryStream(file));
        var sheet = workbook.Worksheet("Sold Gift Cards");
        var header = HeaderOf(sheet, "Card Number");
        var rows = sheet.Rows(header.Row + 1, sheet.LastRowUsed().RowNumber()).ToList();
        rows.Select(row => row.Cell(header["Card ID"]).GetValue<long>()).ShouldBe(list.Select(row => row.Id));
        rows.Select(row => row.Cell(header["Card Number"]).GetString()).ShouldBe(list.Select(row => row.MaskedNumber));
        rows.Select(row => row.Cell(header["Balance"]).GetValue<decimal>()).ShouldBe(list.Select(row => row.Balance));
        rows[0].Cell(header["Sold Date"]).DataType.ShouldBe(XLDataType.DateTime);
        rows[0].Cell(header["Balance"]).DataType.ShouldBe(XLDataType.Number);
        rows[0].Cell(header["Buyer Name"]).GetString().ShouldBe("Bob");
        // 15:00 UTC in New York.
        rows[0].Cell(header["Sold At"]).GetDateTime().ShouldBe(new DateTime(2026, 3, 2, 10, 0, 0));
        sheet.AutoFilter.IsEnabled.ShouldBeTrue();
        sheet.SheetView.SplitRow.ShouldBe(header.Row);
        sheet.Rows(1, header.Row).Select(row => row.Cell(1).GetString()).ShouldContain(line => line.Contains("Fiona", StringComparison.Ordinal) && line.Contains("2026-03-02 10:00", StringComparison.Ordinal));
        sheet.Cell(1, 1).GetString().ShouldBe("Harbour Coffee");
        sheet.Rows(1, header.Row).Select(row => row.Cell(1).GetString()).ShouldContain("Rows: 2");
        (export.Rows, export.Percent, export.FileHash).ShouldBe((2, 100, Convert.ToHexStringLower(SHA256.HashData(file))));
        last.CardNumber.ShouldNotBeNull();
    }

    [Fact]
    public async Task Transactions_are_exported_with_every_field_and_read_by_another_reader()
    {
        var card = await SellAsync(Store, 100, "Jane Miller");
        var spent = await SpendAsync(card.CardNumber, 30, Other);

        var (file, _) = await ExportAsync(Finance, new ExportRequest { Kind = ExportKind.GiftCardTransactions, Transactions = new() { Type = TransactionType.Consumption } });

        var table = Read(file, "Transaction Details");
        var header = table.First(row => row.Contains("Transaction ID"));
        var rows = table.SkipWhile(row => row != header).Skip(1).ToList();
        var moved = header.Zip(rows.ShouldHaveSingleItem()).ToDictionary(pair => (string)pair.First!, pair => pair.Second);
        Convert.ToInt64(moved["Transaction ID"], CultureInfo.InvariantCulture).ShouldBe(spent.TransactionId);
        Convert.ToDecimal(moved["Amount"], CultureInfo.InvariantCulture).ShouldBe(-30);
        Convert.ToDecimal(moved["Balance After"], CultureInfo.InvariantCulture).ShouldBe(70);
        moved["Store Code"].ShouldBe(Other.Code);
        moved["Sold By Code"].ShouldBe(Store.Code);
        moved["Card Number"].ShouldBe(GiftCard.Mask(card.CardNumber[^4..]));
        header.Length.ShouldBe(21);
    }

    [Fact]
    public async Task The_reconciliation_sheet_equals_sums_taken_independently_from_the_ledger()
    {
        var card = await SellAsync(Store, 100, "Jane");
        await SpendAsync(card.CardNumber, 30, Other);
        Clock.Advance(TimeSpan.FromDays(1));
        await SellAsync(Other, 50, "Bob");
        await SpendAsync(card.CardNumber, 20, Store);

        var (file, _) = await ExportAsync(Finance, new ExportRequest { Kind = ExportKind.GiftCardTransactions, Transactions = new() { Type = TransactionType.Activation } });

        using var workbook = new XLWorkbook(new MemoryStream(file));
        var sheet = workbook.Worksheet("Reconciliation");
        var header = HeaderOf(sheet, "Business Day");
        var rows = sheet.Rows(header.Row + 1, sheet.LastRowUsed().RowNumber()).ToList();
        var all = await Db.ReadAsync(db => db.LedgerTransactions.Where(t => t.Refusal == null).ToListAsync());
        var stores = await Db.ReadAsync(db => db.Stores.ToDictionaryAsync(s => s.Code, s => s.Id));
        var days = all.Select(t => (t.HomeStoreId, t.BusinessDay)).Distinct().ToList();
        rows.Count.ShouldBe(days.Count);
        foreach (var row in rows)
        {
            var home = stores[row.Cell(header["Store Code"]).GetString()];
            var day = DateOnly.FromDateTime(row.Cell(header["Business Day"]).GetDateTime());
            decimal Sum(Func<LedgerTransaction, bool> which) => all.Where(t => t.HomeStoreId == home).Where(which).Sum(t => t.Amount) / 100m;
            decimal Cell(string column) => row.Cell(header[column]).GetValue<decimal>();
            Cell("Opening").ShouldBe(Sum(t => t.BusinessDay < day));
            Cell("Issued").ShouldBe(Sum(t => t.BusinessDay == day && t.Type == TransactionType.Activation));
            Cell("Consumed").ShouldBe(Sum(t => t.BusinessDay == day && t.Type == TransactionType.Consumption));
            Cell("Closing").ShouldBe(Sum(t => t.BusinessDay <= day));
        }

        sheet.Rows(1, header.Row).Select(row => row.Cell(1).GetString()).ShouldContain(line => line.Contains("equals the cards' balances", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_text_becomes_a_formula()
    {
        var hostile = await A.GiftCardPlan("=HYPERLINK(\"http://x\")").SaveToAsync(Db);
        var clerk = await A.StaffUser("@SUM(1)").With(Permission.GiftCardsSell).SaveToAsync(Db);
        await Db.Get<GiftCardSales>().SellAsync(clerk, new GiftCardSale { PlanCode = hostile.Code, Amount = 50, Currency = "USD", StoreCode = Store.Code, Channel = Channel.Pos, BuyerName = "-1+1", OrderNumber = "+1+1" }, A.Unique("k"));

        foreach (var kind in new[] { ExportKind.SoldGiftCards, ExportKind.GiftCardTransactions })
        {
            var (file, _) = await ExportAsync(Finance, new ExportRequest { Kind = kind });
            using var workbook = new XLWorkbook(new MemoryStream(file));
            workbook.Worksheets.SelectMany(sheet => sheet.CellsUsed()).ShouldAllBe(cell => !cell.HasFormula);
            workbook.Worksheets.First().CellsUsed().Where(cell => cell.GetString().StartsWith("=HYPERLINK", StringComparison.Ordinal)).ShouldAllBe(cell => cell.DataType == XLDataType.Text);
        }
    }

    [Fact]
    public async Task Finance_reports_are_exported_as_the_page_shows_them()
    {
        var card = await SellAsync(Store, 100, "Jane");
        await SpendAsync(card.CardNumber, 30, Other);
        var filter = new ReconciliationFilter { From = new(2026, 3, 1), To = new(2026, 3, 31) };

        var (rollForward, _) = await ExportAsync(Finance, new ExportRequest { Kind = ExportKind.LiabilityRollForward, Reconciliation = filter });
        var (interStore, _) = await ExportAsync(Finance, new ExportRequest { Kind = ExportKind.InterStoreSettlement, Reconciliation = filter });

        Read(rollForward, "Reconciliation").Last().ShouldContain(70d);
        Read(interStore, "Net").Last().ShouldContain(30d);
    }
}
