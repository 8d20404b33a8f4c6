using LoyaltyAdmin.Domain.Access;
using Microsoft.AspNetCore.Authorization;

namespace LoyaltyAdmin.Web.Access;

/// <summary>
/// Put on a routable page: only holders of the permission reach it, by address and by navigation inside an open circuit.
/// The services the page calls check again at every command; this only decides who sees the page.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresPermissionAttribute(Permission permission) : Attribute, IAuthorizeData
{
    public Permission Permission { get; } = permission;

    public string? Policy
    {
        get => PolicyOf(Permission);
        set => throw new NotSupportedException();
    }

    public string? Roles { get; set; }

    public string? AuthenticationSchemes { get; set; }

    public static string PolicyOf(Permission permission) => $"May{permission}";
}

/// <summary>The user's role, read from the database, must hold the permission.</summary>
public sealed record PermissionRequirement(Permission Permission) : IAuthorizationRequirement;

/// <summary>The session must still stand and owe nothing: disabled, changed or half set-up accounts get nowhere.</summary>
public sealed record StandingSessionRequirement : IAuthorizationRequirement;

internal sealed class PermissionHandler(AccessControl access) : AuthorizationHandler<PermissionRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (StaffClaims.ActorOf(context.User) is { } actor && await access.FindAsync(actor) is { } grant && grant.May(requirement.Permission))
        {
            context.Succeed(requirement);
        }
    }
}

internal sealed class StandingSessionHandler(StaffSessions sessions) : AuthorizationHandler<StandingSessionRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, StandingSessionRequirement requirement)
    {
        if (await sessions.DutyAsync(context.User) == SessionDuty.None)
        {
            context.Succeed(requirement);
        }
    }
}
