using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>What a batch of orders did to what members bought: purchases that came, and purchases that were counted and are not as they were.</summary>
internal sealed class PurchaseChanges
{
    private readonly HashSet<PurchaseTouch> touched = [];
    private readonly HashSet<long> changed = [];
    private readonly List<Order> added = [];

    public bool IsEmpty => touched.Count == 0;

    public long[] Members => [.. touched.Select(touch => touch.MemberId).Distinct().Order()];

    /// <summary>A purchase that was counted is about to change, to move or to go.</summary>
    public void Changing(Order order)
    {
        if (order is { MemberId: { } member, IsPurchase: true })
        {
            touched.Add(new PurchaseTouch(member, order.BusinessDay, mayBeEmptied: true));
            changed.Add(member);
        }
    }

    /// <summary>A purchase that was not counted yet, as it is from now on.</summary>
    public void Added(Order order)
    {
        if (order is { MemberId: { } member, IsPurchase: true })
        {
            touched.Add(new PurchaseTouch(member, order.BusinessDay, mayBeEmptied: false));
            added.Add(order);
        }
    }

    /// <summary>What came for members of whom nothing else changed, a row each, in the order of the members.</summary>
    public List<PurchaseAddition> Additions() => [.. added.Where(order => !changed.Contains(order.MemberId!.Value)).GroupBy(order => order.MemberId!.Value).OrderBy(member => member.Key)
        .Select(member => new PurchaseAddition(member.Key, [.. member]))];

    /// <summary>The months of these members that were touched.</summary>
    public List<PurchaseTouch> Of(Func<long, bool> isMember) => [.. touched.Where(touch => isMember(touch.MemberId))];
}

/// <summary>Purchases of one member that come on top of those that are counted.</summary>
internal sealed class PurchaseAddition(long memberId, IReadOnlyList<Order> orders)
{
    private readonly List<Order> worth = [.. orders.Where(order => order.Revenue > 0)];

    public long MemberId => memberId;
    public int Orders => orders.Count;

    /// <summary>Distinct days among those added.</summary>
    public int Days => worth.Select(order => order.BusinessDay).Distinct().Count();

    public DateOnly? FirstOn => worth.Min(order => (DateOnly?)order.BusinessDay);
    public DateOnly? LastOn => Last(_ => true);
    public DateOnly? LastPosOn => Last(order => order.Channel == Channel.Pos);
    public DateOnly? LastOnlineOn => Last(order => order.Channel == Channel.Online);
    public decimal Revenue => orders.Sum(order => order.GroupRevenue);
    public decimal PosRevenue => Of(Channel.Pos);
    public decimal OnlineRevenue => Of(Channel.Online);

    public IEnumerable<PurchaseMonth> Months => orders.GroupBy(order => order.BusinessDay.Year * 100 + order.BusinessDay.Month).OrderBy(month => month.Key).Select(month => new PurchaseMonth
    {
        MemberId = memberId,
        Month = month.Key,
        OrderCount = month.Count(),
        Revenue = month.Sum(order => order.GroupRevenue),
        PosRevenue = month.Where(order => order.Channel == Channel.Pos).Sum(order => order.GroupRevenue),
    });

    private DateOnly? Last(Func<Order, bool> isMeant) => worth.Where(isMeant).Max(order => (DateOnly?)order.BusinessDay);

    private decimal Of(Channel channel) => orders.Where(order => order.Channel == channel).Sum(order => order.GroupRevenue);
}
