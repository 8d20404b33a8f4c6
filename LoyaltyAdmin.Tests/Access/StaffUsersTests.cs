using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Access;

public abstract class StaffUsersTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : StaffUsersTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : StaffUsersTests(DatabaseKind.PostgreSql);

    private StaffUsers Users => Db.Get<StaffUsers>();

    [Fact]
    public async Task A_new_user_gets_a_one_time_password_that_must_be_changed()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var role = await A.Role().With(Permission.PlansRead).SaveToAsync(Db);

        var given = await Users.CreateAsync(manager, new StaffUserForm { DisplayName = " Kim ", Email = "kim@shop.example", RoleId = role.Id });

        var user = await FindAsync(given.UserId);
        user.DisplayName.ShouldBe("Kim");
        user.MustChangePassword.ShouldBeTrue();
        Db.Get<IPasswordHasher<StaffUser>>().VerifyHashedPassword(user, user.PasswordHash!, given.Password).ShouldBe(PasswordVerificationResult.Success);
        (await Db.ReadAsync(db => db.AuditEntries.AnyAsync(e => e.After!.Contains(given.Password) || e.After.Contains(user.PasswordHash!)))).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_field_at_fault_is_named_at_once()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);

        var refused = await Should.ThrowAsync<InvalidInputException>(() => Users.CreateAsync(manager, new StaffUserForm { Email = "no address", Stores = StoreScope.Only() }));

        refused.Errors.Select(error => error.Field).ShouldBe(["DisplayName", "Email", "RoleId", "Stores"], ignoreOrder: true);
    }

    [Fact]
    public async Task Two_users_never_share_an_email()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var role = await A.Role().With(Permission.PlansRead).SaveToAsync(Db);
        await Users.CreateAsync(manager, new StaffUserForm { DisplayName = "One", Email = "same@shop.example", RoleId = role.Id });

        await Should.ThrowAsync<InvalidInputException>(() => Users.CreateAsync(manager, new StaffUserForm { DisplayName = "Two", Email = "SAME@shop.example", RoleId = role.Id }));
    }

    [Fact]
    public async Task A_disabled_user_is_refused_at_the_next_command_and_told_to_leave()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var other = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        await Users.ListAsync(other, new StaffUserFilter(), new PageRequest());
        var told = new List<string>();
        Db.Get<AccessControl>().Changed += told.Add;

        await Users.DisableAsync(manager, other.Id);

        await Should.ThrowAsync<AccessDeniedException>(() => Users.ListAsync(other, new StaffUserFilter(), new PageRequest()));
        told.ShouldContain(other.Key);
    }

    [Fact]
    public async Task A_changed_role_or_store_holds_at_the_next_command()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var other = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var harmless = await A.Role().With(Permission.PlansRead).SaveToAsync(Db);
        await Users.ListAsync(other, new StaffUserFilter(), new PageRequest());
        var form = await Users.FormAsync(manager, other.Id);

        form.RoleId = harmless.Id;
        await Users.SaveAsync(manager, other.Id, form);

        await Should.ThrowAsync<AccessDeniedException>(() => Users.ListAsync(other, new StaffUserFilter(), new PageRequest()));
    }

    [Fact]
    public async Task The_last_active_administrator_can_be_neither_disabled_nor_demoted_nor_robbed_of_the_right()
    {
        var role = await A.Role("Administrator").With(Permission.UsersManage, Permission.PlansRead).SaveToAsync(Db);
        var first = await A.StaffUser().As(role).SaveToAsync(Db);
        var second = await A.StaffUser().As(role).SaveToAsync(Db);
        var harmless = await A.Role().With(Permission.PlansRead).SaveToAsync(Db);
        await Users.DisableAsync(first, second.Id);

        (await Should.ThrowAsync<RuleViolationException>(() => Users.DisableAsync(first, first.Id))).Code.ShouldBe("own_account");
        var form = await Users.FormAsync(first, first.Id);
        form.RoleId = harmless.Id;
        (await Should.ThrowAsync<RuleViolationException>(() => Users.SaveAsync(first, first.Id, form))).Code.ShouldBe("last_administrator");
        var edited = await Db.Get<Roles>().FormAsync(first, role.Id);
        edited.Permissions = [Permission.PlansRead];
        (await Should.ThrowAsync<RuleViolationException>(() => Db.Get<Roles>().SaveAsync(first, edited))).Code.ShouldBe("last_administrator");

        (await FindAsync(first.Id)).RoleId.ShouldBe(role.Id);
        (await Users.ListAsync(first, new StaffUserFilter(), new PageRequest())).Rows.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Nobody_gives_themselves_another_role_or_store_with_more_rights_but_a_second_person_does()
    {
        var (own, other) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var modest = await A.Role().With(Permission.UsersManage).Where(r => r.RefundLimit = 10).SaveToAsync(Db);
        var mighty = await A.Role().With(Permission.UsersManage, Permission.GiftCardsRefund).SaveToAsync(Db);
        var manager = await A.StaffUser().As(modest).In(own).SaveToAsync(Db);
        var second = await A.StaffUser().As(modest).SaveToAsync(Db);

        (await RefusedAsync(form => form.RoleId = mighty.Id)).Message.ShouldBe("You cannot give yourself the permission “GiftCardsRefund”, a higher refund limit. Another user who may manage users must do this for you.");
        (await RefusedAsync(form => form.Stores = StoreScope.Only(own.Id, other.Id))).Message.ShouldContain("more stores");
        (await RefusedAsync(form => form.Stores = new StoreScope(StoreScopeKind.Excluded, [other.Id]))).Message.ShouldContain("more stores");
        await SaveAsync(manager, form => form.DisplayName = "Renamed");
        (await FindAsync(manager.Id)).RoleId.ShouldBe(modest.Id);

        await SaveAsync(second, form => (form.RoleId, form.Stores) = (mighty.Id, StoreScope.All));
        (await FindAsync(manager.Id)).RoleId.ShouldBe(mighty.Id);
        // Giving up is free.
        await SaveAsync(manager, form => (form.RoleId, form.Stores) = (modest.Id, StoreScope.Only(own.Id)));

        async Task<RuleViolationException> RefusedAsync(Action<StaffUserForm> change)
        {
            var refusal = await Should.ThrowAsync<RuleViolationException>(() => SaveAsync(manager, change));
            refusal.Code.ShouldBe("own_rights");

            return refusal;
        }

        async Task SaveAsync(Actor by, Action<StaffUserForm> change)
        {
            var form = await Users.FormAsync(by, manager.Id);
            change(form);
            await Users.SaveAsync(by, manager.Id, form);
        }
    }

    [Fact]
    public async Task Resetting_a_password_or_two_factor_ends_sessions_and_is_audited_without_the_secret()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var other = await A.StaffUser().With(Permission.PlansRead).SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, async db =>
        {
            (await db.Staff.SingleAsync(user => user.Id == other.Id)).TwoFactorEnabled = true;
            db.Add(new IdentityUserToken<long> { UserId = other.Id, LoginProvider = "x", Name = "AuthenticatorKey", Value = "sealed" });
        });
        var before = (await FindAsync(other.Id)).SecurityStamp;

        var given = await Users.ResetPasswordAsync(manager, other.Id);
        var between = (await FindAsync(other.Id)).SecurityStamp;
        await Users.ResetTwoFactorAsync(manager, other.Id);

        between.ShouldNotBe(before);
        var user = await FindAsync(other.Id);
        user.SecurityStamp.ShouldNotBe(between);
        user.TwoFactorEnabled.ShouldBeFalse();
        user.MustChangePassword.ShouldBeTrue();
        (await Db.ReadAsync(db => db.Set<IdentityUserToken<long>>().AnyAsync())).ShouldBeFalse();
        var entries = await Db.ReadAsync(db => db.AuditEntries.Where(e => e.ActorKey == manager.Key).ToListAsync());
        entries.Select(e => e.Action).ShouldContain("StaffUser.ResetPassword");
        entries.Select(e => e.Action).ShouldContain("StaffUser.ResetTwoFactor");
        entries.ShouldAllBe(e => e.After == null || !e.After.Contains(given.Password));
    }

    [Fact]
    public async Task A_save_over_somebody_elses_save_is_refused()
    {
        var manager = await A.StaffUser().With(Permission.UsersManage).SaveToAsync(Db);
        var (mine, theirs) = (await Users.FormAsync(manager, manager.Id), await Users.FormAsync(manager, manager.Id));
        theirs.DisplayName = "Theirs";
        await Users.SaveAsync(manager, manager.Id, theirs);

        mine.DisplayName = "Mine";
        await Should.ThrowAsync<ConcurrentChangeException>(() => Users.SaveAsync(manager, manager.Id, mine));
    }

    private Task<StaffUser> FindAsync(long id) => Db.ReadAsync(db => db.Staff.SingleAsync(user => user.Id == id));
}
