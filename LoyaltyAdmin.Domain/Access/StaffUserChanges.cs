using LoyaltyAdmin.Domain.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>What is done to an account, by one person or once a second one has approved; and what of it needs a second one.</summary>
internal static class StaffUserChanges
{
    public static void Apply(StaffUser user, StaffUserForm form)
    {
        (user.DisplayName, user.UserName, user.NormalizedUserName) = (form.DisplayName.Trim(), form.Email.Trim(), StaffUsers.Normalise(form.Email));
        (user.Email, user.NormalizedEmail) = (user.UserName, user.NormalizedUserName);
        (user.RoleId, user.Stores) = (form.RoleId, form.Stores);
    }

    public static void Enable(StaffUser user) => (user.IsEnabled, user.LockoutEnd, user.AccessFailedCount) = (true, null, 0);

    public static void SetPassword(StaffUser user, string hash) =>
        (user.PasswordHash, user.MustChangePassword, user.SecurityStamp, user.LockoutEnd, user.AccessFailedCount) = (hash, true, StaffUsers.NewStamp(), null, 0);

    public static async Task RemoveTwoFactorAsync(LoyaltyDbContext db, StaffUser user, CancellationToken cancel)
    {
        (user.TwoFactorEnabled, user.SecurityStamp) = (false, StaffUsers.NewStamp());
        db.RemoveRange(await db.Set<IdentityUserToken<long>>().Where(token => token.UserId == user.Id).ToListAsync(cancel));
    }

    public static async Task<bool> IsGuardedAsync(LoyaltyDbContext db, StaffUser user, CancellationToken cancel) => TwoPeople.IsGuarded(await db.Roles.FirstAsync(role => role.Id == user.RoleId, cancel));

    public static async Task<IReadOnlyList<string>> GainedAsync(LoyaltyDbContext db, StaffUser user, StaffUserForm form, CancellationToken cancel)
    {
        var (before, after) = (await db.Roles.FirstAsync(role => role.Id == user.RoleId, cancel), await db.Roles.FirstAsync(role => role.Id == form.RoleId, cancel));
        var gained = TwoPeople.Gained(Rights.Of(before), Rights.Of(after));
        if (gained.Count > 0)
        {
            return [$"the role “{after.Name}”", .. gained];
        }

        return TwoPeople.IsGuarded(after) && OwnRights.SeesMore(user.Stores, form.Stores, await Stores.StoreScopes.ResolveAsync(db, user.Stores, cancel), await Stores.StoreScopes.ResolveAsync(db, form.Stores, cancel), await db.Stores.Select(store => store.Id).ToListAsync(cancel))
            ? ["more stores"] : [];
    }
}
