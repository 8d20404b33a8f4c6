using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Access;

public abstract class RolesTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : RolesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : RolesTests(DatabaseKind.PostgreSql);

    private Roles Roles => Db.Get<Roles>();

    [Fact]
    public async Task A_changed_role_holds_for_everyone_who_has_it_at_the_next_command()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var role = await A.Role().With(Permission.UsersManage).SaveToAsync(Db);
        var holder = await A.StaffUser().As(role).SaveToAsync(Db);
        await Roles.ListAsync(holder);
        var told = new List<string>();
        Db.Get<AccessControl>().Changed += told.Add;
        var form = await Roles.FormAsync(manager, role.Id);

        form.Permissions = [Permission.PlansRead];
        await Roles.SaveAsync(manager, form);

        await Should.ThrowAsync<AccessDeniedException>(() => Roles.ListAsync(holder));
        told.ShouldBe([holder.Key]);
    }

    [Fact]
    public async Task Nobody_adds_to_the_role_they_hold_but_somebody_with_another_role_does()
    {
        var role = await A.Role().With(Permission.UsersManage, Permission.PlansRead).Where(r => (r.RefundLimit, r.ImportLimit, r.RequiresTwoFactor) = (10, 10, true)).SaveToAsync(Db);
        var holder = await A.StaffUser().As(role).SaveToAsync(Db);
        var other = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);

        foreach (var (raise, told) in new (Action<RoleForm>, string)[]
        {
            (form => form.Permissions.Add(Permission.LedgerAdjust), "the permission “LedgerAdjust”"),
            (form => form.RefundLimit = 11, "a higher refund limit"),
            (form => form.ImportLimit = null, "a higher import limit"),
            (form => form.RequiresTwoFactor = false, "sign-in without two-factor"),
        })
        {
            var refusal = await Should.ThrowAsync<RuleViolationException>(() => SaveAsync(holder, raise));
            (refusal.Code, refusal.Message.Contains(told, StringComparison.Ordinal)).ShouldBe(("own_rights", true), refusal.Message);
            await SaveAsync(other, raise);
            await SaveAsync(other, form => (form.Permissions, form.RefundLimit, form.ImportLimit, form.RequiresTwoFactor) = ([Permission.UsersManage, Permission.PlansRead], 10, 10, true));
        }

        await SaveAsync(holder, form => (form.Permissions, form.RefundLimit) = ([Permission.UsersManage], 0));

        async Task SaveAsync(Actor by, Action<RoleForm> change)
        {
            var form = await Roles.FormAsync(by, role.Id);
            change(form);
            await Roles.SaveAsync(by, form);
        }
    }

    [Fact]
    public async Task A_role_needs_a_name_of_its_own_a_permission_and_sensible_limits()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var taken = await A.Role().With(Permission.PlansRead).SaveToAsync(Db);

        var refused = await Should.ThrowAsync<InvalidInputException>(() => Roles.SaveAsync(manager, new RoleForm { Name = taken.Name, RefundLimit = -1 }));

        refused.Errors.Select(error => error.Field).ShouldBe(["Name", "Permissions", "RefundLimit"], ignoreOrder: true);
    }

    [Fact]
    public void Administrators_cannot_move_value_and_nobody_both_makes_and_alone_releases_by_default()
    {
        Permission[] movesValue = [Permission.GiftCardsSell, Permission.GiftCardsRefund, Permission.GiftCardsRefundApprove, Permission.GiftCardsImportApprove, Permission.LedgerAdjust, Permission.LedgerAdjustApprove];

        DefaultRoles.Create(withTwoFactor: true).Single(role => role.Name == Role.Administrator).Permissions.Intersect(movesValue).ShouldBeEmpty();
    }
}

public abstract class ApiClientsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : ApiClientsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : ApiClientsTests(DatabaseKind.PostgreSql);

    private ApiClients Clients => Db.Get<ApiClients>();

    [Fact]
    public async Task A_disabled_client_is_refused_at_once_and_let_in_again_when_enabled()
    {
        var manager = await A.StaffUser().With(Permission.ApiClientsManage).SaveToAsync(Db);
        var id = await Clients.SaveAsync(manager, Form());
        var key = await Db.Get<ApiKeys>().CreateAsync(manager, id);
        var callers = Db.Get<ApiCallers>();
        (await callers.FindAsync(key.Key)).ShouldNotBeNull();

        await Clients.DisableAsync(manager, id);
        (await callers.FindAsync(key.Key)).ShouldBeNull();

        await Clients.EnableAsync(manager, id);
        (await callers.FindAsync(key.Key)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Changed_scopes_stores_and_restrictions_hold_at_once()
    {
        var store = await A.Store().SaveToAsync(Db);
        var manager = await A.StaffUser().With(Permission.ApiClientsManage).SaveToAsync(Db);
        var id = await Clients.SaveAsync(manager, Form());
        var key = await Db.Get<ApiKeys>().CreateAsync(manager, id);
        var caller = await Db.Get<ApiCallers>().FindAsync(key.Key);
        var form = await Clients.FormAsync(manager, id);

        (form.Scopes, form.Stores, form.RequiresSignature, form.AllowedAddresses) = ([ApiScope.StoresRead], StoreScope.Only(store.Id), true, ["203.0.113.0/24"]);
        await Clients.SaveAsync(manager, form);

        var grant = await Db.Get<AccessControl>().FindAsync(caller!.Actor);
        grant!.Scopes.ShouldBe([ApiScope.StoresRead]);
        grant.Sees(store.Id + 1).ShouldBeFalse();
        var now = await Db.Get<ApiCallers>().FindAsync(key.Key);
        now!.RequiresSignature.ShouldBeTrue();
        now.AllowedAddresses.ShouldBe(["203.0.113.0/24"]);
    }

    [Fact]
    public async Task Every_field_at_fault_is_named_at_once()
    {
        var manager = await A.StaffUser().With(Permission.ApiClientsManage).SaveToAsync(Db);

        var refused = await Should.ThrowAsync<InvalidInputException>(() => Clients.SaveAsync(manager, new ApiClientForm { Stores = StoreScope.Only(), AllowedAddresses = ["here"], RedemptionsPerSecond = 0 }));

        refused.Errors.Select(error => error.Field).ShouldBe(["Name", "Scopes", "Stores", "AllowedAddresses", "RedemptionsPerSecond"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_list_shows_live_keys_and_finds_by_name()
    {
        var manager = await A.StaffUser().With(Permission.ApiClientsManage).SaveToAsync(Db);
        var id = await Clients.SaveAsync(manager, Form());
        await Db.Get<ApiKeys>().CreateAsync(manager, id);

        (await Clients.ListAsync(manager, new ApiClientFilter("TILLS"), new PageRequest())).Rows.ShouldHaveSingleItem().LiveKeys.ShouldBe(1);
        (await Clients.ListAsync(manager, new ApiClientFilter("web"), new PageRequest())).Rows.ShouldBeEmpty();
    }

    private static ApiClientForm Form() => new() { Name = "Tills", Scopes = [ApiScope.GiftCardsRead, ApiScope.GiftCardsRedeem] };
}
