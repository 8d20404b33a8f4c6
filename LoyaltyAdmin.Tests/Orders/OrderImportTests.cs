using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Orders;

public abstract class OrderImportTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store store = null!;
    private Actor clerk = null!;

    public sealed class OnSqlite() : OrderImportTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : OrderImportTests(DatabaseKind.PostgreSql);

    private OrderImports Imports => Db.Get<OrderImports>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store("NYC").SaveToAsync(Db);
        clerk = await A.StaffUser().With(Permission.OrdersImport, Permission.OrdersRead).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_generated_history_comes_in_whole_and_again_changes_nothing() => await ComesInAsync(PurchaseHistoryFile.Generated(700, 6_000));

    [RealHistoryFact]
    public async Task The_CDNOW_history_comes_in_whole_and_again_changes_nothing()
    {
        var file = PurchaseHistoryFile.Real();
        (file.Orders, file.Customers.Count(), file.Sum, file.Free).ShouldBe((69_659, 23_570, 2_500_315.63m, 80));

        await ComesInAsync(file);
    }

    [Fact]
    public async Task Columns_formats_and_currency_are_found_and_shown()
    {
        var guess = await DetectAsync("Order No;Purchase date;Amount;Customer ID;Note\n1;31.12.2025;1.234,50;A-1;x\n2;05.01.2026;7,00;A-2;y\n");

        guess.Separator.ShouldBe("semicolon");
        guess.Settings.Columns.Select(pair => (pair.Key, pair.Value)).ShouldBe([(OrderField.Number, "Order No"), (OrderField.Date, "Purchase date"), (OrderField.Total, "Amount"), (OrderField.Member, "Customer ID")]);
        (guess.Settings.DateFormat, guess.Settings.DecimalComma, guess.DateDoubt).ShouldBe(("dd.MM.yyyy", true, null));
        guess.Samples[2].ShouldBe(["1.234,50", "7,00"]);
        (await DetectAsync("date,amount_eur\n2026-01-02,5\n")).Settings.Currency.ShouldBe("EUR");
    }

    [Fact]
    public async Task Dates_that_fit_two_ways_are_doubted()
    {
        (await DetectAsync("date,amount\n05/06/2025,5\n01/02/2025,5\n")).DateDoubt.ShouldNotBeNull();
        var sure = await DetectAsync("date,amount\n05/06/2025,5\n01/22/2025,5\n");
        (sure.Settings.DateFormat, sure.DateDoubt).ShouldBe(("MM/dd/yyyy", null));
    }

    [Fact]
    public async Task Bad_rows_are_told_by_row_and_column_and_lose_nothing()
    {
        const string file = "number,date,amount,customer,store\n1,2025-01-05,10,C1,NYC\n2,2025-02-30,10,C1,NYC\n3,2025-01-05,-4,C1,NYC\n4,2025-01-05,4,C1,MARS\n1,2025-01-05,4,C1,NYC\n6,2025-01-05,4.005,C 1,NYC\n7,2025-01-05,,C1,NYC\n8,2025-01-06,1,C1,NYC\n";
        var import = await UploadAsync(file);

        (import.TotalRows, import.ValidRows).ShouldBe((8, 2));
        var verdicts = (await Imports.VerdictsAsync(clerk, import.Id, new PageRequest())).Rows;
        verdicts.Select(verdict => (verdict.RowNumber, verdict.Column)).ShouldBe([(3, "date"), (4, "amount"), (5, "store"), (6, "number"), (7, "customer"), (8, "amount")]);
        await ApplyAsync(import, ImportMode.ValidRowsOnly);
        (await Db.ReadAsync(db => db.Orders.Select(order => order.Total).ToListAsync())).Sum().ShouldBe(11);
        (await IndependentCount.StoredAsync(Db)).ShouldBe(await IndependentCount.ExpectedAsync(Db));
    }

    [Fact]
    public async Task The_channel_column_names_pos_online_or_a_sales_channel()
    {
        await Db.AddAsync(new SalesChannel { Code = "kiosk", Name = "Kiosks", CountsAs = Channel.Pos }, new SalesChannel { Code = "old", Name = "Old shop", CountsAs = Channel.Online, IsEnabled = false });
        var import = await UploadAsync("number,date,amount,customer,channel\n1,2025-01-05,1,C1,online\n2,2025-01-05,2,C1,Kiosk\n3,2025-01-05,4,C1,FAX\n4,2025-01-05,8,C1,old\n5,2025-01-05,16,C1,\n", settings => settings with { Channel = Channel.Pos });

        (await Imports.VerdictsAsync(clerk, import.Id, new PageRequest())).Rows.Select(verdict => (verdict.RowNumber, verdict.Column, verdict.Code)).ShouldBe([(4, "channel", "unknown_channel"), (5, "channel", "unknown_channel")]);
        await ApplyAsync(import, ImportMode.ValidRowsOnly);

        var orders = await Db.ReadAsync(db => db.Orders.OrderBy(order => order.Total).Select(order => new { order.Total, order.Channel, Named = db.SalesChannels.Where(c => c.Id == order.SalesChannelId).Select(c => c.Code).FirstOrDefault() }).ToListAsync());
        orders.Select(order => (order.Total, order.Channel, order.Named)).ShouldBe([(1, Channel.Online, null), (2, Channel.Pos, "kiosk"), (16, Channel.Pos, null)]);
    }

    [Fact]
    public async Task Unknown_members_are_refused_row_by_row_where_none_may_be_made()
    {
        var member = await A.Member().SaveToAsync(Db);

        var import = await UploadAsync($"number,date,amount,customer\n1,2025-01-05,10,{member.Number}\n2,2025-01-05,10,NOBODY\n", settings => settings with { CreatesMembers = false });

        (import.ValidRows, import.ErrorRows).ShouldBe((1, 1));
        (await Imports.VerdictsAsync(clerk, import.Id, new PageRequest())).Rows.Single().ShouldSatisfyAllConditions(v => v.Code.ShouldBe("unknown_member"), v => v.Column.ShouldBe("customer"));
    }

    [Fact]
    public async Task A_corrected_file_with_order_numbers_corrects_the_orders()
    {
        await ApplyAsync(await UploadAsync("number,date,amount,customer\n1,2025-01-05,10,C1\n"), ImportMode.AllOrNothing);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await ApplyAsync(await UploadAsync("number,date,amount,customer\n1,2025-01-05,12,C1\n"), ImportMode.AllOrNothing);

        (await Db.ReadAsync(db => db.Orders.SingleAsync())).Total.ShouldBe(12);
        (await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync())).Revenue.ShouldBe(12);
    }

    [Fact]
    public async Task Settings_that_leave_out_what_is_needed_are_refused_by_field()
    {
        var settings = (await DetectAsync("when,how much\n2025-01-05,10\n")).Settings;

        Should.Throw<InvalidInputException>(() => OrderImports.ToJson(settings)).Errors.Select(error => error.Field).ShouldBe(["Date", "Total", "StoreCode"]);
        await Should.ThrowAsync<AccessDeniedException>(Imports.DetectAsync(await A.StaffUser().SaveToAsync(Db), Stream.Null, "x.csv"));
    }

    private async Task ComesInAsync(PurchaseHistoryFile file)
    {
        var import = await ApplyAsync(await UploadAsync(file.Content, settings => settings with { Source = "cdnow", Channel = Channel.Online }), ImportMode.AllOrNothing);
        (import.Status, import.ValidRows, import.ErrorRows).ShouldBe((ImportStatus.Committed, file.Orders, 0));
        await ShouldBeAsync(file);
        var before = await Db.ReadAsync(db => db.Orders.OrderBy(order => order.Id).Select(order => new { order.Id, order.RecordedAt, order.SourceChangedAt }).ToListAsync());

        Clock.Advance(TimeSpan.FromHours(1));
        (await ApplyAsync(await UploadAsync(file.Content, settings => settings with { Source = "cdnow", Channel = Channel.Online }), ImportMode.AllOrNothing)).Status.ShouldBe(ImportStatus.Committed);

        (await Db.ReadAsync(db => db.Orders.OrderBy(order => order.Id).Select(order => new { order.Id, order.RecordedAt, order.SourceChangedAt }).ToListAsync())).ShouldBe(before);
        await ShouldBeAsync(file);
    }

    private async Task ShouldBeAsync(PurchaseHistoryFile file)
    {
        (await Db.ReadAsync(db => db.Orders.CountAsync())).ShouldBe(file.Orders);
        (await Db.ReadAsync(db => db.Orders.CountAsync(order => order.Total == 0 && order.IsPurchase))).ShouldBe(file.Free);
        var members = await Db.ReadAsync(db => db.Members.Where(member => member.RegisteredThrough == RegistrationSource.Order).ToDictionaryAsync(member => member.Id));
        members.Values.Select(member => member.Number).Order(StringComparer.Ordinal).ShouldBe(file.Customers.Order(StringComparer.Ordinal));
        var summaries = await Db.ReadAsync(db => db.PurchaseSummaries.ToListAsync());
        summaries.Sum(summary => summary.Revenue).ShouldBe(file.Sum);
        summaries.ToDictionary(summary => members[summary.MemberId].Number, summary => (summary.OrderCount, summary.PurchaseDays, summary.Revenue, summary.FirstOn, summary.LastOn))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).ShouldBe(file.ByCustomer().OrderBy(pair => pair.Key, StringComparer.Ordinal));
        var asOf = new DateOnly(1998, 6, 30);
        summaries.Where(summary => summary.ExpectedOn <= asOf.AddDays(-8)).Select(summary => members[summary.MemberId].Number).Order(StringComparer.Ordinal).ShouldBe(file.Lapsing(asOf, 8));
        var first = await Db.ReadAsync(db => db.Orders.GroupBy(order => order.MemberId!.Value).Select(one => new { one.Key, Day = one.Min(order => order.BusinessDay) }).ToDictionaryAsync(one => one.Key, one => one.Day));
        members.Values.ShouldAllBe(member => member.RegisteredOn == first[member.Id]);
    }

    private Task<OrderFileGuess> DetectAsync(string text) => Imports.DetectAsync(clerk, new MemoryStream(Encoding.UTF8.GetBytes(text)), "orders.csv");

    private Task<ImportSummary> UploadAsync(string text, Func<OrderImportSettings, OrderImportSettings>? change = null) => UploadAsync(Encoding.UTF8.GetBytes(text), change ?? (settings => settings));

    private async Task<ImportSummary> UploadAsync(byte[] content, Func<OrderImportSettings, OrderImportSettings> change)
    {
        var guess = await Imports.DetectAsync(clerk, new MemoryStream(content), "orders.csv");
        var settings = change(guess.Settings with { StoreCode = store.Code });

        return await Imports.UploadAsync(clerk, new MemoryStream(content), "orders.csv", OrderImports.ToJson(settings));
    }

    private async Task<ImportSummary> ApplyAsync(ImportSummary import, ImportMode mode)
    {
        await Imports.ConfirmAsync(clerk, import.Id, mode);
        await Db.Get<ImportWork>().RunOnceAsync();

        return await Imports.GetAsync(clerk, import.Id);
    }
}
