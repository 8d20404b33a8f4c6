using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Portal.Pages;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>How members come in: by a link, or by a code sent to their phone or e-mail. Nothing here tells whether somebody is a member.</summary>
internal static class PortalSignInPages
{
    private const string RequestCookie = "loyalty.code";
    private const string Unknown = "This code is not right, or not valid any more. After five tries ask for a new one.";

    public static void MapPortalSignIn(this RouteGroupBuilder pages)
    {
        pages.MapGet("/look.css", LookAsync);
        pages.MapGet("/l/{token}", OpenLinkAsync);
        pages.MapGet("/m/{token}/{target?}", OpenMessageLinkAsync);
        pages.MapGet("/sign-in", (PortalSettingsService settings, CancellationToken cancel) => SignInAsync(settings, error: null, address: null, StatusCodes.Status200OK, cancel));
        pages.MapGet("/code", async (HttpContext http, PortalSettingsService settings) => RequestOf(http) is null ? Results.Redirect(MemberAccess.SignInPath) : await CodeAsync(settings, error: null, StatusCodes.Status200OK, http.RequestAborted));
        var forms = pages.MapGroup("").AddEndpointFilter(MemberAccess.DemandTokenAsync);
        forms.MapPost("/sign-in", AskAsync);
        forms.MapPost("/code", EnterAsync);
    }

    // The token stays in the address bar for no longer than this answer.
    private static async Task<IResult> OpenLinkAsync(HttpContext http, string token, PortalSessions sessions) => await OpenAsync(http, await sessions.OpenLinkAsync(token, http.RequestAborted));

    private static async Task<IResult> OpenMessageLinkAsync(HttpContext http, string token, string? target, PortalSessions sessions) => await OpenAsync(http, await sessions.OpenMessageLinkAsync(token, target, http.RequestAborted));

    private static async Task<IResult> OpenAsync(HttpContext http, PortalEntry? entry)
    {
        if (entry is null)
        {
            return await PortalAnswers.SayAsync(http, StatusCodes.Status404NotFound, "This link does not open your page", "It is over, was revoked, or was not copied whole. You can sign in with a code instead.");
        }

        await MemberAccess.SignInAsync(http, entry);

        return Results.Redirect(entry.Path);
    }

    private static async Task<IResult> AskAsync(HttpContext http, PortalSignIn signIn, PortalSettingsService settings)
    {
        var address = (await http.Request.ReadFormAsync(http.RequestAborted))["address"].ToString();
        try
        {
            var request = await signIn.AskAsync(address, AddressOf(http), http.RequestAborted);
            http.Response.Cookies.Append(RequestCookie, request.ToString("N"), CookieOf(http));

            return Results.Redirect(PortalPages.CodePath);
        }
        catch (InvalidInputException invalid)
        {
            return await SignInAsync(settings, invalid.Errors[0].Message, address.Length <= 254 ? address : null, StatusCodes.Status400BadRequest, http.RequestAborted);
        }
        catch (TooManyAttemptsException tooMany)
        {
            return await SignInAsync(settings, $"Too many codes were asked for. Please wait {Minutes(tooMany)} and try again.", address: null, StatusCodes.Status429TooManyRequests, http.RequestAborted);
        }
    }

    private static async Task<IResult> EnterAsync(HttpContext http, PortalSignIn signIn, PortalSettingsService settings)
    {
        if (RequestOf(http) is not { } request)
        {
            return Results.Redirect(MemberAccess.SignInPath);
        }

        try
        {
            if (await signIn.EnterAsync(request, (await http.Request.ReadFormAsync(http.RequestAborted))["code"], AddressOf(http), http.RequestAborted) is not { } entry)
            {
                return await CodeAsync(settings, Unknown, StatusCodes.Status400BadRequest, http.RequestAborted);
            }

            http.Response.Cookies.Delete(RequestCookie, CookieOf(http));
            await MemberAccess.SignInAsync(http, entry);

            return Results.Redirect(entry.Path);
        }
        catch (TooManyAttemptsException tooMany)
        {
            return await CodeAsync(settings, $"Too many wrong codes came from this network. Please wait {Minutes(tooMany)}.", StatusCodes.Status429TooManyRequests, http.RequestAborted);
        }
    }

    private static async Task<IResult> LookAsync(HttpContext http, PortalSettingsService settings)
    {
        http.Response.Headers.CacheControl = "public, max-age=300";

        return Results.Text($":root{{--colour:{(await settings.LookAsync(http.RequestAborted)).Colour}}}", "text/css");
    }

    private static async Task<IResult> SignInAsync(PortalSettingsService settings, string? error, string? address, int status, CancellationToken cancel) =>
        PortalAnswers.Page(typeof(SignInView), new() { [nameof(SignInView.Look)] = await settings.LookAsync(cancel), [nameof(SignInView.Error)] = error, [nameof(SignInView.Address)] = address }, status);

    private static async Task<IResult> CodeAsync(PortalSettingsService settings, string? error, int status, CancellationToken cancel) =>
        PortalAnswers.Page(typeof(CodeView), new() { [nameof(CodeView.Look)] = await settings.LookAsync(cancel), [nameof(CodeView.Error)] = error }, status);

    private static Guid? RequestOf(HttpContext http) => Guid.TryParseExact(http.Request.Cookies[RequestCookie], "N", out var request) ? request : null;

    private static CookieOptions CookieOf(HttpContext http) => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = PortalTargets.Root, MaxAge = PortalSignIn.CodeLifetime };

    private static string? AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    private static string Minutes(TooManyAttemptsException tooMany) => Math.Ceiling(tooMany.RetryAfter.TotalMinutes) is var minutes and > 1 ? $"{minutes:0} minutes" : "a minute";
}
