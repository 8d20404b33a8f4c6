using System.Security.Claims;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Messages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>
/// The members' door: a cookie scheme of its own, sent below <c>/my</c> only. Its cookie names a session and nothing else; staff's cookie opens nothing
/// here, and this one nothing there.
/// </summary>
public static class MemberAccess
{
    public const string Scheme = "Member";
    public const string Policy = "Member";
    public const string CookieName = "loyalty.member";
    public const string SignInPath = PortalTargets.Root + "/sign-in";

    // Not “sub”: that is how staff's claims name their user.
    private const string SessionClaim = ClaimTypes.NameIdentifier;

    public static void AddMemberAccess(this WebApplicationBuilder builder)
    {
        // A newcomer's sandbox is the only place to read a code or a link of the demo company.
        builder.Services.AddSingleton(new MessageSandbox(builder.Environment.IsDevelopment()));
        builder.Services.AddAuthentication().AddCookie(Scheme, options =>
        {
            options.Cookie.Name = CookieName;
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.Cookie.Path = PortalTargets.Root;
            options.CookieManager = new SecureCookies();
            options.ExpireTimeSpan = PortalSessions.IdleLifetime;
            options.SlidingExpiration = true;
            options.LoginPath = SignInPath;
            options.AccessDeniedPath = SignInPath;
            options.Events.OnValidatePrincipal = ValidateAsync;
            options.Events.OnRedirectToLogin = context =>
            {
                context.Response.Redirect(SignInPath);

                return Task.CompletedTask;
            };
        });
        builder.Services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy.AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser().RequireAssertion(context => context.Resource is HttpContext http && http.Features.Get<MemberFeature>() is not null));
    }

    /// <summary>Gives the browser the session's cookie.</summary>
    public static Task SignInAsync(HttpContext http, PortalEntry entry) =>
        http.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(SessionClaim, entry.SessionId.ToString("N"))], Scheme)));

    /// <summary>Ends the session here and in the database, so that a copied cookie opens nothing either.</summary>
    public static async Task SignOutAsync(HttpContext http, PortalSessions sessions)
    {
        if (http.Features.Get<MemberFeature>() is { } member)
        {
            await sessions.EndAsync(member.SessionId);
        }

        await http.SignOutAsync(Scheme);
    }

    /// <summary>The member whose session this request belongs to, as the services know it.</summary>
    public static Actor ActorOf(HttpContext http) => http.Features.Get<MemberFeature>()?.Actor ?? throw new AccessDenied();

    /// <summary>Whether a form carries the page's own token; asked for every form, because the framework leaves it to whoever binds one.</summary>
    public static async ValueTask<object?> DemandTokenAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Request.HasFormContentType && await context.HttpContext.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context.HttpContext)
            ? await next(context)
            : Results.StatusCode(StatusCodes.Status400BadRequest);

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        if (Guid.TryParseExact(context.Principal?.FindFirstValue(SessionClaim), "N", out var session)
            && await http.RequestServices.GetRequiredService<PortalSessions>().ActorOfAsync(session, http.RequestAborted) is { } actor)
        {
            http.Features.Set(new MemberFeature(session, actor with { IpAddress = http.Connection.RemoteIpAddress?.ToString(), CorrelationId = http.TraceIdentifier }));

            return;
        }

        context.RejectPrincipal();
        await http.SignOutAsync(Scheme);
    }

    private sealed record MemberFeature(Guid SessionId, Actor Actor);

    private sealed class AccessDenied() : InvalidOperationException("A member's page without the members' policy.");

    /// <summary>Over https no page of plain http can set the cookie.</summary>
    private sealed class SecureCookies : ICookieManager
    {
        private readonly ChunkingCookieManager cookies = new();

        public string? GetRequestCookie(HttpContext context, string key) => cookies.GetRequestCookie(context, Name(context, key));

        public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) => cookies.AppendResponseCookie(context, Name(context, key), value, options);

        public void DeleteCookie(HttpContext context, string key, CookieOptions options) => cookies.DeleteCookie(context, Name(context, key), options);

        private static string Name(HttpContext context, string key) => context.Request.IsHttps ? "__Secure-" + key : key;
    }
}
