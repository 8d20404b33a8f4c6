using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Authorization;

namespace LoyaltyAdmin.Web.Api;

/// <summary>What a route demands of the caller's key; every API route carries one, and the service behind it demands it again.</summary>
public sealed record RequiredScope(ApiScope Scope) : IAuthorizationRequirement;

public static class ApiScopes
{
    /// <summary>Only callers with this scope get past the door.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder routes, ApiScope scope) where TBuilder : IEndpointConventionBuilder
    {
        var required = new RequiredScope(scope);

        return routes.WithMetadata(required)
            .RequireAuthorization(new AuthorizationPolicyBuilder(ApiKeyHandler.Name).RequireAuthenticatedUser().AddRequirements(required).Build());
    }
}

internal sealed class RequiredScopeHandler(AccessControl access) : AuthorizationHandler<RequiredScope>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, RequiredScope requirement)
    {
        if (context.Resource is not HttpContext http || http.Features.Get<ApiCaller>() is not { } caller)
        {
            return;
        }

        try
        {
            await access.DemandAsync(caller.Actor, permission: null, requirement.Scope, http.RequestAborted);
            context.Succeed(requirement);
        }
        catch (AccessDeniedException)
        {
            // Not succeeding is the answer; the denial is in the audit trail.
        }
    }
}
