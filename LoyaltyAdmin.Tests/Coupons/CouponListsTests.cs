using ClosedXML.Excel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Coupons;

public abstract class CouponListsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private static readonly DateOnly today = new(2026, 3, 2);

    private Actor manager = Actor.System;

    public sealed class OnSqlite() : CouponListsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CouponListsTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        manager = await A.StaffUser().With(Permission.CouponsRead, Permission.CouponsEdit, Permission.CouponsIssue, Permission.CouponsRedeem, Permission.TransactionsExport, Permission.MembersRead).SaveToAsync(Db);
    }

    [Fact]
    public async Task Every_figure_of_the_performance_is_what_its_list_adds_up_to()
    {
        var (coupon, other) = (await A.Coupon().With(r => r with { Cost = 7.5m }).SaveToAsync(Db), await A.Coupon().SaveToAsync(Db));
        var store = await A.Store().SaveToAsync(Db);
        var redeemed = new List<CouponRedeemed>();
        for (var i = 0; i < 3; i++)
        {
            var member = await A.Member().SaveToAsync(Db);
            redeemed.Add(await RedeemAsync(await CouponBuilder.Issue(coupon, member, Db), store.Code));
            await CouponBuilder.Issue(other, member, Db);
        }

        await Db.Get<CouponRedeeming>().ReverseAsync(manager, redeemed[0].RedemptionId, "Cancelled", Operation());

        var lists = Db.Get<CouponRedemptionList>();
        var performance = await lists.PerformanceAsync(manager, today, today);
        performance.Select(p => (p.Id, p.Issued, p.Totals)).ShouldBe([(other.Id, 3, new CouponTotals("USD", 0, 0, 0, 0)), (coupon.Id, 3, new CouponTotals("USD", 2, 101m, 40, 15))]);
        var filter = new CouponRedemptionFilter { CouponId = coupon.Id, From = today, To = today };
        var rows = (await lists.ListAsync(manager, filter, new PageRequest())).Rows;
        rows.Count.ShouldBe(4);
        (rows.Sum(r => r.Sign), rows.Sum(r => r.Revenue), rows.Sum(r => r.Discount), rows.Sum(r => r.Cost)).ShouldBe((2, 101m, 40m, 15m));
        (await lists.TotalsAsync(manager, filter)).ShouldBe([performance[1].Totals]);
        (await Db.Get<IssuedCoupons>().CountAsync(manager, new IssuedCouponFilter { CouponId = coupon.Id, From = today, To = today })).Count.ShouldBe(3);
        (await lists.PerformanceAsync(manager, today.AddDays(1), today.AddDays(9))).ShouldAllBe(p => p.Issued == 0 && p.Totals.Redeemed == 0);
    }

    [Fact]
    public async Task Issued_coupons_are_found_by_member_code_status_and_day()
    {
        var (first, second) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var held = await A.Coupon().IssuedTo(first, Db);
        var brief = await A.Coupon().With(r => r with { Validity = new RelativeValidity(1) }).IssuedTo(second, Db);
        Clock.Advance(TimeSpan.FromDays(2));

        await FindsAsync(new IssuedCouponFilter { MemberNumber = first.Number }, held.Id);
        await FindsAsync(new IssuedCouponFilter { MemberId = second.Id }, brief.Id);
        await FindsAsync(new IssuedCouponFilter { Code = Db.Get<CouponCodes>().Open(held.SealedCode!) }, held.Id);
        await FindsAsync(new IssuedCouponFilter { Code = held.LastFour }, held.Id);
        await FindsAsync(new IssuedCouponFilter { Status = MemberCouponStatus.Active }, held.Id);
        await FindsAsync(new IssuedCouponFilter { Status = MemberCouponStatus.Expired }, brief.Id);
        await FindsAsync(new IssuedCouponFilter { From = today.AddDays(1) });
        await FindsAsync(new IssuedCouponFilter { CouponId = held.CouponId, Origin = CouponOrigin.Hand }, held.Id);
    }

    [Fact]
    public async Task Exports_hold_the_lists_and_no_whole_code()
    {
        var (store, member) = (await A.Store().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var held = await A.Coupon().IssuedTo(member, Db);
        await RedeemAsync(held, store.Code);

        var issued = await ExportAsync(new ExportRequest { Kind = ExportKind.IssuedCoupons, IssuedCoupons = new() });
        issued.ShouldContain(member.Number);
        issued.ShouldContain($"**** {held.LastFour}");
        issued.ShouldContain("Redeemed");
        issued.ShouldNotContain(Db.Get<CouponCodes>().Open(held.SealedCode!));
        var redemptions = await ExportAsync(new ExportRequest { Kind = ExportKind.CouponRedemptions, CouponRedemptions = new() });
        redemptions.ShouldContain(member.Number);
        redemptions.ShouldContain(store.Name);
        var archived = await A.Coupon("Gone").SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, db => db.Coupons.Where(c => c.Id == archived.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, CouponStatus.Archived)));
        var coupons = await ExportAsync(new ExportRequest { Kind = ExportKind.Coupons, Coupons = new() });
        coupons.ShouldContain((await Db.ReadAsync(db => db.Coupons.Where(c => c.Id == held.CouponId).Select(c => c.Rules).SingleAsync())).Worth("USD"));
        coupons.ShouldNotContain("Gone");
    }

    [Fact]
    public async Task Packages_and_performance_are_exported_as_they_are_shown()
    {
        var (store, member) = (await A.Store().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var coupon = await A.Coupon("Spring").SaveToAsync(Db);
        var packages = Db.Get<CouponPackages>();
        await packages.SaveAsync(manager, new CouponPackageForm { Name = "Welcome", Description = "For new members", Items = [new() { CouponId = coupon.Id, Quantity = 3 }] });
        await packages.SaveAsync(manager, new CouponPackageForm { Name = "Not yet", Items = [new() { CouponId = coupon.Id }] }, asDraft: true);
        await RedeemAsync(await CouponBuilder.Issue(coupon, member, Db), store.Code);

        var active = await ExportAsync(new ExportRequest { Kind = ExportKind.CouponPackages, CouponPackages = new(Status: CouponStatus.Active) });
        active.TakeLast(6).Take(4).ShouldBe(["CP-0001", "Welcome", "For new members", $"3 × Spring ({coupon.Code})"]);
        active.ShouldNotContain("Not yet");
        (await ExportAsync(new ExportRequest { Kind = ExportKind.CouponPackages })).ShouldContain("Not yet");

        var row = (await Db.Get<CouponRedemptionList>().PerformanceAsync(manager, today, today)).ShouldHaveSingleItem();
        (row.Issued, row.Totals.Redeemed).ShouldBe((1, 1));
        var performance = await ExportAsync(new ExportRequest { Kind = ExportKind.CouponPerformance, CouponPerformance = new(today, today) });
        performance.TakeLast(9).Take(6).ShouldBe([coupon.Code, "Spring", "Active", "1", "1", "USD"]);
        performance.TakeLast(3).Select(cell => decimal.Parse(cell, System.Globalization.CultureInfo.CurrentCulture)).ShouldBe([row.Totals.Revenue, row.Totals.Discount, row.Totals.Cost]);
    }

    [Fact]
    public async Task Who_may_not_read_coupons_cannot_export_them()
    {
        var clerk = await A.StaffUser().With(Permission.TransactionsExport, Permission.GiftCardsRead).SaveToAsync(Db);
        foreach (var kind in new[] { ExportKind.Coupons, ExportKind.CouponPackages, ExportKind.CouponPerformance, ExportKind.IssuedCoupons, ExportKind.CouponRedemptions })
        {
            await Should.ThrowAsync<AccessDeniedException>(() => Db.Get<Domain.Exports.Exports>().RequestAsync(clerk, new ExportRequest { Kind = kind, CouponPerformance = new(today, today) }));
        }
    }

    [Fact]
    public async Task An_audience_is_served_in_chunks_once_and_stops_when_the_stock_is_used_up()
    {
        for (var i = 0; i < 5; i++)
        {
            await A.Member().SaveToAsync(Db);
        }

        var (plenty, few) = (await A.Coupon().SaveToAsync(Db), await A.Coupon().WithStock(7).SaveToAsync(Db));
        var issues = Db.Get<CouponIssues>();
        var form = new CouponIssueForm { CouponId = plenty.Id, Audience = AudienceScope.Everybody, Reason = "Spring" };
        var id = await issues.AskAsync(manager, form);
        (await issues.AskAsync(manager, form)).ShouldBe(id);
        await issues.AskAsync(manager, new CouponIssueForm { CouponId = few.Id, Quantity = 2, Audience = AudienceScope.Everybody, Reason = "Sale" });
        await using var other = Db.OpenAgain();

        await Task.WhenAll(WorkAsync(Db), WorkAsync(other));
        await WorkAsync(Db);

        var rows = (await issues.ListAsync(manager, new PageRequest())).Rows;
        rows.Select(r => (r.Members, r.Coupons, r.Stopped)).ShouldBe([(3, 6, "The stock was used up."), (5, 5, null)]);
        (await Db.ReadAsync(db => db.MemberCoupons.GroupBy(c => c.CouponId).Select(g => g.Count()).ToListAsync())).ShouldBe([5, 6], ignoreOrder: true);
    }

    [Fact]
    public async Task Codes_are_imported_checked_given_out_and_taken_back_while_nobody_has_them()
    {
        var coupon = await A.Coupon().WithImportedCodes().SaveToAsync(Db);
        var taken = await A.Coupon().Universal("TAKEN0001").SaveToAsync(Db);
        var imports = Db.Get<CouponCodeImports>();
        var sheet = new Sheet<(string Coupon, string Code)>("Coupon Codes").Text("Coupon", row => row.Coupon).Text("Code", row => row.Code);
        (string, string)[] rows = [(coupon.Code, "FLYER-0001"), (coupon.Code, "FLYER-0002"), (coupon.Code, "flyer 0001"), (coupon.Code, "SHORT"), (taken.Code, "FLYER-0003"), (coupon.Code, "TAKEN0001")];
        using var file = new MemoryStream();
        await sheet.WriteXlsxAsync(file, rows.ToAsyncEnumerable());
        file.Position = 0;

        var uploaded = await imports.UploadAsync(manager, file, "codes.xlsx");
        (uploaded.ValidRows, uploaded.ErrorRows).ShouldBe((2, 4));
        await imports.ConfirmAsync(manager, uploaded.Id, ImportMode.ValidRowsOnly);
        await ImportAsync();
        await CouponBuilder.Issue(coupon, await A.Member().SaveToAsync(Db), Db);
        await imports.RollBackAsync(manager, uploaded.Id, "Wrong codes");
        await ImportAsync();

        (await Db.ReadAsync(db => db.CouponCodes.SingleAsync())).MemberCouponId.ShouldNotBeNull();
    }

    private static Operation Operation() => Domain.Ledger.Operation.For(Actor.System, Guid.NewGuid().ToString("N"), "test");

    private static async Task WorkAsync(TestDatabase database)
    {
        while (await database.Get<CouponIssueWork>().RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }
    }

    private async Task ImportAsync()
    {
        while (await Db.Get<ImportWork>().RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }
    }

    private Task<CouponRedeemed> RedeemAsync(MemberCoupon coupon, string store) => Db.Get<CouponRedeeming>().RedeemAsync(manager,
        new CouponUse { Code = Db.Get<CouponCodes>().Open(coupon.SealedCode!), StoreCode = store, Channel = Channel.Pos, Currency = "USD", Lines = [new CouponLine("A", 1, 50.50m)] }, Operation());

    private async Task<List<string>> ExportAsync(ExportRequest request)
    {
        var exports = Db.Get<Domain.Exports.Exports>();
        var ticket = await exports.RequestAsync(manager, request);
        while (await Db.Get<ExportWork>().RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }

        await using var content = (await exports.OpenAsync(manager, ticket.ExportId!.Value)).Content;
        using var workbook = new XLWorkbook(content);

        return [.. workbook.Worksheets.First().CellsUsed().Select(cell => cell.GetString())];
    }

    private async Task FindsAsync(IssuedCouponFilter filter, params long[] expected) =>
        (await Db.Get<IssuedCoupons>().ListAsync(manager, filter, new PageRequest())).Rows.Select(row => row.Id).ShouldBe(expected, ignoreOrder: true, filter.ToString());
}
