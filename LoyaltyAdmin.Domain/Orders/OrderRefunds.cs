using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Takes refunds of orders, also before their order: they wait and count when it comes.</summary>
public sealed class OrderRefunds(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, PurchaseSummaries summaries, TierCalculation tiers, Receipts receipts, TimeProvider clock)
{
    internal const string OverRefunded = "The refunds of this order are larger than its total.";
    internal const string OtherCurrency = "A refund of this order is in another currency and does not count. Send it again in the order's currency under another number.";

    /// <summary>Takes one refund. The same number with the same content is one refund, however often it is sent.</summary>
    /// <param name="actor">Who tells.</param>
    /// <param name="source">The order's source.</param>
    /// <param name="orderNumber">The order's number there.</param>
    /// <param name="refund">What was given back.</param>
    /// <param name="operation">The request: sent again it gets the same answer, whatever happened since.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="RuleViolationException">More than the order's total, another currency, or the number with other content.</exception>
    [Requires(ApiScope.OrdersWrite)]
    public async Task<RefundOutcome> RefundAsync(Actor actor, string source, string orderNumber, RefundDelivery refund, Operation? operation = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.OrdersWrite, cancel);
        (source, orderNumber) = (source.Trim().ToLowerInvariant(), orderNumber.Trim());
        refund = refund with
        {
            Number = refund.Number.Trim(),
            Currency = refund.Currency.Trim().ToUpperInvariant(),
            Reason = Inputs.Clean(refund.Reason),
            // As exact as every database keeps it: the fingerprint is made again from what was kept.
            RefundedAt = refund.RefundedAt.AddTicks(-(refund.RefundedAt.Ticks % TimeSpan.TicksPerMicrosecond)),
        };
        OrderChecks.Names(new FieldErrors(), source, orderNumber).ThrowIfAny();
        OrderChecks.Check(refund, clock.GetUtcNow()).ThrowIfAny();

        return await database.WriteAsync(actor, db => operation is null
            ? RefundAsync(db, grant, source, orderNumber, refund, cancel)
            : receipts.OnceAsync(db, operation, () => RefundAsync(db, grant, source, orderNumber, refund, cancel), cancel), cancel);
    }

    internal static AuditEntry Entry(Actor actor, DateTimeOffset at, Order order, string action, string reason) => new(actor, at, action)
    {
        EntityType = nameof(Order),
        Subject = $"{order.Source} {order.Number}",
        Reason = reason,
        StoreId = order.StoreId,
    };

    /// <summary>
    /// Whether a refund is in this currency. It came before its order, so nothing could be held against the currency it named; its fingerprint says
    /// what that was.
    /// </summary>
    internal static bool IsIn(OrderRefund refund, string currency) => refund.ContentHash.AsSpan().SequenceEqual(OrderChecks.Hash(new RefundDelivery
    {
        Number = refund.Number,
        Amount = refund.Amount,
        GoodsAmount = refund.GoodsAmount,
        Currency = currency,
        Reason = refund.Reason,
        RefundedAt = refund.RefundedAt,
    }));

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
            if (order is not null)
            {
                refunds.RemoveAll(r => !IsIn(r, order.Currency));
            }

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
        OrderWorth.Settle(order, OrderWorth.Delivered(order.Status), goods, refunds.Sum(r => r.Amount), refunds.Sum(r => r.GoodsAmount), await calendar.TodayAsync(db, cancel));
        order.RecordedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(cancel);
        if (order.MemberId is { } member)
        {
            await summaries.RewriteAsync(db, [new PurchaseTouch(member, order.BusinessDay, mayBeEmptied: true)], cancel);
            await tiers.RecalculateAsync(db, [member], TierChangeReason.Recalculation, cancel);
        }
    }
}
