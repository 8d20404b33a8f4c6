using LoyaltyAdmin.Domain.Access;

namespace LoyaltyAdmin.Web.Layout;

/// <summary>One entry of the menu tree; a group has children and no path of its own. Without a permission everyone sees it.</summary>
public sealed record MenuItem(string Title, string? Path = null, Permission? Permission = null, string? Icon = null, params MenuItem[] Children)
{
    /// <summary>Addresses of pages that belong to this entry and do not lie below <see cref="Path"/>.</summary>
    public IReadOnlyList<string> Also { get; init; } = [];
}

/// <summary>The menu tree: navigation, breadcrumb, page titles and permissions all come from this list.</summary>
public static class Menu
{
    public static IReadOnlyList<MenuItem> Items { get; } =
    [
        new("Dashboard", "/", Icon: "dashboard"),
        new("Membership Marketing", Icon: "loyalty", Children:
        [
            new("Marketing", Children:
            [
                new("Coupons", "/marketing/coupons", Permission.CouponsRead),
                new("Gifts", "/marketing/gifts", Permission.GiftsRead),
            ]),
            new("Members", Children:
            [
                new("Member Directory", "/members/directory", Permission.MembersRead),
                new("Card Plans", "/members/card-plans", Permission.PlansRead),
                new("Member Segments", "/members/segments", Permission.MembersRead),
                new("Tags", "/members/tags", Permission.MembersRead),
                new("Member Benefits", Children:
                [
                    new("Gift Card", "/members/gift-cards", Permission.PlansRead),
                    new("Reconciliation", "/members/gift-cards/reconciliation", Permission.ReportsRead),
                ]),
                new("Points", "/members/points", Permission.PointsRead),
                new("Wallets", "/members/wallets", Permission.WalletsRead),
                new("Orders", "/members/orders", Permission.OrdersRead),
                new("Products", "/members/products", Permission.OrdersRead),
            ]),
            new("Message Center", Children:
            [
                new("Outbox", "/message-center/outbox", Permission.MessagesRead),
                new("Scenarios", "/message-center/scenarios", Permission.MessagesRead),
                new("Templates", "/message-center/templates", Permission.MessagesRead),
                new("Channels", "/message-center/channels", Permission.MessagesRead) { Also = ["/message-center/rules"] },
            ]),
        ]),
        new("System Configuration", Icon: "settings", Children:
        [
            new("Approvals", "/approvals", Permission.DashboardRead),
            new("Export History", "/exports", Permission.TransactionsExport),
            new("Company", "/system-configuration/company", Permission.SettingsManage),
            new("Stores", "/system-configuration/stores", Permission.StoresManage),
            new("Store Groups", "/system-configuration/store-groups", Permission.StoresManage),
            new("Sales Channels", "/system-configuration/sales-channels", Permission.SettingsManage),
            new("Mini Programs", "/system-configuration/mini-programs", Permission.SettingsManage),
            new("Member Page", "/system-configuration/member-page", Permission.SettingsManage),
            new("Agreements", "/system-configuration/agreements", Permission.AgreementsManage),
            new("Users and Roles", "/system-configuration/users", Permission.UsersManage) { Also = ["/system-configuration/roles"] },
            new("API Clients", "/system-configuration/api-clients", Permission.ApiClientsManage),
            new("Webhooks", "/system-configuration/webhooks", Permission.WebhooksManage),
            new("Audit Trail", "/system-configuration/audit-trail", Permission.AuditRead),
            new("Jobs", "/system-configuration/jobs", Permission.JobsRead),
            new("Ledger Check", "/system-configuration/ledger-check", Permission.LedgerRead),
        ]),
    ];

    /// <summary>Every entry, parents before their children.</summary>
    public static IEnumerable<MenuItem> All => Items.SelectMany(WithDescendants);

    /// <summary>What a user sees: permitted entries, and groups that still hold one.</summary>
    public static IReadOnlyList<MenuItem> For(Func<Permission, bool> may) => Permitted(Items, may);

    /// <summary>The entries from the top of the tree down to <paramref name="path"/>; empty when it is not in the menu.</summary>
    public static IReadOnlyList<MenuItem> TrailTo(string path) => Trail(Items, path);

    /// <summary>The path of the entry a page belongs to: the longest one the page's address is or lies below. Null: none.</summary>
    public static string? CurrentOf(string path) => All
        .SelectMany(item => item.Also.Append(item.Path).Select(address => (Address: address, item.Path)))
        .Where(entry => entry.Address is { } address && (path == address || (address.Length > 1 && path.StartsWith(address, StringComparison.OrdinalIgnoreCase) && path[address.Length] == '/')))
        .OrderByDescending(entry => entry.Address!.Length).Select(entry => entry.Path).FirstOrDefault();

    private static IReadOnlyList<MenuItem> Permitted(IEnumerable<MenuItem> items, Func<Permission, bool> may) =>
    [
        .. items.Where(item => item.Permission is not { } needed || may(needed))
            .Select(item => item with { Children = [.. Permitted(item.Children, may)] })
            .Where(item => item.Path is not null || item.Children.Length > 0),
    ];

    private static IEnumerable<MenuItem> WithDescendants(MenuItem item) => item.Children.SelectMany(WithDescendants).Prepend(item);

    private static IReadOnlyList<MenuItem> Trail(IEnumerable<MenuItem> items, string path)
    {
        foreach (var item in items)
        {
            if (item.Path == path)
            {
                return [item];
            }

            if (Trail(item.Children, path) is { Count: > 0 } rest)
            {
                return [item, .. rest];
            }
        }

        return [];
    }
}
