using System.Globalization;
using System.Security.Claims;
using LoyaltyAdmin.Domain.Access;

namespace LoyaltyAdmin.Web.Access;

/// <summary>What the session cookie says of its owner: who, since when and how signed in. Never what the owner may do.</summary>
public static class StaffClaims
{
    public const string UserId = "sub";
    public const string Name = "name";
    public const string Stamp = "stamp";
    public const string SessionId = "sid";
    public const string SignedInAt = "auth_time";
    public const string Method = "amr";

    /// <summary>The caller's address; added at every request, never stored in the cookie.</summary>
    public const string Address = "ip";

    /// <summary>The signed-in user as the services know it; null for anonymous visitors.</summary>
    public static Actor? ActorOf(ClaimsPrincipal principal, string? correlationId = null) =>
        principal.Identity?.IsAuthenticated == true && IdOf(principal) is { } id
            ? Actor.Staff(id, principal.FindFirstValue(Name) ?? "") with
            {
                AuthenticationMethod = principal.FindFirstValue(Method),
                IpAddress = principal.FindFirstValue(Address),
                CorrelationId = correlationId,
            }
            : null;

    public static long? IdOf(ClaimsPrincipal principal) =>
        long.TryParse(principal.FindFirstValue(UserId), CultureInfo.InvariantCulture, out var id) ? id : null;

    public static ClaimsIdentity Identity(StaffUser user, string scheme, string method, string sessionId, DateTimeOffset signedInAt) => new(
        [
            new Claim(UserId, user.Id.ToString(CultureInfo.InvariantCulture)),
            new Claim(Name, user.DisplayName),
            new Claim(Stamp, user.SecurityStamp ?? ""),
            new Claim(SessionId, sessionId),
            new Claim(SignedInAt, signedInAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            new Claim(Method, method),
        ], scheme, Name, roleType: null);

    public static DateTimeOffset SignedInAtOf(ClaimsPrincipal principal) =>
        long.TryParse(principal.FindFirstValue(SignedInAt), CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.MinValue;
}
