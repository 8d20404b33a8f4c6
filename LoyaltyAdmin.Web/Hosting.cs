using LoyaltyAdmin.Domain.MemberPortal;
using Microsoft.AspNetCore.Diagnostics;

namespace LoyaltyAdmin.Web;

/// <summary>Where the application finds its files and where it listens.</summary>
public static class Hosting
{
    public const string DefaultUrl = "http://localhost:5080";

    /// <remarks>
    /// Files are found beside the assembly, wherever the application is started from: with another content root a
    /// published application answers compressed scripts with nothing.
    /// </remarks>
    public static WebApplicationOptions Options(string[] args) =>
        new() { Args = args, ContentRootPath = AppContext.BaseDirectory };

    /// <remarks>In code, since "urls" in appsettings.json would win over ASPNETCORE_URLS.</remarks>
    public static void ListenOnDefaultUrl(this WebApplicationBuilder builder)
    {
        string[] settings = ["urls", "http_ports", "https_ports"];

        if (settings.All(setting => string.IsNullOrEmpty(builder.Configuration[setting]))
            && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }

    /// <summary>The 404 page inside the portal's frame; programs and refused forms get the bare status.</summary>
    public static void UseStatusPages(this WebApplication app)
    {
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use((http, next) =>
        {
            var path = http.Request.Path;
            if ((!HttpMethods.IsGet(http.Request.Method) || path.StartsWithSegments("/api") || path.StartsWithSegments(PortalTargets.Root) || path.StartsWithSegments("/_blazor")) && http.Features.Get<IStatusCodePagesFeature>() is { } pages)
            {
                pages.Enabled = false;
            }

            return next(http);
        });
    }

    /// <summary>The one sentence an operator needs when the application cannot start; null for what is a fault of the program.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        StartupException => exception.Message,
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => $"{exception.Message.TrimEnd('.')}. Set ASPNETCORE_URLS to another address.",
        _ => null,
    };
}
