using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Messages;

/// <summary>The Message Center as staff use it; messages leave through the sandbox of a running server.</summary>
public sealed class MessageCenterPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    [Fact]
    public async Task A_message_travels_from_its_reason_to_the_outbox_and_one_without_consent_does_not()
    {
        await using var database = App.OpenDatabase();
        var (agreed, withdrawn) = (await AddAsync(database, ConsentStatus.Granted), await AddAsync(database, ConsentStatus.Withdrawn));

        await OpenAsync($"/message-center/outbox?q={withdrawn.Number}", "Outbox");
        await ShownAsync(withdrawn, "Not sent");
        await Expect(Row(withdrawn.Number)).ToContainTextAsync("No consent.");

        await OpenAsync($"/message-center/outbox?q={agreed.Number}", "Outbox");
        await ShownAsync(agreed, "Sent");
        await Row(agreed.Number).GetByRole(AriaRole.Link, new() { Name = "Coupon Arrival Notification" }).ClickAsync();
        await ShowsHeadingAsync("Coupon Arrival Notification Sent");
        await Expect(Page.FrameLocator("iframe.message-frame").GetByRole(AriaRole.Heading, new() { Name = "A coupon for you: Free coffee" })).ToBeVisibleAsync();
        await Expect(Page.Locator(".message-decisions")).ToContainTextAsync("Recorded by the sandbox.");

        await OpenAsync($"/members/directory/{agreed.Id}/messages", $"{agreed.FullName} Active");
        await Expect(Row("Coupon Arrival Notification")).ToContainTextAsync("Sent");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_that_was_not_sent_is_sent_again_when_the_member_agrees()
    {
        await using var database = App.OpenDatabase();
        var member = await AddAsync(database, ConsentStatus.Withdrawn);
        await OpenAsync($"/message-center/outbox?q={member.Number}", "Outbox");
        await ShownAsync(member, "Not sent");
        await database.Database.WriteAsync(Actor.System, db => db.MemberConsents.Where(c => c.MemberId == member.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, ConsentStatus.Granted)));

        await Operation(Row(member.Number), "Send again").ClickAsync();

        await SaysAsync("The message waits to be sent again");
        await ShownAsync(member, "Sent");
    }

    [Fact]
    public async Task A_scenarios_channel_is_switched_and_its_order_changed()
    {
        await OpenAsync("/message-center/scenarios", "Scenarios");
        var sms = Page.GetByRole(AriaRole.Checkbox, new() { Name = "Points expiring by SMS", Exact = true });
        await Expect(sms).ToBeCheckedAsync();
        await sms.UncheckAsync();
        await SaysAsync("Points expiring saved");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Try Push earlier for Points expiring" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Try E-mail earlier for Points expiring" })).ToBeVisibleAsync();
        await Page.ReloadAsync();
        await Expect(Page.GetByRole(AriaRole.Checkbox, new() { Name = "Points expiring by SMS", Exact = true })).Not.ToBeCheckedAsync();
        await Page.GetByRole(AriaRole.Checkbox, new() { Name = "Points expiring by SMS", Exact = true }).CheckAsync();
        await SaysAsync("Points expiring saved");
    }

    [Fact]
    public async Task A_template_is_previewed_on_a_member_and_saved_as_a_version()
    {
        await using var database = App.OpenDatabase();
        var member = await AddAsync(database, ConsentStatus.Withdrawn);
        await OpenAsync("/message-center/templates", "Templates");
        await Row("Points earned").Filter(new() { HasText = "E-mail" }).GetByRole(AriaRole.Link, new() { Name = "Points earned" }).First.ClickAsync();
        await ShowsHeadingAsync("Points earned, E-mail");
        await Page.GetByLabel("Text", new() { Exact = true }).FillAsync("<h1>Hello {{name}}</h1><p>{{points}} points.</p>");
        await Page.GetByLabel("Member number").FillAsync(member.Number);
        await Button("Show preview").ClickAsync();
        await Expect(Page.FrameLocator("iframe.message-frame").GetByRole(AriaRole.Heading, new() { Name = $"Hello {member.FullName}" })).ToBeVisibleAsync();
        await Button("Save").ClickAsync();
        await SaysAsync("Template saved");
        await Expect(Page.GetByLabel("Versions")).ToContainTextAsync("Version 1");

        await Page.GetByLabel("Text", new() { Exact = true }).FillAsync("<p>{{{name}}}</p>");
        await Button("Save").ClickAsync();
        await Expect(Page.Locator(".error-summary")).ToContainTextAsync("two braces");
    }

    [Fact]
    public async Task A_relay_is_set_up_and_a_test_send_says_that_it_cannot_be_reached()
    {
        await OpenAsync("/message-center/channels", "Channels");
        await Page.GetByRole(AriaRole.Link, new() { Name = "E-mail", Exact = true }).ClickAsync();
        await ShowsHeadingAsync("E-mail");
        await Page.GetByLabel("Server").FillAsync("localhost");
        await Page.GetByLabel("Port").FillAsync("9");
        await Page.GetByLabel("Sender's address").FillAsync("news@example.com");
        await Button("Save").ClickAsync();
        await SaysAsync("Channel saved");
        await Page.GetByLabel("Test address").FillAsync("somebody@example.com");
        await Button("Send test").ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "The relay cannot be reached" })).ToBeVisibleAsync();
        await OpenAsync("/message-center/channels", "Channels");
        await Expect(Row("E-mail")).ToContainTextAsync("Failing");
    }

    [Fact]
    public async Task Quiet_hours_are_saved_and_half_of_them_is_refused()
    {
        await OpenAsync("/message-center/rules", "Quiet hours and limits");
        await Page.GetByLabel("From", new() { Exact = true }).FillAsync("03:00");
        await Button("Save").ClickAsync();
        await Expect(Page.Locator(".error-summary")).ToContainTextAsync("Enter both times, or neither.");
        await Page.GetByLabel("From", new() { Exact = true }).FillAsync("");
        await Page.GetByLabel("Footer").FillAsync("Aurora, 1 Main Street");
        await Button("Save").ClickAsync();
        await SaysAsync("Rules saved");
    }

    [Fact]
    public async Task A_mini_program_and_a_sales_channel_are_created()
    {
        var name = A.Unique("Shop ");
        await OpenAsync("/system-configuration/mini-programs", "Mini Programs");
        await Button("Create Mini Program").ClickAsync();
        await ShowsHeadingAsync("Create Mini Program");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("Code", new() { Exact = true }).FillAsync(name.Replace(" ", "-", StringComparison.Ordinal));
        await Page.GetByLabel("App ID").FillAsync("wx1");
        await Page.GetByLabel("Coupon Arrival Notification").FillAsync("tpl-1");
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync("Mini Programs");
        await Expect(Row(name)).ToContainTextAsync("Sandbox");

        await OpenAsync("/system-configuration/sales-channels", "Sales Channels");
        await Button("Create Sales Channel").ClickAsync();
        await ShowsHeadingAsync("Create Sales Channel");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("Code", new() { Exact = true }).FillAsync(name.Replace(" ", "-", StringComparison.Ordinal));
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync("Sales Channels");
        await Expect(Row(name)).ToContainTextAsync("ONLINE");
    }

    // The running server's sender looks every two seconds.
    private async Task ShownAsync(Member member, string status)
    {
        for (var look = 0; look < 20 && await Row(member.Number).GetByText(status, new() { Exact = true }).CountAsync() == 0; look++)
        {
            await Page.WaitForTimeoutAsync(500);
            await Page.ReloadAsync();
            await Expect(Row(member.Number)).ToBeVisibleAsync();
        }

        await Expect(Row(member.Number).GetByText(status, new() { Exact = true })).ToBeVisibleAsync();
    }

    private static async Task<Member> AddAsync(TestDatabase database, ConsentStatus status)
    {
        var name = A.Unique("Member ");
        var member = A.Member().Where(m => (m.FullName, m.Email) = (name, $"{name.Replace(" ", "", StringComparison.Ordinal)}@example.com".ToLowerInvariant())).Build(TimeProvider.System.GetUtcNow());
        await database.Database.WriteAsync(Actor.System, async db =>
        {
            db.Members.Add(member);
            await db.SaveChangesAsync();
            db.MemberConsents.Add(new MemberConsent { MemberId = member.Id, Channel = ConsentChannel.Email, Purpose = ConsentPurpose.Marketing, Status = status, Since = TimeProvider.System.GetUtcNow() });
            // Due now for the server, whose clock is not the tests'.
            db.Messages.Add(new Message
            {
                MessageId = Guid.CreateVersion7(),
                ReasonKey = name,
                Scenario = MessageScenario.CouponArrival,
                MemberId = member.Id,
                IsTransactional = false,
                Purpose = ConsentPurpose.Marketing,
                Variables = """{"coupon":"Free coffee"}""",
                MiniProgramIds = [],
                CreatedAt = TimeProvider.System.GetUtcNow(),
                NextAt = TimeProvider.System.GetUtcNow(),
                Decisions = [],
            });
        });

        return member;
    }
}
