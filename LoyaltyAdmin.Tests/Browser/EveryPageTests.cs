using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Layout;
using Microsoft.Playwright;

namespace LoyaltyAdmin.Tests.Browser;

/// <summary>
/// Every entry of the menu opens without an error, on a desk and on a phone. With LOYALTY_SCREENSHOTS=1 the README's pictures are taken on the way
/// (docs/screenshots.sh).
/// </summary>
public sealed class EveryPageTests(WebApp app) : BrowserTest(app)
{
    private static readonly bool takesPictures = Environment.GetEnvironmentVariable("LOYALTY_SCREENSHOTS") == "1";

    private string user = "finance@demo.example";

    protected override string? User => user;

    public static TheoryData<string> Paths => [.. Menu.All.Select(item => item.Path).OfType<string>()];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_page_opens_wide_and_narrow_without_an_error(string path)
    {
        var needed = Menu.All.First(item => item.Path == path).Permission;
        if (needed is { } permission && !DefaultRoles.Create(withTwoFactor: false).Single(role => role.Name == DefaultRoles.Finance).Permissions.Contains(permission))
        {
            user = "administrator@demo.example";
            await DisposeAsync();
            await InitializeAsync();
        }

        await Page.SetViewportSizeAsync(1280, 900);
        await Page.GotoAsync(path);
        await Assertions.Expect(Page.Locator("main h1").First).ToBeVisibleAsync(new() { Timeout = 15_000 });
        await Assertions.Expect(Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0, new() { Timeout = 15_000 });
        await PictureAsync(path);

        await Page.SetViewportSizeAsync(390, 844);
        (await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth")).ShouldBeLessThanOrEqualTo(1);
        (await Page.GetByText("Not authorised").CountAsync()).ShouldBe(0);
        ConsoleErrors.ShouldBeEmpty();
    }

    private async Task PictureAsync(string path)
    {
        if (takesPictures)
        {
            var name = path == "/" ? "dashboard" : path.Trim('/').Replace('/', '-');
            await Page.ScreenshotAsync(new() { Path = Path.Combine(TestPaths.RepositoryRoot, "docs", "screenshots", name + ".png") });
        }
    }
}
