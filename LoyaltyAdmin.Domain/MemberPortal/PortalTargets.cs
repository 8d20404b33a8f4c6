namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>The pages of the member's portal a link may lead to, by their names in links and the API; an address outside this list cannot be reached by a link.</summary>
public static class PortalTargets
{
    public const string Root = "/my";

    public const string Overview = "overview";

    private static readonly Dictionary<string, string> paths = new(StringComparer.Ordinal)
    {
        [Overview] = Root,
        ["cards"] = $"{Root}/cards",
        ["wallet"] = $"{Root}/wallet",
        ["points"] = $"{Root}/points",
        ["coupons"] = $"{Root}/coupons",
        ["gift-cards"] = $"{Root}/gift-cards",
        ["consents"] = $"{Root}/consents",
        ["agreements"] = $"{Root}/agreements",
    };

    public static IReadOnlyCollection<string> Names => paths.Keys;

    /// <summary>The address of a page; the overview's for what is no page's name.</summary>
    public static string PathOf(string? name) => name is not null && paths.TryGetValue(name, out var path) ? path : Root;
}
