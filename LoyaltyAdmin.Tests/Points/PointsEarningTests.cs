using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Points;

/// <summary>What orders earn, and what refunds, corrections and restarts make of it.</summary>
public abstract class PointsEarningTests(DatabaseKind kind) : PointsTest(kind)
{
    public sealed class OnSqlite() : PointsEarningTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PointsEarningTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Ten_percent_of_117_is_11_point_7_and_a_refund_takes_its_part_back()
    {
        await SwitchOnAsync();
        var member = await A.Member().SaveToAsync(Db);
        await PutAsync(Order(member, 117, "1"));
        (await SettledAsync(member)).ShouldBe(11.7m);

        await RefundAsync("1", 17);
        (await SettledAsync(member)).ShouldBe(10m);
        await RefundAsync("1", 100, "R2");
        (await SettledAsync(member)).ShouldBe(0m);

        (await MovementsAsync()).ShouldBe(["Earning 1170", "EarningReversal -170", "EarningReversal -1000"]);
    }

    [Fact]
    public async Task The_best_active_card_sets_the_rate_and_a_refund_keeps_the_rate_of_the_purchase()
    {
        await SwitchOnAsync();
        var member = await A.Member().SaveToAsync(Db);
        var (plan, tiers) = await A.CardPlan().SaveToAsync(Db);
        await Db.AddAsync(new LoyaltyCard { Number = A.Unique("C"), MemberId = member.Id, PlanId = plan.Id, TierId = tiers[0].Id, EarnedTierId = tiers[0].Id, TierSince = new(2026, 1, 1), IssuedOn = new(2026, 1, 1), PeriodStart = new(2026, 1, 1), PeriodEnd = new(2027, 1, 1), IssuedAt = Clock.Now });
        await SetRateAsync(tiers[0].Id, 0.5m);
        await PutAsync(Order(member, 100, "1"));
        (await SettledAsync(member)).ShouldBe(50m);

        await SetRateAsync(tiers[0].Id, 2m);
        await RefundAsync("1", 40);

        (await SettledAsync(member)).ShouldBe(30m);
    }

    [Fact]
    public async Task Gift_cards_and_top_ups_earn_nothing_nor_do_excluded_goods_small_orders_and_unknown_buyers()
    {
        var (drinks, beer) = (new ProductCategory { Code = "DRINKS", Name = "Drinks" }, new ProductCategory { Code = "BEER", Name = "Beer" });
        await Db.AddAsync(drinks);
        beer.ParentId = drinks.Id;
        await Db.AddAsync(beer);
        await SwitchOnAsync(s => (s.MinimumOrder, s.ExcludedCategoryIds) = (20, [drinks.Id]));
        var member = await A.Member().SaveToAsync(Db);

        await PutAsync(Order(member, 100, "1") with { Lines = [Line(OrderLineKind.GiftCard, 100)] });
        await PutAsync(Order(member, 100, "2") with { Lines = [Line(OrderLineKind.TopUp, 60), Line(OrderLineKind.Goods, 40)] });
        await PutAsync(Order(member, 100, "3") with { Lines = [Line(OrderLineKind.Goods, 70), Line(OrderLineKind.Goods, 30) with { ProductCode = "ALE", CategoryCode = "BEER" }] });
        await PutAsync(Order(member, 19.99m, "4"));
        await PutAsync(Order(member, 50, "5") with { Member = null });
        await PutAsync(Order(member, 50, "6") with { Status = DeliveredStatus.Pending });

        (await SettledAsync(member)).ShouldBe(4m + 7m);
    }

    [Fact]
    public async Task Delivered_twice_restarted_and_on_two_nodes_an_order_earns_once()
    {
        await SwitchOnAsync();
        var member = await A.Member().SaveToAsync(Db);
        for (var i = 0; i < 12; i++)
        {
            await PutAsync(Order(member, 10, $"{i}"));
        }

        var (one, two) = (Db.Get<PointsEarning>(), new PointsEarning(Db.Database, Db.Ledger, Db.Get<PointsPostings>(), Db.Get<Domain.Stores.StoreScopes>(), Db.Get<TierCalculation>(), Db.Get<Domain.Messages.MessageOutbox>()));
        await Task.WhenAll(Task.Run(() => one.RunOnceAsync()), Task.Run(() => two.RunOnceAsync()), Task.Run(() => one.RunOnceAsync()));
        await PutAsync(Order(member, 10, "0"));
        await PutAsync(Order(member, 15, "1") with { ChangedAt = Clock.Now });
        await Db.Database.WriteAsync(Actor.System, db => db.Orders.ExecuteUpdateAsync(set => set.SetProperty(o => o.PointsDueAt, Clock.Now)));
        two.Dispose();

        (await SettledAsync(member)).ShouldBe(12.5m);
        (await MovementsAsync()).Count.ShouldBe(13);
    }

    [Theory]
    [InlineData(true, -10)]
    [InlineData(false, 0)]
    public async Task Points_spent_before_their_order_is_refunded_are_owed_or_forgiven(bool owed, int left)
    {
        await SwitchOnAsync(s => s.AllowsDebt = owed);
        var member = await A.Member().SaveToAsync(Db);
        await PutAsync(Order(member, 200, "1"));
        await SettledAsync(member);
        await SpendAsync(member, 10);

        await RefundAsync("1", 200);

        (await SettledAsync(member)).ShouldBe(left);
        await PutAsync(Order(member, 300, "2"));
        (await SettledAsync(member)).ShouldBe(left + 30);
        (await SummaryAsync(member)).Usable.ShouldBe(left + 30);
    }

    [Fact]
    public async Task Switched_off_nothing_is_earned_and_nothing_is_lost_but_by_refunds()
    {
        await SwitchOnAsync();
        var member = await A.Member().SaveToAsync(Db);
        await PutAsync(Order(member, 100, "1"));
        await SettledAsync(member);
        await Db.Database.WriteAsync(Actor.System, db => db.PointSettings.ExecuteUpdateAsync(set => set.SetProperty(s => s.IsActive, false)));

        await PutAsync(Order(member, 100, "2"));
        await PutAsync(Order(member, 150, "1") with { ChangedAt = Clock.Now });
        (await SettledAsync(member)).ShouldBe(10m);
        await RefundAsync("1", 100);
        (await SettledAsync(member)).ShouldBe(5m);
    }

    [Fact]
    public async Task Points_of_an_order_can_be_spent_when_its_goods_can_no_longer_be_returned()
    {
        await SwitchOnAsync(s => (s.UsableAfterDays, s.Expiry, s.Months) = (14, PointExpiry.RollingMonths, 1));
        var member = await A.Member().SaveToAsync(Db);
        await PutAsync(Order(member, 100, "1") with { PlacedAt = Clock.Now, ChangedAt = Clock.Now });
        await SettledAsync(member);

        var summary = await SummaryAsync(member);
        (summary.Balance, summary.Usable, summary.Later).ShouldBe((10m, 0m, 10m));
        (await Should.ThrowAsync<InsufficientBalanceException>(() => SpendAsync(member, 1))).Balance.ShouldBe(0m);
        Clock.Now = new DateTimeOffset(2026, 3, 16, 0, 0, 0, TimeSpan.Zero);
        await SpendAsync(member, 4);
        Clock.Now = new DateTimeOffset(2026, 4, 3, 0, 0, 0, TimeSpan.Zero);
        await Should.ThrowAsync<InsufficientBalanceException>(() => SpendAsync(member, 1));

        await Db.Get<LotExpiry>().RunAsync();
        (await SummaryAsync(member)).ShouldSatisfyAllConditions(s => s.Balance.ShouldBe(0), s => s.Expired.ShouldBe(6), s => s.Spent.ShouldBe(4), s => s.Earned.ShouldBe(10));
    }

    [Fact]
    public async Task A_tier_by_points_follows_what_orders_earned()
    {
        await SwitchOnAsync(s => s.DefaultRate = 1);
        var (plan, tiers) = await A.CardPlan().WithTiers(("Base", 0), ("Star", 100)).Where(p => (p.Basis, p.IsIssuedOnRegistration) = (TierBasis.Points, true)).SaveToAsync(Db);
        await SetRateAsync(tiers[0].Id, 1);
        var member = await A.Member().SaveToAsync(Db);
        await Db.AddAsync(new LoyaltyCard { Number = A.Unique("C"), MemberId = member.Id, PlanId = plan.Id, TierId = tiers[0].Id, EarnedTierId = tiers[0].Id, TierSince = new(2026, 1, 1), IssuedOn = new(2026, 1, 1), PeriodStart = new(2026, 1, 1), PeriodEnd = new(2027, 1, 1), IssuedAt = Clock.Now });

        await PutAsync(Order(member, 99, "1"));
        await SettledAsync(member);
        (await TierAsync(member)).ShouldBe("Base");
        await PutAsync(Order(member, 1, "2"));
        await SettledAsync(member);
        (await TierAsync(member)).ShouldBe("Star");
        await RefundAsync("1", 50);
        await SettledAsync(member);
        (await TierAsync(member)).ShouldBe("Base");
    }

    private static DeliveredLine Line(OrderLineKind kind, decimal price) => new() { Kind = kind, Description = "x", Quantity = 1, UnitPrice = price };

    private Task<string> TierAsync(Member member) => Db.ReadAsync(db => db.LoyaltyCards.Where(c => c.MemberId == member.Id).Join(db.CardTiers, c => c.TierId, t => t.Id, (_, t) => t.Name).SingleAsync());

    private Task SetRateAsync(long tierId, decimal rate) => Db.Database.WriteAsync(Actor.System, db => db.CardTiers.Where(t => t.Id == tierId).ExecuteUpdateAsync(set => set.SetProperty(t => t.EarningRate, rate)));
}
