using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Api;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>The API as the whole application serves it, beside the staff's portal.</summary>
public sealed class ApiInThePortalTests(ApiInThePortalTests.SharedPortal shared) : IClassFixture<ApiInThePortalTests.SharedPortal>
{
    private readonly Portal portal = shared.Portal;

    [Theory]
    [InlineData("/openapi/v1.json", "application/json")]
    [InlineData("/api", "text/html")]
    [InlineData("/api/index.html", "text/html")]
    [InlineData("/api/index.js", "application/javascript")]
    [InlineData("/api/swagger-ui.css", "text/css")]
    public async Task The_document_and_its_page_need_no_sign_in(string path, string type)
    {
        using var client = portal.CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));

        (response.StatusCode, response.Content.Headers.ContentType?.MediaType?.Split(';')[0]).ShouldBe((HttpStatusCode.OK, type));
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("lk_demo");
    }

    [Fact]
    public async Task A_staff_session_is_no_key_and_a_key_is_no_staff_session()
    {
        var browser = portal.NewBrowser();
        await browser.SignInAsync("administrator@demo.example");
        (await browser.IsInAsync()).ShouldBeTrue();
        var stores = await browser.GetAsync("/api/v1/stores");
        (stores.Status, stores.Body.Contains("invalid_api_key", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.Unauthorized, true));

        var till = portal.NewBrowser();
        till.Client.DefaultRequestHeaders.Add(ApiKeyHandler.Header, ApiKeyText.Demo(portal.Services.GetRequiredService<SecretKeys>()).ToString());
        (await till.IsInAsync()).ShouldBeFalse();
        (await till.GetAsync("/system-configuration/api-clients")).Status.ShouldNotBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_demo_key_on_the_console_sees_the_demo_stores_and_plans()
    {
        using var client = portal.CreateClient();
        client.DefaultRequestHeaders.Add(ApiKeyHandler.Header, ApiKeyText.Demo(portal.Services.GetRequiredService<SecretKeys>()).ToString());

        (await client.GetStringAsync(new Uri("/api/v1/stores", UriKind.Relative))).ShouldContain("NYC01");
        (await client.GetStringAsync(new Uri("/api/v1/gift-card-plans?store=NYC01&channel=POS", UriKind.Relative))).ShouldStartWith("[");
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing-here")]
    [InlineData("DELETE", "/api/v1/stores")]
    [InlineData("POST", "/api/v1")]
    public async Task What_is_not_a_route_is_a_problem_not_a_page(string method, string path)
    {
        using var client = portal.CreateClient();
        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        (await ApiReply.OfAsync(response)).ShouldBeProblem(HttpStatusCode.NotFound, "unknown_route");
    }

    public sealed class SharedPortal : IDisposable
    {
        public Portal Portal { get; } = new();

        public void Dispose() => Portal.Dispose();
    }
}
