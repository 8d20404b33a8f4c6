using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

internal enum UserAccessChange
{
    Save,
    Enable,
    ResetPassword,
    ResetTwoFactor,
}

/// <summary>A change of a user that waits, with what the user was when it was asked for. A password is kept as a sealed hash only.</summary>
internal sealed record UserAccessRequest(UserAccessChange Change, string FromEmail, long FromRoleId, StoreScope FromStores)
{
    public string? DisplayName { get; init; }
    public string? Email { get; init; }
    public long? RoleId { get; init; }
    public StoreScope? Stores { get; init; }
    public string? SealedHash { get; init; }

    public static UserAccessRequest For(StaffUser user, UserAccessChange change) => new(change, user.Email!, user.RoleId, user.Stores);

    /// <summary>Whether the user is still the one the second person was asked about.</summary>
    public bool IsAbout(StaffUser user) => FromEmail == user.Email && FromRoleId == user.RoleId && Json.Same(FromStores, user.Stores);
}

/// <summary>Does to a user what a second person approved.</summary>
public sealed class UserAccessApprovals(AccessControl access, TwoPeople twoPeople, SecretKeys keys) : ApprovalHandler
{
    public override ApprovalKind Kind => ApprovalKind.UserAccess;

    public override Permission ApproverNeeds => Permission.AccessApprove;

    public override async Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel)
    {
        if (approver.Kind == ActorKind.Staff && approver.Id == approval.SubjectId)
        {
            throw new AccessDeniedException("This is about your own account. Another person must decide.");
        }

        var request = TwoPeople.Request<UserAccessRequest>(approval);
        var user = await db.Staff.FirstOrDefaultAsync(u => u.Id == approval.SubjectId, cancel) ?? throw new NotFoundException("The user");
        if (!request.IsAbout(user))
        {
            throw new RuleViolationException("changed_meanwhile", "The user was changed after this was asked for. Reject it; it can be asked for again.");
        }

        switch (request.Change)
        {
            case UserAccessChange.Save:
                StaffUserChanges.Apply(user, new StaffUserForm { DisplayName = request.DisplayName!, Email = request.Email!, RoleId = request.RoleId!.Value, Stores = request.Stores! });
                break;
            case UserAccessChange.Enable:
                StaffUserChanges.Enable(user);
                break;
            case UserAccessChange.ResetPassword:
                StaffUserChanges.SetPassword(user, keys.Open(Convert.FromBase64String(request.SealedHash!)));
                break;
            default:
                await StaffUserChanges.RemoveTwoFactorAsync(db, user, cancel);
                break;
        }

        user.ConcurrencyStamp = Guid.NewGuid().ToString();
        await StaffUsers.DemandAdministratorAsync(db, cancel);
        await twoPeople.NoteAsync(db, cancel);
    }

    public override Task DoneAsync(Approval approval, CancellationToken cancel)
    {
        access.Forget(Actor.Staff(approval.SubjectId, "").Key);

        return Task.CompletedTask;
    }
}

/// <summary>Gives a role what a second person approved.</summary>
public sealed class RoleAccessApprovals(LoyaltyDatabase database, AccessControl access, TwoPeople twoPeople) : ApprovalHandler
{
    public override ApprovalKind Kind => ApprovalKind.RoleAccess;

    public override Permission ApproverNeeds => Permission.AccessApprove;

    public override async Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel)
    {
        var role = await db.Roles.FirstOrDefaultAsync(r => r.Id == approval.SubjectId, cancel) ?? throw new NotFoundException("The role");
        var form = TwoPeople.Request<RoleForm>(approval);
        if (role.Version != form.Version)
        {
            throw new RuleViolationException("changed_meanwhile", "The role was changed after this was asked for. Reject it; it can be asked for again.");
        }

        Roles.Apply(role, form);
        await StaffUsers.DemandAdministratorAsync(db, cancel);
        await twoPeople.NoteAsync(db, cancel);
    }

    public override async Task DoneAsync(Approval approval, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        foreach (var holder in await db.Staff.Where(user => user.RoleId == approval.SubjectId).Select(user => user.Id).ToListAsync(cancel))
        {
            access.Forget(Actor.Staff(holder, "").Key);
        }
    }
}
