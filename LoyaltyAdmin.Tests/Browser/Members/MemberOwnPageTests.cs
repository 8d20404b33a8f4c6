using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Members;

/// <summary>The members' own pages: opened by staff's link, and by a code without any script.</summary>
public sealed partial class MemberOwnPageTests(WebApp app) : BrowserTest(app)
{
    private static readonly string[] paths = ["/my", "/my/cards", "/my/wallet", "/my/points", "/my/coupons", "/my/gift-cards", "/my/consents", "/my/agreements"];

    [Fact]
    public async Task Staff_open_a_members_page_by_a_link_and_see_the_consent_that_is_withdrawn_there()
    {
        var member = await MemberAsync(skip: 0);
        await OpenAsync($"/members/directory/{member.Id}", $"{member.FullName} Active {await TierAsync(member)}".Trim());
        await Page.GetByRole(AriaRole.Button, new() { Name = "Open member page" }).ClickAsync();
        var theirs = await Page.Context.RunAndWaitForPageAsync(() => Page.GetByRole(AriaRole.Button, new() { Name = "Open in a new tab" }).ClickAsync());
        await Expect(theirs.GetByRole(AriaRole.Heading, new() { Name = $"Hello, {member.FullName}" })).ToBeVisibleAsync();
        theirs.Url.ShouldEndWith("/my");

        foreach (var width in new[] { 1280, 390 })
        {
            await theirs.SetViewportSizeAsync(width, 844);
            foreach (var path in paths)
            {
                await theirs.GotoAsync(path);
                await Expect(theirs.Locator("main h1")).ToBeVisibleAsync();
                (await theirs.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth")).ShouldBeLessThanOrEqualTo(0, $"{path} at {width}");
            }
        }

        await theirs.GotoAsync("/my/consents");
        await theirs.GetByRole(AriaRole.Group, new() { Name = "Offers and news" }).GetByLabel("Text message").CheckAsync();
        await theirs.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(theirs.GetByText("Saved. It counts from the next message on.")).ToBeVisibleAsync();
        await theirs.GetByRole(AriaRole.Button, new() { Name = "No to everything" }).ClickAsync();
        await Expect(theirs.GetByRole(AriaRole.Checkbox, new() { Checked = true })).ToHaveCountAsync(0);

        await Page.GotoAsync($"/members/directory/{member.Id}/consents");
        var said = Page.GetByRole(AriaRole.Region, new() { Name = "Consent history" }).Last.GetByRole(AriaRole.Row).Filter(new() { HasText = "Member page" });
        await Expect(said.Filter(new() { HasText = "Withdrawn" }).First).ToContainTextAsync("link made by Alex Morgan");
        await Expect(said.First).ToContainTextAsync("member-page-1");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_member_signs_in_with_a_code_from_the_outbox_and_accepts_the_terms_without_any_script()
    {
        var member = await MemberAsync(skip: 1);
        var context = await Chromium.NewContextAsync(App.Url, new ViewportSize { Width = 390, Height = 844 }, withScript: false);
        try
        {
            var theirs = await context.NewPageAsync();
            await theirs.GotoAsync("/my");
            await theirs.GetByLabel("E-mail or phone number").FillAsync(member.Email!);
            await theirs.GetByRole(AriaRole.Button, new() { Name = "Send me a code" }).ClickAsync();
            await Expect(theirs.GetByRole(AriaRole.Heading, new() { Name = "Enter your code" })).ToBeVisibleAsync();

            await theirs.GetByLabel("Code", new() { Exact = true }).FillAsync(await CodeAsync(member));
            await theirs.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            await Expect(theirs.GetByRole(AriaRole.Heading, new() { Name = $"Hello, {member.FullName}" })).ToBeVisibleAsync();

            await theirs.GetByRole(AriaRole.Link, new() { Name = "Terms of use" }).ClickAsync();
            await theirs.GetByRole(AriaRole.Button, new() { Name = "I have read this and accept it" }).ClickAsync();
            await Expect(theirs.GetByText("We have written down that you accepted.", new() { Exact = false })).ToBeVisibleAsync();
            await theirs.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
            await Expect(theirs.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeHiddenAsync();
            await theirs.GotoAsync("/my/points");
            await Expect(theirs.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        }
        finally
        {
            await context.CloseAsync();
        }

        await Page.GotoAsync($"/members/directory/{member.Id}/consents");
        await Expect(Page.GetByRole(AriaRole.Table, new() { Name = "Accepted agreements" }).GetByRole(AriaRole.Row).Filter(new() { HasText = "Terms of use" })).ToContainTextAsync("Member page");
        ConsoleErrors.ShouldBeEmpty();
    }

    /// <summary>What the Outbox page shows of the code: only the demo company's sandbox does.</summary>
    private async Task<string> CodeAsync(Member member)
    {
        var sent = Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Verification" }).Filter(new() { HasText = "Sent" });
        for (var i = 0; i < 20 && await sent.CountAsync() == 0; i++)
        {
            await OpenAsync($"/message-center/outbox?q={member.Number}", "Outbox");
            await Expect(Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
        }

        await sent.First.GetByRole(AriaRole.Link, new() { Name = "Verification" }).ClickAsync();

        return Digits().Match(await Page.FrameLocator("iframe.message-frame").GetByText("Your code is", new() { Exact = false }).InnerTextAsync()).Value;
    }

    private async Task<Member> MemberAsync(int skip)
    {
        await using var database = App.OpenDatabase();

        return await database.ReadAsync(db => db.Members.Where(m => m.Status == MemberStatus.Active && m.Email != null && m.FullName != null && db.MemberCoupons.Any(c => c.MemberId == m.Id)).OrderByDescending(m => m.Id).Skip(skip + 3).FirstAsync());
    }

    private async Task<string> TierAsync(Member member)
    {
        await using var database = App.OpenDatabase();

        return string.Join(' ', await database.ReadAsync(db => db.LoyaltyCards.Where(c => c.MemberId == member.Id).Join(db.CardTiers, c => c.TierId, t => t.Id, (_, t) => t.Name).ToListAsync()));
    }

    [GeneratedRegex("[0-9]{6}", RegexOptions.None, 1000)]
    private static partial Regex Digits();
}
