using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.SystemConfiguration;

public sealed class JobPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    [Fact]
    public async Task A_job_is_looked_up_run_at_once_paused_with_a_reason_and_resumed()
    {
        await OpenAsync("/system-configuration/jobs", "Jobs");
        await Expect(Row("Audit sealing")).ToContainTextAsync("As soon as there is work");
        await Expect(Row("Ledger check")).ToContainTextAsync("Every night at 3:30 AM");
        await Expect(Row("Ledger check")).ToContainTextAsync("tie out");
        await Row("Tags and segments").GetByRole(AriaRole.Link, new() { Name = "Tags and segments" }).ClickAsync();
        await ShowsHeadingAsync("Tags and segments");
        await Expect(Page.GetByText("Next runs (America/New_York)")).ToBeVisibleAsync();

        await ClickTwentyTimesAsync(Button("Run now"));
        await SaysAsync("Tags and segments: asked to run now");
        var mine = Rows.Filter(new() { HasText = "Alex Morgan" });
        await Expect(mine).ToHaveCountAsync(1, new() { Timeout = 20_000 });
        await Expect(mine).ToContainTextAsync("segments counted", new() { Timeout = 20_000 });
        await Expect(mine).ToContainTextAsync("Done");

        await Button("Pause").ClickAsync();
        await Dialog.GetByLabel("Reason").FillAsync("Until the import is through");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await SaysAsync("Job paused");
        await Expect(Page.GetByText("“Until the import is through”")).ToBeVisibleAsync();
        await Expect(Button("Run now")).ToHaveCountAsync(0);

        await Button("Resume").ClickAsync();
        await SaysAsync("Job resumed");
        await Expect(Button("Run now")).ToBeVisibleAsync();
        await OpenAsync("/system-configuration/audit-trail?action=Job.Pause", "Audit Trail");
        await Expect(Row("Tags and segments")).ToContainTextAsync("Until the import is through");
        ConsoleErrors.ShouldBeEmpty();
    }
}
