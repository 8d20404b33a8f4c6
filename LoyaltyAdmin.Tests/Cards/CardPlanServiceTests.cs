using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Cards;

public abstract class CardPlanServiceTests(DatabaseKind kind) : CardTest(kind)
{
    public sealed class OnSqlite() : CardPlanServiceTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CardPlanServiceTests(DatabaseKind.PostgreSql);

    private CardPlanService Plans => Db.Get<CardPlanService>();

    [Fact]
    public async Task A_plan_is_saved_with_its_tiers_in_their_order()
    {
        var form = CardPlanForm.New();
        (form.Code, form.Name) = ("vip", "VIP club");
        form.Tiers.Add(new TierForm { Name = "Gold", UpgradeAt = 2_000, RetainAt = 1_500, EarningRate = 0.2m, Colour = "#d4af37" });
        form.Tiers.Insert(1, new TierForm { Name = "Silver", UpgradeAt = 1_000 });

        var id = await Plans.SaveAsync(Staff, form);

        var details = await Plans.DetailsAsync(Staff, id);
        details.Plan.Code.ShouldBe("VIP");
        details.Tiers.Select(tier => (tier.Rank, tier.Name, tier.UpgradeAt, tier.RetainAt)).ShouldBe([(1, "Member", 0m, 0m), (2, "Silver", 1_000m, 1_000m), (3, "Gold", 2_000m, 1_500m)]);
    }

    [Fact]
    public async Task Every_fault_is_told_at_its_field()
    {
        var form = CardPlanForm.New();
        (form.Code, form.Basis, form.PeriodMonths) = ("no spaces", (TierBasis)9, 0);
        form.Tiers[0].UpgradeAt = 5;
        form.Tiers.Add(new TierForm { Name = "member", UpgradeAt = 5, RetainAt = 6 });

        var errors = (await Should.ThrowAsync<InvalidInputException>(() => Plans.SaveAsync(Staff, form))).Errors.Select(error => error.Field);

        errors.ShouldBe(["Name", "Code", "Basis", "PeriodMonths", "Tiers", "Tiers[0].UpgradeAt", "Tiers[1].UpgradeAt", "Tiers[1].RetainAt"], ignoreOrder: true);
    }

    [Fact]
    public async Task Tiers_can_swap_their_names_and_places()
    {
        var form = await Plans.GetAsync(Staff, Plan.Id);
        (form.Tiers[1].Name, form.Tiers[2].Name) = ("Gold", "Silver");

        await Plans.SaveAsync(Staff, form);

        (await Plans.DetailsAsync(Staff, Plan.Id)).Tiers.Select(tier => (tier.Id, tier.Name)).ShouldBe([(Tiers[0].Id, "Member"), (Tiers[1].Id, "Gold"), (Tiers[2].Id, "Silver")]);
    }

    [Fact]
    public async Task A_tier_in_use_is_not_removed_and_its_users_are_named()
    {
        await IssueAsync();
        await BuyAsync(500);
        await Db.AddAsync(new Segment { Name = "Good customers", Kind = SegmentKind.Rule, Rule = new SegmentRule(Match.Any, [], [SegmentRule.All(new CardCondition(Plan.Id, Tiers[1].Id, AndAbove: true))]), CreatedAt = Clock.Now });
        var form = await Plans.GetAsync(Staff, Plan.Id);
        form.Tiers.RemoveAt(1);

        var refusal = await Should.ThrowAsync<RuleViolationException>(() => Plans.SaveAsync(Staff, form));

        refusal.Code.ShouldBe("tier_in_use");
        refusal.Message.ShouldContain("1 card, 1 line of tier history, the segment “Good customers”");
        (await Db.ReadAsync(db => db.CardTiers.CountAsync(tier => tier.PlanId == Plan.Id))).ShouldBe(3);
    }

    [Fact]
    public async Task An_unused_tier_goes_and_the_ranks_close_up()
    {
        var form = await Plans.GetAsync(Staff, Plan.Id);
        form.Tiers.RemoveAt(1);

        await Plans.SaveAsync(Staff, form);

        (await Plans.DetailsAsync(Staff, Plan.Id)).Tiers.Select(tier => (tier.Rank, tier.Name)).ShouldBe([(1, "Member"), (2, "Gold")]);
    }

    [Fact]
    public async Task Two_people_editing_tiers_notice_each_other()
    {
        var (first, second) = (await Plans.GetAsync(Staff, Plan.Id), await Plans.GetAsync(Staff, Plan.Id));
        first.Tiers[1].UpgradeAt = 510;
        await Plans.SaveAsync(Staff, first);

        second.Tiers[2].UpgradeAt = 1_100;

        await Should.ThrowAsync<ConcurrentChangeException>(() => Plans.SaveAsync(Staff, second));
    }

    [Fact]
    public async Task Members_per_tier_are_counted_with_valid_cards_only()
    {
        await IssueAsync();
        var other = await A.Member().SaveToAsync(Db);
        var frozen = await IssueAsync(other);
        await Db.Get<LoyaltyCards>().FreezeAsync(Staff, frozen.Id, "Lost");

        (await Plans.DetailsAsync(Staff, Plan.Id)).Tiers.Select(tier => tier.Members).ShouldBe([1, 0, 0]);
    }
}
