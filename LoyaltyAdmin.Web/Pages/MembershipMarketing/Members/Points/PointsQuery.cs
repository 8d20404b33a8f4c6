using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Points;

/// <summary>The Points address as the filter its list, count and export share.</summary>
public static class PointsQuery
{
    public static PointsTransactionFilter Filter(ListQuery query) => new()
    {
        Member = query.Text("member"),
        Type = query.Choice<TransactionType>("type"),
        StoreId = query.Number("store"),
        From = query.Day("from"),
        To = query.Day("to"),
        OrderNumber = query.Text("order"),
    };
}
