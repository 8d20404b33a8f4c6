using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Takes refunds of orders, also before their order: they wait and count when it comes.</summary>
public sealed class OrderRefunds(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, PurchaseSummaries summaries, TierCalculation tiers, TimeProvider clock)
{
    internal const string OverRefunded = "The refunds of this order are larger than its total.";

    /// <summary>Takes one refund. The same number with the same content is one refund, however often it is sent.</summary>
    /// <exception cref="RuleViolationException">More than the order's total, another currency, or the number with other content.</exception>
    [Requires(ApiScope.OrdersWrite)]
    public async Task<RefundOutcome> RefundAsync(Actor actor, string source, string orderNumber, RefundDelivery refund, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.OrdersWrite, cancel);
        (source, orderNumber) = (source.Trim().ToLowerInvariant(), orderNumber.Trim());
        refund = refund with { Number = refund.Number.Trim(), Currency = refund.Currency.Trim().ToUpperInvariant(), Reason = Inputs.Clean(refund.Reason) };
        OrderChecks.Names(new FieldErrors(), source, orderNumber).ThrowIfAny();
        OrderChecks.Check(refund, clock.GetUtcNow()).ThrowIfAny();

        return await database.WriteAsync(actor, db => RefundAsync(db, grant, source, orderNumber, refund, cancel), cancel);
    }

    internal static AuditEntry OverRefundedEntry(Actor actor, DateTimeOffset at, Order order) => new(actor, at, "Order.OverRefunded")
    {
        EntityType = nameof(Order),
        Subject = $"{order.Source} {order.Number}",
        Reason = OverRefunded,
        StoreId = order.StoreId,
    };

    private async Task<RefundOutcome> RefundAsync(LoyaltyDbContext db, Grant grant, string source, string orderNumber, RefundDelivery refund, CancellationToken cancel)
    {
        await database.Provider.LockNamesAsync(db, [OrderChecks.LockOf(source, orderNumber)], cancel);
        var order = await db.Orders.FirstOrDefaultAsync(o => o.Source == source && o.Number == orderNumber, cancel);
        // A key bound to stores learns of no other store's orders, and what it may not see later it cannot announce.
        if (order is null ? grant.Stores.Kind != StoreScopeKind.All : !grant.Sees(order.StoreId))
        {
            throw new NotFoundException("The order");
        }

        var refunds = await db.OrderRefunds.Where(r => r.Source == source && r.OrderNumber == orderNumber).ToListAsync(cancel);
        var hash = OrderChecks.Hash(refund);
        var effect = OrderEffect.Unchanged;
        if (refunds.Find(r => r.Number == refund.Number) is { } same)
        {
            if (!same.ContentHash.AsSpan().SequenceEqual(hash))
            {
                throw new RuleViolationException("refund_changed", "A refund with this number and other content is known already. Refunds are not changed: send another one.") { Field = nameof(refund.Number) };
            }
        }
        else
        {
            var known = refunds.Sum(r => r.Amount);
            Demand(order, known, refund);
            var added = Row(source, orderNumber, refund, order?.Id, hash);
            db.OrderRefunds.Add(added);
            refunds.Add(added);
            effect = OrderEffect.Created;
            await SettleAsync(db, order, refunds, cancel);
        }

        return new RefundOutcome(effect, order is null, refunds.Sum(r => r.Amount), order?.Status);
    }

    private static void Demand(Order? order, decimal known, RefundDelivery refund)
    {
        if (order is not null && order.Currency != refund.Currency)
        {
            throw new RuleViolationException("currency_mismatch", $"The order is in {order.Currency}.") { Field = nameof(refund.Currency) };
        }

        if (order is not null && known + refund.Amount > order.Total)
        {
            throw new RuleViolationException("exceeds_order_total", $"The refunds would be larger than the order's total; {Currency.Of(order.Currency).Format(Math.Max(0, order.Total - known), System.Globalization.CultureInfo.InvariantCulture)} can still be refunded.") { Field = nameof(refund.Amount) };
        }
    }

    private OrderRefund Row(string source, string orderNumber, RefundDelivery refund, long? orderId, byte[] hash) => new()
    {
        Source = source,
        OrderNumber = orderNumber,
        Number = refund.Number,
        OrderId = orderId,
        Amount = refund.Amount,
        GoodsAmount = refund.GoodsAmount ?? refund.Amount,
        Reason = refund.Reason,
        RefundedAt = refund.RefundedAt,
        RecordedAt = clock.GetUtcNow(),
        ContentHash = hash,
    };

    private async Task SettleAsync(LoyaltyDbContext db, Order? order, List<OrderRefund> refunds, CancellationToken cancel)
    {
        if (order is null)
        {
            return;
        }

        var lines = await db.OrderLines.AsNoTracking().Where(line => line.OrderId == order.Id).Select(line => new { line.Kind, line.Total }).ToListAsync(cancel);
        var goods = OrderWorth.Goods(order.Total, order.Discount, lines.ConvertAll(line => (line.Kind, line.Total)));
        OrderWorth.Settle(order, OrderWorth.Delivered(order.Status), goods, refunds.Sum(r => r.Amount), refunds.Sum(r => r.GoodsAmount), (await calendar.TodayAsync(db, cancel)).Currency);
        order.RecordedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(cancel);
        if (order.MemberId is { } member)
        {
            await summaries.RewriteAsync(db, [member], cancel);
            await tiers.RecalculateAsync(db, [member], TierChangeReason.Recalculation, cancel);
        }
    }
}
