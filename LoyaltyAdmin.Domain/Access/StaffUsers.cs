using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>The people who sign in: created, edited, disabled and helped back in here. Every change ends what they have open.</summary>
public sealed class StaffUsers(LoyaltyDatabase database, AccessControl access, TwoPeople twoPeople, SecretKeys keys, IPasswordHasher<StaffUser> passwords, TimeProvider clock)
{
    private const string PasswordDigits = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int PasswordLength = 16;

    private static readonly SortColumns<StaffUser> sorts = new SortColumns<StaffUser>(user => user.Id).By("DisplayName", user => user.DisplayName).By("Email", user => user.Email!);

    /// <summary>An account without a password.</summary>
    public static StaffUser New(string email, string displayName, long roleId, StoreScope stores, DateTimeOffset now) => new()
    {
        DisplayName = displayName.Trim(),
        UserName = email.Trim(),
        NormalizedUserName = Normalise(email),
        Email = email.Trim(),
        NormalizedEmail = Normalise(email),
        EmailConfirmed = true,
        RoleId = roleId,
        Stores = stores,
        LockoutEnabled = true,
        SecurityStamp = NewStamp(),
        ConcurrencyStamp = Guid.NewGuid().ToString(),
        CreatedAt = now,
    };

    public static string Normalise(string email) => email.Trim().ToUpperInvariant();

    /// <summary>A new security stamp: sessions that carry the old one are over.</summary>
    public static string NewStamp() => RandomNumberGenerator.GetHexString(32);

    [Requires(Permission.UsersManage)]
    public async Task<Page<StaffUserRow>> ListAsync(Actor actor, StaffUserFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.UsersManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var text = filter.Text is { } typed ? Normalise(typed) : null;

        return await db.Staff
            .Where(u => string.IsNullOrEmpty(text) || u.NormalizedEmail!.Contains(text) || u.DisplayName.ToUpper().Contains(text))
            .Where(u => filter.RoleId == null || u.RoleId == filter.RoleId)
            .Where(u => filter.IsEnabled == null || u.IsEnabled == filter.IsEnabled)
            .ToPageAsync(page, sorts, u => new StaffUserRow(u.Id, u.DisplayName, u.Email!, u.RoleId, db.Roles.Where(r => r.Id == u.RoleId).Select(r => r.Name).First(),
                u.Stores, u.IsEnabled, u.TwoFactorEnabled, u.LockoutEnd, u.LastSignInAt), cancel);
    }

    [Requires(Permission.UsersManage)]
    public async Task<StaffUserForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.UsersManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        var waiting = await TwoPeople.WaitingAsync(db, ApprovalKind.UserAccess, id, cancel);

        return await db.Staff.Where(user => user.Id == id)
            .Select(user => new StaffUserForm { DisplayName = user.DisplayName, Email = user.Email!, RoleId = user.RoleId, Stores = user.Stores, ConcurrencyStamp = user.ConcurrencyStamp, IsEnabled = user.IsEnabled, HasTwoFactor = user.TwoFactorEnabled, Waiting = waiting })
            .FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The user");
    }

    /// <summary>Creates an account with a one-time password, returned once. With a role that moves value it stays disabled until a second person approves.</summary>
    [Requires(Permission.UsersManage)]
    public async Task<InitialPassword> CreateAsync(Actor actor, StaffUserForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.UsersManage, cancel: cancel);
        var password = NewPassword();

        return await database.WriteAsync(actor, async db =>
        {
            await CheckAsync(db, form, id: 0, cancel);
            var user = New(form.Email, form.DisplayName, form.RoleId, form.Stores, clock.GetUtcNow());
            user.PasswordHash = passwords.HashPassword(user, password);
            user.MustChangePassword = true;
            await twoPeople.NoteAsync(db, cancel);
            var role = await db.Roles.FirstAsync(r => r.Id == form.RoleId, cancel);
            var what = $"Let the new user {user.DisplayName} ({user.Email}) sign in with the role “{role.Name}”.";
            var waits = TwoPeople.IsGuarded(role) && await twoPeople.MustWaitAsync(db, actor, user.Id, what, cancel);
            user.IsEnabled = !waits;
            db.Staff.Add(user);
            await db.SaveChangesAsync(cancel);
            if (waits)
            {
                await twoPeople.FileAsync(db, actor, ApprovalKind.UserAccess, user.Id, user.DisplayName, what, UserAccessRequest.For(user, UserAccessChange.Enable), cancel);
            }

            await twoPeople.NoteAsync(db, cancel);

            return new InitialPassword(user.Id, user.Email!, password, waits);
        }, cancel);
    }

    /// <summary>Saves the user. True: it gives rights that move value, and waits for a second person.</summary>
    [Requires(Permission.UsersManage)]
    public Task<bool> SaveAsync(Actor actor, long id, StaffUserForm form, CancellationToken cancel = default) =>
        ChangeAsync(actor, id, async (db, user) =>
        {
            await CheckAsync(db, form, id, cancel);
            if (form.ConcurrencyStamp is { } seen && seen != user.ConcurrencyStamp)
            {
                throw new ConcurrentChangeException("The user");
            }

            if (actor.Kind == ActorKind.Staff && actor.Id == id)
            {
                await DemandNotRaisedAsync(db, user, form, cancel);
            }

            if (await StaffUserChanges.GainedAsync(db, user, form, cancel) is { Count: > 0 } gained && await WaitsAsync(db, actor, user, $"Give {user.DisplayName} {string.Join(", ", gained)}.",
                UserAccessRequest.For(user, UserAccessChange.Save) with { DisplayName = form.DisplayName.Trim(), Email = form.Email.Trim(), RoleId = form.RoleId, Stores = form.Stores }, cancel))
            {
                return true;
            }

            StaffUserChanges.Apply(user, form);

            return false;
        }, cancel);

    /// <summary>Ends the user's sessions at once and keeps them out.</summary>
    [Requires(Permission.UsersManage)]
    public Task DisableAsync(Actor actor, long id, CancellationToken cancel = default) =>
        ChangeAsync(actor, id, (_, user) =>
        {
            if (actor.Kind == ActorKind.Staff && actor.Id == id)
            {
                throw new RuleViolationException("own_account", "You cannot disable your own account.");
            }

            (user.IsEnabled, user.SecurityStamp) = (false, NewStamp());

            return Task.FromResult(false);
        }, cancel);

    /// <summary>Lets the user in again. True: the role moves value, and it waits for a second person.</summary>
    [Requires(Permission.UsersManage)]
    public Task<bool> EnableAsync(Actor actor, long id, CancellationToken cancel = default) =>
        ChangeAsync(actor, id, async (db, user) =>
        {
            if (!user.IsEnabled && await StaffUserChanges.IsGuardedAsync(db, user, cancel)
                && await WaitsAsync(db, actor, user, $"Let {user.DisplayName} ({user.Email}) sign in again.", UserAccessRequest.For(user, UserAccessChange.Enable), cancel))
            {
                return true;
            }

            StaffUserChanges.Enable(user);

            return false;
        }, cancel);

    /// <summary>Gives a one-time password, returned once, and ends the user's sessions; where the role moves value, once a second person has approved.</summary>
    [Requires(Permission.UsersManage)]
    public async Task<InitialPassword> ResetPasswordAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var (password, email) = (NewPassword(), "");
        var waits = await ChangeAsync(actor, id, async (db, user) =>
        {
            email = user.Email!;
            var hash = passwords.HashPassword(user, password);
            if (await StaffUserChanges.IsGuardedAsync(db, user, cancel) && await WaitsAsync(db, actor, user, $"Replace the password of {user.DisplayName} by a one-time password.",
                UserAccessRequest.For(user, UserAccessChange.ResetPassword) with { SealedHash = Convert.ToBase64String(keys.Seal(hash)) }, cancel))
            {
                return true;
            }

            StaffUserChanges.SetPassword(user, hash);

            return false;
        }, cancel);

        return new InitialPassword(id, email, password, waits);
    }

    /// <summary>
    /// For a lost phone: the user signs in with the password alone and sets up two-factor again where the role demands it.
    /// True: the role moves value, and it waits for a second person.
    /// </summary>
    [Requires(Permission.UsersManage)]
    public Task<bool> ResetTwoFactorAsync(Actor actor, long id, CancellationToken cancel = default) =>
        ChangeAsync(actor, id, async (db, user) =>
        {
            if (await StaffUserChanges.IsGuardedAsync(db, user, cancel)
                && await WaitsAsync(db, actor, user, $"Let {user.DisplayName} sign in without two-factor until it is set up again.", UserAccessRequest.For(user, UserAccessChange.ResetTwoFactor), cancel))
            {
                return true;
            }

            await StaffUserChanges.RemoveTwoFactorAsync(db, user, cancel);

            return false;
        }, cancel);

    /// <summary>The last enabled user who may manage users can be neither disabled nor demoted: nobody could undo it.</summary>
    internal static async Task DemandAdministratorAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        await db.SaveChangesAsync(cancel);
        var managers = (await db.Roles.ToListAsync(cancel)).Where(role => role.Permissions.Contains(Permission.UsersManage)).Select(role => role.Id).ToList();
        if (!await db.Staff.AnyAsync(user => user.IsEnabled && managers.Contains(user.RoleId), cancel))
        {
            throw new RuleViolationException("last_administrator", "This is the last active user who can manage users. Give another user that role first.");
        }
    }

    /// <summary>A change answers whether it waits: then nothing has changed.</summary>
    private async Task<bool> ChangeAsync(Actor actor, long id, Func<LoyaltyDbContext, StaffUser, Task<bool>> change, CancellationToken cancel)
    {
        await access.DemandAsync(actor, Permission.UsersManage, cancel: cancel);
        var waits = await database.WriteAsync(actor, async db =>
        {
            var user = await db.Staff.FirstOrDefaultAsync(u => u.Id == id, cancel) ?? throw new NotFoundException("The user");
            var (hash, twoFactor) = (user.PasswordHash, user.TwoFactorEnabled);
            await twoPeople.NoteAsync(db, cancel);
            if (await change(db, user))
            {
                return true;
            }

            user.ConcurrencyStamp = Guid.NewGuid().ToString();
            await DemandAdministratorAsync(db, cancel);
            if (hash != user.PasswordHash)
            {
                db.AuditEntries.Add(Event(actor, "StaffUser.ResetPassword", user));
            }

            if (twoFactor && !user.TwoFactorEnabled)
            {
                db.AuditEntries.Add(Event(actor, "StaffUser.ResetTwoFactor", user));
            }

            await twoPeople.NoteAsync(db, cancel);

            return false;
        }, cancel);
        if (!waits)
        {
            access.Forget(Actor.Staff(id, "").Key);
        }

        return waits;
    }

    private async Task<bool> WaitsAsync(LoyaltyDbContext db, Actor actor, StaffUser user, string what, UserAccessRequest request, CancellationToken cancel)
    {
        if (!await twoPeople.MustWaitAsync(db, actor, user.Id, what, cancel))
        {
            return false;
        }

        await twoPeople.FileAsync(db, actor, ApprovalKind.UserAccess, user.Id, user.DisplayName, what, request, cancel);

        return true;
    }

    private static async Task DemandNotRaisedAsync(LoyaltyDbContext db, StaffUser user, StaffUserForm form, CancellationToken cancel)
    {
        var (before, after) = (await db.Roles.FirstAsync(role => role.Id == user.RoleId, cancel), await db.Roles.FirstAsync(role => role.Id == form.RoleId, cancel));
        OwnRights.DemandNotRaised(Rights.Of(before), Rights.Of(after), nameof(form.RoleId));
        OwnRights.DemandNotRaised(user.Stores, form.Stores, await Stores.StoreScopes.ResolveAsync(db, user.Stores, cancel), await Stores.StoreScopes.ResolveAsync(db, form.Stores, cancel), await db.Stores.Select(store => store.Id).ToListAsync(cancel), nameof(form.Stores));
    }

    private static async Task CheckAsync(LoyaltyDbContext db, StaffUserForm form, long id, CancellationToken cancel)
    {
        var email = Normalise(form.Email);
        var errors = new FieldErrors()
            .Text(nameof(form.DisplayName), "Name", form.DisplayName, 120, required: true)
            .Require(Inputs.Clean(form.Email) is not null, nameof(form.Email), "Email is required.")
            .Email(nameof(form.Email), "Email", form.Email)
            .Require(await db.Roles.AnyAsync(role => role.Id == form.RoleId, cancel), nameof(form.RoleId), "Choose a role.")
            .Require(form.Stores.Kind == StoreScopeKind.All || !form.Stores.IsEmpty, nameof(form.Stores), "Choose at least one store.")
            .Require(!await db.Staff.AnyAsync(user => user.NormalizedUserName == email && user.Id != id, cancel), nameof(form.Email), "Another user already has this e-mail address.");
        var storeIds = form.Stores.StoreIds.ToList();
        errors.Require(await db.Stores.CountAsync(store => storeIds.Contains(store.Id), cancel) == storeIds.Count, nameof(form.Stores), "One of the stores does not exist.");
        var groupIds = form.Stores.GroupIds.ToList();
        errors.Require(await db.StoreGroups.CountAsync(group => groupIds.Contains(group.Id), cancel) == groupIds.Count, nameof(form.Stores), "One of the store groups does not exist.");
        errors.ThrowIfAny();
    }

    private AuditEntry Event(Actor actor, string action, StaffUser user) =>
        new(actor, clock.GetUtcNow(), action) { EntityType = nameof(StaffUser), EntityId = user.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Subject = user.DisplayName };

    private static string NewPassword() => RandomNumberGenerator.GetString(PasswordDigits, PasswordLength);
}
