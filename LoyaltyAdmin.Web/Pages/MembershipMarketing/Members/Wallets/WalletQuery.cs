using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Wallets;

/// <summary>The Wallets address as the filter its list, count and export share.</summary>
public static class WalletQuery
{
    public const string List = "/members/wallets";
    public const string Settings = "/members/wallets/settings";

    /// <summary>All transactions of one member's wallets.</summary>
    public static string Of(string memberNumber) => $"{List}?member={Uri.EscapeDataString(memberNumber)}";

    public static WalletTransactionFilter Filter(ListQuery query) => new()
    {
        MemberNumber = query.Text("member"),
        Type = query.Choice<TransactionType>("type"),
        From = query.Day("from"),
        To = query.Day("to"),
        StoreId = query.Number("store"),
        Channel = query.Choice<Channel>("channel"),
        Currency = query.Text("currency"),
        OrderNumber = query.Text("order"),
    };
}
