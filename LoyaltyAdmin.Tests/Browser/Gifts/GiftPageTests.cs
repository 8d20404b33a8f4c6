using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Gifts;

/// <summary>Gifts as staff use them, from the campaign to what the member reads, on a running server.</summary>
public sealed class GiftPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    protected override string? User => Marketing;

    [Theory]
    [InlineData(false, "Sent", "Recorded by the sandbox.")]
    [InlineData(true, "Not sent", "No consent.")]
    public async Task A_gift_of_points_and_two_delayed_coupons_travels_from_its_campaign_to_the_outbox(bool withdrawn, string status, string decision)
    {
        await using var database = App.OpenDatabase();
        var (member, tag) = await AddAsync(database);
        var (first, second, name) = (await CouponAsync(database), await CouponAsync(database), A.Unique("Spring "));
        await OpenAsync("/marketing/gifts", "Gifts");
        await Button("Create Gift Campaign").ClickAsync();
        await ShowsHeadingAsync("Create Gift Campaign");
        await Page.GetByLabel("Campaign Name").FillAsync(name);
        await Page.GetByLabel("Points", new() { Exact = true }).CheckAsync();
        await Page.GetByLabel("Number of Points").FillAsync("10");
        await Page.GetByLabel("Coupons", new() { Exact = true }).CheckAsync();
        await LineAsync(1, first, "Hourly Delayed Distribution");
        await Button("+ Add coupon").ClickAsync();
        await LineAsync(2, second, "Daily Delayed Distribution");
        await Page.GetByLabel("Selected members").CheckAsync();
        await Page.Locator("summary", new() { HasText = "Member Tags" }).ClickAsync();
        await Page.GetByLabel(tag, new() { Exact = true }).CheckAsync();
        await Expect(Page.GetByText("1 member right now")).ToBeVisibleAsync();
        await Button("Save and start").ClickAsync();
        await ShowsHeadingAsync(name);
        await UntilAsync(Page.GetByText("Finished", new() { Exact = true }), () => Button("Refresh").ClickAsync());
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "To come: 2" })).ToBeVisibleAsync();

        if (withdrawn)
        {
            await database.Database.WriteAsync(Actor.System, db => db.MemberConsents.Where(c => c.MemberId == member.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, ConsentStatus.Withdrawn)));
        }

        // Their time comes.
        var now = TimeProvider.System.GetUtcNow();
        await database.Database.WriteAsync(Actor.System, db => db.GiftItems.Where(i => i.MemberId == member.Id && i.Status == GiftItemStatus.Pending).ExecuteUpdateAsync(set => set.SetProperty(i => i.NextAt, now).SetProperty(i => i.DueAt, now)));
        await OpenAsync($"/marketing/gifts/grants?member={member.Number}&kind=Coupon", "Gifts");
        await UntilAsync(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = second.Name }).GetByText("Delivered", new() { Exact = true }), () => Page.ReloadAsync());
        await Expect(Row(first.Name)).ToContainTextAsync("Delivered");

        await OpenAsync($"/message-center/outbox?q={member.Number}", "Outbox");
        await UntilAsync(Row("Coupon Arrival Notification").GetByText(status, new() { Exact = true }), () => Page.ReloadAsync());
        await Row("Coupon Arrival Notification").GetByRole(AriaRole.Link, new() { Name = "Coupon Arrival Notification" }).ClickAsync();
        await ShowsHeadingAsync($"Coupon Arrival Notification {status}");
        await Expect(Page.Locator(".message-decisions")).ToContainTextAsync(decision);
        if (!withdrawn)
        {
            await Expect(Page.FrameLocator("iframe.message-frame").GetByRole(AriaRole.Heading, new() { Name = $"A coupon for you: {first.Name}, {second.Name}" })).ToBeVisibleAsync();
        }

        await Page.GotoAsync($"/members/directory/{member.Id}/timeline");
        await Expect(Page.GetByText($"Gift: {name}")).ToBeVisibleAsync();
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gift_that_failed_is_found_with_its_reason_and_tried_again()
    {
        await using var database = App.OpenDatabase();
        var (member, _) = await AddAsync(database);
        var coupon = await CouponAsync(database, stock: 1);
        var order = new GiftOrder { SourceKind = GiftSourceKind.Campaign, SourceId = 900_000 + member.Id, SourceName = "Test", Gift = new(0, [new(coupon.Id, 2, Domain.Values.DistributionRule.Instant, new Domain.Values.RelativeValidity(7))], []) };
        await database.Database.WriteAsync(Actor.System, db => database.Get<GiftGranting>().GrantAsync(db, member.Id, order));
        await OpenAsync($"/marketing/gifts/grants?member={member.Number}", "Gifts");
        await Expect(Row(coupon.Name)).ToContainTextAsync($"The stock of the coupon “{coupon.Name}” is used up.");
        await database.Database.WriteAsync(Actor.System, db => db.CouponStocks.Where(s => s.CouponId == coupon.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.Limit, 2)));

        await Operation(Row(coupon.Name), "Retry").ClickAsync();

        await SaysAsync("What had failed is tried again");
        await UntilAsync(Row(coupon.Name).GetByText("Delivered", new() { Exact = true }), () => Page.ReloadAsync());
    }

    [Fact]
    public async Task A_campaign_waits_as_a_draft_is_copied_scheduled_and_archived_and_tells_its_faults_at_their_fields()
    {
        var name = A.Unique("Draft ");
        await OpenAsync("/marketing/gifts/create", "Create Gift Campaign");
        await Button("Save and start").ClickAsync();
        await Expect(Page.Locator(".error-summary")).ToContainTextAsync("Give something: points, coupons or coupon packages.");
        await Page.GetByLabel("Campaign Name").FillAsync(name);
        await Page.GetByLabel("Points", new() { Exact = true }).CheckAsync();
        await Page.GetByLabel("Number of Points").FillAsync("5");
        await Button("Save as draft").ClickAsync();
        await ShowsHeadingAsync(name);

        await OpenAsync($"/marketing/gifts?name={Uri.EscapeDataString(name)}", "Gifts");
        await Expect(Row(name)).ToContainTextAsync("5 points");
        await Operation(Row(name), "Copy").ClickAsync();
        await Dialog.GetByLabel("Campaign Name").FillAsync($"{name} again");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await SaysAsync($"“{name} again” was created as a draft");
        await OpenAsync($"/marketing/gifts?name={Uri.EscapeDataString($"{name} again")}", "Gifts");
        await Operation(Row($"{name} again"), "Edit").ClickAsync();
        await ShowsHeadingAsync($"{name} again");
        await Page.GetByLabel("All Users").CheckAsync();
        await Page.GetByLabel("At a time").CheckAsync();
        await Button("Save and schedule").ClickAsync();
        await Expect(Page.GetByText("Scheduled", new() { Exact = true })).ToBeVisibleAsync();

        await OpenAsync($"/marketing/gifts?name={Uri.EscapeDataString($"{name} again")}", "Gifts");
        await Operation(Row($"{name} again"), "Unschedule").ClickAsync();
        await Expect(Row($"{name} again")).ToContainTextAsync("Draft");
        await Operation(Row($"{name} again"), "Archive").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Archive", Exact = true }).ClickAsync();
        await SaysAsync($"“{name} again” was archived");
        ConsoleErrors.ShouldBeEmpty();
    }

    private async Task LineAsync(int line, Coupon coupon, string rule)
    {
        var choice = Page.GetByLabel($"Gift Name {line}", new() { Exact = true });
        await choice.SelectOptionAsync(new SelectOptionValue { Label = $"{coupon.Name} ({coupon.Code})" });
        await Page.GetByLabel($"Distribution Rule {line}", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = rule });
    }

    // The running server looks every few seconds.
    private async Task UntilAsync(ILocator shown, Func<Task> again)
    {
        for (var look = 0; look < 40 && await shown.CountAsync() == 0; look++)
        {
            await Page.WaitForTimeoutAsync(500);
            await again();
            await Page.WaitForTimeoutAsync(250);
        }

        await Expect(shown.First).ToBeVisibleAsync();
    }

    private static async Task<Coupon> CouponAsync(TestDatabase database, int? stock = null)
    {
        var coupon = A.Coupon(A.Unique("Gift coupon "));

        return await (stock is { } limit ? coupon.WithStock(limit) : coupon).SaveToAsync(database);
    }

    private static async Task<(Member Member, string Tag)> AddAsync(TestDatabase database)
    {
        var (name, tag, now) = (A.Unique("Gifted "), A.Unique("Gift tag "), TimeProvider.System.GetUtcNow());
        var member = A.Member().Where(m => (m.FullName, m.Email) = (name, $"{name.Replace(" ", "", StringComparison.Ordinal)}@example.com".ToLowerInvariant())).Build(now);
        var tagged = new Tag { Name = tag, Kind = TagKind.Manual, CreatedAt = now };
        await database.AddAsync(member, tagged);
        await database.AddAsync(
            new MemberTag { MemberId = member.Id, TagId = tagged.Id, Source = TagSource.Manual, Since = now, ActorName = "x" },
            new MemberConsent { MemberId = member.Id, Channel = ConsentChannel.Email, Purpose = ConsentPurpose.Marketing, Status = ConsentStatus.Granted, Since = now });

        return (member, tag);
    }
}
