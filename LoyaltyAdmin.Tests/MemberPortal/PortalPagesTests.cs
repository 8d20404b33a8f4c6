using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Tests.Access;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Portal;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.MemberPortal;

/// <summary>The members' door over HTTP: small pages without script, headers, forms with tokens, and a cookie that opens nothing else.</summary>
public sealed class PortalPagesTests : IAsyncLifetime
{
    private const int MostBytes = 50 * 1024;

    private readonly Portal portal = new();
    private PortalBrowser browser = null!;
    private Member member = null!;
    private long agreement;
    private NewPortalLink link = null!;

    private static string Root => PortalTargets.Root;

    private IServiceProvider Services => portal.Services;

    public async Task InitializeAsync()
    {
        browser = portal.NewBrowser();
        var database = Services.GetRequiredService<LoyaltyDatabase>();
        member = A.Member().Where(m => (m.FullName, m.Email) = ("Ada <b>Lovelace</b>", "ada@example.com")).Build(portal.Clock.Now);
        await database.WriteAsync(Actor.System, db => Task.FromResult(db.Members.Add(member)));
        agreement = await Services.GetRequiredService<AgreementService>().SaveAsync(Actor.System, new() { Kind = AgreementKind.TermsOfUse, Title = "House rules", Body = "Be kind.\n\n<script>alert(1)</script>" });
        link = await Services.GetRequiredService<PortalLinks>().CreateAsync(Actor.System, member.Id, new PortalLinkWish());
    }

    public Task DisposeAsync() => portal.DisposeAsync().AsTask();

    [Fact]
    public async Task A_link_leaves_the_address_bar_by_a_redirect_and_gives_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        using var response = await browser.Client.GetAsync(new Uri(link.Path, UriKind.Relative));

        (response.StatusCode, response.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.Redirect, Root));
        var cookie = response.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith(MemberAccess.CookieName, StringComparison.Ordinal)).ToLowerInvariant();
        (cookie.Contains("; httponly"), cookie.Contains("; samesite=lax"), cookie.Contains("; path=/my")).ShouldBe((true, true, true));
        response.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await browser.GetAsync(Root)).Status.ShouldBe(HttpStatusCode.OK);
        (await portal.NewBrowser().GetAsync(Root)).Location.ShouldBe(MemberAccess.SignInPath);
        (await browser.GetAsync(Root + "/l/" + new string('A', 43))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Every_page_is_small_has_no_script_and_is_kept_by_nobody()
    {
        await browser.GetAsync(link.Path);
        var css = (await browser.Client.GetByteArrayAsync(new Uri("/portal.css", UriKind.Relative))).Length;
        foreach (var path in Pages().Select(page => page.Path))
        {
            using var response = await browser.Client.GetAsync(new Uri(path, UriKind.Relative));
            var html = await response.Content.ReadAsStringAsync();

            response.StatusCode.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.NotFound], path);
            (System.Text.Encoding.UTF8.GetByteCount(html) + css).ShouldBeLessThan(MostBytes, path);
            html.ShouldNotContain("<script", Case.Insensitive, path);
            html.ShouldNotContain(" style=", Case.Insensitive, path);
            response.Headers.CacheControl!.NoStore.ShouldBeTrue(path);
            response.Headers.GetValues("X-Robots-Tag").ShouldBe(["noindex, nofollow"], path);
            response.Headers.GetValues("Referrer-Policy").ShouldBe(["same-origin"], path);
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            (policy.Contains("default-src 'none'", StringComparison.Ordinal), policy.Contains("unsafe", StringComparison.Ordinal), policy.Contains("script-src", StringComparison.Ordinal)).ShouldBe((true, false, false), path);
        }
    }

    [Fact]
    public async Task A_member_with_years_of_history_still_gets_small_pages()
    {
        var database = Services.GetRequiredService<LoyaltyDatabase>();
        await database.WriteAsync(Actor.System, async db =>
        {
            var store = await db.Stores.FirstAsync();
            for (var account = 1; account <= 60; account++)
            {
                db.Agreements.Add(new Agreement { Kind = AgreementKind.Faq, Title = $"Questions and answers about everything, part {account}", CurrentVersion = 1 });
            }

            await db.SaveChangesAsync();
            db.AgreementVersions.AddRange((await db.Agreements.Where(a => a.Kind == AgreementKind.Faq && a.CurrentVersion == 1).ToListAsync()).Select(a => new AgreementVersion { AgreementId = a.Id, Number = 1, Body = new string('x', AgreementService.LongestBody), PublishedAt = portal.Clock.Now, PublishedBy = store.Name }));
        });
        await browser.GetAsync(link.Path);

        foreach (var path in new[] { "/agreements", $"/agreements/{agreement + 1}", "/wallet", "/points" })
        {
            (await browser.Client.GetByteArrayAsync(new Uri(Root + path, UriKind.Relative))).Length.ShouldBeLessThan(MostBytes, path);
        }
    }

    [Fact]
    public async Task The_members_text_is_shown_as_text()
    {
        await browser.GetAsync(link.Path);

        (await browser.GetAsync(Root)).Body.ShouldContain("Ada &lt;b&gt;Lovelace");
        (await browser.GetAsync(PortalPages.AgreementPath(agreement))).Body.ShouldContain("&lt;script&gt;alert(1)");
    }

    [Fact]
    public async Task Every_route_of_members_is_known_and_opens_for_members_only()
    {
        string[] forEverybody = ["GET /my/code", "GET /my/l/{token}", "GET /my/look.css", "GET /my/m/{token}/{target?}", "GET /my/sign-in", "POST /my/code", "POST /my/sign-in", "ANY /my/{**path}"];

        AccessMatrixTests.MemberRoutes(Services).Where(route => !route.IsForMembers).Select(route => route.Name).ShouldBe(forEverybody, ignoreOrder: true);
        foreach (var (path, _) in Pages().Where(page => page.IsForMembers))
        {
            var (status, _, location) = await portal.NewBrowser().GetAsync(path);
            (status, location).ShouldBe((HttpStatusCode.Redirect, MemberAccess.SignInPath), path);
        }
    }

    [Fact]
    public async Task Every_form_needs_its_pages_token_and_its_own_origin()
    {
        await browser.GetAsync(link.Path);
        var forms = AccessMatrixTests.MemberRoutes(Services).Where(route => route.Name.StartsWith("POST ", StringComparison.Ordinal)).Select(route => route.Path).ToList();
        forms.Count.ShouldBe(5);
        foreach (var path in forms)
        {
            using var content = new FormUrlEncodedContent([new("address", "ada@example.com"), new("__RequestVerificationToken", "x")]);
            using var without = await browser.Client.PostAsync(new Uri(path, UriKind.Relative), content);
            without.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);

            using var foreign = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([]) };
            foreign.Headers.Add("Origin", "https://evil.example");
            using var refused = await browser.Client.SendAsync(foreign);
            refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }

        (await browser.GetAsync(Root)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_members_cookie_opens_no_page_of_staff_and_no_api_and_staffs_opens_no_members_page()
    {
        using var response = await browser.Client.GetAsync(new Uri(link.Path, UriKind.Relative));
        var cookie = response.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith(MemberAccess.CookieName, StringComparison.Ordinal)).Split(';')[0];
        var stranger = portal.NewBrowser().Client;
        var opened = new List<string>();
        foreach (var endpoint in Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.FirstOrDefault() ?? "GET";
            var path = AccessMatrixTests.Address("/" + endpoint.RoutePattern.RawText!.TrimStart('/'));
            if (path.StartsWith(Root + "/", StringComparison.Ordinal) || path == Root)
            {
                continue;
            }

            async Task<(HttpStatusCode, string?)> AskAsync(string? with)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                if (with is not null)
                {
                    // Under the names of staff's cookies too.
                    request.Headers.Add("Cookie", $"{with}; loyalty.session={with.Split('=')[1]}");
                }

                using var answer = await stranger.SendAsync(request);

                return (answer.StatusCode, answer.Headers.Location?.ToString());
            }

            if (await AskAsync(cookie) != await AskAsync(null))
            {
                opened.Add($"{method} {path}");
            }
        }

        opened.ShouldBeEmpty();

        var staff = portal.NewBrowser();
        await staff.SignInAsync("administrator@demo.example");
        foreach (var (path, _) in Pages().Where(page => page.IsForMembers))
        {
            (await staff.GetAsync(path)).Location.ShouldBe(MemberAccess.SignInPath, path);
        }

        (await staff.IsInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Consents_agreements_and_signing_out_work_as_plain_forms()
    {
        await browser.GetAsync(link.Path);
        var name = PortalPages.NameOf(ConsentChannel.Email, ConsentPurpose.Marketing);
        (await browser.SubmitAsync($"{Root}/consents", "", ("is", name))).Location.ShouldBe($"{Root}/consents?done=saved");
        (await browser.SubmitAsync($"{Root}/consents", "", ("was", name), ("is", name), ("none", "1"))).Location.ShouldBe($"{Root}/consents?done=saved");
        await using (var db = await Services.GetRequiredService<LoyaltyDatabase>().ReadAsync())
        {
            (await db.ConsentEvents.OrderBy(e => e.Id).Where(e => e.MemberId == member.Id).Select(e => e.Status).ToListAsync()).ShouldBe([ConsentStatus.Granted, ConsentStatus.Withdrawn]);
        }

        (await browser.SubmitAsync(PortalPages.AgreementPath(agreement), "", ("version", "1"))).Location.ShouldBe($"{Root}/agreements?done=saved");
        (await browser.GetAsync($"{Root}/agreements")).Body.ShouldContain("Accepted");
        (await browser.SubmitAsync(PortalPages.AgreementPath(agreement), "", ("version", "7"))).Body.ShouldContain("There is no version 7");

        var page = await browser.GetAsync(Root);
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", WebUtility.HtmlDecode(Portal.Token().Match(page.Body).Groups[1].Value))]);
        using var signedOut = await browser.Client.PostAsync(new Uri(PortalPages.SignOutPath, UriKind.Relative), content);
        signedOut.Headers.Location!.ToString().ShouldBe(MemberAccess.SignInPath);
        (await browser.GetAsync(Root)).Location.ShouldBe(MemberAccess.SignInPath);
    }

    [Fact]
    public async Task What_is_no_page_of_members_says_so_on_a_page_of_theirs()
    {
        await browser.GetAsync(link.Path);
        foreach (var path in new[] { "/nowhere", "/coupons/1", "/gift-cards/1", "/agreements/99999", "/coupons/x" })
        {
            var (status, body, _) = await browser.GetAsync(Root + path);
            (status, body.Contains("There is no such page", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.NotFound, true), path);
        }
    }

    [Fact]
    public async Task Asking_for_a_code_answers_the_same_for_members_and_others()
    {
        var answers = new List<(HttpStatusCode, string, string?)>();
        foreach (var address in new[] { "ada@example.com", "eve@example.com", "+12125550199" })
        {
            var somebody = portal.NewBrowser();
            var asked = await somebody.SubmitAsync($"{Root}/sign-in", "", ("address", address));
            var wrong = await somebody.SubmitAsync($"{Root}/code", "", ("code", "000000"));
            answers.Add((asked.Status, Portal.Token().Replace(asked.Body + wrong.Body, ""), asked.Location));
            wrong.Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        answers.Distinct().ShouldHaveSingleItem();
        (await browser.SubmitAsync($"{Root}/sign-in", "", ("address", "nonsense"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await browser.GetAsync($"{Root}/code")).Location.ShouldBe(MemberAccess.SignInPath);
    }

    private List<(string Path, bool IsForMembers)> Pages() =>
        [.. AccessMatrixTests.MemberRoutes(Services).Where(route => route.Name.StartsWith("GET ", StringComparison.Ordinal) && !route.Path.StartsWith(Root + "/l", StringComparison.Ordinal) && !route.Path.StartsWith(Root + "/m", StringComparison.Ordinal) && route.Path != Root + "/code").Select(route => (route.Path, route.IsForMembers))];
}
