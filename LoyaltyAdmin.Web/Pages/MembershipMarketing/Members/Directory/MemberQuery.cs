using System.Globalization;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Directory;

/// <summary>The Member Directory's address as the filter its list, count, export and bulk changes share, and the addresses of its pages.</summary>
public static class MemberQuery
{
    public const string List = "/members/directory";

    public static string PathOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{List}/{id}");

    /// <summary>The Wallet tab of a member's page.</summary>
    public static string WalletOf(long id) => $"{PathOf(id)}/wallet";

    public static MemberFilter Filter(ListQuery query) => new()
    {
        Text = query.Text("text"),
        CardPlanId = query.Number("plan"),
        TierId = query.Number("tier"),
        SegmentId = query.Number("segment"),
        TagId = query.Number("tag"),
        StoreId = query.Number("store"),
        Status = query.Choice<MemberStatus>("status"),
        RegisteredFrom = query.Day("registeredFrom"),
        RegisteredTo = query.Day("registeredTo"),
        LastPurchaseFrom = query.Day("lastPurchaseFrom"),
        LastPurchaseTo = query.Day("lastPurchaseTo"),
        FirstPurchaseFrom = query.Day("firstPurchaseFrom"),
        FirstPurchaseTo = query.Day("firstPurchaseTo"),
        PurchasedFrom = query.Day("purchasedFrom"),
        PurchasedTo = query.Day("purchasedTo"),
        NeverPurchased = query.Text("neverPurchased") == "true",
        Consent = query.Choice<ConsentChannel>("consent"),
        BalanceFrom = query.Amount("balance"),
        PointsFrom = query.Amount("points"),
        WalletFrom = query.Amount("wallet"),
        ImportId = query.Number("import"),
    };
}
