using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

public sealed record StaffUserRow(long Id, string DisplayName, string Email, long RoleId, string Role, StoreScope Stores, bool IsEnabled, bool HasTwoFactor, DateTimeOffset? LockedUntil, DateTimeOffset? LastSignInAt);

public sealed record StaffUserFilter
{
    public string? Text { get; init; }
    public long? RoleId { get; init; }
    public bool? IsEnabled { get; init; }
}

/// <summary>A staff user being created or edited.</summary>
public sealed class StaffUserForm
{
    public string DisplayName { get; set; } = "";
    public string Email { get; set; } = "";
    public long RoleId { get; set; }
    public StoreScope Stores { get; set; } = StoreScope.All;
    public string? ConcurrencyStamp { get; set; }

    /// <summary>Read only.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Read only.</summary>
    public bool HasTwoFactor { get; init; }
}

/// <summary>A new or reset account's password, shown once to whoever made it; its owner must change it at the first sign-in.</summary>
public sealed record InitialPassword(long UserId, string Email, string Password);

/// <summary>The people who sign in: created, edited, disabled and helped back in here. Every change ends what they have open.</summary>
public sealed class StaffUsers(LoyaltyDatabase database, AccessControl access, IPasswordHasher<StaffUser> passwords, TimeProvider clock)
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

        return await db.Staff.Where(user => user.Id == id)
            .Select(user => new StaffUserForm { DisplayName = user.DisplayName, Email = user.Email!, RoleId = user.RoleId, Stores = user.Stores, ConcurrencyStamp = user.ConcurrencyStamp, IsEnabled = user.IsEnabled, HasTwoFactor = user.TwoFactorEnabled })
            .FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The user");
    }

    /// <summary>Creates an account with a one-time password, returned once.</summary>
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
            db.Staff.Add(user);
            await db.SaveChangesAsync(cancel);

            return new InitialPassword(user.Id, user.Email!, password);
        }, cancel);
    }

    [Requires(Permission.UsersManage)]
    public Task SaveAsync(Actor actor, long id, StaffUserForm form, CancellationToken cancel = default) =>
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

            (user.DisplayName, user.UserName, user.NormalizedUserName) = (form.DisplayName.Trim(), form.Email.Trim(), Normalise(form.Email));
            (user.Email, user.NormalizedEmail) = (user.UserName, user.NormalizedUserName);
            (user.RoleId, user.Stores) = (form.RoleId, form.Stores);
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

            return Task.CompletedTask;
        }, cancel);

    [Requires(Permission.UsersManage)]
    public Task EnableAsync(Actor actor, long id, CancellationToken cancel = default) =>
        ChangeAsync(actor, id, (_, user) =>
        {
            (user.IsEnabled, user.LockoutEnd, user.AccessFailedCount) = (true, null, 0);

            return Task.CompletedTask;
        }, cancel);

    /// <summary>Gives a one-time password, returned once, and ends the user's sessions.</summary>
    [Requires(Permission.UsersManage)]
    public async Task<InitialPassword> ResetPasswordAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var (password, email) = (NewPassword(), "");
        await ChangeAsync(actor, id, (_, user) =>
        {
            email = user.Email!;
            user.PasswordHash = passwords.HashPassword(user, password);
            (user.MustChangePassword, user.SecurityStamp, user.LockoutEnd, user.AccessFailedCount) = (true, NewStamp(), null, 0);

            return Task.CompletedTask;
        }, cancel);

        return new InitialPassword(id, email, password);
    }

    /// <summary>For a lost phone: the user signs in with the password alone and sets up two-factor again where the role demands it.</summary>
    [Requires(Permission.UsersManage)]
    public Task ResetTwoFactorAsync(Actor actor, long id, CancellationToken cancel = default) =>
        ChangeAsync(actor, id, async (db, user) =>
        {
            (user.TwoFactorEnabled, user.SecurityStamp) = (false, NewStamp());
            db.RemoveRange(await db.Set<IdentityUserToken<long>>().Where(token => token.UserId == id).ToListAsync(cancel));
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

    private async Task ChangeAsync(Actor actor, long id, Func<LoyaltyDbContext, StaffUser, Task> change, CancellationToken cancel)
    {
        await access.DemandAsync(actor, Permission.UsersManage, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var user = await db.Staff.FirstOrDefaultAsync(u => u.Id == id, cancel) ?? throw new NotFoundException("The user");
            var (hash, twoFactor) = (user.PasswordHash, user.TwoFactorEnabled);
            await change(db, user);
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
        }, cancel);
        access.Forget(Actor.Staff(id, "").Key);
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
