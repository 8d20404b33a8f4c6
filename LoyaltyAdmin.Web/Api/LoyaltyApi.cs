using LoyaltyAdmin.Domain.Access;
using Microsoft.AspNetCore.Authorization;

namespace LoyaltyAdmin.Web.Api;

/// <summary>The HTTP API for tills and online stores: <c>/api/v1</c>, described at <c>/openapi/v1.json</c>, shown at <c>/api</c>.</summary>
public static class LoyaltyApi
{
    public const string Prefix = "/api/v1";

    public static WebApplicationBuilder AddLoyaltyApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication().AddScheme<ApiKeyOptions, ApiKeyHandler>(ApiKeyHandler.Name, _ => { });
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<IAuthorizationHandler, RequiredScopeHandler>();
        builder.Services.AddSingleton(builder.Configuration.GetSection("Api:Limits").Get<ApiLimitSettings>() ?? new ApiLimitSettings());
        builder.Services.AddSingleton<ApiLimits>();
        builder.Services.AddSingleton<ApiProblems>();
        builder.Services.AddSingleton(new ApiKeySettings(builder.Environment.IsProduction() ? "live" : "test"));
        builder.Services.AddApiDocument();

        return builder;
    }

    /// <summary>Turns every failure below <see cref="Prefix"/> into a problem answer. Goes before authentication, which can fail too.</summary>
    public static WebApplication UseLoyaltyApi(this WebApplication app)
    {
        var problems = app.Services.GetRequiredService<ApiProblems>();
        app.Use(next => context => context.Request.Path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase) ? problems.GuardAsync(context, next) : next(context));
        app.UseApiPage();

        return app;
    }

    public static WebApplication MapLoyaltyApi(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        var api = app.MapGroup(Prefix);
        api.MapStoresApi();
        api.MapPlansApi();
        api.MapGiftCardsApi();
        api.MapCardsApi();
        api.MapCouponsApi();
        api.MapGiftsApi();
        api.MapOrdersApi();
        api.MapWalletsApi();
        api.MapMembersApi();
        api.MapMemberPageApi();
        api.MapPushTokensApi();
        api.MapPointsApi();
        api.MapFallback("{**path}", (HttpContext context) => ApiProblem.Of(StatusCodes.Status404NotFound, "unknown_route", $"There is no {context.Request.Method} at this address. See {ApiDocument.Page}."))
            .AllowAnonymous().ExcludeFromDescription();

        return app;
    }
}
