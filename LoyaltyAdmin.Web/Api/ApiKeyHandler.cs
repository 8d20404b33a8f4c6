using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using LoyaltyAdmin.Domain.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace LoyaltyAdmin.Web.Api;

public sealed class ApiKeyOptions : AuthenticationSchemeOptions;

/// <summary>
/// Who calls, by <c>X-Api-Key</c> and nothing else: never the staff cookie. Holds the caller's address against its allow-list and its
/// signature against the request. The caller is left in the request's features.
/// </summary>
public sealed class ApiKeyHandler(IOptionsMonitor<ApiKeyOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiCallers callers, TimeProvider clock)
    : AuthenticationHandler<ApiKeyOptions>(options, loggers, encoder)
{
    public const string Name = "ApiKey";
    public const string Header = "X-Api-Key";

    private static readonly ApiProblem invalidKey = ApiProblem.Of(StatusCodes.Status401Unauthorized, "invalid_api_key", $"Send a valid API key in the header {Header}.");
    private static readonly ApiProblem addressNotAllowed = ApiProblem.Of(StatusCodes.Status403Forbidden, "address_not_allowed", "This API key may not be used from this network address.");
    private static readonly ApiProblem accessDenied = ApiProblem.Of(StatusCodes.Status403Forbidden, "access_denied", "This API key does not have the scope this request needs.");

    private ApiProblem refusal = invalidKey;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var caller = await callers.FindAsync(Request.Headers[Header], Context.RequestAborted);
        if (caller is null)
        {
            return Refuse(invalidKey);
        }

        if (caller.AllowedAddresses.Count > 0 && !IsAllowed(caller.AllowedAddresses, Context.Connection.RemoteIpAddress))
        {
            return Refuse(addressNotAllowed);
        }

        if (await ApiSignature.CheckAsync(Context, caller, clock.GetUtcNow()) is { } signatureRefusal)
        {
            return Refuse(signatureRefusal);
        }

        Context.Features.Set(caller);

        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(Name)), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            Response.Headers.WWWAuthenticate = $"{Name} header=\"{Header}\"";
        }

        return refusal.ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => accessDenied.ExecuteAsync(Context);

    private AuthenticateResult Refuse(ApiProblem problem)
    {
        refusal = problem;

        return AuthenticateResult.Fail(problem.Code);
    }

    private static bool IsAllowed(IReadOnlyList<string> allowed, IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

        return allowed.Any(entry => IPNetwork.TryParse(entry, out var network) ? network.Contains(plain) : IPAddress.TryParse(entry, out var one) && one.Equals(plain));
    }
}
