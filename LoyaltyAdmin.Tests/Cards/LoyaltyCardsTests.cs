using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Cards;

public abstract class LoyaltyCardsTests(DatabaseKind kind) : CardTest(kind)
{
    public sealed class OnSqlite() : LoyaltyCardsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : LoyaltyCardsTests(DatabaseKind.PostgreSql);

    private LoyaltyCards Cards => Db.Get<LoyaltyCards>();

    [Fact]
    public async Task Thirty_two_issues_at_once_make_one_card()
    {
        var issued = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => IssueAsync())));

        issued.Select(card => card.Number).Distinct().ShouldHaveSingleItem();
        (await Db.ReadAsync(db => db.LoyaltyCards.CountAsync())).ShouldBe(1);
        (await HistoryAsync()).ShouldBe(["- > Member: Issued"]);
    }

    [Fact]
    public async Task A_printed_number_belongs_to_one_card()
    {
        (await Cards.IssueAsync(Staff, Member.Number, "main", "2000123")).Number.ShouldBe("2000123");
        var other = await A.Member().SaveToAsync(Db);

        (await Should.ThrowAsync<RuleViolationException>(() => Cards.IssueAsync(Staff, other.Number, "MAIN", "2000123"))).Code.ShouldBe("card_number_taken");
        (await Should.ThrowAsync<RuleViolationException>(() => Cards.IssueAsync(Staff, Member.Number, "MAIN", "2000124"))).Code.ShouldBe("card_exists");
        await Should.ThrowAsync<InvalidInputException>(() => Cards.IssueAsync(Staff, other.Number, "MAIN", "4111111111111111"));
    }

    [Fact]
    public async Task An_inactive_plan_issues_no_new_card_and_keeps_those_it_has()
    {
        await IssueAsync();
        await Db.Get<CardPlanService>().DeactivateAsync(Staff, Plan.Id);
        var other = await A.Member().SaveToAsync(Db);

        (await Should.ThrowAsync<RuleViolationException>(() => IssueAsync(other))).Code.ShouldBe("plan_inactive");
        (await IssueAsync()).Status.ShouldBe(LoyaltyCardStatus.Active);
    }

    [Fact]
    public async Task A_card_of_relative_validity_expires_and_an_extension_brings_it_back()
    {
        var (plan, _) = await A.CardPlan("YEAR").Where(p => p.Validity = new ValidityPeriod(1, ValidityUnit.Years)).SaveToAsync(Db);
        var card = await IssueAsync(plan: plan);
        card.ValidUntil.ShouldBe(new DateTimeOffset(2027, 3, 3, 0, 0, 0, TimeSpan.Zero));

        // From its present end while that lies ahead.
        await Cards.ExtendAsync(Staff, card.Id, new ValidityPeriod(1, ValidityUnit.Months), card.ValidUntil!.Value, "Benefit");
        var until = (await ReadAsync(card.Id)).ValidUntil;
        until.ShouldBe(new DateTimeOffset(2027, 4, 3, 0, 0, 0, TimeSpan.Zero));
        await Should.ThrowAsync<ConcurrentChangeException>(() => Cards.ExtendAsync(Staff, card.Id, new ValidityPeriod(1, ValidityUnit.Months), card.ValidUntil!.Value, "Pressed twice"));

        Clock.Now = until!.Value.AddTicks(-1);
        (await Db.Get<CardExpiry>().RunAsync()).ShouldBe(0);
        Clock.Now = until.Value;
        (await Db.Get<CardExpiry>().RunAsync()).ShouldBe(1);
        (await ReadAsync(card.Id)).Status.ShouldBe(LoyaltyCardStatus.Expired);

        // From today once it is over.
        Clock.Now = new DateTimeOffset(2027, 6, 10, 12, 0, 0, TimeSpan.Zero);
        await Cards.ExtendAsync(Staff, card.Id, new ValidityPeriod(10, ValidityUnit.Days), until.Value, "Benefit");
        var extended = await ReadAsync(card.Id);
        (extended.Status, extended.ValidUntil).ShouldBe((LoyaltyCardStatus.Active, new DateTimeOffset(2027, 6, 21, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task A_permanent_card_is_not_extended()
    {
        var card = await IssueAsync();

        (await Should.ThrowAsync<RuleViolationException>(() => Cards.ExtendAsync(Staff, card.Id, new ValidityPeriod(1, ValidityUnit.Years), Clock.Now, "Benefit"))).Code.ShouldBe("permanent");
    }

    [Fact]
    public async Task A_frozen_card_counts_for_nothing_until_it_is_restored()
    {
        var card = await IssueAsync();
        await Cards.FreezeAsync(Staff, card.Id, "Lost");
        (await Db.ReadAsync(db => CardQueries.MembersOfPlans(db, [Plan.Id], Clock.Now).CountAsync())).ShouldBe(0);
        await Should.ThrowAsync<RuleViolationException>(() => Cards.FreezeAsync(Staff, card.Id, "Lost again"));

        await Cards.RestoreAsync(Staff, card.Id, "Found");

        (await Db.ReadAsync(db => CardQueries.MembersOfPlans(db, [Plan.Id], Clock.Now).CountAsync())).ShouldBe(1);
        (await Db.ReadAsync(db => db.AuditEntries.Where(entry => entry.Action == "LoyaltyCard.Reason").Select(entry => entry.Reason).ToListAsync())).ShouldBe(["Lost", "Found"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_cancelled_card_is_issued_again_under_its_number_from_the_first_tier()
    {
        var first = await IssueAsync();
        await BuyAsync(1_000);
        await Cards.CancelAsync(Staff, first.Id, "Given up");
        Clock.Advance(TimeSpan.FromDays(500));

        var again = await IssueAsync();

        (again.Number, again.Tier, again.Status).ShouldBe((first.Number, "Member", LoyaltyCardStatus.Active));
    }

    [Fact]
    public async Task New_members_get_the_cards_that_are_issued_on_registration_once()
    {
        await A.CardPlan("AUTO").Where(plan => plan.IsIssuedOnRegistration = true).SaveToAsync(Db);
        await A.CardPlan("GONE").Where(plan => (plan.IsIssuedOnRegistration, plan.Status) = (true, CardPlanStatus.Inactive)).SaveToAsync(Db);
        var second = await A.Member().SaveToAsync(Db);

        (await Db.Database.WriteAsync(Actor.System, db => Db.Get<CardIssuing>().OnRegistrationAsync(db, [Member.Id, second.Id, Member.Id]))).ShouldBe(2);
        (await Db.Database.WriteAsync(Actor.System, db => Db.Get<CardIssuing>().OnRegistrationAsync(db, [Member.Id, second.Id]))).ShouldBe(0);

        var cards = await Db.Get<MemberCardReader>().OfMemberAsync(Staff, second.Number);
        cards.ShouldHaveSingleItem().PlanCode.ShouldBe("AUTO");
        (await HistoryAsync()).ShouldBe(["- > Member: Issued"]);
    }

    [Fact]
    public async Task Cards_of_members_of_other_stores_do_not_exist_for_store_staff()
    {
        var other = await A.Store().SaveToAsync(Db);
        var there = await A.Member().In(other).SaveToAsync(Db);
        var card = await IssueAsync(there);
        var clerk = await A.StaffUser().With(Permission.MembersRead, Permission.MembersEdit).In(Store).SaveToAsync(Db);

        await Should.ThrowAsync<NotFoundException>(() => Cards.FreezeAsync(clerk, card.Id, "Lost"));
        await Should.ThrowAsync<NotFoundException>(() => Cards.IssueAsync(clerk, there.Number, Plan.Code));
        await Should.ThrowAsync<NotFoundException>(() => Db.Get<MemberCardReader>().OfMemberAsync(clerk, there.Number));
    }

    [Fact]
    public async Task Progress_tells_what_is_missing_for_the_next_tier_and_for_keeping_this_one()
    {
        await IssueAsync();
        await BuyAsync(600);

        var card = (await Db.Get<MemberCardReader>().OfMemberAsync(Staff, Member.Number)).ShouldHaveSingleItem();

        (card.Tier, card.Progress.NextTier, card.Progress.Missing, card.Progress.Percent).ShouldBe(("Silver", "Gold", 400m, 60));
        (card.Progress.PeriodFigure, card.Progress.RetainAt).ShouldBe((600m, 500m));
    }

    private Task<LoyaltyCard> ReadAsync(long id) => Db.ReadAsync(db => db.LoyaltyCards.SingleAsync(card => card.Id == id));
}
