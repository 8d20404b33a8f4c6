using System.Security.Claims;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace LoyaltyAdmin.Web.Access;

/// <summary>Who may come in through the portal's door: accounts, cookies, policies, circuits. Everything is denied that does not say otherwise.</summary>
public static class StaffAccess
{
    private const string ApplicationName = "LoyaltyAdmin";
    private static readonly TimeSpan betweenSignInSteps = TimeSpan.FromMinutes(5);

    public static void AddStaffAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHttpContextAccessor();
        services.AddScoped(provider => provider.GetRequiredService<LoyaltyDatabase>()
            .Open(provider.GetRequiredService<IHttpContextAccessor>().HttpContext is { } http ? StaffClaims.ActorOf(http.User) ?? Actor.System : Actor.System));
        services.AddIdentityCore<StaffUser>(options =>
            {
                options.Password.RequiredLength = PasswordRules.MinimumLength;
                (options.Password.RequireDigit, options.Password.RequireLowercase, options.Password.RequireUppercase, options.Password.RequireNonAlphanumeric, options.Password.RequiredUniqueChars) = (false, false, false, false, 0);
                options.User.AllowedUserNameCharacters = "";
            })
            .AddUserStore<StaffStore>()
            .AddTokenProvider<AuthenticatorTokenProvider<StaffUser>>(TokenOptions.DefaultAuthenticatorProvider);
        services.AddSingleton<StaffSessions>().AddSingleton<SignInGate>().AddScoped<StaffSignIn>().AddScoped<StaffAccount>();
        AddCookies(services);
        AddPolicies(services);
        AddKeyRing(services);
        AddCircuits(services);
        services.AddSingleton(new TwoPeopleSettings(builder.Configuration.GetValue("Security:OnePersonMayGrant", defaultValue: false)));
        AddProxies(builder);
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "loyalty.form";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }

    public static void UseStaffAccess(this WebApplication app)
    {
        app.UseMiddleware<OriginCheck>();
        app.UseAuthentication();
        app.UseMiddleware<SessionDuties>();
        app.UseAuthorization();
        app.UseMiddleware<CircuitConnections>();
    }

    /// <summary>Reached while a user works in an open circuit: keeps the cookie from running out under busy hands.</summary>
    public static void MapStaffAccess(this WebApplication app) =>
        app.MapGet("/session", () => TypedResults.NoContent());

    private static void AddCookies(IServiceCollection services)
    {
        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, options =>
            {
                Harden(options, "loyalty.session", StaffSessions.IdleLifetime);
                options.SlidingExpiration = true;
                options.LoginPath = "/sign-in";
                options.LogoutPath = "/sign-out";
                options.ReturnUrlParameter = "returnUrl";
                options.Events.OnValidatePrincipal = ValidateAsync;
                options.Events.OnRedirectToAccessDenied = context => Status(context, StatusCodes.Status403Forbidden);
                options.Events.OnRedirectToLogin = context => IsForProgram(context.Request) ? Status(context, StatusCodes.Status401Unauthorized) : Redirect(context);
            })
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, options =>
            {
                Harden(options, "loyalty.sign-in", betweenSignInSteps);
                options.SlidingExpiration = false;
            });
        services.AddTransient<IClaimsTransformation, CallerAddress>();
    }

    private static void Harden(CookieAuthenticationOptions options, string name, TimeSpan lifetime)
    {
        options.Cookie.Name = name;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Cookie.Path = "/";
        options.CookieManager = new HostCookies();
        options.ExpireTimeSpan = lifetime;
    }

    private static void AddPolicies(IServiceCollection services)
    {
        services.AddAuthorization(options =>
        {
            var signedIn = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            options.DefaultPolicy = signedIn;
            options.FallbackPolicy = signedIn;
            foreach (var permission in Enum.GetValues<Permission>())
            {
                options.AddPolicy(RequiresPermissionAttribute.PolicyOf(permission), policy => policy.RequireAuthenticatedUser().AddRequirements(new StandingSessionRequirement(), new PermissionRequirement(permission)));
            }
        });
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>().AddSingleton<IAuthorizationHandler, StandingSessionHandler>();
    }

    private static void AddKeyRing(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName(ApplicationName);
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(options => options.XmlRepository = new DatabaseKeyRing(provider.GetRequiredService<LoyaltyDatabase>(), provider.GetRequiredService<SecretKeys>())));
        // The repository seals the keys; the framework cannot know and would warn at every start.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error));
    }

    private static void AddCircuits(IServiceCollection services)
    {
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, StaffAuthenticationState>();
        services.AddSingleton<CircuitRegistry>().AddHostedService<CircuitGuard>();
        services.AddScoped<StaffCircuit>().AddScoped<CircuitHandler>(provider => provider.GetRequiredService<StaffCircuit>());
        services.AddScoped<CurrentStaff>();
        services.Configure<CircuitOptions>(options =>
        {
            (options.DisconnectedCircuitMaxRetained, options.DisconnectedCircuitRetentionPeriod) = (100, TimeSpan.FromMinutes(3));
            // Nothing of a circuit outlives it: a page that comes back later reads everything anew, as the user it then is.
            options.PersistedCircuitInMemoryMaxRetained = 0;
        });
    }

    /// <remarks>The caller's address comes from a header only where the operator named the proxies that set it.</remarks>
    private static void AddProxies(WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetSection("Proxies").Get<string[]>() is not { Length: > 0 } proxies)
        {
            return;
        }

        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            options.KnownProxies.Clear();
            foreach (var proxy in proxies)
            {
                options.KnownProxies.Add(System.Net.IPAddress.Parse(proxy));
            }
        });
        builder.Services.AddSingleton<IStartupFilter, ForwardedFirst>();
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var sessions = context.HttpContext.RequestServices.GetRequiredService<StaffSessions>();
        if (context.Principal is null || await sessions.DutyAsync(context.Principal, context.HttpContext.RequestAborted) == SessionDuty.Over)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
        }
    }

    private static bool IsForProgram(HttpRequest request) => request.Path.StartsWithSegments("/_blazor") || request.Path.StartsWithSegments("/session") || request.Path.StartsWithSegments("/api");

    private static Task Status(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        context.Response.StatusCode = status;

        return Task.CompletedTask;
    }

    private static Task Redirect(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.Redirect(context.RedirectUri);

        return Task.CompletedTask;
    }

    private sealed class ForwardedFirst : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseForwardedHeaders();
            next(app);
        };
    }

    /// <summary>Tells the audit trail where a request came from.</summary>
    private sealed class CallerAddress(IHttpContextAccessor accessor) : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            if (principal.Identity?.IsAuthenticated == true && !principal.HasClaim(claim => claim.Type == StaffClaims.Address) && accessor.HttpContext?.Connection.RemoteIpAddress is { } address)
            {
                principal.AddIdentity(new ClaimsIdentity([new Claim(StaffClaims.Address, address.ToString())]));
            }

            return Task.FromResult(principal);
        }
    }

    /// <summary>Over https the cookies carry the __Host- prefix: no other host or path can set them.</summary>
    private sealed class HostCookies : ICookieManager
    {
        private readonly ChunkingCookieManager cookies = new();

        public string? GetRequestCookie(HttpContext context, string key) => cookies.GetRequestCookie(context, Name(context, key));

        public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) => cookies.AppendResponseCookie(context, Name(context, key), value, options);

        public void DeleteCookie(HttpContext context, string key, CookieOptions options) => cookies.DeleteCookie(context, Name(context, key), options);

        private static string Name(HttpContext context, string key) => context.Request.IsHttps ? "__Host-" + key : key;
    }
}
