using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Orders;

/// <summary>The Orders address as the filter its list, count and export share.</summary>
public static class OrderQuery
{
    public static OrderFilter Filter(ListQuery query) => new()
    {
        Number = query.Text("number"),
        Source = query.Text("source"),
        Member = query.Text("member"),
        StoreId = query.Number("store"),
        Channel = query.Choice<Channel>("channel"),
        SalesChannel = query.Choice<Channel>("channel") is null ? query.Text("channel") : null,
        Status = query.Choice<OrderStatus>("status"),
        From = query.Day("from"),
        To = query.Day("to"),
        Currency = query.Text("currency"),
        TotalFrom = query.Amount("totalFrom"),
        TotalTo = query.Amount("totalTo"),
        OnlyOverRefunded = query.Text("refunds") == "over",
        ImportId = query.Number("import"),
    };
}
