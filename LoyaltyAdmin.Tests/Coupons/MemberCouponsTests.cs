using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Coupons;

/// <summary>A member's coupons where they meet merges, the timeline and staff who must know a code.</summary>
public abstract class MemberCouponsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor till = Actor.System;
    private Store store = null!;

    private CouponRedeeming Redeeming => Db.Get<CouponRedeeming>();

    public sealed class OnSqlite() : MemberCouponsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MemberCouponsTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        till = await A.ApiClient().With(ApiScope.CouponsRead, ApiScope.CouponsRedeem, ApiScope.CouponsIssue).SaveToAsync(Db);
        store = await A.Store().SaveToAsync(Db);
    }

    [Fact]
    public async Task Merging_two_members_brings_their_coupons_together()
    {
        var keeper = await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db);
        var (into, from) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var coupon = await A.Coupon().PerMember(2).SaveToAsync(Db);
        var order = new CouponOrder { CouponId = coupon.Id, Source = "both", Origin = CouponOrigin.Hand };
        await Db.Database.WriteAsync(Actor.System, db => Db.Get<CouponIssuing>().IssueAsync(db, [into.Id, from.Id], order));

        await Db.Get<MemberMerges>().MergeAsync(keeper, into.Id, from.Id, "Same person");

        (await Db.ReadAsync(db => db.MemberCoupons.OrderBy(c => c.Ordinal).Select(c => new { c.MemberId, c.Ordinal }).ToListAsync())).Select(c => (c.MemberId, c.Ordinal)).ShouldBe([(into.Id, 1), (into.Id, 2)]);
        (await Should.ThrowAsync<RuleViolationException>(() => Db.Database.WriteAsync(Actor.System, db => Db.Get<CouponIssuing>().IssueOneAsync(db, into.Id, order with { Source = "more" })))).Code.ShouldBe("member_limit_reached");
    }

    [Fact]
    public async Task What_a_duplicate_redeemed_comes_back_to_the_last_survivor()
    {
        var keeper = await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db);
        var (first, second, last) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var code = await IssuedAsync(A.Coupon(), first);
        var redeemed = await RedeemAsync(code);
        await Db.Get<MemberMerges>().MergeAsync(keeper, second.Id, first.Id, "Same person");
        await Db.Get<MemberMerges>().MergeAsync(keeper, last.Id, second.Id, "Same person");

        await Redeeming.ReverseAsync(till, redeemed.RedemptionId, "Returned", New());

        (await Db.ReadAsync(db => db.MemberCoupons.SingleAsync())).ShouldSatisfyAllConditions(c => c.MemberId.ShouldBe(last.Id), c => c.Status.ShouldBe(MemberCouponStatus.Active));
        await Redeeming.RedeemAsync(till, Use(code) with { MemberNumber = first.Number }, New());
    }

    [Fact]
    public async Task The_members_timeline_tells_what_happened_to_its_coupons_and_a_merge_says_how_many_would_move()
    {
        var keeper = await A.StaffUser().With(Permission.MembersRead, Permission.MembersErase, Permission.CouponsRead).SaveToAsync(Db);
        var (member, into) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var coupon = A.Coupon();
        var code = await IssuedAsync(coupon, member);
        await IssuedAsync(A.Coupon(), member);
        Clock.Advance(TimeSpan.FromMinutes(1));
        var redeemed = await Redeeming.RedeemAsync(till, Use(code) with { OrderNumber = "R-1" }, New());
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Redeeming.ReverseAsync(till, redeemed.RedemptionId, "Returned", New());
        await Redeeming.RedeemAsync(till, Use(code), New());

        (await Db.Get<MemberMerges>().PreviewAsync(keeper, into.Id, member.Number)).Coupons.ShouldBe(1);
        await Db.Get<MemberMerges>().MergeAsync(keeper, into.Id, member.Id, "Same person");

        var told = (await Db.Get<MemberTimeline>().ListAsync(keeper, into.Id)).Rows.Where(e => e.Kind is TimelineKind.Coupon or TimelineKind.CouponUse).ToList();
        told.Count(e => e.Kind == TimelineKind.Coupon && e.Text.EndsWith(" issued", StringComparison.Ordinal)).ShouldBe(2);
        told.Where(e => e.Kind == TimelineKind.CouponUse).Select(e => (e.Amount, e.Detail)).ShouldBe([(20m, null), (-20m, "Returned"), (20m, "Order R-1")]);
        var blind = await A.StaffUser().With(Permission.MembersRead).SaveToAsync(Db);
        (await Db.Get<MemberTimeline>().ListAsync(blind, into.Id)).Rows.ShouldNotContain(e => e.Kind == TimelineKind.Coupon || e.Kind == TimelineKind.CouponUse);
    }

    [Fact]
    public async Task A_code_is_revealed_for_a_reason_which_is_recorded()
    {
        var other = await A.Store().SaveToAsync(Db);
        var code = await IssuedAsync(A.Coupon(), await A.Member().In(store).SaveToAsync(Db));
        var id = await Db.ReadAsync(db => db.MemberCoupons.Select(c => c.Id).SingleAsync());
        var (here, there) = (await A.StaffUser().With(Permission.CouponsIssue).In(store).SaveToAsync(Db), await A.StaffUser().With(Permission.CouponsIssue).In(other).SaveToAsync(Db));
        var issued = Db.Get<IssuedCoupons>();

        await Should.ThrowAsync<InvalidInputException>(() => issued.RevealCodeAsync(here, id, " "));
        await Should.ThrowAsync<NotFoundException>(() => issued.RevealCodeAsync(there, id, "Curious"));
        await Should.ThrowAsync<AccessDeniedException>(async () => await issued.RevealCodeAsync(await A.StaffUser().With(Permission.CouponsRead).SaveToAsync(Db), id, "Curious"));
        (await issued.RevealCodeAsync(here, id, "Lost the message")).ShouldBe(code);

        var entry = (await Db.ReadAsync(db => db.AuditEntries.Where(e => e.Action == "MemberCoupon.RevealCode").ToListAsync())).ShouldHaveSingleItem();
        (entry.Reason, entry.Subject, entry.EntityId).ShouldBe(("Lost the message", $"**** {code[^4..]}", id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private async Task<string> IssuedAsync(CouponBuilder coupon, Member member) =>
        Db.Get<CouponCodes>().Open((await coupon.IssuedTo(member, Db)).SealedCode!);

    private CouponUse Use(string code) => new() { Code = code, StoreCode = store.Code, Channel = Channel.Pos, Currency = "USD", Lines = [new CouponLine("A", 1, 50)] };

    private Operation New() => Operation.For(till, Guid.NewGuid().ToString("N"), "test");

    private Task<CouponRedeemed> RedeemAsync(string code) => Redeeming.RedeemAsync(till, Use(code), New());
}
