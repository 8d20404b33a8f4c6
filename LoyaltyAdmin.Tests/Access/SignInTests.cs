using System.Net;
using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Access;

[Long]
public sealed class SignInTests : IDisposable
{
    private const string Analyst = "analyst@demo.example";
    private const string Wrong = "not-the-password-at-all";

    private readonly Portal portal = new();

    public void Dispose() => portal.Dispose();

    [Fact]
    public async Task The_right_password_opens_the_portal_and_leads_back_to_where_one_wanted_to_go()
    {
        var browser = portal.NewBrowser();
        (await browser.GetAsync("/approvals")).Location.ShouldBe("/sign-in?returnUrl=%2Fapprovals");

        var answer = await browser.SubmitAsync("/sign-in?returnUrl=%2Fapprovals", "sign-in", ("Form.Email", Analyst), ("Form.Password", LoyaltyAdmin.Domain.Demo.DemoAccess.Password));

        answer.Location.ShouldBe("/approvals");
        (await browser.IsInAsync()).ShouldBeTrue();
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task Signing_in_never_leads_to_another_site(string returnUrl)
    {
        var answer = await portal.NewBrowser().SubmitAsync($"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}", "sign-in", ("Form.Email", Analyst), ("Form.Password", LoyaltyAdmin.Domain.Demo.DemoAccess.Password));

        answer.Location.ShouldBe("/");
    }

    [Fact]
    public async Task Unknown_users_wrong_passwords_disabled_and_locked_accounts_get_one_and_the_same_answer()
    {
        await portal.NewBrowser().GetAsync("/sign-in");
        await portal.ChangeUserAsync("marketing@demo.example", user => user.IsEnabled = false);
        await portal.ChangeUserAsync("finance2@demo.example", user => user.LockoutEnd = portal.Clock.Now.AddMinutes(5));

        var unknown = await AnswerAsync("nobody@demo.example", Wrong);

        (await AnswerAsync(Analyst, Wrong)).ShouldBe(unknown);
        (await AnswerAsync("marketing@demo.example", LoyaltyAdmin.Domain.Demo.DemoAccess.Password)).ShouldBe(unknown);
        (await AnswerAsync("finance2@demo.example", LoyaltyAdmin.Domain.Demo.DemoAccess.Password)).ShouldBe(unknown);
        unknown.Status.ShouldBe(HttpStatusCode.OK);
        unknown.Body.ShouldContain("do not open an account");
    }

    [Fact]
    public async Task Five_failures_lock_an_account_for_fifteen_minutes()
    {
        var browser = portal.NewBrowser();
        for (var failure = 0; failure < 5; failure++)
        {
            await browser.SignInAsync(Analyst, Wrong);
        }

        await browser.SignInAsync(Analyst);
        (await browser.IsInAsync()).ShouldBeFalse();
        portal.Clock.Advance(TimeSpan.FromMinutes(14));
        await browser.SignInAsync(Analyst);
        (await browser.IsInAsync()).ShouldBeFalse();

        portal.Clock.Advance(TimeSpan.FromMinutes(2));
        await browser.SignInAsync(Analyst);
        (await browser.IsInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Failures_of_one_address_over_many_users_stop_that_address()
    {
        var browser = portal.NewBrowser();
        for (var failure = 0; failure < 20; failure++)
        {
            (await browser.SignInAsync($"guess{failure}@demo.example", Wrong)).Status.ShouldBe(HttpStatusCode.OK);
        }

        (await browser.SignInAsync(Analyst)).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        (await browser.IsInAsync()).ShouldBeFalse();

        portal.Clock.Advance(TimeSpan.FromMinutes(2));
        await browser.SignInAsync(Analyst);
        (await browser.IsInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_sign_in_that_succeeds_does_not_count_against_its_address()
    {
        await portal.NewBrowser().SignInAsync(Analyst);

        await using var db = await portal.Services.GetRequiredService<LoyaltyDatabase>().ReadAsync();
        (await db.SecurityCounters.CountAsync(counter => counter.Id.StartsWith("sign-in"))).ShouldBe(0);
    }

    [Fact]
    public async Task What_was_typed_never_reaches_the_audit_trail()
    {
        await portal.NewBrowser().SignInAsync("typed-into-the-wrong-field", Wrong);

        await using var db = await portal.Services.GetRequiredService<LoyaltyDatabase>().ReadAsync();
        var entry = await db.AuditEntries.OrderByDescending(e => e.Id).FirstAsync();
        entry.Action.ShouldBe("SignIn.Failed");
        System.Text.Json.JsonSerializer.Serialize(entry).ShouldNotContain("typed-into");
    }

    [Fact]
    public async Task A_session_ends_after_thirty_idle_minutes_and_after_eight_hours_however_busy()
    {
        var idle = portal.NewBrowser();
        await idle.SignInAsync(Analyst);
        portal.Clock.Advance(TimeSpan.FromMinutes(31));
        (await idle.IsInAsync()).ShouldBeFalse();

        var busy = portal.NewBrowser();
        await busy.SignInAsync(Analyst);
        for (var minutes = 0; minutes < 8 * 60; minutes += 20)
        {
            (await busy.IsInAsync()).ShouldBeTrue();
            portal.Clock.Advance(TimeSpan.FromMinutes(20));
        }

        portal.Clock.Advance(TimeSpan.FromMinutes(1));
        (await busy.IsInAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Signing_out_ends_the_session_even_for_a_copy_of_its_cookie()
    {
        var browser = portal.NewBrowser();
        var signedIn = await browser.Client.GetAsync(new Uri("/sign-in", UriKind.Relative));
        var token = Portal.Token().Match(await signedIn.Content.ReadAsStringAsync()).Groups[1].Value;
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("_handler", "sign-in"), new("Form.Email", Analyst), new("Form.Password", LoyaltyAdmin.Domain.Demo.DemoAccess.Password)]);
        using var response = await browser.Client.PostAsync(new Uri("/sign-in", UriKind.Relative), content);
        var cookie = response.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("loyalty.session", StringComparison.Ordinal)).Split(';')[0];
        using var thief = portal.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
        thief.DefaultRequestHeaders.Add("Cookie", cookie);
        (await thief.GetAsync(new Uri("/", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);

        await browser.SubmitAsync("/sign-out", "sign-out");

        (await thief.GetAsync(new Uri("/", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Disabling_an_account_ends_its_session()
    {
        var browser = portal.NewBrowser();
        await browser.SignInAsync(Analyst);
        var administrator = Actor.Staff(1, "Alex Morgan");
        await using (var db = await portal.Services.GetRequiredService<LoyaltyDatabase>().ReadAsync())
        {
            var id = (await db.Staff.SingleAsync(user => user.Email == Analyst)).Id;
            administrator = administrator with { Id = (await db.Staff.SingleAsync(user => user.Email == "administrator@demo.example")).Id };
            await portal.Services.GetRequiredService<StaffUsers>().DisableAsync(administrator, id);
        }

        (await browser.IsInAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task The_session_cookie_is_kept_from_scripts_and_other_sites()
    {
        var browser = portal.NewBrowser();
        using var page = await browser.Client.GetAsync(new Uri("/sign-in", UriKind.Relative));
        var token = Portal.Token().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("_handler", "sign-in"), new("Form.Email", Analyst), new("Form.Password", LoyaltyAdmin.Domain.Demo.DemoAccess.Password)]);
        using var https = portal.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = new Uri("https://localhost") });
        using var securePage = await https.GetAsync(new Uri("/sign-in", UriKind.Relative));
        var secureToken = Portal.Token().Match(await securePage.Content.ReadAsStringAsync()).Groups[1].Value;
        using var secureContent = new FormUrlEncodedContent([new("__RequestVerificationToken", secureToken), new("_handler", "sign-in"), new("Form.Email", Analyst), new("Form.Password", LoyaltyAdmin.Domain.Demo.DemoAccess.Password)]);

        using var plain = await browser.Client.PostAsync(new Uri("/sign-in", UriKind.Relative), content);
        using var secure = await https.PostAsync(new Uri("/sign-in", UriKind.Relative), secureContent);

        plain.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("loyalty.session", StringComparison.Ordinal)).ShouldContain("httponly");
        var cookie = secure.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("__Host-loyalty.session", StringComparison.Ordinal));
        cookie.ShouldContain("secure");
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
        cookie.ShouldNotContain("domain=");
    }

    private async Task<(HttpStatusCode Status, string Body)> AnswerAsync(string email, string password)
    {
        var answer = await portal.NewBrowser().SignInAsync(email, password);

        var form = answer.Body[answer.Body.IndexOf("<h1>", StringComparison.Ordinal)..answer.Body.IndexOf("<section", StringComparison.Ordinal)].Replace(email, "E", StringComparison.Ordinal);

        return (answer.Status, Regex.Replace(form, "value=\"CfDJ8[^\"]*\"", "", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }
}
