namespace LoyaltyAdmin.Web.Access;

/// <summary>Where to go after signing in: an address of this application, never another site's.</summary>
public static class LocalAddress
{
    public static string Of(string? address) =>
        address is ['/', ..] and not ['/', '/' or '\\', ..] && !address.Any(char.IsControl) && !address.StartsWith("/sign-", StringComparison.Ordinal) ? address : "/";
}
