using System.Net;
using LoyaltyAdmin.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Access;

public sealed class DoorTests : IDisposable
{
    private readonly Portal portal = new();

    public void Dispose() => portal.Dispose();

    [Fact]
    public async Task A_form_without_the_pages_token_is_refused()
    {
        var browser = portal.NewBrowser();
        await browser.SignInAsync("analyst@demo.example");
        foreach (var (path, form) in new[] { ("/sign-in", "sign-in"), ("/sign-out", "sign-out"), ("/account/password", "password"), ("/account/two-factor", "confirm-two-factor"), ("/setup", "setup"), ("/sign-in/two-factor", "two-factor") })
        {
            using var content = new FormUrlEncodedContent([new("_handler", form)]);
            using var response = await browser.Client.PostAsync(new Uri(path, UriKind.Relative), content);

            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
        }

        (await browser.IsInAsync()).ShouldBeTrue();
    }

    [Theory]
    [InlineData("POST", "/sign-out")]
    [InlineData("POST", "/_blazor/negotiate")]
    [InlineData("GET", "/_blazor")]
    public async Task Another_site_cannot_use_the_session(string method, string path)
    {
        var browser = portal.NewBrowser();
        await browser.SignInAsync("analyst@demo.example");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", "https://evil.example");

        using var response = await browser.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Anonymous_visitors_get_no_circuit()
    {
        using var content = new StringContent("");
        using var response = await portal.NewBrowser().Client.PostAsync(new Uri("/_blazor/negotiate?negotiateVersion=1", UriKind.Relative), content);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Every_address_is_closed_that_does_not_say_otherwise()
    {
        var browser = portal.NewBrowser();
        var open = new List<string>();
        var routes = portal.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") != false)
            .Select(endpoint => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => segment.Parts is [Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal] ? literal.Content : "1")))
            .Distinct().ToList();
        foreach (var route in routes)
        {
            if ((await browser.GetAsync(route)).Status is not (HttpStatusCode.Redirect or HttpStatusCode.Unauthorized))
            {
                open.Add(route);
            }
        }

        routes.Count.ShouldBeGreaterThan(20);
        open.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_tell_browsers_what_they_never_do()
    {
        using var response = await portal.NewBrowser().Client.GetAsync(new Uri("/sign-in", UriKind.Relative));

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.GetValues("Referrer-Policy").ShouldBe(["strict-origin-when-cross-origin"]);
    }

    [Fact]
    public async Task The_node_says_that_it_is_well()
    {
        var browser = portal.NewBrowser();

        (await browser.GetAsync("/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        var ready = await browser.GetAsync("/health/ready");
        ready.Status.ShouldBe(HttpStatusCode.OK);
        foreach (var name in new[] { "database", "migrations", "jobs", "disk", "ledger" })
        {
            ready.Body.ShouldContain($"\"{name}\"");
        }
    }
}
