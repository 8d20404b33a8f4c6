using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Segments;

public abstract class SegmentServiceTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private static readonly SegmentRule berlin = SegmentRule.All(new ProfileCondition(ProfileField.City, ["Berlin"]));

    public sealed class OnSqlite() : SegmentServiceTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : SegmentServiceTests(DatabaseKind.PostgreSql);

    private SegmentService Service => Db.Get<SegmentService>();

    [Fact]
    public async Task A_preview_counts_only_whom_the_caller_sees_and_shows_ten_of_them()
    {
        var (mine, other) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var clerk = await A.StaffUser().With(Permission.MembersRead).In(mine).SaveToAsync(Db);
        foreach (var i in Enumerable.Range(0, 24))
        {
            await A.Member().In(i % 2 == 0 ? mine : other).Where(m => m.City = "Berlin").SaveToAsync(Db);
        }

        var seen = await Service.PreviewAsync(clerk, berlin);
        var all = await Service.PreviewAsync(Actor.System, berlin);

        (seen.Size, all.Size, all.Sample.Count).ShouldBe((12, 24, 10));
        all.Sentence.ShouldBe("Active members: city is Berlin");
    }

    [Fact]
    public async Task A_segment_in_use_cannot_be_deleted_and_its_users_are_named()
    {
        var inner = await SaveAsync("Inner", berlin);
        await SaveAsync("Outer", SegmentRule.All(new SegmentMembership(inner)));
        await Db.AddAsync(new Tag { Name = "fromInner", Kind = TagKind.Computed, Rule = SegmentRule.Any(new SegmentMembership(inner, Not: true)), CreatedAt = Clock.Now });

        var refusal = await Should.ThrowAsync<RuleViolationException>(() => Service.DeleteAsync(Actor.System, inner));

        refusal.Code.ShouldBe("segment_in_use");
        refusal.Message.ShouldContain("member segment “Outer”");
        refusal.Message.ShouldContain("computed tag “fromInner”");
    }

    [Fact]
    public async Task A_rule_that_would_lead_back_to_its_segment_is_not_saved()
    {
        var inner = await SaveAsync("Inner", berlin);
        var outer = await SaveAsync("Outer", SegmentRule.All(new SegmentMembership(inner)));
        var form = await Service.GetAsync(Actor.System, inner);
        form.Rule = SegmentRule.Any(new SegmentMembership(outer, Not: true));

        (await Should.ThrowAsync<RuleViolationException>(() => Service.SaveAsync(Actor.System, form))).Code.ShouldBe("segment_cycle");

        (await Service.GetAsync(Actor.System, inner)).Rule.Conditions.ShouldHaveSingleItem().ShouldBeOfType<ProfileCondition>();
    }

    [Fact]
    public async Task Every_fault_of_a_rule_is_told_at_once()
    {
        var rule = SegmentRule.All(new TagCondition(99), new BirthdayCondition(BirthdayWindow.NextDays, 0), new PurchaseCondition(PurchaseFigure.Revenue, Comparison.AtLeast, 1, LastDays: 3, LastMonths: 3));

        var invalid = await Should.ThrowAsync<InvalidInputException>(() => Service.SaveAsync(Actor.System, new SegmentForm { Name = " ", Rule = rule }));

        invalid.Errors.Select(e => e.Field).ShouldBe([nameof(SegmentForm.Name), nameof(SegmentForm.Rule), nameof(SegmentForm.Rule), nameof(SegmentForm.Rule)]);
    }

    [Fact]
    public async Task A_form_that_somebody_else_saved_meanwhile_is_refused_but_a_count_is_no_change()
    {
        var id = await SaveAsync("Berlin", berlin);
        var (first, second) = (await Service.GetAsync(Actor.System, id), await Service.GetAsync(Actor.System, id));
        await Db.Get<SegmentSnapshots>().TakeAsync(Actor.System, id);
        first.Description = "Mine";
        await Service.SaveAsync(Actor.System, first);

        await Should.ThrowAsync<ConcurrentChangeException>(() => Service.SaveAsync(Actor.System, second));
    }

    [Fact]
    public async Task Snapshots_tell_who_came_and_went_and_since_when_the_rest_are_in()
    {
        var (stays, leaves, comes) = (await BerlinerAsync(), await BerlinerAsync(), await A.Member().SaveToAsync(Db));
        var id = await SaveAsync("Berlin", berlin);
        var snapshots = Db.Get<SegmentSnapshots>();
        await snapshots.TakeAsync(Actor.System, id);
        var begin = Clock.Now;
        Clock.Advance(TimeSpan.FromDays(1));
        await MoveAsync(leaves.Id, "Paris");
        await MoveAsync(comes.Id, "Berlin");

        var second = await snapshots.TakeAsync(Actor.System, id);
        var third = await snapshots.TakeAsync(Actor.System, id);

        (second.Size, second.Entered, second.Left).ShouldBe((2, 1, 1));
        (third.Size, third.Entered, third.Left).ShouldBe((2, 0, 0));
        var lists = Db.Get<SegmentLists>();
        (await lists.SnapshotsAsync(Actor.System, id)).Select(s => (s.Size, s.Entered, s.Left)).ShouldBe([(2, 0, 0), (2, 1, 1), (2, 0, 0)]);
        (await lists.ChangesAsync(Actor.System, second.Id, entered: true, new())).Rows.ShouldHaveSingleItem().Member.Id.ShouldBe(comes.Id);
        (await lists.ChangesAsync(Actor.System, second.Id, entered: false, new())).Rows.ShouldHaveSingleItem().Member.Id.ShouldBe(leaves.Id);
        (await Db.Get<MemberSegments>().OfAsync(Actor.System, stays.Id)).ShouldHaveSingleItem().Since.ShouldBe(begin);
        (await Db.ReadAsync(db => db.SegmentMembers.OrderBy(m => m.MemberId).Select(m => new { m.MemberId, m.Since }).ToListAsync())).Select(m => (m.MemberId, m.Since)).ShouldBe([(stays.Id, begin), (comes.Id, Clock.Now)]);
    }

    [Fact]
    public async Task A_list_takes_members_by_number_and_says_which_it_did_not()
    {
        var (one, two) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var id = await Service.SaveAsync(Actor.System, new SegmentForm { Name = "List", Kind = SegmentKind.Static });
        var lists = Db.Get<SegmentLists>();
        await lists.AddAsync(Actor.System, id, [one.Number]);

        var outcome = await lists.AddAsync(Actor.System, id, [one.Number, $" {two.Number} ", two.Number, "nobody"]);

        outcome.Done.ShouldBe(1);
        outcome.Refused.ShouldBe([new("nobody", "No member has this number."), new(one.Number, "Is on the list already.")]);
        (await lists.MembersAsync(Actor.System, id, new())).Rows.Select(m => m.Id).ShouldBe([two.Id, one.Id]);
        (await lists.RemoveAsync(Actor.System, id, [one.Number])).Done.ShouldBe(1);
        (await lists.CountAsync(Actor.System, id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_member_sees_why_it_is_in_a_segment_with_its_own_figures()
    {
        var member = await BerlinerAsync();
        var today = DateOnly.FromDateTime(Clock.Now.UtcDateTime);
        await Db.AddAsync(new Domain.Orders.PurchaseSummary { MemberId = member.Id, OrderCount = 3, PurchaseDays = 3, Revenue = 9, PosRevenue = 9, OnlineRevenue = 0, FirstOn = today.AddDays(-50), LastOn = today.AddDays(-20), ExpectedOn = today.AddDays(-5) });
        await SaveAsync("Silent", SegmentRule.Any(new RecencyCondition(Comparison.AtLeast, 20), new RecencyCondition(Comparison.AtLeast, 21)));

        var why = (await Db.Get<MemberSegments>().OfAsync(Actor.System, member.Id)).ShouldHaveSingleItem().Why;

        why.Select(c => c.Holds).ShouldBe([true, false]);
        why[0].Figure.ShouldBe("last purchase on Feb 10, 2026, 20 days ago");
    }

    private Task<long> SaveAsync(string name, SegmentRule rule) => Service.SaveAsync(Actor.System, new SegmentForm { Name = name, Rule = rule });

    private Task<Member> BerlinerAsync() => A.Member().Where(m => m.City = "Berlin").SaveToAsync(Db);

    private Task MoveAsync(long id, string city) => Db.Database.WriteAsync(Actor.System, async db => (await db.Members.SingleAsync(m => m.Id == id)).City = city);
}
