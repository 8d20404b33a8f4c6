using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Orders;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Members;

public abstract class MemberDirectoryTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor admin = null!;
    private Store store = null!;
    private Member ada = null!;
    private Member bob = null!;
    private Member eve = null!;

    public sealed class OnSqlite() : MemberDirectoryTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MemberDirectoryTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        admin = await A.StaffUser().With(Permission.MembersRead, Permission.MembersEdit, Permission.MembersExport, Permission.TransactionsExport).SaveToAsync(Db);
        ada = await A.Member().In(store).Where(m => (m.FullName, m.Phone) = ("Ada Byron", "+12125550101")).SaveToAsync(Db);
        bob = await A.Member().Where(m => (m.FullName, m.Email) = ("Bob Stone", "bob@example.com")).SaveToAsync(Db);
        eve = await A.Member().Where(m => (m.FullName, m.Status) = ("Eve", MemberStatus.Frozen)).SaveToAsync(Db);
        var shop = await A.ApiClient().With(ApiScope.OrdersWrite).SaveToAsync(Db);
        await Db.Get<OrderIngest>().PutAsync(shop, Purchases.Of(store, 50, "1", ada.Number));
        await Db.Get<OrderIngest>().PutAsync(shop, Purchases.Of(store, 80, "2", bob.Number));
    }

    [Fact]
    public async Task Each_filter_finds_whom_it_says()
    {
        var (plan, tiers) = await A.CardPlan().SaveToAsync(Db);
        var today = DateOnly.FromDateTime(Clock.Now.UtcDateTime);
        await Db.AddAsync(new Domain.Cards.LoyaltyCard
        {
            MemberId = bob.Id,
            PlanId = plan.Id,
            Number = "2012345678901234",
            TierId = tiers[1].Id,
            EarnedTierId = tiers[1].Id,
            TierSince = today,
            PeriodStart = today,
            PeriodEnd = today.AddYears(1),
            IssuedAt = Clock.Now,
            IssuedOn = today,
        });
        var tag = new Tag { Name = "VIP", Kind = TagKind.Manual, CreatedAt = Clock.Now };
        await Db.AddAsync(tag);
        await Db.AddAsync(new MemberTag { MemberId = ada.Id, TagId = tag.Id, Source = TagSource.Manual, Since = Clock.Now, ActorName = "x" });
        await Db.Get<Consents>().RecordAsync(admin, eve.Id, new ConsentStatement { Channel = ConsentChannel.Sms, Status = ConsentStatus.Granted });
        var gift = await A.GiftCard().Holding(50).SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, async db => (await db.GiftCards.SingleAsync(c => c.Id == gift.Id)).BuyerPhone = ada.Phone);
        var clerk = await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db);
        await Db.Get<Domain.Wallets.WalletTopUps>().TopUpAsync(clerk, ada.Number, 12.5m, "USD", store.Code, orderNumber: null, "top-up");
        await Db.Get<Domain.Wallets.WalletTopUps>().TopUpAsync(clerk, bob.Number, 90, "EUR", store.Code, orderNumber: null, "other currency");
        await Db.Get<Domain.Points.PointsSpending>().GrantAsync(await A.ApiClient().With(ApiScope.PointsWrite).SaveToAsync(Db), new Domain.Points.PointsGift(bob.Number, 30, "Gift", store.Code), "gift");
        var bought = TestClock.Start.AddDays(-10);
        var day = store.Zone.DayOf(bought);

        await FindsAsync(new MemberFilter { TierId = tiers[1].Id }, bob);
        await FindsAsync(new MemberFilter { CardPlanId = plan.Id }, bob);
        await FindsAsync(new MemberFilter { Text = "2012345678901234" }, bob);
        await FindsAsync(new MemberFilter { TagId = tag.Id }, ada);
        await FindsAsync(new MemberFilter { StoreId = store.Id }, ada);
        await FindsAsync(new MemberFilter { Status = MemberStatus.Frozen }, eve);
        await FindsAsync(new MemberFilter { Consent = ConsentChannel.Sms }, eve);
        await FindsAsync(new MemberFilter { Consent = ConsentChannel.Sms, ConsentPurpose = ConsentPurpose.LoyaltyNotification });
        await FindsAsync(new MemberFilter { NeverPurchased = true }, eve);
        await FindsAsync(new MemberFilter { LastPurchaseFrom = day, LastPurchaseTo = day }, ada, bob);
        await FindsAsync(new MemberFilter { LastPurchaseFrom = day.AddDays(1) });
        await FindsAsync(new MemberFilter { FirstPurchaseTo = day.AddDays(-1) });
        await FindsAsync(new MemberFilter { PurchasedFrom = day, PurchasedTo = day }, ada, bob);
        await FindsAsync(new MemberFilter { BalanceFrom = 50 }, ada);
        await FindsAsync(new MemberFilter { BalanceFrom = 50.01m });
        await FindsAsync(new MemberFilter { PointsFrom = 30 }, bob);
        await FindsAsync(new MemberFilter { PointsFrom = 30.01m });
        await FindsAsync(new MemberFilter { WalletFrom = 12.5m }, ada);
        await FindsAsync(new MemberFilter { WalletFrom = 12.51m });
        await FindsAsync(new MemberFilter { RegisteredFrom = today.AddDays(1) });
        await FindsAsync(new MemberFilter { Text = "ev" });
        await FindsAsync(new MemberFilter { Text = eve.Number[..1] }, ada, bob, eve);
    }

    [Fact]
    public async Task Sorted_by_what_they_bought_only_buyers_are_listed_page_by_page()
    {
        var directory = Db.Get<MemberDirectory>();
        var first = await directory.ListAsync(admin, new MemberFilter(), new PageRequest { Sort = MemberDirectory.ByRevenue, Size = 1 });
        var second = await directory.ListAsync(admin, new MemberFilter(), new PageRequest { Sort = MemberDirectory.ByRevenue, Size = 1, Cursor = first.Next });

        (first.Rows.ShouldHaveSingleItem().Id, second.Rows.ShouldHaveSingleItem().Id, second.Next).ShouldBe((bob.Id, ada.Id, null));
        (await directory.ListAsync(admin, new MemberFilter(), new PageRequest { Sort = MemberDirectory.ByLastPurchase })).Rows.Count.ShouldBe(2);
        (await directory.ListAsync(admin, new MemberFilter(), new PageRequest())).Rows.Select(row => row.Id).ShouldBe([eve.Id, bob.Id, ada.Id]);
        (await directory.CountAsync(admin, new MemberFilter())).Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_export_holds_the_list_and_masks_it_for_who_may_not_see()
    {
        var exports = Db.Get<Domain.Exports.Exports>();
        var ticket = await exports.RequestAsync(admin, new ExportRequest { Kind = ExportKind.Members, Members = new MemberFilter { Text = "ada by" } });
        while (await Db.Get<ExportWork>().RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }

        var file = await exports.OpenAsync(admin, ticket.ExportId!.Value);
        await using var content = file.Content;
        using var workbook = new ClosedXML.Excel.XLWorkbook(content);
        var cells = workbook.Worksheets.First().CellsUsed().Select(cell => cell.GetString()).ToList();
        cells.ShouldContain(ada.Number);
        cells.ShouldContain("A•••");
        cells.ShouldContain("••• 0101");
        cells.ShouldNotContain(text => text.Contains("Byron", StringComparison.Ordinal) || text.Contains("ada by", StringComparison.Ordinal) || text.Contains(bob.Number, StringComparison.Ordinal));
        var reader = await A.StaffUser().With(Permission.MembersRead, Permission.TransactionsExport).SaveToAsync(Db);
        await Should.ThrowAsync<AccessDeniedException>(() => exports.RequestAsync(reader, new ExportRequest { Kind = ExportKind.Members }));
    }

    private async Task FindsAsync(MemberFilter filter, params Member[] expected) =>
        (await Db.Get<MemberDirectory>().ListAsync(admin, filter, new PageRequest())).Rows.Select(row => row.Id).ShouldBe(expected.Select(member => member.Id), ignoreOrder: true, filter.ToString());
}
