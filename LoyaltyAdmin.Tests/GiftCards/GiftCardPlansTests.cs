using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

public abstract class GiftCardPlansTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor manager = null!;

    public sealed class OnSqlite() : GiftCardPlansTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardPlansTests(DatabaseKind.PostgreSql);

    private GiftCardPlans Plans => Db.Get<GiftCardPlans>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        manager = await A.StaffUser().With(Permission.PlansRead, Permission.PlansEdit).SaveToAsync(Db);
    }

    [Fact]
    public async Task Save_launches_and_save_as_draft_does_not()
    {
        var store = await A.Store().SaveToAsync(Db);
        await Plans.SaveAsync(manager, await FormAsync("Live"));
        await Plans.SaveAsync(manager, await FormAsync("Draft"), asDraft: true);

        (await Plans.SellableAsync(manager, store.Code, Channel.Pos)).Select(plan => plan.Name).ShouldBe(["Live"]);
    }

    [Fact]
    public async Task A_copy_keeps_everything_but_the_name_and_waits_as_a_draft()
    {
        var id = await Plans.SaveAsync(manager, await FormAsync("Spring Festival Gift Card"));

        var copy = await Plans.GetAsync(manager, await Plans.CopyAsync(manager, id, "2026 Spring Festival Gift Card", "copy"));

        var original = await Plans.GetAsync(manager, id);
        copy.Name.ShouldBe("2026 Spring Festival Gift Card");
        copy.Status.ShouldBe(GiftCardPlanStatus.Draft);
        copy.ToRules().ShouldBeEquivalentTo(original.ToRules());
        (copy.Currency, copy.CardType, copy.DesignId).ShouldBe((original.Currency, original.CardType, original.DesignId));
    }

    [Fact]
    public async Task A_form_sent_again_is_the_plan_it_made_whatever_became_of_it()
    {
        var form = await FormAsync("Card");
        var id = await Plans.SaveAsync(manager, form);
        var edited = await Plans.GetAsync(manager, id);
        (edited.Name, edited.PosRecharge) = ("Renamed", false);
        await Plans.SaveAsync(manager, edited);
        await Db.AddAsync(new LoyaltyAdmin.Domain.Stores.CompanySettings { Name = "Group", TimeZone = "America/New_York", Currency = "USD", MinimumGiftCardMonths = 600 });

        (await Plans.SaveAsync(manager, form)).ShouldBe(id);

        form.Name = "Another card";
        (await Should.ThrowAsync<RuleViolationException>(() => Plans.SaveAsync(manager, form))).Code.ShouldBe("already_saved");
        (await Db.ReadAsync(db => db.GiftCardPlans.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_form_sent_eight_times_at_once_makes_one_plan_and_eight_forms_make_eight()
    {
        var form = await FormAsync("Card");
        var forms = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => FormAsync($"Card {i}")));

        var sent = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Plans.SaveAsync(manager, form)).Concat(forms.Select(other => Plans.SaveAsync(manager, other))));

        sent.Take(8).Distinct().ShouldHaveSingleItem();
        sent.Distinct().Count().ShouldBe(9);
        (await Db.ReadAsync(db => db.GiftCardPlans.Select(plan => plan.Code).Distinct().CountAsync())).ShouldBe(9);
    }

    [Fact]
    public async Task A_copy_asked_for_twice_is_made_once_and_another_users_key_is_another_key()
    {
        var id = await Plans.SaveAsync(manager, await FormAsync("Card"));
        var colleague = await A.StaffUser().With(Permission.PlansRead, Permission.PlansEdit).SaveToAsync(Db);

        var copy = await Plans.CopyAsync(manager, id, "Copy", "key");

        (await Plans.CopyAsync(manager, id, "Copy", "key")).ShouldBe(copy);
        (await Plans.CopyAsync(colleague, id, "Copy", "key")).ShouldNotBe(copy);
    }

    [Fact]
    public async Task Sold_cards_keep_the_terms_they_were_sold_under()
    {
        var store = await A.Store().SaveToAsync(Db);
        var id = await Plans.SaveAsync(manager, await FormAsync("Card"));
        var till = await A.ApiClient().With(ApiScope.GiftCardsSell, ApiScope.GiftCardsRecharge).SaveToAsync(Db);
        var code = await Db.ReadAsync(db => db.GiftCardPlans.Where(p => p.Id == id).Select(p => p.Code).SingleAsync());
        var sold = await Db.Get<GiftCardSales>().SellAsync(till, new GiftCardSale { PlanCode = code, Amount = 200, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, "sale");
        var form = await Plans.GetAsync(manager, id);
        form.PosRecharge = false;
        await Plans.SaveAsync(manager, form);

        var recharged = await Db.Get<GiftCardPayments>().RechargeAsync(till, new GiftCardMovement { CardNumber = sold.CardNumber, Amount = 10, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, "recharge");

        recharged.Balance.ShouldBe(210);
        (await Db.ReadAsync(db => db.GiftCardTerms.CountAsync(t => t.PlanId == id))).ShouldBe(2);
    }

    [Fact]
    public async Task Deactivating_stops_sales_at_once_and_nothing_else()
    {
        var store = await A.Store().SaveToAsync(Db);
        var id = await Plans.SaveAsync(manager, await FormAsync("Card"));
        await Plans.DeactivateAsync(manager, id);

        (await Plans.SellableAsync(manager, store.Code, Channel.Pos)).ShouldBeEmpty();
        await Plans.ActivateAsync(manager, id);
        (await Plans.SellableAsync(manager, store.Code, Channel.Pos)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_second_of_two_editors_is_refused()
    {
        var id = await Plans.SaveAsync(manager, await FormAsync("Card"));
        var (first, second) = (await Plans.GetAsync(manager, id), await Plans.GetAsync(manager, id));
        first.Name = "First";
        await Plans.SaveAsync(manager, first);
        second.Name = "Second";

        await Should.ThrowAsync<ConcurrentChangeException>(() => Plans.SaveAsync(manager, second));
        (await Plans.GetAsync(manager, id)).Name.ShouldBe("First");
    }

    [Fact]
    public async Task Every_fault_is_named_at_its_field_and_nothing_is_saved()
    {
        var form = await FormAsync("");
        form.Denominations = [new() { FaceValue = 100.001m }, new() { FaceValue = 50, Discount = 50 }, .. Enumerable.Range(0, 5).Select(_ => new DenominationForm { FaceValue = 70 })];
        (form.AllowCustomAmount, form.CustomMinimum, form.CustomMaximum) = (true, 100, 50);
        (form.SellAtPos, form.SellOnline) = (false, false);
        form.Stores = new StoreScope(StoreScopeKind.Included, []);

        var refusal = await Should.ThrowAsync<InvalidInputException>(() => Plans.SaveAsync(manager, form));

        refusal.Errors.Select(error => error.Field).ShouldBe(
            ["Name", "SellAtPos", "Stores", "Denominations", "Denominations", "Denominations[0].FaceValue", "Denominations[1].Discount", "CustomMaximum"], ignoreOrder: true);
        (await Db.ReadAsync(db => db.GiftCardPlans.AnyAsync())).ShouldBeFalse();
    }

    [Fact]
    public async Task A_plan_shorter_than_the_law_allows_is_refused()
    {
        await Db.AddAsync(new LoyaltyAdmin.Domain.Stores.CompanySettings { Name = "Group", TimeZone = "America/New_York", Currency = "USD", MinimumGiftCardMonths = 60 });
        var form = await FormAsync("Card");

        (await Should.ThrowAsync<InvalidInputException>(() => Plans.SaveAsync(manager, form))).Errors.ShouldHaveSingleItem().Field.ShouldBe("ValidityCount");
        form.ValidityCount = 5;
        await Plans.SaveAsync(manager, form);
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_trail_with_before_and_after()
    {
        var id = await Plans.SaveAsync(manager, await FormAsync("Before"));
        var form = await Plans.GetAsync(manager, id);
        form.Name = "After";
        await Plans.SaveAsync(manager, form);

        var entry = await Db.ReadAsync(db => db.AuditEntries.SingleAsync(e => e.Action == "GiftCardPlan.Update" && e.Before!.Contains("Before")));
        entry.ActorKey.ShouldBe(manager.Key);
        entry.After!.ShouldContain("After");
    }

    private async Task<GiftCardPlanForm> FormAsync(string name)
    {
        var design = new GiftCardDesign { Name = A.Unique("Design "), LibraryKey = "classic", CreatedAt = Clock.Now };
        await Db.AddAsync(design);

        return new GiftCardPlanForm
        {
            Currency = "USD",
            Name = name,
            DesignId = design.Id,
            Denominations = [new() { FaceValue = 100 }, new() { FaceValue = 200, Discount = 20 }],
            PosRecharge = true,
        };
    }
}
