using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>The documents' two kinds of sales record: a till's bill or an online voucher.</summary>
public enum OrderKind
{
    Bill,
    Voucher,
}

public enum OrderStatus
{
    /// <summary>Placed and not paid: counts for nothing yet.</summary>
    Pending,
    Paid,
    PartlyRefunded,
    Refunded,
    Cancelled,
}

/// <summary>
/// One purchase as its source system tells it. (<see cref="Source"/>, <see cref="Number"/>) is unique and the latest
/// <see cref="SourceChangedAt"/> wins, so that the same order delivered twice, late or out of order ends as one truth.
/// Amounts are major units of <see cref="Currency"/>.
/// </summary>
public sealed class Order
{
    public long Id { get; private set; }

    /// <summary>The system the order comes from, e.g. <c>pos</c>, <c>shop</c>, <c>cdnow</c>.</summary>
    public required string Source { get; init; }

    public required string Number { get; init; }

    public required OrderKind Kind { get; set; }

    /// <summary>Null: bought by somebody unknown.</summary>
    public long? MemberId { get; set; }

    public required long StoreId { get; set; }

    public required Channel Channel { get; set; }

    /// <summary>The sales channel the source named; null: POS or ONLINE was all it said.</summary>
    public long? SalesChannelId { get; set; }

    public required string Currency { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset PlacedAt { get; set; }

    /// <summary>UTC; null while not paid.</summary>
    public DateTimeOffset? PaidAt { get; set; }

    /// <summary>The day of the purchase (paid, else placed) in the store's zone.</summary>
    public required DateOnly BusinessDay { get; set; }

    /// <summary>What the customer paid for everything, after discounts, before refunds.</summary>
    public required decimal Total { get; set; }

    public decimal Discount { get; set; }

    /// <summary>Sum of the refunds that name this order.</summary>
    public decimal Refunded { get; set; }

    /// <summary>
    /// What the order is worth for the member: paid goods less refunds, zero while pending or cancelled. Gift cards, top-ups and packages sold
    /// are not goods (domain rules 5).
    /// </summary>
    public decimal Revenue { get; set; }

    /// <summary><see cref="Revenue"/> where the currency is the group's, else zero: never summed across currencies.</summary>
    public decimal GroupRevenue { get; set; }

    /// <summary>A paid, not cancelled, not fully refunded order of goods, free ones included: it counts as an order.</summary>
    public bool IsPurchase { get; set; }

    public OrderStatus Status { get; set; }

    /// <summary>UTC: since when its points are to be worked out (again). Set by every change, taken away by the job that posts them.</summary>
    public DateTimeOffset? PointsDueAt { get; set; }

    public ImmutableArray<OrderPayment> Payments { get; set; } = [];

    /// <summary>UTC: when the source last changed it; an older delivery changes nothing.</summary>
    public required DateTimeOffset SourceChangedAt { get; set; }

    /// <summary>SHA-256 of the delivered content: an equal delivery changes nothing, and decides between two of one instant.</summary>
    public required byte[] ContentHash { get; set; }

    /// <summary>UTC: when it was last written here.</summary>
    public required DateTimeOffset RecordedAt { get; set; }

    public long? ImportId { get; set; }
}

/// <summary>How part of an order was paid; <paramref name="Reference"/> is a processor's token, never a card number.</summary>
public sealed record OrderPayment(string Method, decimal Amount, string? Reference);

/// <summary>What a line sells; only goods make a purchase.</summary>
public enum OrderLineKind
{
    Goods,
    GiftCard,
    TopUp,
    Package,
    Service,
}

public sealed class OrderLine
{
    public long Id { get; private set; }
    public required long OrderId { get; init; }

    /// <summary>From 1, as delivered.</summary>
    public required int Position { get; init; }

    public required OrderLineKind Kind { get; init; }
    public long? ProductId { get; init; }

    /// <summary>The product's name when it was sold.</summary>
    public required string Description { get; init; }

    public required decimal Quantity { get; init; }
    public required decimal UnitPrice { get; init; }
    public required decimal Discount { get; init; }

    /// <summary>Quantity × unit price − discount, rounded to the currency.</summary>
    public required decimal Total { get; init; }
}

/// <summary>
/// Money given back for an order. It may arrive before its order and waits for it (<see cref="OrderId"/> null).
/// </summary>
public sealed class OrderRefund
{
    public long Id { get; private set; }
    public required string Source { get; init; }
    public required string OrderNumber { get; init; }

    /// <summary>The refund's own number in its source; unique per order.</summary>
    public required string Number { get; init; }

    public long? OrderId { get; set; }
    public required decimal Amount { get; init; }

    /// <summary>The part of the amount that concerns goods.</summary>
    public required decimal GoodsAmount { get; init; }

    public string? Reason { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset RefundedAt { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>SHA-256 of the delivered content: the same number with other content is refused.</summary>
    public required byte[] ContentHash { get; init; }
}

internal sealed class OrderConfiguration : IEntityTypeConfiguration<Order>
{
    public void Configure(EntityTypeBuilder<Order> order)
    {
        order.Property(o => o.Source).HasMaxLength(40);
        order.Property(o => o.Number).HasMaxLength(64);
        order.Property(o => o.Currency).HasMaxLength(3);
        order.Property(o => o.Payments).AsJson().HasMaxLength(-1);
        order.Property(o => o.ContentHash).HasMaxLength(32);
        order.HasIndex(o => new { o.Source, o.Number }).IsUnique();
        order.HasIndex(o => new { o.MemberId, o.BusinessDay });
        order.HasIndex(o => new { o.BusinessDay, o.Id });
        order.HasIndex(o => new { o.StoreId, o.Id });
        order.HasIndex(o => o.Number);
        order.HasIndex(o => o.ImportId);
        order.HasIndex(o => o.PointsDueAt).HasFilter("\"PointsDueAt\" IS NOT NULL");
        order.HasOne<Member>().WithMany().HasForeignKey(o => o.MemberId).OnDelete(DeleteBehavior.Restrict);
        order.HasIndex(o => new { o.SalesChannelId, o.Id }).HasFilter("\"SalesChannelId\" IS NOT NULL");
        order.HasOne<Store>().WithMany().HasForeignKey(o => o.StoreId).OnDelete(DeleteBehavior.Restrict);
        order.HasOne<SalesChannel>().WithMany().HasForeignKey(o => o.SalesChannelId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class OrderLineConfiguration : IEntityTypeConfiguration<OrderLine>
{
    public void Configure(EntityTypeBuilder<OrderLine> line)
    {
        line.Property(l => l.Description).HasMaxLength(200);
        line.HasIndex(l => new { l.OrderId, l.Position }).IsUnique();
        line.HasIndex(l => l.ProductId);
        line.HasOne<Order>().WithMany().HasForeignKey(l => l.OrderId).OnDelete(DeleteBehavior.Restrict);
        line.HasOne<Product>().WithMany().HasForeignKey(l => l.ProductId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class OrderRefundConfiguration : IEntityTypeConfiguration<OrderRefund>
{
    public void Configure(EntityTypeBuilder<OrderRefund> refund)
    {
        refund.Property(r => r.Source).HasMaxLength(40);
        refund.Property(r => r.OrderNumber).HasMaxLength(64);
        refund.Property(r => r.Number).HasMaxLength(64);
        refund.Property(r => r.ContentHash).HasMaxLength(32);
        refund.HasIndex(r => new { r.Source, r.OrderNumber, r.Number }).IsUnique();
        refund.HasIndex(r => r.OrderId);
        refund.HasOne<Order>().WithMany().HasForeignKey(r => r.OrderId).OnDelete(DeleteBehavior.Restrict);
    }
}
