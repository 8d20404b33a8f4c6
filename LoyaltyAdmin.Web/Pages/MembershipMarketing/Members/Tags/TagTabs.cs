using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Tags;

/// <summary>The pages of one tag.</summary>
public static class TagTabs
{
    public const string List = "/members/tags";

    /// <summary>Colours to choose; any other that is stored stays.</summary>
    public static IReadOnlyList<Option<string>> Colours { get; } =
    [
        new("#64748b", "Slate"), new("#0f766e", "Teal"), new("#15803d", "Green"), new("#1d4ed8", "Blue"), new("#7c3aed", "Violet"),
        new("#be185d", "Pink"), new("#b91c1c", "Red"), new("#c2410c", "Orange"), new("#a16207", "Amber"), new("#1f2937", "Black"),
    ];

    public static string Settings(long id) => $"{List}/{id}";

    public static string Members(long id) => $"{List}/{id}/members";

    public static string History(long id) => $"{List}/{id}/history";

    public static string Word(TagKind kind) => kind == TagKind.Manual ? "Manual" : "Computed";

    public static IReadOnlyList<TabLinks.Tab> Of(long id) => [new("Settings", Settings(id)), new("Members", Members(id)), new("History", History(id))];
}
