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
}
