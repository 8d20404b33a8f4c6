using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Gifts;

public abstract class GiftDeliveryTests(DatabaseKind kind) : GiftTest(kind)
{
    public sealed class OnSqlite() : GiftDeliveryTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftDeliveryTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task What_is_delayed_survives_a_restart_and_comes_at_its_time_with_a_message()
    {
        var (soon, late) = (await A.Coupon("Soon").SaveToAsync(Db), await A.Coupon("Late").SaveToAsync(Db));
        var members = await MembersAsync(2);
        await GrantAsync(Order(Gift(0, Later(late, 5), Later(soon))), members);
        await WorkAsync();
        (await CouponsAsync()).ShouldBe(0);
        await using var restarted = Db.OpenAgain();

        Clock.Advance(TimeSpan.FromHours(3));
        await WorkAsync(restarted);

        (await Db.ReadAsync(db => db.MemberCoupons.Select(c => new { c.CouponId, c.UsableFrom, c.UsableUntil }).ToListAsync())).ShouldAllBe(c => c.CouponId == soon.Id && c.UsableFrom == Clock.Now && c.UsableUntil == Clock.Now.AddDays(7));
        (await ItemsAsync()).Select(i => i.Status).ShouldBe([GiftItemStatus.Pending, GiftItemStatus.Delivered, GiftItemStatus.Pending, GiftItemStatus.Delivered]);
        (await MessagesAsync()).ShouldAllBe(m => m.Scenario == MessageScenario.CouponArrival && m.Variables.Contains("Soon"));
        // Three days without anybody running: what fell due meanwhile comes once.
        Clock.Advance(TimeSpan.FromDays(3));
        await WorkAsync(restarted);
        await WorkAsync();
        (await CouponsAsync()).ShouldBe(4);
        (await MessagesAsync()).Count.ShouldBe(4);
    }

    [Fact]
    public async Task Two_nodes_deliver_once()
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        await GrantAsync(Order(Gift(0, Later(coupon))), await MembersAsync(300));
        Clock.Advance(TimeSpan.FromHours(3));
        await using var other = Db.OpenAgain();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => WorkAsync(i % 2 == 0 ? Db : other))));
        await WorkAsync();

        (await CouponsAsync()).ShouldBe(300);
        (await ItemsAsync()).ShouldAllBe(i => i.Status == GiftItemStatus.Delivered && i.Attempts == 1);
    }

    [Fact]
    public async Task What_fails_for_no_reason_of_the_business_holds_up_nobody_and_is_given_up_after_some_attempts()
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        await GrantAsync(Order(Gift(0, Later(coupon))), await MembersAsync(3));
        var poisoned = (await ItemsAsync())[1].Id;
        await BreakAsync(poisoned, "nonsense");
        Clock.Advance(TimeSpan.FromHours(3));

        await WorkAsync();

        (await CouponsAsync()).ShouldBe(2);
        (await StateAsync(poisoned)).ShouldBe((GiftItemStatus.Pending, 1, Clock.Now.AddMinutes(1)));
        for (var attempt = 2; attempt <= GiftDeliveryWork.MostAttempts; attempt++)
        {
            Clock.Advance(TimeSpan.FromHours(3));
            await WorkAsync();
        }

        (await StateAsync(poisoned)).ShouldBe((GiftItemStatus.Failed, 5, null));
        var row = (await Granted.ListAsync(Manager, new GiftFilter { Status = GiftItemStatus.Failed }, new PageRequest())).Rows.Single();
        row.Reason.ShouldNotBeNull().ShouldStartWith("It could not be delivered in 5 attempts because of an error in the program");

        await BreakAsync(poisoned, "{\"$type\":\"relative\",\"days\":7,\"delayDays\":0}");
        await Granted.RetryAsync(Manager, [poisoned]);
        await WorkAsync();
        (await CouponsAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task A_frozen_member_waits_for_people_and_an_erased_one_gets_nothing_further()
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        var members = await MembersAsync(2);
        await GrantAsync(Order(Gift(0, Later(coupon))), members);
        await SetAsync(members[0], MemberStatus.Frozen);
        var number = await Db.ReadAsync(db => db.Members.Where(m => m.Id == members[1]).Select(m => m.Number).SingleAsync());
        await Db.Get<MemberErasure>().EraseAsync(Manager, members[1], number, "Asked");
        Clock.Advance(TimeSpan.FromHours(3));

        await WorkAsync();

        (await CouponsAsync()).ShouldBe(0);
        (await ItemsAsync()).Select(i => (i.Status, i.Reason)).ShouldBe([(GiftItemStatus.Failed, "The member is frozen. Restore the member, then try again."), (GiftItemStatus.Cancelled, "The member’s data was erased.")]);
    }

    [Fact]
    public async Task A_coupon_whose_window_has_ended_or_that_is_not_active_any_more_fails_with_the_reason()
    {
        var (window, switchedOff) = (await A.Coupon("Window").SaveToAsync(Db), await A.Coupon("Off").SaveToAsync(Db));
        await GrantAsync(Order(Gift(0, new GiftCoupon(window.Id, 1, new HourlyDelayedDistribution(3), new FixedValidity(Clock.Now.DateTime, Clock.Now.DateTime.AddHours(4))), Later(switchedOff))), await MembersAsync(1));
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Coupons.SingleAsync(c => c.Id == switchedOff.Id)).Deactivate());
        Clock.Advance(TimeSpan.FromHours(5));

        await WorkAsync();

        (await ItemsAsync()).Select(i => i.Reason).ShouldBe(["The validity of the coupon “Window” has ended.", "The coupon “Off” is not active."]);
    }

    private async Task<(GiftItemStatus, int, DateTimeOffset?)> StateAsync(long item)
    {
        var found = await Db.ReadAsync(db => db.GiftItems.Where(i => i.Id == item).Select(i => new { i.Status, i.Attempts, i.NextAt }).SingleAsync());

        return (found.Status, found.Attempts, found.NextAt);
    }

    private Task BreakAsync(long item, string validity) => Db.Database.WriteAsync(Actor.System, db => db.Database.ExecuteSqlRawAsync("UPDATE \"GiftItems\" SET \"Validity\" = {0} WHERE \"Id\" = {1}", validity, item));
}
