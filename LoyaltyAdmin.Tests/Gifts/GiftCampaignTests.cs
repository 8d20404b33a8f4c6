using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Gifts;

public abstract class GiftCampaignTests(DatabaseKind kind) : GiftTest(kind)
{
    public sealed class OnSqlite() : GiftCampaignTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCampaignTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Everybody_in_the_audience_gets_it_once_and_the_campaign_is_finished()
    {
        var coupon = await A.Coupon("Coffee").SaveToAsync(Db);
        var members = await MembersAsync(3);
        await SetAsync(members[2], MemberStatus.Frozen);
        var form = Form(Gift(5, Now(coupon)));

        var id = await Campaigns.SaveAsync(Manager, form);
        (await Campaigns.SaveAsync(Manager, form)).ShouldBe(id);
        await WorkAsync();

        var row = (await Campaigns.ListAsync(Manager, "spring", null, new PageRequest())).Rows.Single();
        (row.Code, row.Status, row.Granted, row.PointsGranted, row.GiftText).ShouldBe(("GF-0001", GiftCampaignStatus.Finished, 2, 10m, "5 points; 1 × Coffee, valid 7 days after claiming"));
        (await Campaigns.FiguresAsync(Manager, id)).ShouldBe(new GiftFigures(0, 4, 0, 0));
        (await Granted.ListAsync(Manager, new GiftFilter { CampaignId = id, Kind = GiftItemKind.Coupon }, new PageRequest())).Rows.Select(r => (r.MemberId, r.What, r.GrantedBy)).ShouldBe([(members[1], "1 × Coffee", Manager.Name), (members[0], "1 × Coffee", Manager.Name)]);
        (await Campaigns.HistoryAsync(Manager, id, new PageRequest())).Rows.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Its_mini_programs_tell_of_it_and_one_that_does_not_exist_is_refused()
    {
        await MembersAsync(1);
        var program = new MiniProgram { Code = "shop", Name = "Shop", Kind = MiniProgramKind.WeChat, AppId = "wx1", UsesSandbox = true, Templates = [] };
        await Db.AddAsync(program);
        await Campaigns.SaveAsync(Manager, Form(Gift(1), form => form.MiniPrograms = [program.Id]));

        await WorkAsync();

        (await MessagesAsync()).ShouldHaveSingleItem().MiniProgramIds.ShouldBe([program.Id]);
        (await Should.ThrowAsync<InvalidInputException>(() => Campaigns.SaveAsync(Manager, Form(Gift(1), form => form.MiniPrograms = [program.Id, program.Id + 1])))).Errors.Single().Field.ShouldBe("MiniPrograms");
    }

    [Fact]
    public async Task The_limit_of_members_stops_it_and_a_higher_one_lets_it_go_on()
    {
        var members = await MembersAsync(5);
        var id = await Campaigns.SaveAsync(Manager, Form(Gift(1), form => form.MemberLimit = 3));
        await WorkAsync();
        var row = await Campaigns.FindAsync(Manager, id);
        (row.Status, row.Granted, row.StopReason).ShouldBe((GiftCampaignStatus.Stopped, 3, "The limit of 3 members is reached."));

        var form = await Campaigns.GetAsync(Manager, id);
        form.MemberLimit = 2;
        (await Should.ThrowAsync<InvalidInputException>(() => Campaigns.SaveAsync(Manager, form))).Errors.Single().Field.ShouldBe(nameof(form.MemberLimit));
        form.MemberLimit = 9;
        form.Gift = Gift(2);
        (await Should.ThrowAsync<InvalidInputException>(() => Campaigns.SaveAsync(Manager, form))).Errors.Single().Field.ShouldBe(nameof(form.Gift));
        form.Gift = Gift(1);
        await Campaigns.SaveAsync(Manager, form);
        await WorkAsync();

        row = await Campaigns.FindAsync(Manager, id);
        (row.Status, row.Granted, row.StopReason).ShouldBe((GiftCampaignStatus.Finished, 5, null));
        (await Task.WhenAll(members.Select(PointsAsync))).ShouldAllBe(points => points == 1);
    }

    [Fact]
    public async Task The_points_budget_stops_it_and_the_database_itself_lets_no_more_through()
    {
        await MembersAsync(5);
        var id = await Campaigns.SaveAsync(Manager, Form(Gift(2.5m), form => form.PointsBudget = 8));

        await WorkAsync();

        var row = await Campaigns.FindAsync(Manager, id);
        (row.Status, row.Granted, row.PointsGranted, row.StopReason).ShouldBe((GiftCampaignStatus.Stopped, 3, 7.5m, "The budget of 8 points is used up."));
        await Should.ThrowAsync<Exception>(() => Db.Database.WriteAsync(Actor.System, db => db.GiftCampaigns.ExecuteUpdateAsync(set => set.SetProperty(c => c.PointsGranted, c => c.PointsGranted + 2.5m))));
    }

    [Fact]
    public async Task It_stops_when_the_stock_is_used_up_before_anybody_is_failed()
    {
        var coupon = await A.Coupon("Rare").WithStock(5).SaveToAsync(Db);
        await MembersAsync(5);

        var id = await Campaigns.SaveAsync(Manager, Form(Gift(1, Now(coupon, 2))));
        await WorkAsync();

        var row = await Campaigns.FindAsync(Manager, id);
        (row.Status, row.Granted, row.StopReason).ShouldBe((GiftCampaignStatus.Stopped, 2, "The stock of the coupon “Rare” is used up."));
        (await ItemsAsync()).ShouldAllBe(i => i.Status == GiftItemStatus.Delivered);
    }

    [Fact]
    public async Task It_begins_at_its_time_and_can_be_taken_off_the_schedule_before()
    {
        await MembersAsync(2);
        Action<GiftCampaignForm> tomorrow = form => (form.IsScheduled, form.StartAt) = (true, Clock.Now.DateTime.AddDays(1));
        var (kept, taken) = (await Campaigns.SaveAsync(Manager, Form(Gift(1), tomorrow)), await Campaigns.SaveAsync(Manager, Form(Gift(1), tomorrow)));
        await Campaigns.UnscheduleAsync(Manager, taken);
        await WorkAsync();
        (await ItemsAsync()).ShouldBeEmpty();

        Clock.Advance(TimeSpan.FromDays(1));
        await WorkAsync();

        (await Campaigns.FindAsync(Manager, kept)).Status.ShouldBe(GiftCampaignStatus.Finished);
        (await Campaigns.FindAsync(Manager, taken)).Status.ShouldBe(GiftCampaignStatus.Draft);
        (await ItemsAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_has_changed_until_its_time_stops_it_with_the_reason()
    {
        var coupon = await A.Coupon("Gone").SaveToAsync(Db);
        await MembersAsync(1);
        var id = await Campaigns.SaveAsync(Manager, Form(Gift(0, Now(coupon)), form => (form.IsScheduled, form.StartAt) = (true, Clock.Now.DateTime.AddDays(1))));
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Coupons.SingleAsync()).Deactivate());
        Clock.Advance(TimeSpan.FromDays(1));

        await WorkAsync();

        var row = await Campaigns.FindAsync(Manager, id);
        (row.Status, row.StopReason).ShouldBe((GiftCampaignStatus.Stopped, "The coupon “Gone” is not active. Activate it first."));
    }

    [Fact]
    public async Task Nothing_goes_live_that_could_not_be_used_and_a_draft_may_have_gaps()
    {
        var (coupon, archived) = (await A.Coupon().SaveToAsync(Db), await A.Coupon().Draft().SaveToAsync(Db));
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Coupons.SingleAsync(c => c.Id == archived.Id)).Archive());
        var past = new GiftCoupon(coupon.Id, 1, DistributionRule.Instant, new FixedValidity(new DateTime(2026, 3, 1), new DateTime(2026, 3, 2)));
        var tooLate = past with { Distribution = new HourlyDelayedDistribution(30), Validity = new FixedValidity(new DateTime(2026, 3, 1), new DateTime(2026, 3, 3)) };

        (await FaultsAsync(Form(Gift(0, past, tooLate, Now(archived))))).ShouldBe([
            ("Gift.Coupons[0].Validity", "The fixed validity has ended already."), ("Gift.Coupons[1].Validity", "The coupon would come after its fixed validity has ended."),
            ("Gift.Coupons[2].CouponId", $"The coupon “{archived.Name}” is archived and can no longer be given.")]);
        (await FaultsAsync(Form(GiftSpec.None, form => (form.Name, form.Audience) = ("", AudienceScope.Nobody)))).Select(fault => fault.Field).ShouldBe(["Name", "Audience", "Gift"]);
        (await FaultsAsync(Form(Gift(10), form => (form.MemberLimit, form.PointsBudget, form.IsScheduled, form.StartAt) = (0, 9, true, Clock.Now.DateTime)))).Select(fault => fault.Field).ShouldBe(["MemberLimit", "PointsBudget", "StartAt"]);

        var draft = await Campaigns.SaveAsync(Manager, Form(Gift(0, past), form => form.Audience = AudienceScope.Nobody), asDraft: true);
        (await Should.ThrowAsync<RuleViolationException>(() => Campaigns.StartAsync(Manager, draft))).Code.ShouldBe("not_ready");
    }

    [Fact]
    public async Task Once_stopped_nobody_gets_it_and_it_goes_on_with_the_others()
    {
        var members = await MembersAsync(3);
        var id = await Campaigns.SaveAsync(Manager, Form(Gift(1)));
        await Campaigns.StopAsync(Manager, id);
        await WorkAsync();
        (await ItemsAsync()).ShouldBeEmpty();
        (await Campaigns.FindAsync(Manager, id)).StopReason.ShouldBe($"Stopped by {Manager.Name}.");

        await Campaigns.StartAsync(Manager, id);
        await WorkAsync();

        (await ItemsAsync()).Select(i => i.MemberId).ShouldBe(members);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_it_is_archived_its_policy_decides_what_becomes_of_what_waits(bool cancels)
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        await MembersAsync(2);
        var id = await Campaigns.SaveAsync(Manager, Form(Gift(1, Later(coupon)), form => form.CancelsPending = cancels));
        await WorkAsync();

        (await Campaigns.ArchiveAsync(Manager, id)).ShouldBe(cancels ? 2 : 0);
        Clock.Advance(TimeSpan.FromHours(3));
        await WorkAsync();

        (await CouponsAsync()).ShouldBe(cancels ? 0 : 2);
        (await Campaigns.FiguresAsync(Manager, id)).ShouldBe(cancels ? new GiftFigures(0, 2, 0, 2) : new GiftFigures(0, 4, 0, 0));
        (await Campaigns.ListAsync(Manager, null, null, new PageRequest())).Rows.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_nodes_give_once_and_keep_the_limit()
    {
        await MembersAsync(700);
        var id = await Campaigns.SaveAsync(Manager, Form(Gift(1), form => form.MemberLimit = 600));
        await using var other = Db.OpenAgain();

        await Task.WhenAll(Task.Run(() => WorkAsync()), Task.Run(() => WorkAsync(other)));
        await WorkAsync();

        (await Campaigns.FindAsync(Manager, id)).Granted.ShouldBe(600);
        (await Db.ReadAsync(db => db.GiftGrants.CountAsync())).ShouldBe(600);
        (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync())).ShouldBe(600);
    }

    [Fact]
    public async Task A_copy_is_a_draft_of_its_own_and_only_staff_of_all_stores_give()
    {
        await MembersAsync(1);
        var id = await Campaigns.SaveAsync(Manager, Form(Gift(1)));
        await WorkAsync();

        var copy = await Campaigns.FindAsync(Manager, await Campaigns.CopyAsync(Manager, id, "Autumn", "op-1"));

        (copy.Name, copy.Status, copy.Granted, copy.GiftText).ShouldBe(("Autumn", GiftCampaignStatus.Draft, 0, "1 point"));
        var local = await A.StaffUser().With(Permission.GiftsManage, Permission.GiftsRead).In(await A.Store().SaveToAsync(Db)).SaveToAsync(Db);
        (await Should.ThrowAsync<RuleViolationException>(() => Campaigns.StartAsync(local, copy.Id))).Code.ShouldBe("all_stores_needed");
    }

    [Fact]
    public async Task Staff_of_a_store_find_and_retry_the_gifts_of_its_members_only()
    {
        var (store, elsewhere) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var (own, other) = (await A.Member().In(store).SaveToAsync(Db), await A.Member().In(elsewhere).SaveToAsync(Db));
        var none = await A.Coupon("None").WithStock(1).SaveToAsync(Db);
        await GrantAsync(Order(Gift(1, Now(none, 2))), own.Id, other.Id);
        var local = await A.StaffUser().With(Permission.GiftsManage, Permission.GiftsRead).In(store).SaveToAsync(Db);

        (await Granted.ListAsync(local, new GiftFilter(), new PageRequest())).Rows.ShouldAllBe(row => row.MemberId == own.Id);
        (await Granted.CountAsync(Manager, new GiftFilter { MemberNumber = other.Number, Source = "welc", Status = GiftItemStatus.Failed, From = new DateOnly(2026, 3, 2), To = new DateOnly(2026, 3, 2) })).Count.ShouldBe(1);
        (await Granted.CountAsync(Manager, new GiftFilter { From = new DateOnly(2026, 3, 3) })).Count.ShouldBe(0);
        var failed = (await ItemsAsync()).Where(i => i.Status == GiftItemStatus.Failed).Select(i => i.Id).ToList();
        (await Granted.RetryAsync(local, failed)).ShouldBe(1);
        (await Should.ThrowAsync<RuleViolationException>(() => Granted.RetryAsync(local, failed))).Code.ShouldBe("not_failed");

        var exports = Db.Get<Exports>();
        var ticket = await exports.RequestAsync(Manager, new ExportRequest { Kind = ExportKind.Gifts, Gifts = new GiftFilter { Status = GiftItemStatus.Delivered } });
        await Db.Get<ExportWork>().RunOnceAsync();
        (await exports.GetAsync(Manager, ticket.ExportId!.Value)).Rows.ShouldBe(2);
    }

    private static GiftCampaignForm Form(GiftSpec gift, Action<GiftCampaignForm>? change = null)
    {
        var form = new GiftCampaignForm { Name = "Spring", Audience = AudienceScope.Everybody, Gift = gift };
        change?.Invoke(form);

        return form;
    }

    private async Task<IReadOnlyList<(string Field, string Message)>> FaultsAsync(GiftCampaignForm form) =>
        [.. (await Should.ThrowAsync<InvalidInputException>(() => Campaigns.SaveAsync(Manager, form))).Errors.Select(error => (error.Field, error.Message))];
}
