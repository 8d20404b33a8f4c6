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

public abstract class CouponRedeemingTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor till = Actor.System;
    private Store store = null!;

    private CouponRedeeming Redeeming => Db.Get<CouponRedeeming>();

    public sealed class OnSqlite() : CouponRedeemingTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CouponRedeemingTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        till = await A.ApiClient().With(ApiScope.CouponsRead, ApiScope.CouponsRedeem, ApiScope.CouponsIssue).SaveToAsync(Db);
        store = await A.Store().SaveToAsync(Db);
    }

    [Fact]
    public async Task A_coupon_is_redeemed_given_back_and_redeemed_again()
    {
        var code = await IssuedAsync(A.Coupon());

        var first = await RedeemAsync(code);
        (first.Discount, first.Lines).ShouldSatisfyAllConditions(x => x.Discount.ShouldBe(20), x => x.Lines.ShouldBe([new LineDiscount("A", 50, 20)]));
        (await RefusalAsync(() => RedeemAsync(code))).ShouldBe("coupon_redeemed");
        await Redeeming.ReverseAsync(till, first.RedemptionId, "Cancelled", New());
        (await RefusalAsync(() => Redeeming.ReverseAsync(till, first.RedemptionId, null, New()))).ShouldBe("already_reversed");
        await RedeemAsync(code);

        var rows = await Db.ReadAsync(db => db.CouponRedemptions.OrderBy(r => r.Id).ToListAsync());
        rows.Select(r => (r.Sign, r.Discount, r.BasketAmount, r.ReversesId)).ShouldBe([(1, 20m, 50m, null), (-1, 20m, 50m, first.RedemptionId), (1, 20m, 50m, null)]);
        (await Db.ReadAsync(db => db.MemberCoupons.SingleAsync())).Status.ShouldBe(MemberCouponStatus.Redeemed);
    }

    [Fact]
    public async Task Of_64_clients_at_once_exactly_one_redeems()
    {
        var code = await IssuedAsync(A.Coupon());
        await using var other = Db.OpenAgain();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            try
            {
                await (i % 2 == 0 ? Db : other).Get<CouponRedeeming>().RedeemAsync(till, Use(code), New());

                return "redeemed";
            }
            catch (RuleViolationException refused)
            {
                return refused.Code;
            }
        })));

        outcomes.Count(o => o == "redeemed").ShouldBe(1);
        outcomes.Count(o => o == "coupon_redeemed").ShouldBe(63);
        (await Db.ReadAsync(db => db.CouponRedemptions.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_request_16_times_at_once_is_one_redemption_with_one_answer()
    {
        var member = await A.Member().SaveToAsync(Db);
        await A.Coupon().Universal("SUMMER20").SaveToAsync(Db);
        var operation = New();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Redeeming.RedeemAsync(till, Use("summer-20") with { MemberNumber = member.Number }, operation))));

        answers.ShouldAllBe(a => a.RedemptionId == answers[0].RedemptionId && a.Discount == 20);
        (await Db.ReadAsync(db => db.MemberCoupons.CountAsync())).ShouldBe(1);
        (await RefusalAsync(() => Redeeming.RedeemAsync(till, Use("summer-20"), operation with { RequestHash = "other" }))).ShouldBe("idempotency_key_reused");
    }

    [Fact]
    public async Task A_universal_code_takes_what_the_member_holds_first_and_claims_within_the_limit()
    {
        var member = await A.Member().SaveToAsync(Db);
        var coupon = await A.Coupon().Universal("SUMMER20").PerMember(2).SaveToAsync(Db);
        var held = await CouponBuilder.Issue(coupon, member, Db);
        var use = Use("SUMMER20") with { MemberNumber = member.Number };

        (await RefusalAsync(() => RedeemAsync("SUMMER20"))).ShouldBe("member_required");
        await Redeeming.RedeemAsync(till, use, New());
        (await Db.ReadAsync(db => db.MemberCoupons.SingleAsync())).ShouldSatisfyAllConditions(c => c.Id.ShouldBe(held.Id), c => c.Status.ShouldBe(MemberCouponStatus.Redeemed));
        await Redeeming.RedeemAsync(till, use, New());
        (await RefusalAsync(() => Redeeming.RedeemAsync(till, use, New()))).ShouldBe("member_limit_reached");
        (await Redeeming.ValidateAsync(till, use, New())).Rule.ShouldBe("member_limit_reached");
        (await Db.ReadAsync(db => db.MemberCoupons.CountAsync())).ShouldBe(2);
    }

    [Fact]
    public async Task A_validation_says_the_discount_or_the_rule_and_leaves_no_trace()
    {
        var code = await IssuedAsync(A.Coupon().With(r => r with { Threshold = 60 }));

        (await Redeeming.ValidateAsync(till, Use(code), New())).ShouldSatisfyAllConditions(c => c.Rule.ShouldBe("below_threshold"), c => c.Discount.ShouldBe(0));
        (await Redeeming.ValidateAsync(till, Use(code) with { Lines = [new("A", 2, 50)] }, New())).ShouldSatisfyAllConditions(c => c.Rule.ShouldBeNull(), c => c.Discount.ShouldBe(20));
        (await RefusalAsync(() => RedeemAsync(code))).ShouldBe("below_threshold");
        (await Db.ReadAsync(db => db.CouponRedemptions.CountAsync())).ShouldBe(0);
        (await Db.ReadAsync(db => db.MemberCoupons.SingleAsync())).Status.ShouldBe(MemberCouponStatus.Active);
    }

    [Fact]
    public async Task A_category_stands_for_what_is_below_it()
    {
        var drinks = new ProductCategory { Code = "D", Name = "Drinks" };
        await Db.AddAsync(drinks);
        var coffee = new ProductCategory { Code = "C", Name = "Coffee", ParentId = drinks.Id };
        await Db.AddAsync(coffee);
        await Db.AddAsync(new Product { Code = "LATTE", Name = "Latte", CategoryId = coffee.Id }, new Product { Code = "CAKE", Name = "Cake" });
        var code = await IssuedAsync(A.Coupon().With(r => r with { Value = new PercentOff(50), Items = new ItemScope(ItemScopeKind.Included, [], [drinks.Id]) }));

        (await Redeeming.RedeemAsync(till, Use(code) with { Lines = [new("CAKE", 1, 6), new("LATTE", 2, 4), new("UNKNOWN", 1, 9)] }, New())).Lines.ShouldBe([new LineDiscount("LATTE", 8, 4)]);
    }

    [Fact]
    public async Task Coupons_that_stand_alone_share_no_order_also_when_used_at_the_same_moment()
    {
        string[] alone = [await IssuedAsync(A.Coupon()), await IssuedAsync(A.Coupon()), await IssuedAsync(A.Coupon()), await IssuedAsync(A.Coupon())];
        var shared = new[] { await IssuedAsync(Stackable()), await IssuedAsync(Stackable()) };

        var outcomes = await Task.WhenAll(alone.Select(code => Task.Run(() => OutcomeAsync(Use(code) with { OrderNumber = "R-1" }))));
        outcomes.Count(o => o == "redeemed").ShouldBe(1);
        outcomes.Count(o => o == "not_stackable").ShouldBe(3);
        (await OutcomeAsync(Use(shared[0]) with { OrderNumber = "R-1" })).ShouldBe("not_stackable");
        (await OutcomeAsync(Use(shared[0]) with { OrderNumber = "R-2" })).ShouldBe("redeemed");
        (await OutcomeAsync(Use(shared[1]) with { OrderNumber = "R-2" })).ShouldBe("redeemed");

        var used = await Db.ReadAsync(db => db.CouponOrderUses.SingleAsync(u => u.OrderNumber == "R-1"));
        await Redeeming.ReverseAsync(till, used.RedemptionId, null, New());
        (await Task.WhenAll(alone.Select(code => OutcomeAsync(Use(code) with { OrderNumber = "R-1" })))).Count(o => o == "redeemed").ShouldBe(1);
    }

    [Fact]
    public async Task What_expired_cannot_be_used_and_the_job_says_so_once()
    {
        var code = await IssuedAsync(A.Coupon());
        Clock.Advance(TimeSpan.FromDays(30));

        (await RefusalAsync(() => RedeemAsync(code))).ShouldBe("coupon_expired");
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Db.Get<CouponExpiry>().RunAsync()))).Sum().ShouldBe(1);
        (await Db.ReadAsync(db => db.MemberCoupons.SingleAsync())).Status.ShouldBe(MemberCouponStatus.Expired);
    }

    [Fact]
    public async Task A_voided_coupon_and_a_frozen_member_are_refused()
    {
        var marketing = await A.StaffUser().With(Permission.CouponsIssue).SaveToAsync(Db);
        var code = await IssuedAsync(A.Coupon());
        var coupon = await Db.ReadAsync(db => db.MemberCoupons.SingleAsync());
        await Db.Get<MemberCoupons>().VoidAsync(marketing, coupon.Id, "Given by mistake");

        (await RefusalAsync(() => RedeemAsync(code))).ShouldBe("coupon_voided");
        (await RefusalAsync(() => Db.Get<MemberCoupons>().VoidAsync(marketing, coupon.Id, "Again"))).ShouldBe("coupon_not_active");
        var frozen = await A.Member().SaveToAsync(Db);
        var theirs = await IssuedAsync(A.Coupon(), frozen);
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Members.SingleAsync(m => m.Id == frozen.Id)).Status = MemberStatus.Frozen);
        (await RefusalAsync(() => RedeemAsync(theirs))).ShouldBe("member_not_active");
    }

    [Fact]
    public async Task A_till_of_another_store_and_an_unknown_code_find_nothing()
    {
        var code = await IssuedAsync(A.Coupon());
        var elsewhere = await A.ApiClient().With(ApiScope.CouponsRedeem).In(await A.Store().SaveToAsync(Db)).SaveToAsync(Db);

        await Should.ThrowAsync<NotFoundException>(() => Redeeming.RedeemAsync(elsewhere, Use(code), New()));
        await Should.ThrowAsync<NotFoundException>(() => RedeemAsync("NOBODYHASTHIS"));
        (await RefusalAsync(() => Redeeming.RedeemAsync(till, Use(code) with { Lines = [new("", 0, -1)] }, New()))).ShouldBe("invalid_input");
    }

    [Fact]
    public async Task A_package_gives_all_its_coupons_or_none()
    {
        var (member, manager) = (await A.Member().SaveToAsync(Db), await A.StaffUser().With(Permission.CouponsEdit, Permission.CouponsRead).SaveToAsync(Db));
        var (coffee, cake) = (await A.Coupon().SaveToAsync(Db), await A.Coupon().WithStock(1).SaveToAsync(Db));
        var packages = Db.Get<CouponPackages>();
        var id = await packages.SaveAsync(manager, new CouponPackageForm { Name = "Breakfast", Items = [new() { CouponId = cake.Id }, new() { CouponId = coffee.Id, Quantity = 2 }] });
        var code = (await Db.ReadAsync(db => db.CouponPackages.SingleAsync(p => p.Id == id))).Code;
        var operation = New();

        var given = await Db.Get<MemberCoupons>().IssueAsync(till, member.Number, new CouponWish(PackageCode: code), operation);
        given.Select(c => c.CouponCode).ShouldBe([coffee.Code, coffee.Code, cake.Code], ignoreOrder: true);
        (await Db.Get<MemberCoupons>().IssueAsync(till, member.Number, new CouponWish(PackageCode: code), operation)).Select(c => (c.Id, c.Code)).ShouldBe(given.Select(c => (c.Id, c.Code)));
        (await RefusalAsync(() => Db.Get<MemberCoupons>().IssueAsync(till, member.Number, new CouponWish(PackageCode: code), New()))).ShouldBe("out_of_stock");
        (await Db.ReadAsync(db => db.MemberCoupons.CountAsync())).ShouldBe(3);
    }

    [Fact]
    public async Task An_imported_code_is_claimed_once_and_then_belongs_to_its_member()
    {
        var (first, second) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        var coupon = await A.Coupon().WithImportedCodes().SaveToAsync(Db);
        var codes = Db.Get<CouponCodes>();
        await Db.AddAsync(new CouponCode { CouponId = coupon.Id, CodeHash = codes.Hash("FLYER-0001"), SealedCode = codes.Seal("FLYER-0001"), LastFour = "0001" });

        (await Db.Get<MemberCoupons>().IssueAsync(till, first.Number, new CouponWish(Code: "flyer0001"), New())).ShouldHaveSingleItem().Code.ShouldBe("FLYER0001");
        await Should.ThrowAsync<NotFoundException>(() => Db.Get<MemberCoupons>().IssueAsync(till, second.Number, new CouponWish(Code: "FLYER-0001"), New()));
        (await RefusalAsync(() => Db.Get<MemberCoupons>().IssueAsync(till, first.Number, new CouponWish(Code: "FLYER-0001"), New()))).ShouldBe("already_claimed");
        await Should.ThrowAsync<NotFoundException>(() => Redeeming.RedeemAsync(till, Use("FLYER0001") with { MemberNumber = second.Number }, New()));
        (await RedeemAsync("FLYER0001")).Discount.ShouldBe(20);
    }

    private static CouponBuilder Stackable() => A.Coupon().With(r => r with { Stacking = CouponStacking.WithOtherCoupons });

    private async Task<string> IssuedAsync(CouponBuilder coupon, Member? member = null) =>
        Db.Get<CouponCodes>().Open((await coupon.IssuedTo(member ?? await A.Member().SaveToAsync(Db), Db)).SealedCode!);

    private CouponUse Use(string code) => new() { Code = code, StoreCode = store.Code, Channel = Channel.Pos, Currency = "USD", Lines = [new CouponLine("A", 1, 50)] };

    private Operation New() => Operation.For(till, Guid.NewGuid().ToString("N"), "test");

    private Task<CouponRedeemed> RedeemAsync(string code) => Redeeming.RedeemAsync(till, Use(code), New());

    private async Task<string> OutcomeAsync(CouponUse use)
    {
        try
        {
            await Redeeming.RedeemAsync(till, use, New());

            return "redeemed";
        }
        catch (RuleViolationException refused)
        {
            return refused.Code;
        }
    }

    private static async Task<string> RefusalAsync(Func<Task> work) => (await Should.ThrowAsync<RuleViolationException>(work)).Code;
}
