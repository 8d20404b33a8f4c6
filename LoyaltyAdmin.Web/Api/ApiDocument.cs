using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LoyaltyAdmin.Web.Api;

/// <summary>What a route's document says beyond what its code shows.</summary>
internal sealed record ApiParameter(string Name, string Description, ParameterLocation In, bool IsRequired);

/// <summary>The body a route reads. Not the framework's own metadata: that would turn other content types away before authentication.</summary>
internal sealed record ApiRequestBody(Type Type, bool IsOptional);

/// <summary>The API's description (OpenAPI 3.1) and the page that shows it.</summary>
public static class ApiDocument
{
    public const string Address = "/openapi/v1.json";
    public const string Page = "/api";

    private const string KeyScheme = "ApiKey";

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        });
        services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = description => description.RelativePath?.StartsWith(LoyaltyApi.Prefix[1..], StringComparison.Ordinal) == true;
            options.AddDocumentTransformer((document, _, _) => Task.FromResult(Describe(document)));
            options.AddOperationTransformer(DescribeAsync);
            options.AddSchemaTransformer((schema, context, _) => Task.FromResult(Describe(schema, context)));
        });
    }

    /// <summary>Swagger UI from the application's own files. Only its own address passes through it.</summary>
    public static void UseApiPage(this WebApplication app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Page, StringComparison.OrdinalIgnoreCase) && !context.Request.Path.StartsWithSegments(LoyaltyApi.Prefix, StringComparison.OrdinalIgnoreCase), page => page.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = Page[1..];
            ui.DocumentTitle = "Loyalty Admin API";
            ui.SwaggerEndpoint(Address, "Loyalty Admin API v1");
        }));

    /// <summary>Names the operation for generated clients and tells people what it does.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string name, string tag, string summary) =>
        route.WithName(name).WithTags(tag).WithSummary(summary).Fails(401, 403, 503);

    public static RouteHandlerBuilder Reads<T>(this RouteHandlerBuilder route, bool isOptional = false) => route.WithMetadata(new ApiRequestBody(typeof(T), isOptional));

    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route, int status) => route.Produces<T>(status, "application/json");

    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            route.Produces<ApiProblem>(status, ApiProblem.ContentType);
        }

        return route;
    }

    public static RouteHandlerBuilder Query(this RouteHandlerBuilder route, string name, string description, bool required = false) =>
        route.WithMetadata(new ApiParameter(name, description, ParameterLocation.Query, required));

    public static RouteHandlerBuilder Header(this RouteHandlerBuilder route, string name, string description) =>
        route.WithMetadata(new ApiParameter(name, description, ParameterLocation.Header, IsRequired: false));

    private static OpenApiDocument Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Loyalty Admin API",
            Version = "v1",
            Description =
                $"""
                For tills (POS) and online stores.

                **Authentication**: the header `{ApiKeyHandler.Header}` with a key from System Configuration > API Clients. A key has scopes and may be bound to stores and network addresses.

                **Signature**: requests may carry `{ApiSignature.Header}: t=<unix seconds>,v1=<hex>` with v1 = HMAC-SHA256(signing secret, `t.METHOD.path+query.sha256(body)`), the hash in lower-case hex, at most {ApiSignature.Window.TotalSeconds} seconds old. Clients set to require it must sign every POST; a signature that is sent is always verified.

                **Idempotency**: every POST needs `{ApiCall.KeyHeader}`, 1 to 128 visible ASCII characters. The same key and body get the same answer, byte for byte, also when the first answer was lost; the same key with another body is refused (422 `idempotency_key_reused`). Keys belong to the API client and are kept for ever. A refused request leaves its key free, but for a declined payment, which stays declined under its key.

                **Amounts** are plain decimal numbers in the currency's major unit, beside their `currency` (ISO 4217).

                **Errors** are RFC 9457 problems with a stable `code`. The header `{ApiProblem.TraceHeader}` names the request for support. In the ONLINE channel unknown, frozen and foreign cards and wrong codes get the same answer. 429 and 503 carry `Retry-After`.
                """,
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = ApiKeyHandler.Header, Description = "lk_<environment>_<id>_<secret>, shown once when it is made." };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] }];

        return document;
    }

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        foreach (var parameter in metadata.OfType<ApiParameter>())
        {
            Add(operation, parameter);
        }

        if (string.Equals(context.Description.HttpMethod, HttpMethods.Post, StringComparison.OrdinalIgnoreCase))
        {
            Add(operation, new ApiParameter(ApiCall.KeyHeader, "Yours, unique for this operation; the same when it is repeated.", ParameterLocation.Header, IsRequired: true));
            Add(operation, new ApiParameter(ApiSignature.Header, "t=<unix seconds>,v1=<hex>; required for clients set to sign.", ParameterLocation.Header, IsRequired: false));
        }

        if (metadata.OfType<ApiRequestBody>().LastOrDefault() is { } body)
        {
            context.Document!.AddComponent(body.Type.Name, await context.GetOrCreateSchemaAsync(body.Type, parameterDescription: null, cancel));
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !body.IsOptional,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/json"] = new() { Schema = new OpenApiSchemaReference(body.Type.Name, context.Document) } },
            };
        }

        if (metadata.OfType<RequiredScope>().LastOrDefault() is { } required)
        {
            operation.Description = $"Needs the scope `{required.Scope.Name()}`.";
        }

        foreach (var (status, response) in operation.Responses ?? [])
        {
            response.Description = Meaning(int.Parse(status, CultureInfo.InvariantCulture));
            if (status is "429" or "503" && response is OpenApiResponse retried)
            {
                retried.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal) { ["Retry-After"] = new OpenApiHeader { Description = "Seconds.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } } };
            }
        }

        ApiExamples.AddTo(operation);
    }

    private static void Add(OpenApiOperation operation, ApiParameter parameter) => operation.Parameters!.Add(new OpenApiParameter
    {
        Name = parameter.Name,
        In = parameter.In,
        Description = parameter.Description,
        Required = parameter.IsRequired,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    });

    // Amounts have a converter of their own, which hides their schema.
    private static OpenApiSchema Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        if (context.JsonTypeInfo.Type == typeof(decimal) || context.JsonTypeInfo.Type == typeof(decimal?))
        {
            schema.Type = JsonSchemaType.Number;
            schema.Format = null;
        }

        return schema;
    }

    private static string Meaning(int status) => status switch
    {
        200 => "Found.",
        201 => "Done; a repeated request gets the same answer.",
        400 => "The request is not valid: invalid_input with errors by member, malformed_json, idempotency_key_required, invalid_idempotency_key.",
        401 => "invalid_api_key, signature_required, invalid_signature.",
        403 => "access_denied: the key lacks the scope. address_not_allowed.",
        404 => "not_found, unknown_store, order_of_other_store; ONLINE: card_not_accepted.",
        409 => "insufficient_balance, card_frozen, card_expired, card_not_active, card_closed, already_active, exceeds_captured_amount, card_number_taken, exceeds_order_total, refund_changed, changed_meanwhile.",
        413 => "body_too_large.",
        415 => "unsupported_media_type.",
        422 => "idempotency_key_reused, currency_mismatch, store_not_applicable, plan_not_sold_here, recharge_not_allowed, unknown_member.",
        429 => "rate_limited, too_many_attempts.",
        _ => "unavailable: repeat with the same idempotency key.",
    };
}
