using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Stores;

public abstract class StoreGroupTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store north = null!;
    private Store south = null!;
    private Actor administrator = Actor.System;

    public sealed class OnSqlite() : StoreGroupTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : StoreGroupTests(DatabaseKind.PostgreSql);

    private StoreGroupService Groups => Db.Get<StoreGroupService>();

    private AccessControl Access => Db.Get<AccessControl>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        north = await A.Store().SaveToAsync(Db);
        south = await A.Store().SaveToAsync(Db);
        administrator = await A.StaffUser().With(Permission.StoresManage, Permission.UsersManage, Permission.PlansEdit, Permission.PlansRead).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_store_users_access_follows_the_stores_of_the_group()
    {
        var group = await SaveAsync("Airports", north);
        var clerk = await A.StaffUser().With(Permission.GiftCardsRead).SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Staff.SingleAsync(user => user.Id == clerk.Id)).Stores = new StoreScope(StoreScopeKind.Included, []) { GroupIds = [group] });
        (await SeesAsync(clerk)).ShouldBe((true, false));

        await ChangeAsync(group, north, south);
        (await SeesAsync(clerk)).ShouldBe((true, true));

        await ChangeAsync(group, south);
        (await SeesAsync(clerk)).ShouldBe((false, true));
    }

    [Fact]
    public async Task An_excluded_group_keeps_its_stores_away_also_those_that_join_later()
    {
        var group = await SaveAsync("Franchise", north);
        var client = await A.ApiClient().SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, async db => (await db.ApiClients.SingleAsync(c => c.Id == client.Id)).Stores = new StoreScope(StoreScopeKind.Excluded, []) { GroupIds = [group] });
        (await SeesAsync(client)).ShouldBe((false, true));

        await ChangeAsync(group, north, south);

        (await SeesAsync(client)).ShouldBe((false, false));
    }

    [Fact]
    public async Task A_gift_card_is_sold_where_its_group_is_and_follows_it()
    {
        var group = await SaveAsync("Airports", north);
        var plan = await A.GiftCardPlan().With(rules => rules with { Stores = new StoreScope(StoreScopeKind.Included, []) { GroupIds = [group] } }).SaveToAsync(Db);
        var plans = Db.Get<GiftCardPlans>();
        (await plans.SellableAsync(administrator, north.Code, Channel.Pos)).Select(p => p.Code).ShouldBe([plan.Code]);
        (await plans.SellableAsync(administrator, south.Code, Channel.Pos)).ShouldBeEmpty();

        await ChangeAsync(group, north, south);

        (await plans.SellableAsync(administrator, south.Code, Channel.Pos)).Select(p => p.Code).ShouldBe([plan.Code]);
        var rules = await Db.Get<GiftCardCatalog>().RulesAsync(plan.TermsId!.Value);
        (await Db.Get<GiftCardCatalog>().StoresOfAsync(rules)).Allows(south.Id).ShouldBeTrue();
    }

    [Fact]
    public async Task A_store_belongs_to_one_organisation_and_any_number_of_groups()
    {
        await SaveAsync("East", StoreGroupKind.Organisation, north);
        await SaveAsync("Airports", north);
        await SaveAsync("Open at night", north);

        var refusal = await Should.ThrowAsync<InvalidInputException>(() => SaveAsync("West", StoreGroupKind.Organisation, north, south));

        refusal.Message.ShouldContain($"{north.Name} (East)");
    }

    [Fact]
    public async Task A_group_in_use_is_not_deleted_and_its_users_are_named()
    {
        var group = await SaveAsync("Airports", north);
        var clerk = await A.StaffUser("Ada").SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Staff.SingleAsync(user => user.Id == clerk.Id)).Stores = new StoreScope(StoreScopeKind.Included, []) { GroupIds = [group] });

        (await Should.ThrowAsync<RuleViolationException>(() => Groups.DeleteAsync(administrator, group))).Message.ShouldContain("the user Ada");

        await Db.Database.WriteAsync(Actor.System, async db => (await db.Staff.SingleAsync(user => user.Id == clerk.Id)).Stores = StoreScope.All);
        await Groups.DeleteAsync(administrator, group);
        (await Db.ReadAsync(db => db.StoreGroups.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_widens_own_access_through_groups()
    {
        var group = await SaveAsync("Airports", north);
        var bound = await A.StaffUser().With(Permission.StoresManage, Permission.UsersManage).In(north).SaveToAsync(Db);
        var form = await Db.Get<StaffUsers>().FormAsync(bound, bound.Id);
        form.Stores = new StoreScope(StoreScopeKind.Included, [north.Id]) { GroupIds = [group] };

        // Today the group has the user's own store only; tomorrow it may have more.
        (await Should.ThrowAsync<RuleViolationException>(() => Db.Get<StaffUsers>().SaveAsync(bound, bound.Id, form))).Code.ShouldBe("own_rights");
        (await Should.ThrowAsync<RuleViolationException>(() => Groups.SaveAsync(bound, new StoreGroupForm { Name = "Mine", StoreIds = [south.Id] }))).Code.ShouldBe("all_stores_needed");
    }

    [Fact]
    public async Task Who_changed_the_stores_of_a_group_is_in_the_trail()
    {
        var group = await SaveAsync("Airports", north);

        await ChangeAsync(group, south);

        var entry = await Db.ReadAsync(db => db.AuditEntries.Where(e => e.Action == "StoreGroup.Stores").OrderByDescending(e => e.Id).FirstAsync());
        (entry.Before, entry.After).ShouldBe(($$"""{"Stores":["{{north.Code}}"]}""", $$"""{"Stores":["{{south.Code}}"]}"""));
    }

    [Fact]
    public void Scopes_stored_before_there_were_groups_still_read()
    {
        var scope = JsonSerializer.Deserialize<StoreScope>("""{"kind":1,"storeIds":[3,4]}""", new JsonSerializerOptions(JsonSerializerDefaults.Web))!;

        scope.ShouldBe(StoreScope.Only(3, 4));
        (scope.GroupIds.IsEmpty, scope.Allows(3), scope.Allows(5)).ShouldBe((true, true, false));
    }

    [Fact]
    public void A_scope_whose_groups_were_not_looked_up_answers_nobody() =>
        Should.Throw<InvalidOperationException>(() => new StoreScope(StoreScopeKind.Excluded, []) { GroupIds = [1] }.Allows(2));

    private Task<long> SaveAsync(string name, params Store[] stores) => SaveAsync(name, StoreGroupKind.Group, stores);

    private Task<long> SaveAsync(string name, StoreGroupKind kind, params Store[] stores) => Groups.SaveAsync(administrator, new StoreGroupForm { Kind = kind, Name = name, StoreIds = [.. stores.Select(store => store.Id)] });

    private async Task ChangeAsync(long group, params Store[] stores)
    {
        var form = await Groups.FormAsync(administrator, group);
        form.StoreIds = [.. stores.Select(store => store.Id)];
        await Groups.SaveAsync(administrator, form);
    }

    private async Task<(bool North, bool South)> SeesAsync(Actor actor)
    {
        var grant = (await Access.FindAsync(actor))!;

        return (grant.Sees(north.Id), grant.Sees(south.Id));
    }
}
