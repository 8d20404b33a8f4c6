using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Access;

/// <summary>ADR-017: whoever manages users cannot, alone, make somebody able to move value.</summary>
public abstract class TwoPeopleTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Role administrators = null!;
    private Role finance = null!;
    private Role analysts = null!;
    private Actor alex = null!;
    private Actor fiona = null!;

    public sealed class OnSqlite() : TwoPeopleTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : TwoPeopleTests(DatabaseKind.PostgreSql);

    private StaffUsers Users => Db.Get<StaffUsers>();

    private Roles Roles => Db.Get<Roles>();

    private Approvals Approvals => Db.Get<Approvals>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        administrators = await A.Role().With(Permission.DashboardRead, Permission.UsersManage, Permission.AccessApprove).SaveToAsync(Db);
        finance = await A.Role().With(Permission.DashboardRead, Permission.AccessApprove, Permission.GiftCardsRefund).Where(r => r.RefundLimit = 100).SaveToAsync(Db);
        analysts = await A.Role().With(Permission.DashboardRead, Permission.PlansRead).SaveToAsync(Db);
        alex = await A.StaffUser("Alex").As(administrators).SaveToAsync(Db);
        fiona = await A.StaffUser("Fiona").As(finance).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_second_account_that_moves_value_is_shut_until_a_second_person_opens_it()
    {
        var made = await Users.CreateAsync(alex, Form(finance, "second@shop.example"));

        (made.Waits, (await UserAsync(made.UserId)).IsEnabled).ShouldBe((true, false));
        (await Users.FormAsync(alex, made.UserId)).Waiting.ShouldNotBeNull().ShouldContain("Alex asked: Let the new user");
        await Should.ThrowAsync<AccessDeniedException>(() => DecideAsync(alex));
        (await Should.ThrowAsync<RuleViolationException>(() => Users.EnableAsync(alex, made.UserId))).Code.ShouldBe("already_waiting");
        (await UserAsync(made.UserId)).IsEnabled.ShouldBeFalse();

        await DecideAsync(fiona);

        var user = await UserAsync(made.UserId);
        user.IsEnabled.ShouldBeTrue();
        Db.Get<IPasswordHasher<StaffUser>>().VerifyHashedPassword(user, user.PasswordHash!, made.Password).ShouldBe(PasswordVerificationResult.Success);
        (await Users.FormAsync(alex, made.UserId)).Waiting.ShouldBeNull();
    }

    [Fact]
    public async Task An_account_without_such_rights_needs_nobody()
    {
        var made = await Users.CreateAsync(alex, Form(analysts, "analyst@shop.example"));

        (made.Waits, (await UserAsync(made.UserId)).IsEnabled).ShouldBe((false, true));
    }

    [Fact]
    public async Task Another_role_waits_and_a_rejected_one_never_comes()
    {
        var anya = (await Users.CreateAsync(alex, Form(analysts, "anya@shop.example"))).UserId;

        (await SaveAsync(anya, form => form.RoleId = finance.Id)).ShouldBeTrue();
        (await UserAsync(anya)).RoleId.ShouldBe(analysts.Id);
        await DecideAsync(fiona, approve: false);
        (await UserAsync(anya)).RoleId.ShouldBe(analysts.Id);

        (await SaveAsync(anya, form => form.RoleId = finance.Id)).ShouldBeTrue();
        await DecideAsync(fiona);
        (await UserAsync(anya)).RoleId.ShouldBe(finance.Id);
        // Giving up is free.
        (await SaveAsync(anya, form => form.RoleId = analysts.Id)).ShouldBeFalse();
    }

    [Fact]
    public async Task More_stores_wait_for_a_user_who_moves_value()
    {
        var store = await A.Store().SaveToAsync(Db);
        var clerk = await A.StaffUser().As(finance).In(store).SaveToAsync(Db);

        (await SaveAsync(clerk.Id, form => form.Stores = StoreScope.All)).ShouldBeTrue();

        (await UserAsync(clerk.Id)).Stores.Kind.ShouldBe(StoreScopeKind.Included);
    }

    [Fact]
    public async Task A_role_gets_such_a_right_a_higher_limit_or_an_easier_sign_in_only_by_two_people()
    {
        foreach (var raise in new Action<RoleForm>[]
        {
            form => form.Permissions.Add(Permission.LedgerAdjust),
            form => form.RefundLimit = null,
            form => form.RefundLimit = 101,
        })
        {
            var form = await Roles.FormAsync(alex, finance.Id);
            raise(form);
            (await Roles.SaveAsync(alex, form)).Waits.ShouldBeTrue();
            (await Roles.FormAsync(alex, finance.Id)).Waiting.ShouldNotBeNull();
            await DecideAsync(fiona, approve: false);
        }

        var added = await Roles.FormAsync(alex, analysts.Id);
        added.Permissions.Add(Permission.GiftCardsRefund);
        added.Permissions.Add(Permission.AuditRead);
        (await Roles.SaveAsync(alex, added)).Waits.ShouldBeTrue();
        (await Db.Get<AccessControl>().FindAsync(await A.StaffUser().As(analysts).SaveToAsync(Db)))!.May(Permission.GiftCardsRefund).ShouldBeFalse();

        await DecideAsync(fiona);
        (await Roles.FormAsync(alex, analysts.Id)).Permissions.ShouldContain(Permission.GiftCardsRefund);
        var harmless = await Roles.FormAsync(alex, analysts.Id);
        harmless.Permissions.Add(Permission.ReportsRead);
        (await Roles.SaveAsync(alex, harmless)).Waits.ShouldBeFalse();
    }

    [Fact]
    public async Task A_new_role_is_free_but_nobody_gets_it_alone()
    {
        var role = await Roles.SaveAsync(alex, new RoleForm { Name = "Mine", Permissions = [Permission.GiftCardsRefund, Permission.GiftCardsRefundApprove] });
        role.Waits.ShouldBeFalse();

        (await Users.CreateAsync(alex, new StaffUserForm { DisplayName = "Me again", Email = "me@shop.example", RoleId = role.Id })).Waits.ShouldBeTrue();
    }

    [Fact]
    public async Task Taking_over_an_account_by_password_or_two_factor_waits()
    {
        var felix = await A.StaffUser("Felix").As(finance).SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, db => db.Staff.Where(user => user.Id == felix.Id).ExecuteUpdateAsync(set => set.SetProperty(user => user.TwoFactorEnabled, true)));
        var before = (await UserAsync(felix.Id)).PasswordHash;

        var reset = await Users.ResetPasswordAsync(alex, felix.Id);
        (reset.Waits, (await UserAsync(felix.Id)).PasswordHash).ShouldBe((true, before));
        await DecideAsync(fiona);
        var user = await UserAsync(felix.Id);
        Db.Get<IPasswordHasher<StaffUser>>().VerifyHashedPassword(user, user.PasswordHash!, reset.Password).ShouldBe(PasswordVerificationResult.Success);
        user.MustChangePassword.ShouldBeTrue();

        (await Users.ResetTwoFactorAsync(alex, felix.Id)).ShouldBeTrue();
        (await UserAsync(felix.Id)).TwoFactorEnabled.ShouldBeTrue();
        await Should.ThrowAsync<AccessDeniedException>(() => DecideAsync(felix));
        await DecideAsync(fiona);
        (await UserAsync(felix.Id)).TwoFactorEnabled.ShouldBeFalse();
        (await Db.ReadAsync(db => db.AuditEntries.AnyAsync(entry => entry.After != null && entry.After.Contains(user.PasswordHash!)))).ShouldBeFalse();
    }

    [Fact]
    public async Task Disabling_the_second_person_first_gains_nothing()
    {
        var disabled = await A.StaffUser().As(finance).Disabled().SaveToAsync(Db);
        await Users.DisableAsync(alex, fiona.Id);

        foreach (var attempt in new Func<Task>[]
        {
            () => Users.CreateAsync(alex, Form(finance, "second@shop.example")),
            () => Users.EnableAsync(alex, disabled.Id),
            () => Users.EnableAsync(alex, fiona.Id),
            () => Users.ResetPasswordAsync(alex, fiona.Id),
            async () =>
            {
                var form = await Roles.FormAsync(alex, analysts.Id);
                form.Permissions.Add(Permission.LedgerAdjust);
                await Roles.SaveAsync(alex, form);
            },
        })
        {
            (await Should.ThrowAsync<RuleViolationException>(attempt)).Code.ShouldBe("no_second_person");
        }

        (await Db.ReadAsync(db => db.Staff.CountAsync(user => user.IsEnabled))).ShouldBe(1);
        await using var rescued = Db.OpenAgain(services => services.AddSingleton(new TwoPeopleSettings(AllowsAlone: true)));
        (await rescued.Get<StaffUsers>().EnableAsync(alex, fiona.Id)).ShouldBeFalse();
        (await Db.ReadAsync(db => db.AuditEntries.SingleAsync(entry => entry.Action == TwoPeople.Alone))).ActorKey.ShouldBe(alex.Key);
    }

    [Fact]
    public async Task Taking_the_right_to_approve_from_the_others_role_gains_nothing()
    {
        var form = await Roles.FormAsync(alex, finance.Id);
        form.Permissions.Remove(Permission.AccessApprove);
        (await Roles.SaveAsync(alex, form)).Waits.ShouldBeFalse();

        (await Should.ThrowAsync<RuleViolationException>(() => Users.CreateAsync(alex, Form(finance, "second@shop.example")))).Code.ShouldBe("no_second_person");
    }

    [Fact]
    public async Task A_user_who_changed_after_the_second_person_was_asked_is_asked_about_again()
    {
        var made = await Users.CreateAsync(alex, Form(finance, "second@shop.example"));
        await SaveAsync(made.UserId, form => form.RoleId = analysts.Id);

        (await Should.ThrowAsync<RuleViolationException>(() => DecideAsync(fiona))).Code.ShouldBe("changed_meanwhile");

        (await UserAsync(made.UserId)).IsEnabled.ShouldBeFalse();
    }

    private static StaffUserForm Form(Role role, string email) => new() { DisplayName = $"User {email}", Email = email, RoleId = role.Id };

    private Task<StaffUser> UserAsync(long id) => Db.ReadAsync(db => db.Staff.SingleAsync(user => user.Id == id));

    private async Task<bool> SaveAsync(long id, Action<StaffUserForm> change)
    {
        var form = await Users.FormAsync(alex, id);
        change(form);

        return await Users.SaveAsync(alex, id, form);
    }

    private async Task DecideAsync(Actor by, bool approve = true)
    {
        var waiting = await Db.ReadAsync(db => db.Approvals.SingleAsync(a => a.Status == ApprovalStatus.Pending));
        await Approvals.DecideAsync(by, waiting.Id, approve, approve ? null : "No");
    }
}

/// <summary>A new installation has one person and must be able to begin.</summary>
public abstract class FirstPersonTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : FirstPersonTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : FirstPersonTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task The_first_person_appoints_the_second_alone_and_then_never_again()
    {
        var administrators = await A.Role().With(Permission.DashboardRead, Permission.UsersManage, Permission.AccessApprove).SaveToAsync(Db);
        var finance = await A.Role().With(Permission.DashboardRead, Permission.AccessApprove, Permission.LedgerAdjust).SaveToAsync(Db);
        var alex = await A.StaffUser("Alex").As(administrators).SaveToAsync(Db);
        var users = Db.Get<StaffUsers>();

        var second = await users.CreateAsync(alex, new StaffUserForm { DisplayName = "Fiona", Email = "fiona@shop.example", RoleId = finance.Id });
        second.Waits.ShouldBeFalse();
        (await users.CreateAsync(alex, new StaffUserForm { DisplayName = "Third", Email = "third@shop.example", RoleId = finance.Id })).Waits.ShouldBeTrue();
        await users.DisableAsync(alex, second.UserId);
        (await Should.ThrowAsync<RuleViolationException>(() => users.EnableAsync(alex, second.UserId))).Code.ShouldBe("no_second_person");

        (await Db.ReadAsync(db => db.AuditEntries.Where(entry => entry.Action.StartsWith("Access.")).OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync())).ShouldBe([TwoPeople.Alone, TwoPeople.Ended]);
    }
}
