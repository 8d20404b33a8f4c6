using Microsoft.Playwright;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>One Chromium for all browser tests of the run; it ends with the test process.</summary>
public static class Chromium
{
    private static readonly string[] Flags =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    private static readonly Lazy<Task<IBrowser>> Shared = new(LaunchAsync);

    public static string ExecutablePath { get; } =
        Environment.GetEnvironmentVariable("LOYALTY_TEST_CHROMIUM") is { Length: > 0 } path ? path : "/usr/bin/chromium";

    /// <summary>A browser profile of its own: no cache, no cookies but those of <paramref name="storageState"/>.</summary>
    public static async Task<IBrowserContext> NewContextAsync(string baseUrl, ViewportSize? size = null, string? storageState = null, bool withScript = true)
    {
        var browser = await Shared.Value;
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = baseUrl,
            StorageState = storageState,
            JavaScriptEnabled = withScript,
            Locale = "en-US",
            TimezoneId = "UTC",
            ViewportSize = size ?? new ViewportSize { Width = 1280, Height = 900 },
        });
        context.SetDefaultTimeout(30_000);

        return context;
    }

    private static async Task<IBrowser> LaunchAsync()
    {
        // The machine is busy with the other tests: what is right late is right.
        Assertions.SetDefaultExpectTimeout(30_000);

        if (!File.Exists(ExecutablePath))
        {
            throw new InvalidOperationException(
                $"Browser tests need Chromium at {ExecutablePath}. Run ./test.sh, which installs it, or set LOYALTY_TEST_CHROMIUM.");
        }

        var playwright = await Playwright.CreateAsync();

        return await playwright.Chromium.LaunchAsync(new() { ExecutablePath = ExecutablePath, Args = Flags });
    }
}
