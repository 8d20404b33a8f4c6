using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Cards;

public abstract class TierCalculationTests(DatabaseKind kind) : CardTest(kind)
{
    public sealed class OnSqlite() : TierCalculationTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : TierCalculationTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_tier_is_reached_at_its_threshold_exactly_and_not_a_cent_below()
    {
        await IssueAsync();

        await BuyAsync(499.99m);
        (await TierAsync()).ShouldBe("Member");

        await BuyAsync(0.01m);
        (await TierAsync()).ShouldBe("Silver");
        (await HistoryAsync()).ShouldBe(["- > Member: Issued", "Member > Silver: Purchase USD 500.00 of 500.00 in 12 months"]);
    }

    [Fact]
    public async Task A_large_purchase_skips_tiers_and_a_new_period_begins()
    {
        await IssueAsync();
        Clock.Advance(TimeSpan.FromDays(30));

        await BuyAsync(1_000m);

        var card = await CardAsync();
        card.TierId.ShouldBe(Tiers[2].Id);
        (card.TierSince, card.PeriodStart, card.PeriodEnd).ShouldBe((new DateOnly(2026, 4, 1), new DateOnly(2026, 4, 1), new DateOnly(2027, 4, 1)));
    }

    [Fact]
    public async Task Purchases_before_the_upgrade_still_count_towards_the_next_tier_of_the_same_twelve_months()
    {
        await IssueAsync();
        await BuyAsync(600);
        Clock.Advance(TimeSpan.FromDays(60));

        await BuyAsync(400);

        (await TierAsync()).ShouldBe("Gold");
    }

    [Fact]
    public async Task A_tier_is_kept_at_the_period_end_with_its_retain_threshold_and_falls_one_tier_without()
    {
        await IssueAsync();
        await BuyAsync(1_000);
        await NightAsync(new DateOnly(2027, 3, 1));
        (await TierAsync()).ShouldBe("Gold");

        await NightAsync(new DateOnly(2027, 3, 2));
        (await TierAsync()).ShouldBe("Gold");
        await BuyAsync(999.99m);

        await NightAsync(new DateOnly(2028, 3, 1));
        (await TierAsync()).ShouldBe("Gold");
        await NightAsync(new DateOnly(2028, 3, 2));
        (await TierAsync()).ShouldBe("Silver");
        (await HistoryAsync())[^1].ShouldBe("Gold > Silver: PeriodEnd USD 999.99 of 1,000.00 in 12 months");
        (await CardAsync()).PeriodEnd.ShouldBe(new DateOnly(2029, 3, 2));
    }

    [Fact]
    public async Task A_plan_may_let_a_card_fall_to_the_tier_it_deserves()
    {
        await Db.Database.WriteAsync(Actor.System, async db => (await db.CardPlans.SingleAsync(plan => plan.Id == Plan.Id)).FallsOneTierOnly = false);
        await IssueAsync();
        await BuyAsync(1_000);

        await NightAsync(new DateOnly(2028, 3, 2));

        (await TierAsync()).ShouldBe("Member");
    }

    [Fact]
    public async Task Years_without_a_night_end_where_every_night_would_have()
    {
        await IssueAsync();
        await BuyAsync(1_000);

        await NightAsync(new DateOnly(2029, 6, 1));

        (await TierAsync()).ShouldBe("Member");
        (await HistoryAsync()).Count.ShouldBe(4);
        (await CardAsync()).PeriodEnd.ShouldBe(new DateOnly(2030, 3, 2));
    }

    [Fact]
    public async Task A_refunded_purchase_takes_the_upgrade_back_that_rested_on_it()
    {
        await IssueAsync();
        var order = await BuyAsync(1_200);
        (await TierAsync()).ShouldBe("Gold");

        await RefundAsync(order);
        await NightAsync(new DateOnly(2026, 3, 3));

        (await TierAsync()).ShouldBe("Member");
        (await HistoryAsync())[^1].ShouldBe("Gold > Member: Recalculation USD 0.00 of 1,000.00 in 12 months");
    }

    [Fact]
    public async Task A_refund_takes_no_tier_that_was_earned_in_an_earlier_period()
    {
        await IssueAsync();
        await BuyAsync(500);
        await NightAsync(new DateOnly(2026, 8, 1));
        await BuyAsync(10);
        var large = await BuyAsync(500);
        (await TierAsync()).ShouldBe("Gold");

        await RefundAsync(large);
        await NightAsync(new DateOnly(2026, 8, 2));

        (await TierAsync()).ShouldBe("Silver");
    }

    [Fact]
    public async Task A_late_order_raises_the_card_in_the_next_recalculation()
    {
        await IssueAsync();
        Clock.Advance(TimeSpan.FromDays(100));
        await Db.AddAsync(NewOrder(700, Member, new DateOnly(2026, 3, 20)));

        await Calculation.RunAsync();

        (await TierAsync()).ShouldBe("Silver");
    }

    [Fact]
    public async Task What_was_bought_before_the_card_was_issued_does_not_count()
    {
        await Db.AddAsync(NewOrder(5_000, Member, new DateOnly(2026, 3, 1)));

        await IssueAsync();

        (await TierAsync()).ShouldBe("Member");
    }

    [Fact]
    public async Task Visits_count_distinct_days_with_revenue()
    {
        var (plan, tiers) = await A.CardPlan("VISITS").WithTiers(("Guest", 0), ("Regular", 3)).Where(p => p.Basis = TierBasis.Visits).SaveToAsync(Db);
        await IssueAsync(plan: plan);
        await BuyAsync(10);
        await BuyAsync(10);
        await BuyAsync(0, on: new DateOnly(2026, 3, 3));
        Clock.Advance(TimeSpan.FromDays(2));
        await BuyAsync(1);
        (await Db.ReadAsync(db => db.LoyaltyCards.SingleAsync(card => card.PlanId == plan.Id))).TierId.ShouldBe(tiers[0].Id);

        Clock.Advance(TimeSpan.FromDays(1));
        await BuyAsync(1);

        (await Db.ReadAsync(db => db.LoyaltyCards.SingleAsync(card => card.PlanId == plan.Id))).TierId.ShouldBe(tiers[1].Id);
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            var member = await A.Member().SaveToAsync(Db);
            await IssueAsync(member);
            await Db.AddAsync(NewOrder(i * 100, member, new DateOnly(2026, 3, 2)));
        }

        (await Calculation.RunAsync()).ShouldBe((20, 15));
        var history = await Db.ReadAsync(db => db.TierChanges.CountAsync());

        (await Calculation.RunAsync()).ShouldBe((20, 0));
        (await Db.ReadAsync(db => db.TierChanges.CountAsync())).ShouldBe(history);
    }

    [Fact]
    public async Task Changed_thresholds_hold_from_the_next_recalculation()
    {
        await IssueAsync();
        await BuyAsync(300);
        var form = await Db.Get<CardPlanService>().GetAsync(Staff, Plan.Id);
        form.Tiers[1].UpgradeAt = 250;
        form.Tiers[1].RetainAt = 250;
        await Db.Get<CardPlanService>().SaveAsync(Staff, form);

        await Calculation.RunAsync();

        (await TierAsync()).ShouldBe("Silver");
    }

    [Fact]
    public async Task An_inserted_tier_belongs_to_silver_and_above_at_once()
    {
        await IssueAsync();
        await BuyAsync(800);
        TierChoice[] silverAndAbove = [new(Tiers[1].Id, AndAbove: true)];
        var form = await Db.Get<CardPlanService>().GetAsync(Staff, Plan.Id);
        form.Tiers.Insert(2, new TierForm { Name = "Sapphire", UpgradeAt = 750 });
        await Db.Get<CardPlanService>().SaveAsync(Staff, form);

        await Calculation.RunAsync();

        (await TierAsync()).ShouldBe("Sapphire");
        (await Db.ReadAsync(db => CardQueries.MembersInTiers(db, silverAndAbove, Clock.Now).ToListAsync())).ShouldBe([Member.Id]);
        (await Db.ReadAsync(db => CardQueries.MembersInTiers(db, [new(Tiers[1].Id, AndAbove: false)], Clock.Now).ToListAsync())).ShouldBeEmpty();
        (await Db.ReadAsync(db => CardQueries.TierIds(db, silverAndAbove).CountAsync())).ShouldBe(3);
    }

    [Fact]
    public async Task Two_purchases_at_once_raise_a_card_once()
    {
        await IssueAsync();
        await Db.AddAsync(NewOrder(1_000, Member, new DateOnly(2026, 3, 2)));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Db.Database.WriteAsync(Actor.System, db => Calculation.RecalculateAsync(db, [Member.Id], TierChangeReason.Purchase)))));

        (await HistoryAsync()).Count.ShouldBe(2);
    }
}
