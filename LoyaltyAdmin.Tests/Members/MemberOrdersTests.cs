using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Members;

public sealed class MemberOrdersTests() : DatabaseTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task A_members_page_shows_the_orders_of_the_readers_stores_only()
    {
        var (here, elsewhere) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var member = await A.Member().In(here).SaveToAsync(Db);
        var (own, foreign) = (Order(member, here), Order(member, elsewhere));
        await Db.AddAsync(own, foreign);
        var clerk = await A.StaffUser().With(Permission.MembersRead, Permission.OrdersRead).In(here).SaveToAsync(Db);
        var manager = await A.StaffUser().With(Permission.MembersRead, Permission.OrdersRead).SaveToAsync(Db);

        (await OrderIdsAsync(clerk, member)).ShouldBe([own.Id]);
        (await OrderIdsAsync(manager, member)).ShouldBe([own.Id, foreign.Id], ignoreOrder: true);
        (await TimelineIdsAsync(clerk, member)).ShouldBe([own.Id]);
        (await TimelineIdsAsync(manager, member)).ShouldBe([own.Id, foreign.Id], ignoreOrder: true);
    }

    private async Task<IEnumerable<long>> OrderIdsAsync(Actor actor, Member member) =>
        (await Db.Get<MemberPages>().OrdersAsync(actor, member.Id, new PageRequest())).Rows.Select(order => order.Id);

    private async Task<IEnumerable<long>> TimelineIdsAsync(Actor actor, Member member) =>
        (await Db.Get<MemberTimeline>().ListAsync(actor, member.Id)).Rows.Where(e => e.Kind == TimelineKind.Order).Select(e => e.Id);

    private Order Order(Member member, Store store) => new()
    {
        Source = "pos",
        Number = A.Unique(),
        Kind = OrderKind.Bill,
        MemberId = member.Id,
        StoreId = store.Id,
        Channel = Channel.Pos,
        Currency = "USD",
        PlacedAt = Clock.Now,
        BusinessDay = DateOnly.FromDateTime(Clock.Now.UtcDateTime),
        Total = 10,
        Status = OrderStatus.Paid,
        SourceChangedAt = Clock.Now,
        ContentHash = [],
        RecordedAt = Clock.Now,
    };
}
