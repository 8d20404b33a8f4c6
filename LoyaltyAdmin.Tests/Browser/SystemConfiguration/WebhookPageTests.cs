using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Tests.Webhooks;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.SystemConfiguration;

/// <summary>Webhooks against a real receiver, as an administrator sets them up.</summary>
public sealed class WebhookPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    [Fact]
    public async Task A_webhook_is_created_tested_replayed_and_disabled()
    {
        using var server = new RecordingServer();
        var name = A.Unique("Receiver ");
        await OpenAsync("/system-configuration/webhooks", "Webhooks");
        await Button("Create Webhook").ClickAsync();
        await ShowsHeadingAsync("Create Webhook");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("Address").FillAsync(server.Url);
        await Page.GetByLabel("tier.changed").CheckAsync();
        await Button("Save").ClickAsync();
        await SaysAsync("Webhook saved");
        var secret = await Page.Locator(".shown-once code").InnerTextAsync();
        secret.ShouldStartWith("whsec_");

        await Button("Send test").ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex("/deliveries$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await server.ReachesAsync(1);
        // Answered; the log is written right after.
        for (var look = 0; look < 20 && await Row("test").Filter(new() { HasText = "Delivered" }).CountAsync() == 0; look++)
        {
            await Page.ReloadAsync();
            await Expect(Row("test")).ToBeVisibleAsync();
        }

        await Expect(Row("test")).ToContainTextAsync("Delivered");
        var post = server.Posts.ShouldHaveSingleItem();
        WebhookSignature.IsRight(post.Signature, secret, post.Body, TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(5)).ShouldBeTrue();

        await Row("test").GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Replay ", RegexOptions.None, TimeSpan.FromSeconds(1)) }).ClickAsync();
        await SaysAsync("Sent again");
        await server.ReachesAsync(2);
        server.Posts[1].EventId.ShouldBe(post.EventId);

        // The secret was shown once.
        await OpenAsync("/system-configuration/webhooks", "Webhooks");
        await Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
        await ShowsHeadingAsync(name);
        await Expect(Page.Locator(".shown-once")).ToHaveCountAsync(0);

        await OpenAsync("/system-configuration/webhooks", "Webhooks");
        await Operation(Row(name), "Disable").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Disable", Exact = true }).ClickAsync();
        await Expect(Row(name)).ToContainTextAsync("Disabled");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_inside_the_network_is_refused_at_its_field()
    {
        await OpenAsync("/system-configuration/webhooks/new", "Create Webhook");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Inside");
        await Page.GetByLabel("Address").FillAsync("https://192.168.1.10/hook");
        await Page.GetByLabel("tier.changed").CheckAsync();

        await Button("Save").ClickAsync();

        await Expect(Page.Locator(".error-summary")).ToContainTextAsync("Addresses of private networks are not allowed.");
    }
}
