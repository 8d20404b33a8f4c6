using System.Net;
using System.Text.Json;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Messages.Providers;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>
/// What is open to everybody who holds a link or a key: unsubscribing (RFC 8058: GET only shows, POST does, no cookies, no redirect, the same answer for every
/// repeat) and the reports of providers.
/// </summary>
public static class MessageDoors
{
    private const int MostBody = 64 * 1024;

    public static void MapMessageDoors(this WebApplication app)
    {
        app.MapGet("/u/{token}", Show).AllowAnonymous();
        app.MapPost("/u/{token}", UnsubscribeAsync).AllowAnonymous().DisableAntiforgery();
        app.MapPost(TwilioProvider.CallbackPath, TwilioAsync).AllowAnonymous().DisableAntiforgery();
        app.MapPost(BounceTokens.Root + "/{token}", EmailAsync).AllowAnonymous().DisableAntiforgery();
    }

    private static IResult Show(string token, Unsubscribing unsubscribing) => unsubscribing.Read(token) is { } link
        ? Page(StatusCodes.Status200OK, "Unsubscribe", $"""
            <p>Stop receiving messages by {WebUtility.HtmlEncode(link.Channel.Name())} from us?</p>
            <form method="post" class="plain-form"><input type="hidden" name="List-Unsubscribe" value="One-Click"><input type="hidden" name="shown" value="1"><button type="submit" class="button">Unsubscribe</button></form>
            """)
        : Unknown();

    private static async Task<IResult> UnsubscribeAsync(string token, HttpContext http, Unsubscribing unsubscribing, CancellationToken cancel)
    {
        if (await FormAsync(http, cancel) is not { } form || form["List-Unsubscribe"] != "One-Click")
        {
            return Page(StatusCodes.Status400BadRequest, "Unsubscribe", "<p>Open the link of your message and press the button.</p>");
        }

        if (!await unsubscribing.WithdrawAsync(token, http.Connection.RemoteIpAddress?.ToString(), cancel))
        {
            return Unknown();
        }

        return form["shown"] == "1" ? Page(StatusCodes.Status200OK, "You are unsubscribed", "<p>No such message is sent to you any more. Receipts and codes you ask for still arrive.</p>") : Results.Ok();
    }

    private static async Task<IResult> TwilioAsync(HttpContext http, MessageReports reports, CancellationToken cancel) =>
        await FormAsync(http, cancel) is { } form && await reports.TwilioAsync([.. form.Select(field => KeyValuePair.Create(field.Key, field.Value.ToString()))], http.Request.Headers["X-Twilio-Signature"], cancel)
            ? Results.NoContent()
            : Results.StatusCode(StatusCodes.Status403Forbidden);

    private static async Task<IResult> EmailAsync(string token, HttpContext http, MessageReports reports, BounceTokens tokens, CancellationToken cancel)
    {
        if (!tokens.IsRight(token))
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        if (!Limit(http))
        {
            return Results.BadRequest();
        }

        try
        {
            var report = await JsonSerializer.DeserializeAsync<EmailReport>(http.Request.Body, JsonSerializerOptions.Web, cancel);

            return Enum.TryParse<EmailReportKind>(report?.Kind, ignoreCase: true, out var kind) && Enum.IsDefined(kind)
                && await reports.EmailAsync(token, kind, report!.Address, Guid.TryParse(report.MessageId?.Trim('<', '>').Split('@')[0], out var id) ? id : null, cancel) ? Results.NoContent() : Results.BadRequest();
        }
        catch (JsonException)
        {
            return Results.BadRequest();
        }
    }

    private static async Task<IFormCollection?> FormAsync(HttpContext http, CancellationToken cancel)
    {
        if (!http.Request.HasFormContentType || !Limit(http))
        {
            return null;
        }

        try
        {
            return await http.Request.ReadFormAsync(cancel);
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException or IOException)
        {
            return null;
        }
    }

    private static bool Limit(HttpContext http)
    {
        if (http.Request.ContentLength > MostBody)
        {
            return false;
        }

        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MostBody;
        }

        return true;
    }

    private static IResult Unknown() => Page(StatusCodes.Status404NotFound, "Unknown link", "<p>This link is not complete. Copy it whole from your message.</p>");

    private static IResult Page(int status, string title, string body) => Results.Content($"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>{title}</title><link rel="stylesheet" href="/app.css"><link rel="stylesheet" href="/components.css"></head>
        <body><main id="content" class="content content-plain"><div class="plain-card"><h1>{title}</h1>{body}</div></main></body></html>
        """, "text/html; charset=utf-8", System.Text.Encoding.UTF8, status);

    private sealed record EmailReport(string? Kind, string? Address, string? MessageId);
}
