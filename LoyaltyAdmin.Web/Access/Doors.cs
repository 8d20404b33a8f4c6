using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.MemberPortal;

namespace LoyaltyAdmin.Web.Access;

/// <summary>Refuses what another site makes a signed-in browser send: changing requests and circuit connections with a foreign Origin.</summary>
internal sealed class OriginCheck(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        var matters = request.Path.StartsWithSegments("/_blazor")
            || (!request.Path.StartsWithSegments("/api") && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method));
        if (matters && request.Headers.Origin.ToString() is { Length: > 0 } origin && !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;

            return Task.CompletedTask;
        }

        return next(http);
    }
}

/// <summary>Leads a session that owes something (a new password, two-factor) to where it is done, and nowhere else.</summary>
internal sealed class SessionDuties(RequestDelegate next, StaffSessions sessions)
{
    private static readonly string[] always = ["/sign-in", "/sign-out", "/session", "/_framework", "/_content", "/error", PortalTargets.Root];

    public async Task InvokeAsync(HttpContext http)
    {
        var path = http.Request.Path;
        if (http.User.Identity?.IsAuthenticated == true && !path.StartsWithSegments("/api") && !always.Any(start => path.StartsWithSegments(start)) && !Path.HasExtension(path))
        {
            var wanted = await sessions.DutyAsync(http.User, http.RequestAborted) switch
            {
                SessionDuty.ChangePassword => "/account/password",
                SessionDuty.SetUpTwoFactor => "/account/two-factor",
                _ => null,
            };
            if (wanted is not null && !path.StartsWithSegments(wanted))
            {
                if (path.StartsWithSegments("/_blazor"))
                {
                    http.Response.StatusCode = StatusCodes.Status403Forbidden;
                }
                else
                {
                    http.Response.Redirect(wanted);
                }

                return;
            }
        }

        await next(http);
    }
}

/// <summary>Tells browsers what these pages never do.</summary>
internal static class SecurityHeaders
{
    // Blazor and Radzen need no inline script; they do set style attributes.
    private const string Policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // Members' pages have no script at all.
    private const string MemberPolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        http.Response.OnStarting(() =>
        {
            var headers = http.Response.Headers;
            // What somebody uploaded is served under a stricter policy of its own.
            if (!headers.ContentSecurityPolicy.ToString().Contains("sandbox", StringComparison.Ordinal))
            {
                headers.ContentSecurityPolicy = Policy;
            }

            if (http.Request.Path.StartsWithSegments(PortalTargets.Root))
            {
                OfMembers(http, headers);
            }

            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = ReferrerPolicyOf(http.Request.Path);
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (http.Request.IsHttps)
            {
                headers.StrictTransportSecurity = "max-age=31536000";
            }

            return Task.CompletedTask;
        });

        return next(http);
    });

    private static void OfMembers(HttpContext http, IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = MemberPolicy;
        headers["X-Robots-Tag"] = "noindex, nofollow";
        // What a member sees belongs to nobody who uses the browser next.
        if (http.Request.Path != Portal.PortalPages.LookPath)
        {
            headers.CacheControl = "no-store";
        }
    }

    // A link's address is its secret. Elsewhere members' forms need an origin: with no-referrer browsers send “null” for it, which the check refuses.
    private static string ReferrerPolicyOf(PathString path) =>
        path.StartsWithSegments(PortalTargets.Root + "/l") || path.StartsWithSegments(PortalTargets.Root + "/m") ? "no-referrer"
        : path.StartsWithSegments(PortalTargets.Root) ? "same-origin"
        : "strict-origin-when-cross-origin";
}

/// <summary>Keeps hold of the connections behind open circuits, so that they can be cut; refuses more than a user may have.</summary>
internal sealed class CircuitConnections(RequestDelegate next, CircuitRegistry circuits)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments("/_blazor") || StaffClaims.ActorOf(http.User) is not { } actor || !http.WebSockets.IsWebSocketRequest)
        {
            await next(http);

            return;
        }

        if (!circuits.TryConnect(actor, http))
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;

            return;
        }

        try
        {
            await next(http);
        }
        finally
        {
            circuits.Disconnect(http);
        }
    }
}
