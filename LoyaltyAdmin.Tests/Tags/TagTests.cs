using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Segments;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Tags;

public abstract class TagTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : TagTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : TagTests(DatabaseKind.PostgreSql);

    private DateOnly Today => DateOnly.FromDateTime(Clock.Now.UtcDateTime);

    [Fact]
    public async Task A_recalculation_gives_and_takes_only_what_the_rule_gave_and_a_second_one_changes_nothing()
    {
        var (both, ruleOnly, handOnly) = (await BerlinerAsync(), await BerlinerAsync(), await A.Member().SaveToAsync(Db));
        var tag = await ComputedAsync("Berlin");
        await Db.Get<TagAssignment>().AssignAsync(Actor.System, tag, [both.Id, handOnly.Id], reason: "Known at the till");

        var first = await Db.Get<TagRecalculation>().RunAsync(Actor.System, tag);
        var second = await Db.Get<TagRecalculation>().RunAsync(Actor.System, tag);
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Members.SingleAsync(m => m.Id == both.Id)).City = "Paris");
        var third = await Db.Get<TagRecalculation>().RunAsync(Actor.System, tag);

        (first, second, third).ShouldBe((new(2, 2, 0), new(2, 0, 0), new(1, 0, 1)));
        (await SourcesAsync(both.Id)).ShouldBe([TagSource.Manual]);
        (await SourcesAsync(ruleOnly.Id)).ShouldBe([TagSource.Computed]);
        (await SourcesAsync(handOnly.Id)).ShouldBe([TagSource.Manual]);
        (await Db.ReadAsync(db => db.TagChanges.Where(c => c.MemberId == both.Id).OrderBy(c => c.Id).Select(c => new { c.Source, c.Given }).ToListAsync())).Select(c => (c.Source, c.Given))
            .ShouldBe([(TagSource.Manual, true), (TagSource.Computed, true), (TagSource.Computed, false)]);
    }

    [Fact]
    public async Task Two_recalculations_at_once_write_each_change_once()
    {
        foreach (var _ in Enumerable.Range(0, 20))
        {
            await BerlinerAsync();
        }

        var tag = await ComputedAsync("Berlin");

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Db.Get<TagRecalculation>().RunAsync(Actor.System, tag))));

        results.Sum(r => r.Given).ShouldBe(20);
        (await Db.ReadAsync(db => db.TagChanges.CountAsync())).ShouldBe(20);
    }

    [Fact]
    public async Task A_person_takes_what_people_gave_and_never_what_a_rule_gave()
    {
        var member = await BerlinerAsync();
        var tag = await ComputedAsync("Berlin");
        var assignment = Db.Get<TagAssignment>();
        await Db.Get<TagRecalculation>().RunAsync(Actor.System, tag);
        await assignment.AssignAsync(Actor.System, tag, [member.Id]);
        await assignment.AssignAsync(Actor.System, tag, [member.Id], TagSource.Import);

        (await assignment.RemoveAsync(Actor.System, tag, [member.Id])).ShouldBe(1);
        (await assignment.RemoveAsync(Actor.System, tag, [member.Id])).ShouldBe(0);

        (await SourcesAsync(member.Id)).ShouldBe([TagSource.Computed]);
    }

    [Fact]
    public async Task Bulk_assignment_reaches_only_members_the_caller_sees_and_nobody_twice()
    {
        var (mine, other) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var clerk = await A.StaffUser().With(Permission.TagsManage).In(mine).SaveToAsync(Db);
        var members = new[] { await A.Member().In(mine).SaveToAsync(Db), await A.Member().In(mine).SaveToAsync(Db), await A.Member().In(other).SaveToAsync(Db) };
        var tag = await Db.Get<TagService>().SaveAsync(Actor.System, new TagForm { Name = "VIP" });
        var assignment = Db.Get<TagAssignment>();

        (await assignment.AssignAsync(clerk, tag, [members[0].Id])).ShouldBe(1);
        (await assignment.AssignWhereAsync(clerk, tag, (_, all) => all)).ShouldBe(1);

        (await SourcesAsync(members[2].Id)).ShouldBeEmpty();
        (await Db.Get<MemberTagList>().OfAsync(Actor.System, members[1].Id)).ShouldHaveSingleItem().ActorName.ShouldBe(clerk.Name);
    }

    [Fact]
    public async Task The_products_own_tags_are_made_once_and_cannot_be_deleted_or_renamed()
    {
        await Db.Get<BuiltInTags>().EnsureAsync();
        await Db.Get<BuiltInTags>().EnsureAsync();
        var rows = (await Db.Get<TagService>().ListAsync(Actor.System, new(), new() { Sort = "Name", Descending = false })).Rows;

        rows.Select(t => t.Name).ShouldBe(["informAboutBonusSystem", "posRevenueWithinLast6Month", "revenueWithinLast6Month"], ignoreOrder: true);
        rows.Single(t => t.Name == BuiltInTags.PosRevenue).Sentence.ShouldBe("Active members: number of purchase days (POS) within the last 6 months is at least 1");
        (await Should.ThrowAsync<RuleViolationException>(() => Db.Get<TagService>().DeleteAsync(Actor.System, rows[0].Id))).Code.ShouldBe("built_in_tag");
        var form = await Db.Get<TagService>().GetAsync(Actor.System, rows[0].Id);
        (form.Name, form.Colour) = ("other", "#ff0000");
        await Db.Get<TagService>().SaveAsync(Actor.System, form);
        var saved = await Db.Get<TagService>().GetAsync(Actor.System, rows[0].Id);
        (saved.Name, saved.Colour).ShouldBe((rows[0].Name, "#ff0000"));
    }

    [Fact]
    public async Task A_tag_of_an_earlier_edition_gets_todays_rule_and_one_that_people_made_keeps_theirs()
    {
        await Db.AddAsync(new Tag { Name = BuiltInTags.Revenue, Kind = TagKind.Computed, Rule = SegmentRule.Everybody, IsBuiltIn = true, CreatedAt = Clock.Now }, new Tag { Name = BuiltInTags.PosRevenue, Kind = TagKind.Manual, CreatedAt = Clock.Now });

        await Db.Get<BuiltInTags>().EnsureAsync();

        (await Db.ReadAsync(db => db.Tags.OrderBy(t => t.Id).ToListAsync())).Select(t => (t.Name, t.IsBuiltIn, Conditions: t.Rule?.Conditions.Length))
            .ShouldBe([(BuiltInTags.Revenue, true, 1), (BuiltInTags.PosRevenue, false, null), (BuiltInTags.InformAboutBonusSystem, true, 4)]);
    }

    [Fact]
    public async Task Six_months_of_revenue_are_calendar_months_net_of_refunds_and_the_till_is_told_from_the_shop()
    {
        await Db.Get<BuiltInTags>().EnsureAsync();
        var store = await A.Store().SaveToAsync(Db);
        var (inside, outside, online, refunded) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var border = Today.AddMonths(-6);
        await BuyAsync(Bought(inside, store, border, Channel.Pos, 5), Bought(outside, store, border.AddDays(-1), Channel.Pos, 5), Bought(online, store, Today, Channel.Online, 5), Bought(refunded, store, Today, Channel.Pos, 0));
        await Db.Get<TagRecalculation>().RunAllAsync();

        (await MembersOfAsync(BuiltInTags.PosRevenue)).ShouldBe([inside.Id]);
        (await MembersOfAsync(BuiltInTags.Revenue)).ShouldBe([inside.Id, online.Id]);
        Clock.Advance(TimeSpan.FromDays(1));
        await Db.Get<TagRecalculation>().RunAllAsync();
        (await MembersOfAsync(BuiltInTags.PosRevenue)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_explanation_shows_the_receipts_and_the_day_the_tag_goes()
    {
        await Db.Get<BuiltInTags>().EnsureAsync();
        var store = await A.Store().SaveToAsync(Db);
        var member = await A.Member().SaveToAsync(Db);
        var (older, newer) = (Bought(member, store, Today.AddDays(-40), Channel.Pos, 5), Bought(member, store, Today.AddDays(-3), Channel.Pos, 7));
        await BuyAsync(older, newer, Bought(member, store, Today.AddDays(-1), Channel.Online, 9));
        var tag = await Db.ReadAsync(db => db.Tags.Where(t => t.Name == BuiltInTags.PosRevenue).Select(t => t.Id).SingleAsync());

        var why = await Db.Get<MemberTagList>().ExplainAsync(Actor.System, member.Id, tag);

        why.Answer.IsIn.ShouldBeTrue();
        why.Answer.Conditions.ShouldHaveSingleItem().Figure.ShouldBe("2 orders, USD 12.00");
        why.Receipts.Select(r => r.Number).ShouldBe([newer.Number, older.Number]);
        // Bought on February 27: on August 28 the same day six months ago is February 28.
        (newer.BusinessDay, why.ChangesOn).ShouldBe((new DateOnly(2026, 2, 27), new DateOnly(2026, 8, 28)));
    }

    [Fact]
    public async Task Consent_to_bonus_news_by_any_channel_of_messages_gives_the_tag_and_its_withdrawal_takes_it()
    {
        await Db.Get<BuiltInTags>().EnsureAsync();
        var (asked, ads) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        MemberConsent consent(Member member, ConsentChannel channel) => new() { MemberId = member.Id, Channel = channel, Purpose = ConsentPurpose.LoyaltyNotification, Status = ConsentStatus.Granted, Since = Clock.Now };
        await Db.AddAsync(consent(asked, ConsentChannel.Sms), consent(ads, ConsentChannel.MetaAds));

        await Db.Get<TagRecalculation>().RunAllAsync();
        (await MembersOfAsync(BuiltInTags.InformAboutBonusSystem)).ShouldBe([asked.Id]);

        await Db.Database.WriteAsync(Actor.System, async db => (await db.MemberConsents.SingleAsync(c => c.MemberId == asked.Id)).Status = ConsentStatus.Withdrawn);
        await Db.Get<TagRecalculation>().RunAllAsync();
        (await MembersOfAsync(BuiltInTags.InformAboutBonusSystem)).ShouldBeEmpty();
    }

    private Task BuyAsync(params Order[] orders) => Db.Database.WriteAsync(Actor.System, async db =>
    {
        db.AddRange(orders.AsEnumerable());
        await Db.Get<PurchaseSummaries>().RewriteAsync(db, orders.Select(o => o.MemberId!.Value));
    });

    private static Order Bought(Member member, Store store, DateOnly day, Channel channel, decimal revenue) => new()
    {
        Source = "test",
        Number = A.Unique("O"),
        Kind = OrderKind.Bill,
        MemberId = member.Id,
        StoreId = store.Id,
        Channel = channel,
        Currency = "USD",
        PlacedAt = default,
        BusinessDay = day,
        Total = 5,
        Revenue = revenue,
        GroupRevenue = revenue,
        IsPurchase = revenue > 0,
        Status = OrderStatus.Paid,
        SourceChangedAt = default,
        ContentHash = [1],
        RecordedAt = default,
    };

    private Task<Member> BerlinerAsync() => A.Member().Where(m => m.City = "Berlin").SaveToAsync(Db);

    private Task<long> ComputedAsync(string city) =>
        Db.Get<TagService>().SaveAsync(Actor.System, new TagForm { Name = $"in{city}", Kind = TagKind.Computed, Rule = SegmentRule.All(new ProfileCondition(ProfileField.City, [city])) });

    private Task<List<TagSource>> SourcesAsync(long member) => Db.ReadAsync(db => db.MemberTags.Where(t => t.MemberId == member).Select(t => t.Source).ToListAsync());

    private Task<List<long>> MembersOfAsync(string tag) => Db.ReadAsync(db => db.MemberTags.Where(t => db.Tags.Any(x => x.Id == t.TagId && x.Name == tag)).Select(t => t.MemberId).OrderBy(id => id).ToListAsync());
}
