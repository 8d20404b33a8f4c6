using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Segments;

/// <summary>The pages of one segment.</summary>
public static class SegmentTabs
{
    public const string List = "/members/segments";

    public static string Settings(long id) => $"{List}/{id}";

    public static string Members(long id) => $"{List}/{id}/members";

    public static string Growth(long id) => $"{List}/{id}/growth";

    public static string History(long id) => $"{List}/{id}/history";

    public static string Word(SegmentKind kind) => kind == SegmentKind.Rule ? "Rule" : "List";

    public static IReadOnlyList<TabLinks.Tab> Of(long id) => [new("Settings", Settings(id)), new("Members", Members(id)), new("Growth", Growth(id)), new("History", History(id))];
}
