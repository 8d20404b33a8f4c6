using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Portal.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>What members' routes answer: whole pages, and the same plain ones for everything that does not work.</summary>
internal static class PortalAnswers
{
    public static RazorComponentResult Page(Type view, Dictionary<string, object?> parameters, int status = StatusCodes.Status200OK) =>
        new(view, parameters) { PreventStreamingRendering = true, StatusCode = status };

    public static async Task<IResult> SayAsync(HttpContext http, int status, string title, string text) => Page(typeof(MessageView), new()
    {
        [nameof(MessageView.Look)] = await http.RequestServices.GetRequiredService<PortalSettingsService>().LookAsync(http.RequestAborted),
        [nameof(MessageView.Title)] = title,
        [nameof(MessageView.Text)] = text,
    }, status);

    public static Task<IResult> NotFoundAsync(HttpContext http) => SayAsync(http, StatusCodes.Status404NotFound, "There is no such page", "It may have moved, or the address is not complete.");

    /// <summary>Members' pages may be switched off, and what is another's does not exist.</summary>
    public static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!(await http.RequestServices.GetRequiredService<PortalSettingsService>().LookAsync(http.RequestAborted)).IsOn && http.Request.Path != PortalPages.LookPath)
        {
            return await SayAsync(http, StatusCodes.Status404NotFound, "Not available", "Our member pages are closed at the moment.");
        }

        try
        {
            return await next(context);
        }
        catch (NotFoundException)
        {
            return await NotFoundAsync(http);
        }
        catch (AccessDeniedException)
        {
            // The session ended between two looks.
            return Results.Redirect(MemberAccess.SignInPath);
        }
    }
}
