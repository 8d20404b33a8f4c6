using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Orders;

/// <summary>How orders are named and coloured.</summary>
public static class OrderWords
{
    public const string List = "/members/orders";

    public static string Path(long id) => $"{List}/{id}";

    /// <summary>The page of an order's member.</summary>
    public static string MemberPath(long memberId) => Directory.MemberQuery.PathOf(memberId);

    /// <summary>A field of an order file, as its template's header names it.</summary>
    public static string Of(OrderField field) => field switch
    {
        OrderField.Number => "Order number",
        OrderField.Total => "Amount paid",
        OrderField.Member => "Member number",
        OrderField.Email => "E-mail",
        OrderField.Store => "Store code",
        _ => Words.Of(field),
    };

    public static Tone Tone(OrderStatus status) => status switch
    {
        OrderStatus.Paid => Components.Tone.Good,
        OrderStatus.Pending or OrderStatus.PartlyRefunded => Components.Tone.Attention,
        _ => Components.Tone.Neutral,
    };
}
