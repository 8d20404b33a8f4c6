using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>What an order's lines and refunds make of it: the one place that decides what counts as a purchase and for how much.</summary>
internal static class OrderWorth
{
    /// <summary>What the goods of an order cost, its own discount taken off them; null: it sold no goods.</summary>
    public static decimal? Goods(decimal total, decimal discount, IReadOnlyCollection<(OrderLineKind Kind, decimal Total)> lines) => lines.Count == 0
        ? total
        : lines.Any(line => line.Kind == OrderLineKind.Goods) ? Math.Max(0, lines.Where(line => line.Kind == OrderLineKind.Goods).Sum(line => line.Total) - discount) : null;

    /// <summary>Sets everything that follows from the delivered status, the goods and the refunds.</summary>
    public static void Settle(Order order, DeliveredStatus delivered, decimal? goods, decimal refunded, decimal refundedGoods, GroupDay group)
    {
        order.Refunded = refunded;
        order.Status = delivered switch
        {
            DeliveredStatus.Pending => OrderStatus.Pending,
            DeliveredStatus.Cancelled => OrderStatus.Cancelled,
            _ when refunded <= 0 => OrderStatus.Paid,
            _ => refunded >= order.Total ? OrderStatus.Refunded : OrderStatus.PartlyRefunded,
        };
        order.IsPurchase = goods is { } worth && order.Status is OrderStatus.Paid or OrderStatus.PartlyRefunded && (worth == 0 || refundedGoods < worth);
        order.Revenue = order.IsPurchase ? Math.Max(0, goods!.Value - refundedGoods) : 0;
        order.GroupRevenue = order.Currency == group.Currency ? order.Revenue : 0;
        // An imported history was rewarded where it comes from.
        order.PointsDueAt = order.ImportId is null ? group.Now : null;
    }

    /// <summary>What the source said before refunds changed the status.</summary>
    public static DeliveredStatus Delivered(OrderStatus status) => status switch
    {
        OrderStatus.Pending => DeliveredStatus.Pending,
        OrderStatus.Cancelled => DeliveredStatus.Cancelled,
        _ => DeliveredStatus.Paid,
    };

    /// <summary>More was given back than the order was worth: taken as it is, shown and reported, never hidden.</summary>
    public static bool IsOverRefunded(decimal total, decimal refunded) => refunded > total;
}
