using LoyaltyAdmin.Domain.MemberPortal;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>An entry of the member's navigation.</summary>
public sealed record PortalMenuItem(string Title, string Path);

/// <summary>The member's pages in the order of their navigation. A new module's page joins here, in <see cref="PortalTargets"/> and in <see cref="PortalPages"/> (see README.md).</summary>
public static class PortalMenu
{
    public static IReadOnlyList<PortalMenuItem> Items { get; } =
    [
        new("Overview", PortalTargets.Root),
        new("Cards", PortalTargets.PathOf("cards")),
        new("Wallet", PortalTargets.PathOf("wallet")),
        new("Points", PortalTargets.PathOf("points")),
        new("Coupons", PortalTargets.PathOf("coupons")),
        new("Gift cards", PortalTargets.PathOf("gift-cards")),
        new("Messages", PortalTargets.PathOf("consents")),
        new("Agreements", PortalTargets.PathOf("agreements")),
    ];

    /// <summary>Whether a page is the entry's own or lies below it.</summary>
    public static bool IsCurrent(PortalMenuItem item, string path) => path == item.Path || (item.Path != PortalTargets.Root && path.StartsWith(item.Path + "/", StringComparison.Ordinal));
}
