using ClosedXML.Excel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Excel;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.GiftCards;

/// <summary>What the tests of exports share: two stores, somebody of finance, sales, and files made and read.</summary>
public abstract class GiftCardExportTest(DatabaseKind kind) : DatabaseTest(kind)
{
    protected Store Store { get; private set; } = null!;

    protected Store Other { get; private set; } = null!;

    protected Actor Finance { get; private set; } = null!;

    protected Exports Exports => Db.Get<Exports>();

    protected ExportWork Work => Db.Get<ExportWork>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Store = await A.Store().SaveToAsync(Db);
        Other = await A.Store().InZone("Asia/Shanghai").SaveToAsync(Db);
        await Db.AddAsync(new CompanySettings { Name = "Harbour Coffee", TimeZone = "America/New_York", Currency = "USD" });
        Finance = await A.StaffUser("Fiona").With(Permission.TransactionsExport, Permission.GiftCardsRead, Permission.GiftCardNumbersExport, Permission.BuyersReveal, Permission.DashboardRead, Permission.ReportsRead).SaveToAsync(Db);
    }

    protected async Task<(byte[] File, ExportSummary Export)> ExportAsync(Actor actor, ExportRequest request)
    {
        var ticket = await Exports.RequestAsync(actor, request);
        await RunAsync();

        return (await DownloadAsync(actor, ticket.ExportId!.Value), await Exports.GetAsync(actor, ticket.ExportId!.Value));
    }

    protected async Task RunAsync()
    {
        while (await Work.RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }
    }

    protected async Task<byte[]> DownloadAsync(Actor actor, long id)
    {
        var file = await Exports.OpenAsync(actor, id);
        await using var content = file.Content;
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);

        return copy.ToArray();
    }

    protected async Task<SoldGiftCard> SellAsync(Store at, decimal amount, string buyer)
    {
        var plan = await A.GiftCardPlan().SaveToAsync(Db);
        var clerk = await A.StaffUser().With(Permission.GiftCardsSell).SaveToAsync(Db);

        return await Db.Get<GiftCardSales>().SellAsync(clerk, new GiftCardSale { PlanCode = plan.Code, Amount = amount, Currency = "USD", StoreCode = at.Code, Channel = Channel.Pos, BuyerName = buyer }, A.Unique("k"));
    }

    protected async Task<GiftCardMoved> SpendAsync(string number, decimal amount, Store at)
    {
        var till = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(Db);

        return await Db.Get<GiftCardPayments>().RedeemAsync(till, new GiftCardMovement { CardNumber = number, Amount = amount, Currency = "USD", StoreCode = at.Code, Channel = Channel.Pos }, A.Unique("k"));
    }

    protected static List<object?[]> Read(byte[] file, string sheet) => Readers.ExcelDataReader(file)[sheet];

    protected static Header HeaderOf(IXLWorksheet sheet, string column)
    {
        var row = sheet.RowsUsed().First(r => r.CellsUsed().Any(cell => cell.GetString() == column));

        return new Header(row.RowNumber(), row.CellsUsed().ToDictionary(cell => cell.GetString(), cell => cell.Address.ColumnNumber));
    }

    protected sealed record Header(int Row, Dictionary<string, int> Columns)
    {
        public int this[string column] => Columns[column];
    }
}
