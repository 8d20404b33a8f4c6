using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Coupons;

public abstract class CouponDefinitionsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor manager = Actor.System;

    private CouponDefinitions Coupons => Db.Get<CouponDefinitions>();

    public sealed class OnSqlite() : CouponDefinitionsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CouponDefinitionsTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        manager = await A.StaffUser().With(Permission.CouponsRead, Permission.CouponsEdit).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_saved_coupon_is_live_and_comes_back_as_it_was_entered()
    {
        var id = await Coupons.SaveAsync(manager, Form(f => (f.Threshold, f.Stock, f.PerMemberLimit, f.Cost, f.Description, f.Stacking) = (100, 500, 2, 7.5m, "Once per visit", CouponStacking.WithOtherCoupons)));

        var form = await Coupons.GetAsync(manager, id);
        (form.Status, form.Name, form.Amount, form.Threshold, form.Stock, form.PerMemberLimit, form.Cost, form.Description, form.Stacking)
            .ShouldBe((CouponStatus.Active, "Summer", 20m, 100m, 500, 2, 7.5m, "Once per visit", CouponStacking.WithOtherCoupons));
        form.Validity.ShouldBe(new RelativeValidity(30));
        (await Coupons.ListAsync(manager, new CouponFilter("summ"), new PageRequest())).Rows.ShouldHaveSingleItem().Left.ShouldBe(500);
    }

    [Fact]
    public async Task A_form_sent_twice_makes_one_coupon()
    {
        var form = Form();

        (await Coupons.SaveAsync(manager, form)).ShouldBe(await Coupons.SaveAsync(manager, form));
        form.Amount = 5;
        (await RefusalAsync(() => Coupons.SaveAsync(manager, form))).ShouldBe("already_saved");
    }

    [Fact]
    public async Task An_edit_makes_new_terms_and_issued_coupons_keep_theirs()
    {
        var id = await Coupons.SaveAsync(manager, Form());
        var coupon = await Db.ReadAsync(db => db.Coupons.SingleAsync());
        var issued = await CouponBuilder.Issue(coupon, await A.Member().SaveToAsync(Db), Db);
        var form = await Coupons.GetAsync(manager, id);
        form.Amount = 25;

        await Coupons.SaveAsync(manager, form);

        var terms = await Db.ReadAsync(db => db.CouponTerms.OrderBy(t => t.Number).ToListAsync());
        terms.Select(t => t.Rules.Value).ShouldBe([new AmountOff(20), new AmountOff(25)]);
        issued.TermsId.ShouldBe(terms[0].Id);
        (await Db.ReadAsync(db => db.Coupons.SingleAsync())).TermsId.ShouldBe(terms[1].Id);
    }

    [Fact]
    public async Task A_save_over_a_newer_version_is_refused()
    {
        var id = await Coupons.SaveAsync(manager, Form());
        var (mine, theirs) = (await Coupons.GetAsync(manager, id), await Coupons.GetAsync(manager, id));
        theirs.Name = "Theirs";
        await Coupons.SaveAsync(manager, theirs);

        await Should.ThrowAsync<ConcurrentChangeException>(() => Coupons.SaveAsync(manager, mine));
    }

    [Fact]
    public async Task Verbs_refuse_what_the_status_does_not_allow()
    {
        var id = await Coupons.SaveAsync(manager, Form(), asDraft: true);

        (await RefusalAsync(() => Coupons.DeactivateAsync(manager, id))).ShouldBe("not_active");
        await Coupons.ActivateAsync(manager, id);
        (await RefusalAsync(() => Coupons.ActivateAsync(manager, id))).ShouldBe("already_active");
        (await RefusalAsync(() => Coupons.ArchiveAsync(manager, id))).ShouldBe("still_active");
        await Coupons.DeactivateAsync(manager, id);
        await Coupons.ArchiveAsync(manager, id);
        (await RefusalAsync(() => Coupons.ActivateAsync(manager, id))).ShouldBe("archived");
        var form = await Coupons.GetAsync(manager, id);
        (await RefusalAsync(() => Coupons.SaveAsync(manager, form))).ShouldBe("archived");
        (await Coupons.ListAsync(manager, new CouponFilter(), new PageRequest())).Rows.ShouldBeEmpty();
        (await Coupons.ListAsync(manager, new CouponFilter(Status: CouponStatus.Archived), new PageRequest())).Rows.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_fixed_window_that_has_passed_refuses_activation()
    {
        var past = Form(f => f.Validity = new FixedValidity(new DateTime(2024, 11, 1), new DateTime(2024, 11, 11, 23, 59, 59)));

        (await RefusalAsync(() => Coupons.SaveAsync(manager, past))).ShouldBe("validity_past");
        var id = await Coupons.SaveAsync(manager, past, asDraft: true);
        (await RefusalAsync(() => Coupons.ActivateAsync(manager, id))).ShouldBe("validity_past");
    }

    [Fact]
    public async Task A_universal_code_belongs_to_one_coupon_and_its_copy_gets_codes_of_its_own()
    {
        var id = await Coupons.SaveAsync(manager, Form(f => (f.CodeKind, f.UniversalCode) = (CouponCodeKind.Universal, "summer-20")));

        var refused = await Should.ThrowAsync<InvalidInputException>(() => Coupons.SaveAsync(manager, Form(f => (f.CodeKind, f.UniversalCode) = (CouponCodeKind.Universal, "SUMMER20"))));
        refused.Errors.ShouldHaveSingleItem().Field.ShouldBe(nameof(CouponForm.UniversalCode));
        var copy = await Coupons.GetAsync(manager, await Coupons.CopyAsync(manager, id, "Autumn", "op"));
        (copy.Name, copy.Status, copy.CodeKind, copy.UniversalCode, copy.Amount).ShouldBe(("Autumn", CouponStatus.Draft, CouponCodeKind.Individual, null, 20m));
    }

    [Fact]
    public async Task The_stock_cannot_fall_below_what_is_issued()
    {
        var id = await Coupons.SaveAsync(manager, Form());
        var coupon = await Db.ReadAsync(db => db.Coupons.SingleAsync());
        await CouponBuilder.Issue(coupon, await A.Member().SaveToAsync(Db), Db);
        await CouponBuilder.Issue(coupon, await A.Member().SaveToAsync(Db), Db);
        var form = await Coupons.GetAsync(manager, id);
        form.Stock = 1;

        (await Should.ThrowAsync<InvalidInputException>(() => Coupons.SaveAsync(manager, form))).Errors.ShouldHaveSingleItem().Field.ShouldBe(nameof(CouponForm.Stock));
        form.Stock = 2;
        await Coupons.SaveAsync(manager, form);
        (await Coupons.ListAsync(manager, new CouponFilter(), new PageRequest())).Rows.ShouldHaveSingleItem().Left.ShouldBe(0);
    }

    [Fact]
    public async Task Staff_of_one_store_offer_coupons_there_only()
    {
        var (own, other) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var local = await A.StaffUser().With(Permission.CouponsRead, Permission.CouponsEdit).In(own).SaveToAsync(Db);

        (await Should.ThrowAsync<InvalidInputException>(() => Coupons.SaveAsync(local, Form()))).Errors.ShouldHaveSingleItem().Field.ShouldBe(nameof(CouponForm.Stores));
        (await Should.ThrowAsync<InvalidInputException>(() => Coupons.SaveAsync(local, Form(f => f.Stores = StoreScope.Only(other.Id))))).Errors.ShouldHaveSingleItem().Field.ShouldBe(nameof(CouponForm.Stores));
        await Coupons.SaveAsync(local, Form(f => f.Stores = StoreScope.Only(own.Id)));
    }

    private static CouponForm Form(Action<CouponForm>? change = null)
    {
        var form = new CouponForm { Name = "Summer", Currency = "USD", Amount = 20 };
        change?.Invoke(form);

        return form;
    }

    private static async Task<string> RefusalAsync(Func<Task> work) => (await Should.ThrowAsync<RuleViolationException>(work)).Code;
}
