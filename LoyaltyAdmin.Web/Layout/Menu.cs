namespace LoyaltyAdmin.Web.Layout;

/// <summary>One entry of the menu tree; a group has children and no path of its own.</summary>
public sealed record MenuItem(string Title, string? Path = null, string? Permission = null, string? Icon = null, params MenuItem[] Children);

/// <summary>The menu tree: navigation, breadcrumb, page titles and permissions all come from this list.</summary>
public static class Menu
{
    public static IReadOnlyList<MenuItem> Items { get; } =
    [
        new("Dashboard", "/", Icon: "dashboard"),
    ];

    /// <summary>Every entry, parents before their children.</summary>
    public static IEnumerable<MenuItem> All => Items.SelectMany(WithDescendants);

    /// <summary>The entries from the top of the tree down to <paramref name="path"/>; empty when it is not in the menu.</summary>
    public static IReadOnlyList<MenuItem> TrailTo(string path) => Trail(Items, path);

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
