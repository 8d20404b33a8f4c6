using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Members;

public abstract class MemberDashboardTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store store = null!;
    private DateOnly today;

    public sealed class OnSqlite() : MemberDashboardTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MemberDashboardTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        today = DateOnly.FromDateTime(Clock.Now.UtcDateTime);
    }

    [Fact]
    public async Task Members_are_counted_by_how_long_ago_they_bought()
    {
        await BuyerAsync(today.AddDays(-90));
        await BuyerAsync(today.AddDays(-91));
        await BuyerAsync(today.AddDays(-180));
        await BuyerAsync(today.AddDays(-181));
        await A.Member().SaveToAsync(Db);
        await BuyerAsync(today, member => member.Status = MemberStatus.Erased);

        var figures = await ReadAsync();

        figures.Activity.ShouldBe(new Dictionary<MemberActivity, int> { [MemberActivity.Active] = 1, [MemberActivity.Lapsing] = 2, [MemberActivity.Lost] = 1, [MemberActivity.NeverPurchased] = 1 });
        figures.Total.ShouldBe(5);
        figures.LastPurchase(MemberActivity.Lapsing).ShouldBe((today.AddDays(-180), today.AddDays(-91)));
    }

    [Fact]
    public async Task Average_gaps_fall_into_their_ranges()
    {
        // Averages of 7, 7.5 (rounded up to 8), 30 and 200 days.
        await BuyerAsync(today, days: [-7]);
        await BuyerAsync(today, days: [-7, -15]);
        await BuyerAsync(today, days: [-30, -60]);
        await BuyerAsync(today, days: [-200]);
        await BuyerAsync(today);

        (await ReadAsync()).Gaps.Select(gap => gap.Members).ShouldBe([1, 1, 1, 0, 0, 0, 1]);
    }

    [Fact]
    public async Task New_and_returning_buyers_and_their_revenue_belong_to_the_period()
    {
        await BuyerAsync(today.AddDays(-5));
        await BuyerAsync(today.AddDays(-5), days: [-40]);
        await BuyerAsync(today.AddDays(-40));
        await OrderAsync(null, today.AddDays(-3), 50m, Channel.Online);

        var figures = await ReadAsync();

        (figures.NewBuyers, figures.ReturningBuyers).ShouldBe((1, 1));
        (figures.NewBuyersBefore, figures.ReturningBuyersBefore).ShouldBe((2, 0));
        figures.Revenue.ShouldBe(new RevenueFigures(20m, 50m, 20m, 50m));
        figures.Revenue.MemberShare!.Value.ShouldBe(20m / 70m);
    }

    [Fact]
    public async Task Members_are_counted_by_tier_and_by_month_of_registration()
    {
        var (plan, tiers) = await A.CardPlan().SaveToAsync(Db);
        var first = await A.Member().SaveToAsync(Db);
        await A.Member().SaveToAsync(Db);
        await Db.AddAsync(new LoyaltyCard
        {
            MemberId = first.Id,
            PlanId = plan.Id,
            Number = MemberNumbers.NewCard(),
            TierId = tiers[1].Id,
            EarnedTierId = tiers[1].Id,
            TierSince = today,
            PeriodStart = today,
            PeriodEnd = today.AddYears(1),
            IssuedAt = Clock.Now,
            IssuedOn = today,
        });

        var figures = await ReadAsync();

        figures.Tiers.Select(tier => (tier.TierName, tier.Members)).ShouldBe([("Member", 0), ("Silver", 1), ("Gold", 0)]);
        figures.Months.Count.ShouldBe(12);
        figures.Months[^1].ShouldBe(new MemberMonth(new DateOnly(today.Year, today.Month, 1), 2, 2));
        figures.Months[^2].Total.ShouldBe(0);
    }

    [Fact]
    public async Task Staff_of_a_store_see_their_own_members_and_orders()
    {
        var elsewhere = await A.Store().SaveToAsync(Db);
        await A.Member().In(elsewhere).SaveToAsync(Db);
        await A.Member().In(store).SaveToAsync(Db);
        var clerk = await A.StaffUser().With(Permission.MembersRead).In(elsewhere).SaveToAsync(Db);
        await OrderAsync(null, today, 10m, Channel.Pos);

        var figures = await Db.Get<MemberDashboard>().ReadAsync(clerk, today.AddDays(-29), today);

        (figures.Total, figures.Revenue.Total).ShouldBe((1, 0m));
    }

    private async Task<MemberFigures> ReadAsync() =>
        await Db.Get<MemberDashboard>().ReadAsync(await A.StaffUser().With(Permission.MembersRead).SaveToAsync(Db), today.AddDays(-29), today);

    /// <summary>A member who bought for 10 on the day, and on days counted from it.</summary>
    private async Task BuyerAsync(DateOnly last, Action<Member>? change = null, params int[] days)
    {
        var member = await A.Member().Where(change ?? (_ => { })).SaveToAsync(Db);
        DateOnly[] all = [.. days.Select(last.AddDays), last];
        foreach (var day in all)
        {
            await OrderAsync(member.Id, day, 10m, Channel.Pos);
        }

        await Db.Database.WriteAsync(Actor.System, db => Db.Get<PurchaseSummaries>().RewriteAsync(db, [member.Id]));
    }

    private async Task OrderAsync(long? memberId, DateOnly day, decimal amount, Channel channel) => await Db.AddAsync(new Order
    {
        Source = "pos",
        Number = A.Unique(),
        Kind = OrderKind.Bill,
        MemberId = memberId,
        StoreId = store.Id,
        Channel = channel,
        Currency = "USD",
        PlacedAt = Clock.Now,
        BusinessDay = day,
        Total = amount,
        Revenue = amount,
        GroupRevenue = amount,
        IsPurchase = true,
        Status = OrderStatus.Paid,
        SourceChangedAt = Clock.Now,
        ContentHash = [],
        RecordedAt = Clock.Now,
    });
}
