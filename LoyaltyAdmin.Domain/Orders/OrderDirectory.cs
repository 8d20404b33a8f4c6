using System.Collections.Immutable;
using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>What the Orders list is filtered by; null or empty: not filtered. Amounts in major units of <see cref="Currency"/>.</summary>
public sealed record OrderFilter
{
    /// <summary>The whole number of an order.</summary>
    public string? Number { get; init; }

    public string? Source { get; init; }

    /// <summary>A member by number, phone, e-mail or loyalty card number.</summary>
    public string? Member { get; init; }

    public long? MemberId { get; init; }
    public long? StoreId { get; init; }
    public Channel? Channel { get; init; }

    /// <summary>A sales channel by its code.</summary>
    public string? SalesChannel { get; init; }
    public OrderStatus? Status { get; init; }

    /// <summary>Business days, inclusive.</summary>
    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }
    public string? Currency { get; init; }
    public decimal? TotalFrom { get; init; }
    public decimal? TotalTo { get; init; }

    /// <summary>Only orders whose refunds exceed their total.</summary>
    public bool OnlyOverRefunded { get; init; }

    public long? ImportId { get; init; }
}

/// <summary>One line of the Orders list.</summary>
public sealed record OrderRow(
    long Id, string Source, string Number, OrderKind Kind, long? MemberId, string? MemberNumber, string StoreName, string StoreCode, string TimeZone, Channel Channel, string Currency,
    DateTimeOffset PlacedAt, DateTimeOffset? PaidAt, DateOnly BusinessDay, decimal Total, decimal Discount, decimal Refunded, decimal Revenue, OrderStatus Status, string? SalesChannelCode, string? SalesChannel)
{
    /// <summary>More was given back than the order was worth.</summary>
    public bool IsOverRefunded => OrderWorth.IsOverRefunded(Total, Refunded);
}

/// <summary>One line of an order.</summary>
public sealed record OrderLineRow(int Position, OrderLineKind Kind, long? ProductId, string? ProductCode, string Description, decimal Quantity, decimal UnitPrice, decimal Discount, decimal Total);

/// <summary>One refund of an order.</summary>
public sealed record OrderRefundRow(long Id, string Number, decimal Amount, decimal GoodsAmount, string? Reason, DateTimeOffset RefundedAt, DateTimeOffset RecordedAt);

/// <summary>An order with everything known of it.</summary>
public sealed record OrderDetail(OrderRow Order, ImmutableArray<OrderPayment> Payments, DateTimeOffset ChangedAt, DateTimeOffset RecordedAt, long? ImportId, IReadOnlyList<OrderLineRow> Lines, IReadOnlyList<OrderRefundRow> Refunds);

/// <summary>The purchase history: lists and single orders of the caller's stores.</summary>
public sealed class OrderDirectory(LoyaltyDatabase database, AccessControl access)
{
    public static SortColumns<Order> Sorts { get; } = new SortColumns<Order>(order => order.Id).By("BusinessDay", order => order.BusinessDay);

    /// <summary>One page, newest first.</summary>
    [Requires(Permission.OrdersRead)]
    public async Task<Page<OrderRow>> ListAsync(Actor actor, OrderFilter filter, PageRequest page, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.OrdersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, storeView, cancel)).ToPageAsync(page, Sorts, Row(db), cancel);
    }

    [Requires(Permission.OrdersRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, OrderFilter filter, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.OrdersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, storeView, cancel)).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>One order by its identifier.</summary>
    [Requires(Permission.OrdersRead)]
    public async Task<OrderDetail> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.OrdersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await DetailAsync(db, Visible(db, grant).Where(order => order.Id == id), cancel);
    }

    /// <summary>One order as its source names it.</summary>
    [Requires(Permission.OrdersRead, ApiScope.OrdersRead)]
    public async Task<OrderDetail> FindAsync(Actor actor, string source, string number, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.OrdersRead, ApiScope.OrdersRead, cancel);
        (source, number) = (source.Trim().ToLowerInvariant(), number.Trim());
        await using var db = await database.ReadAsync(cancel);

        return await DetailAsync(db, Visible(db, grant).Where(order => order.Source == source && order.Number == number), cancel);
    }

    /// <summary>The orders a filter finds, as list, count and export see them.</summary>
    internal static async Task<IQueryable<Order>> FilteredAsync(LoyaltyDbContext db, Grant grant, OrderFilter filter, long? storeView, CancellationToken cancel)
    {
        var (number, source, currency, channel) = (Inputs.Clean(filter.Number), Inputs.Clean(filter.Source)?.ToLowerInvariant(), Inputs.Clean(filter.Currency), Inputs.Clean(filter.SalesChannel));
        var found = Visible(db, grant)
            .Where(o => storeView == null || o.StoreId == storeView)
            .Where(o => filter.StoreId == null || o.StoreId == filter.StoreId)
            .Where(o => number == null || o.Number == number)
            .Where(o => source == null || o.Source == source)
            .Where(o => filter.Channel == null || o.Channel == filter.Channel)
            .Where(o => channel == null || db.SalesChannels.Any(c => c.Id == o.SalesChannelId && c.Code == channel))
            .Where(o => filter.Status == null || o.Status == filter.Status)
            .Where(o => filter.From == null || o.BusinessDay >= filter.From)
            .Where(o => filter.To == null || o.BusinessDay <= filter.To)
            .Where(o => currency == null || o.Currency == currency)
            .Where(o => filter.TotalFrom == null || o.Total >= filter.TotalFrom)
            .Where(o => filter.TotalTo == null || o.Total <= filter.TotalTo)
            .Where(o => !filter.OnlyOverRefunded || o.Refunded > o.Total)
            .Where(o => filter.ImportId == null || o.ImportId == filter.ImportId)
            .Where(o => filter.MemberId == null || o.MemberId == filter.MemberId);
        if (Inputs.Clean(filter.Member) is { } who)
        {
            var ids = await MembersAsync(db, who, cancel);
            found = found.Where(o => o.MemberId != null && ids.Contains(o.MemberId.Value));
        }

        return found;
    }

    internal static Expression<Func<Order, OrderRow>> Row(LoyaltyDbContext db) => o => new OrderRow(
        o.Id, o.Source, o.Number, o.Kind, o.MemberId, db.Members.Where(m => m.Id == o.MemberId).Select(m => m.Number).FirstOrDefault(),
        db.Stores.Where(s => s.Id == o.StoreId).Select(s => s.Name).First(), db.Stores.Where(s => s.Id == o.StoreId).Select(s => s.Code).First(),
        db.Stores.Where(s => s.Id == o.StoreId).Select(s => s.TimeZone).First(), o.Channel, o.Currency, o.PlacedAt, o.PaidAt, o.BusinessDay, o.Total, o.Discount, o.Refunded, o.Revenue, o.Status,
        db.SalesChannels.Where(c => c.Id == o.SalesChannelId).Select(c => c.Code).FirstOrDefault(), db.SalesChannels.Where(c => c.Id == o.SalesChannelId).Select(c => c.Name).FirstOrDefault());

    /// <summary>The orders of the caller's stores; others do not exist for the caller, wherever they would show.</summary>
    internal static IQueryable<Order> Visible(LoyaltyDbContext db, Grant grant)
    {
        var ids = grant.Stores.StoreIds.ToArray();

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => db.Orders.Where(o => ids.Contains(o.StoreId)),
            StoreScopeKind.Excluded => db.Orders.Where(o => !ids.Contains(o.StoreId)),
            _ => db.Orders,
        };
    }

    /// <summary>The members somebody may mean by a number, phone, e-mail or card.</summary>
    internal static async Task<long[]> MembersAsync(LoyaltyDbContext db, string who, CancellationToken cancel)
    {
        var (phone, email) = (Inputs.NormalisePhone(who), who.ToLowerInvariant());
        var found = await db.Members.Where(m => m.Number == who || m.Email == email || (phone != null && m.Phone == phone)).Select(m => m.MergedIntoId ?? m.Id).ToListAsync(cancel);
        found.AddRange(await db.LoyaltyCards.Where(card => card.Number == who).Select(card => card.MemberId).ToListAsync(cancel));

        return [.. found.Distinct()];
    }

    /// <summary>The one order of the query with everything known of it.</summary>
    internal static async Task<OrderDetail> DetailAsync(LoyaltyDbContext db, IQueryable<Order> one, CancellationToken cancel)
    {
        var row = await one.Select(Row(db)).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The order");
        var order = await db.Orders.AsNoTracking().SingleAsync(o => o.Id == row.Id, cancel);
        var lines = await db.OrderLines.Where(line => line.OrderId == row.Id).OrderBy(line => line.Position)
            .Select(line => new OrderLineRow(line.Position, line.Kind, line.ProductId, db.Products.Where(p => p.Id == line.ProductId).Select(p => p.Code).FirstOrDefault(), line.Description, line.Quantity, line.UnitPrice, line.Discount, line.Total))
            .ToListAsync(cancel);
        var refunds = await db.OrderRefunds.Where(refund => refund.OrderId == row.Id).OrderBy(refund => refund.RefundedAt).ThenBy(refund => refund.Id)
            .Select(refund => new OrderRefundRow(refund.Id, refund.Number, refund.Amount, refund.GoodsAmount, refund.Reason, refund.RefundedAt, refund.RecordedAt)).ToListAsync(cancel);

        return new OrderDetail(row, order.Payments, order.SourceChangedAt, order.RecordedAt, order.ImportId, lines, refunds);
    }
}
