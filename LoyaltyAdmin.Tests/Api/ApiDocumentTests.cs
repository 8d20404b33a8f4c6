using System.Net;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace LoyaltyAdmin.Tests.Api;

public sealed class ApiDocumentTests() : ApiTest(DatabaseKind.Sqlite)
{
    private IEnumerable<RouteEndpoint> ApiRoutes => Host.Routes.Where(r => r.RoutePattern.RawText!.StartsWith(LoyaltyApi.Prefix, StringComparison.Ordinal) && !r.RoutePattern.RawText.Contains("{**", StringComparison.Ordinal));

    [Fact]
    public void Every_route_demands_a_scope_through_the_key_scheme_alone()
    {
        var routes = ApiRoutes.ToList();

        routes.Count.ShouldBeGreaterThanOrEqualTo(10);
        routes.Where(r => r.Metadata.GetMetadata<RequiredScope>() is null).ShouldBeEmpty();
        foreach (var route in routes)
        {
            route.Metadata.GetOrderedMetadata<IAllowAnonymous>().ShouldBeEmpty();
            route.Metadata.GetOrderedMetadata<AuthorizationPolicy>().ShouldHaveSingleItem().AuthenticationSchemes.ShouldBe([ApiKeyHandler.Name]);
        }
    }

    [Fact]
    public void Every_scope_opens_a_route() =>
        ApiRoutes.Select(r => r.Metadata.GetRequiredMetadata<RequiredScope>().Scope).Distinct().ShouldBe(Enum.GetValues<ApiScope>(), ignoreOrder: true);

    [Fact]
    public async Task The_document_needs_no_key_and_describes_every_route()
    {
        var document = await DocumentAsync();

        document.GetProperty("openapi").GetString().ShouldStartWith("3.1");
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(verb => $"{verb.Name.ToUpperInvariant()} {path.Name}"));
        described.ShouldBe(ApiRoutes.Select(r => $"{r.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Single()} {r.RoutePattern.RawText}"), ignoreOrder: true);
        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("ApiKey");
        (scheme.GetProperty("type").GetString(), scheme.GetProperty("in").GetString(), scheme.GetProperty("name").GetString()).ShouldBe(("apiKey", "header", "X-Api-Key"));
        document.GetProperty("security")[0].TryGetProperty("ApiKey", out _).ShouldBeTrue();
        document.ToString().ShouldNotContain("lk_test_");
    }

    [Fact]
    public async Task Every_operation_has_a_name_examples_and_its_errors()
    {
        foreach (var (name, operation) in Operations(await DocumentAsync()))
        {
            operation.GetProperty("operationId").GetString().ShouldNotBeNullOrEmpty(name);
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty(name);
            operation.GetProperty("description").GetString()!.ShouldContain("scope");
            var responses = operation.GetProperty("responses");
            foreach (var response in responses.EnumerateObject())
            {
                response.Value.GetProperty("description").GetString().ShouldNotBeNullOrEmpty($"{name} {response.Name}");
                response.Value.GetProperty("content").EnumerateObject().Single().Name.ShouldBe(response.Name[0] == '2' ? "application/json" : "application/problem+json", $"{name} {response.Name}");
            }

            responses.EnumerateObject().Single(r => r.Name[0] == '2').Value.GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _).ShouldBeTrue(name);
            responses.TryGetProperty("401", out _).ShouldBeTrue(name);
            if (name.StartsWith("post", StringComparison.Ordinal))
            {
                var key = operation.GetProperty("parameters").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "Idempotency-Key");
                key.GetProperty("required").GetBoolean().ShouldBeTrue(name);
                operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _).ShouldBeTrue(name);
            }
        }
    }

    [Fact]
    public async Task Amounts_are_numbers()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");

        Types(schemas.GetProperty("RedemptionRequest").GetProperty("properties").GetProperty("amount")).ShouldContain("number");
        Types(schemas.GetProperty("MovementAnswer").GetProperty("properties").GetProperty("balance")).ShouldBe(["number"]);
        schemas.GetProperty("ApiProblem").GetProperty("properties").TryGetProperty("code", out _).ShouldBeTrue();

        static IEnumerable<string?> Types(JsonElement schema) => schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } several ? several.EnumerateArray().Select(t => t.GetString()) : [schema.GetProperty("type").GetString()];
    }

    [Fact]
    public async Task The_page_is_made_of_the_applications_own_files()
    {
        using var http = Host.Client();
        var page = await http.GetStringAsync(new Uri("/api/index.html", UriKind.Relative));

        page.ShouldContain("swagger-ui");
        page.ShouldNotContain("https://");
        page.ShouldNotContain("<script>");
        page.ShouldNotContain("<style>");
        (await http.GetAsync(new Uri("/api/swagger-ui-bundle.js", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<JsonElement> DocumentAsync()
    {
        using var http = Host.Client();

        return JsonDocument.Parse(await http.GetStringAsync(new Uri(ApiDocument.Address, UriKind.Relative))).RootElement;
    }

    private static IEnumerable<(string Name, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from verb in path.Value.EnumerateObject()
        select ($"{verb.Name} {path.Name}", verb.Value);
}
