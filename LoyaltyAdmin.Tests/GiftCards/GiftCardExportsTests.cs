using System.Globalization;
using System.Security.Cryptography;
using ClosedXML.Excel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Excel;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

public abstract class GiftCardExportsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store store = null!;
    private Store other = null!;
    private Actor finance = null!;

    public sealed class OnSqlite() : GiftCardExportsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardExportsTests(DatabaseKind.PostgreSql);

    private Exports Exports => Db.Get<Exports>();

    private ExportWork Work => Db.Get<ExportWork>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        other = await A.Store().InZone("Asia/Shanghai").SaveToAsync(Db);
        await Db.AddAsync(new CompanySettings { Name = "Harbour Coffee", TimeZone = "America/New_York", Currency = "USD" });
        finance = await A.StaffUser("Fiona").With(Permission.TransactionsExport, Permission.GiftCardsRead, Permission.GiftCardNumbersExport, Permission.BuyersReveal, Permission.DashboardRead, Permission.ReportsRead).SaveToAsync(Db);
    }

    [Fact]
    public async Task The_workbook_holds_exactly_the_list_with_real_dates_and_numbers()
    {
        await SellAsync(store, 100, "Jane Miller");
        var last = await SellAsync(store, 50, "Bob");
        await SellAsync(other, 50, "Elsewhere");
        var filter = new SoldGiftCardFilter { StoreId = store.Id };

        var (file, export) = await ExportAsync(finance, new ExportRequest { Kind = ExportKind.SoldGiftCards, Cards = filter });

        var list = (await Db.Get<SoldGiftCards>().ListAsync(finance, filter, new PageRequest())).Rows;
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
        var card = await SellAsync(store, 100, "Jane Miller");
        var spent = await SpendAsync(card.CardNumber, 30, other);

        var (file, _) = await ExportAsync(finance, new ExportRequest { Kind = ExportKind.GiftCardTransactions, Transactions = new() { Type = TransactionType.Consumption } });

        var table = Read(file, "Transaction Details");
        var header = table.First(row => row.Contains("Transaction ID"));
        var rows = table.SkipWhile(row => row != header).Skip(1).ToList();
        var moved = header.Zip(rows.ShouldHaveSingleItem()).ToDictionary(pair => (string)pair.First!, pair => pair.Second);
        Convert.ToInt64(moved["Transaction ID"], CultureInfo.InvariantCulture).ShouldBe(spent.TransactionId);
        Convert.ToDecimal(moved["Amount"], CultureInfo.InvariantCulture).ShouldBe(-30);
        Convert.ToDecimal(moved["Balance After"], CultureInfo.InvariantCulture).ShouldBe(70);
        moved["Store Code"].ShouldBe(other.Code);
        moved["Sold By Code"].ShouldBe(store.Code);
        moved["Card Number"].ShouldBe(GiftCard.Mask(card.CardNumber[^4..]));
        header.Length.ShouldBe(21);
    }

    [Fact]
    public async Task The_reconciliation_sheet_equals_sums_taken_independently_from_the_ledger()
    {
        var card = await SellAsync(store, 100, "Jane");
        await SpendAsync(card.CardNumber, 30, other);
        Clock.Advance(TimeSpan.FromDays(1));
        await SellAsync(other, 50, "Bob");
        await SpendAsync(card.CardNumber, 20, store);

        var (file, _) = await ExportAsync(finance, new ExportRequest { Kind = ExportKind.GiftCardTransactions, Transactions = new() { Type = TransactionType.Activation } });

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
        await Db.Get<GiftCardSales>().SellAsync(clerk, new GiftCardSale { PlanCode = hostile.Code, Amount = 50, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos, BuyerName = "-1+1", OrderNumber = "+1+1" }, A.Unique("k"));

        foreach (var kind in new[] { ExportKind.SoldGiftCards, ExportKind.GiftCardTransactions })
        {
            var (file, _) = await ExportAsync(finance, new ExportRequest { Kind = kind });
            using var workbook = new XLWorkbook(new MemoryStream(file));
            workbook.Worksheets.SelectMany(sheet => sheet.CellsUsed()).ShouldAllBe(cell => !cell.HasFormula);
            workbook.Worksheets.First().CellsUsed().Where(cell => cell.GetString().StartsWith("=HYPERLINK", StringComparison.Ordinal)).ShouldAllBe(cell => cell.DataType == XLDataType.Text);
        }
    }

    [Fact]
    public async Task Buyers_are_masked_unless_the_role_reveals_them_and_a_store_user_gets_own_stores_only()
    {
        await SellAsync(store, 100, "Jane Miller");
        await SellAsync(other, 50, "Elsewhere");
        var clerk = await A.StaffUser().With(Permission.TransactionsExport).In(store).SaveToAsync(Db);

        var (file, _) = await ExportAsync(clerk, new ExportRequest { Kind = ExportKind.SoldGiftCards });

        var text = string.Join('\n', Read(file, "Sold Gift Cards").Concat(Read(file, "Reconciliation")).SelectMany(row => row));
        text.ShouldContain("J•••");
        text.ShouldNotContain("Miller");
        text.ShouldNotContain(other.Code);
    }

    [Fact]
    public async Task A_file_opens_for_its_owner_only_for_a_day_and_every_download_leaves_a_trace()
    {
        var colleague = await A.StaffUser().With(Permission.TransactionsExport).SaveToAsync(Db);
        var (_, export) = await ExportAsync(finance, new ExportRequest { Kind = ExportKind.SoldGiftCards });

        await Should.ThrowAsync<NotFoundException>(() => Exports.OpenAsync(colleague, export.Id));
        await Should.ThrowAsync<NotFoundException>(() => Exports.GetAsync(colleague, export.Id));
        (await Exports.ListAsync(colleague, new PageRequest())).Rows.ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromHours(24));
        await Should.ThrowAsync<NotFoundException>(() => Exports.OpenAsync(finance, export.Id));
        (await Work.CleanUpAsync()).ShouldBe(1);
        (await Exports.GetAsync(finance, export.Id)).Status.ShouldBe(ExportStatus.Expired);
        var name = await Db.ReadAsync(db => db.ExportJobs.Select(job => job.FileName).SingleAsync());
        File.Exists(Path.Combine(Db.Get<ExportSettings>().Folder, name!)).ShouldBeFalse();
        (await Db.ReadAsync(db => db.AuditEntries.Where(e => e.EntityType == "ExportJob").Select(e => e.Action).Distinct().ToListAsync())).ShouldBe(["ExportJob.Create", "ExportJob.Update", "ExportJob.Download"], ignoreOrder: true);
    }

    [Fact]
    public async Task Nobody_exports_without_the_permission_and_nobody_whose_permission_was_taken_gets_a_file()
    {
        var clerk = await A.StaffUser().With(Permission.GiftCardsRead).SaveToAsync(Db);
        await Should.ThrowAsync<AccessDeniedException>(() => Exports.RequestAsync(clerk, new ExportRequest { Kind = ExportKind.SoldGiftCards }));

        var ticket = await Exports.RequestAsync(finance, new ExportRequest { Kind = ExportKind.SoldGiftCards });
        await Db.Database.WriteAsync(Actor.System, db => db.Staff.Where(user => user.Id == finance.Id).ExecuteUpdateAsync(set => set.SetProperty(user => user.IsEnabled, false)));
        Db.Get<AccessControl>().Forget();
        await Should.ThrowAsync<AccessDeniedException>(() => Work.RunOnceAsync());

        (await Db.ReadAsync(db => db.ExportJobs.SingleAsync(job => job.Id == ticket.ExportId))).Status.ShouldBe(ExportStatus.Failed);
    }

    [Fact]
    public async Task Full_numbers_need_a_reason_and_a_second_person()
    {
        var card = await SellAsync(store, 100, "Jane");
        var second = await A.StaffUser().With(Permission.GiftCardNumbersExport, Permission.DashboardRead).SaveToAsync(Db);
        var request = new ExportRequest { Kind = ExportKind.SoldGiftCards, WithFullNumbers = true };

        await Should.ThrowAsync<InvalidInputException>(() => Exports.RequestAsync(finance, request));
        var ticket = await Exports.RequestAsync(finance, request with { Reason = "Move to the new card printer" });
        ticket.IsWaiting.ShouldBeTrue();
        (await Work.RunOnceAsync()).ShouldBeNull();
        await Should.ThrowAsync<AccessDeniedException>(() => Db.Get<Approvals>().DecideAsync(finance, ticket.ApprovalId!.Value, approve: true, note: null));
        await Db.Get<Approvals>().DecideAsync(second, ticket.ApprovalId!.Value, approve: true, note: null);
        await RunAsync();

        var export = (await Exports.ListAsync(finance, new PageRequest())).Rows.ShouldHaveSingleItem();
        Read(await DownloadAsync(finance, export.Id), "Sold Gift Cards").SelectMany(row => row).ShouldContain(card.CardNumber);
    }

    [Fact]
    public async Task Five_exports_an_hour_and_no_more_rows_than_the_cap()
    {
        for (var i = 0; i < 5; i++)
        {
            await Exports.RequestAsync(finance, new ExportRequest { Kind = ExportKind.SoldGiftCards });
        }

        (await Should.ThrowAsync<RuleViolationException>(() => Exports.RequestAsync(finance, new ExportRequest { Kind = ExportKind.SoldGiftCards }))).Code.ShouldBe("too_many_exports");
        Clock.Advance(TimeSpan.FromHours(1));
        await SellAsync(store, 100, "Jane");
        await using var small = Db.OpenAgain(services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(services, new ExportSettings(Db.Get<ExportSettings>().Folder) { MostRows = 0 }));
        (await Should.ThrowAsync<RuleViolationException>(() => small.Get<Exports>().RequestAsync(finance, new ExportRequest { Kind = ExportKind.SoldGiftCards }))).Code.ShouldBe("too_many_rows");
    }

    [Fact]
    public async Task An_interrupted_export_is_made_again_and_a_filter_never_names_whom_it_looked_for()
    {
        await SellAsync(store, 100, "Jane Miller");
        var ticket = await Exports.RequestAsync(finance, new ExportRequest { Kind = ExportKind.SoldGiftCards, Cards = new() { Buyer = "jane miller", StoreId = store.Id } });
        await Db.Database.WriteAsync(Actor.System, db => db.ExportJobs.ExecuteUpdateAsync(set => set.SetProperty(job => job.Status, ExportStatus.Running)));

        await RunAsync();

        var export = await Exports.GetAsync(finance, ticket.ExportId!.Value);
        (export.Status, export.Rows).ShouldBe((ExportStatus.Ready, 1));
        export.FilterText.ShouldContain(store.Code);
        var traces = await Db.ReadAsync(async db => string.Join('\n', await db.AuditEntries.Select(e => e.Subject + e.Before + e.After).ToListAsync()) + string.Join('\n', await db.ExportJobs.Select(j => j.Filter + j.FilterText).ToListAsync()));
        traces.ShouldNotContain("miller", Case.Insensitive);
    }

    [Fact]
    public async Task Finance_reports_are_exported_as_the_page_shows_them()
    {
        var card = await SellAsync(store, 100, "Jane");
        await SpendAsync(card.CardNumber, 30, other);
        var filter = new ReconciliationFilter { From = new(2026, 3, 1), To = new(2026, 3, 31) };

        var (rollForward, _) = await ExportAsync(finance, new ExportRequest { Kind = ExportKind.LiabilityRollForward, Reconciliation = filter });
        var (interStore, _) = await ExportAsync(finance, new ExportRequest { Kind = ExportKind.InterStoreSettlement, Reconciliation = filter });

        Read(rollForward, "Reconciliation").Last().ShouldContain(70d);
        Read(interStore, "Net").Last().ShouldContain(30d);
    }

    private async Task<(byte[] File, ExportSummary Export)> ExportAsync(Actor actor, ExportRequest request)
    {
        var ticket = await Exports.RequestAsync(actor, request);
        await RunAsync();

        return (await DownloadAsync(actor, ticket.ExportId!.Value), await Exports.GetAsync(actor, ticket.ExportId!.Value));
    }

    private async Task RunAsync()
    {
        while (await Work.RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }
    }

    private async Task<byte[]> DownloadAsync(Actor actor, long id)
    {
        var file = await Exports.OpenAsync(actor, id);
        await using var content = file.Content;
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);

        return copy.ToArray();
    }

    private async Task<SoldGiftCard> SellAsync(Store at, decimal amount, string buyer)
    {
        var plan = await A.GiftCardPlan().SaveToAsync(Db);
        var clerk = await A.StaffUser().With(Permission.GiftCardsSell).SaveToAsync(Db);

        return await Db.Get<GiftCardSales>().SellAsync(clerk, new GiftCardSale { PlanCode = plan.Code, Amount = amount, Currency = "USD", StoreCode = at.Code, Channel = Channel.Pos, BuyerName = buyer }, A.Unique("k"));
    }

    private async Task<GiftCardMoved> SpendAsync(string number, decimal amount, Store at)
    {
        var till = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(Db);

        return await Db.Get<GiftCardPayments>().RedeemAsync(till, new GiftCardMovement { CardNumber = number, Amount = amount, Currency = "USD", StoreCode = at.Code, Channel = Channel.Pos }, A.Unique("k"));
    }

    private static List<object?[]> Read(byte[] file, string sheet) => Readers.ExcelDataReader(file)[sheet];

    private static Header HeaderOf(IXLWorksheet sheet, string column)
    {
        var row = sheet.RowsUsed().First(r => r.CellsUsed().Any(cell => cell.GetString() == column));

        return new Header(row.RowNumber(), row.CellsUsed().ToDictionary(cell => cell.GetString(), cell => cell.Address.ColumnNumber));
    }

    private sealed record Header(int Row, Dictionary<string, int> Columns)
    {
        public int this[string column] => Columns[column];
    }
}
