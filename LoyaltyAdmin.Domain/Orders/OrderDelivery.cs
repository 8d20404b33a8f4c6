using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>What a source can say of its order; refunds come apart and decide the rest.</summary>
public enum DeliveredStatus
{
    Pending,
    Paid,
    Cancelled,
}

/// <summary>Whom an order names: by one or more of these, which must mean one member. <paramref name="CreateUnknown"/>: a member nobody knows is made.</summary>
public sealed record MemberReference(string? Number = null, string? Phone = null, string? Email = null, string? CardNumber = null, bool CreateUnknown = false);

/// <summary>One line as delivered. The product's code is created when it is new.</summary>
public sealed record DeliveredLine
{
    public OrderLineKind Kind { get; init; }
    public string? ProductCode { get; init; }
    public string? CategoryCode { get; init; }

    /// <summary>Null: the product's name or code.</summary>
    public string? Description { get; init; }

    public decimal Quantity { get; init; } = 1;
    public decimal UnitPrice { get; init; }
    public decimal Discount { get; init; }
}

/// <summary>One order as its source knows it now, complete: every delivery replaces what an earlier one said. Amounts in major units.</summary>
public sealed record OrderDelivery
{
    public required string Source { get; init; }
    public required string Number { get; init; }
    public OrderKind Kind { get; init; }

    /// <summary>Null: bought by somebody unknown.</summary>
    public MemberReference? Member { get; init; }

    public required string StoreCode { get; init; }

    /// <summary>Null: what <see cref="SalesChannel"/> counts as.</summary>
    public required Channel? Channel { get; init; }

    /// <summary>The code of a sales channel (System Configuration).</summary>
    public string? SalesChannel { get; init; }

    public required string Currency { get; init; }
    public required DateTimeOffset PlacedAt { get; init; }

    /// <summary>Null for a paid order: when it was placed.</summary>
    public DateTimeOffset? PaidAt { get; init; }

    public DeliveredStatus Status { get; init; } = DeliveredStatus.Paid;

    /// <summary>What the customer paid for everything: the lines' totals less <see cref="Discount"/>.</summary>
    public required decimal Total { get; init; }

    /// <summary>A discount on the order as a whole, not in the lines; taken off the goods.</summary>
    public decimal Discount { get; init; }

    /// <summary>Without lines the whole total is goods.</summary>
    public ImmutableArray<DeliveredLine> Lines { get; init; } = [];

    public ImmutableArray<OrderPayment> Payments { get; init; } = [];

    /// <summary>When the source last changed it: the latest wins, in whatever order deliveries arrive.</summary>
    public required DateTimeOffset ChangedAt { get; init; }
}

/// <summary>What a delivery did.</summary>
public enum OrderEffect
{
    Created,
    Updated,

    /// <summary>It said what was known already.</summary>
    Unchanged,

    /// <summary>A later change was known already.</summary>
    Older,

    Refused,
}

/// <summary>The outcome of one delivery of a batch.</summary>
public sealed record OrderOutcome(string Source, string Number, OrderEffect Effect, long? OrderId, ImmutableArray<FieldError> Errors)
{
    /// <summary>Why it was refused: <c>invalid_input</c>, <c>unknown_store</c>, <c>unknown_member</c>, <c>order_of_other_store</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Something to look into that did not stop the order: its refunds exceed its total.</summary>
    public string? Warning { get; init; }
}

/// <summary>Money given back, as delivered.</summary>
public sealed record RefundDelivery
{
    /// <summary>The refund's own number, unique within its order.</summary>
    public required string Number { get; init; }

    public required decimal Amount { get; init; }

    /// <summary>The part that concerns goods; null: all of it.</summary>
    public decimal? GoodsAmount { get; init; }

    /// <summary>The order's currency.</summary>
    public required string Currency { get; init; }

    public string? Reason { get; init; }
    public required DateTimeOffset RefundedAt { get; init; }
}

/// <summary>What a refund did.</summary>
/// <param name="Effect">Created or Unchanged (sent before).</param>
/// <param name="IsWaiting">Its order is not known yet; it counts when the order comes.</param>
/// <param name="Refunded">All refunds of the order together.</param>
/// <param name="Status">The order's status now; null while the refund waits.</param>
public sealed record RefundOutcome(OrderEffect Effect, bool IsWaiting, decimal Refunded, OrderStatus? Status);
