using System.Globalization;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Components;

/// <summary>The lists behind the member figures.</summary>
public static class MemberLinks
{
    public const string Directory = "/members/directory";
    public const string OrderList = "/members/orders";

    /// <summary>One member's page.</summary>
    public static string Member(long id) => $"{Directory}/{id.ToString(CultureInfo.InvariantCulture)}";

    public static string All(string? view) => GiftCardLinks.Address(Directory, view);

    public static string Registered(DateOnly from, DateOnly to, string? view) =>
        GiftCardLinks.Address(Directory, view, ("registeredFrom", GiftCardLinks.Text(from)), ("registeredTo", GiftCardLinks.Text(to)));

    public static string FirstPurchase(DateOnly from, DateOnly to, string? view) =>
        GiftCardLinks.Address(Directory, view, ("firstPurchaseFrom", GiftCardLinks.Text(from)), ("firstPurchaseTo", GiftCardLinks.Text(to)));

    public static string Returning(DateOnly from, DateOnly to, string? view) =>
        GiftCardLinks.Address(Directory, view, ("firstPurchaseTo", GiftCardLinks.Text(from.AddDays(-1))), ("purchasedFrom", GiftCardLinks.Text(from)), ("purchasedTo", GiftCardLinks.Text(to)));

    public static string Active(MemberFigures figures, MemberActivity activity, string? view)
    {
        var (from, to) = figures.LastPurchase(activity);

        return activity == MemberActivity.NeverPurchased
            ? GiftCardLinks.Address(Directory, view, ("neverPurchased", "true"))
            : GiftCardLinks.Address(Directory, view, ("lastPurchaseFrom", GiftCardLinks.Text(from)), ("lastPurchaseTo", GiftCardLinks.Text(to)));
    }

    public static string Tier(TierFigure tier, string? view) =>
        GiftCardLinks.Address(Directory, view, ("plan", Number(tier.PlanId)), ("tier", Number(tier.TierId)));

    public static string Orders(DateOnly from, DateOnly to, Channel? channel, string? view) =>
        GiftCardLinks.Address(OrderList, view, ("from", GiftCardLinks.Text(from)), ("to", GiftCardLinks.Text(to)), ("channel", channel?.ToString()));

    private static string Number(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
