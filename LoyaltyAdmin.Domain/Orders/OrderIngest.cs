using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>
/// Takes orders as tills, shops and imports tell them. Whatever arrives twice, late or out of order ends as one truth, with every member's purchase
/// summary written in the same transaction.
/// </summary>
public sealed class OrderIngest(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, PurchaseSummaries summaries, CardIssuing cards, TierCalculation tiers, Receipts receipts, TimeProvider clock)
{
    /// <summary>The most orders of one batch.</summary>
    public const int MostOrders = 1_000;

    private const int Attempts = 5;

    /// <summary>Takes one order.</summary>
    /// <exception cref="InvalidInputException">One message per field at fault; nothing was written.</exception>
    /// <exception cref="RuleViolationException">Its store or member is not known.</exception>
    [Requires(ApiScope.OrdersWrite)]
    public async Task<OrderOutcome> PutAsync(Actor actor, OrderDelivery order, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.OrdersWrite, cancel);

        return await WriteAsync(grant, async db => Taken((await ApplyAsync(db, new BatchSetting(grant), [order], cancel))[0]), cancel);
    }

    /// <summary>As <see cref="PutAsync"/>, once per key: the same request again answers the order as it was known after the first.</summary>
    [Requires(ApiScope.OrdersWrite)]
    public async Task<OrderDetail> PutOnceAsync(Actor actor, OrderDelivery order, Operation operation, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.OrdersWrite, cancel);

        return await WriteAsync(grant, db => receipts.OnceAsync(db, operation, async () =>
        {
            var outcome = Taken((await ApplyAsync(db, new BatchSetting(grant), [order], cancel))[0]);
            await db.SaveChangesAsync(cancel);

            return await OrderDirectory.DetailAsync(db, OrderDirectory.Visible(db, grant).Where(known => known.Id == outcome.OrderId), cancel);
        }, cancel), cancel);
    }

    /// <summary>Takes up to <see cref="MostOrders"/> orders; each has its own outcome, those refused stand in nobody's way.</summary>
    [Requires(ApiScope.OrdersWrite)]
    public async Task<IReadOnlyList<OrderOutcome>> PutManyAsync(Actor actor, IReadOnlyList<OrderDelivery> orders, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.OrdersWrite, cancel);
        DemandBatch(orders);

        return await WriteAsync(grant, db => ApplyAsync(db, new BatchSetting(grant), orders, cancel), cancel);
    }

    /// <summary>As <see cref="PutManyAsync"/>, once per key: the same batch again answers the outcomes of the first.</summary>
    [Requires(ApiScope.OrdersWrite)]
    public async Task<IReadOnlyList<OrderOutcome>> PutManyOnceAsync(Actor actor, IReadOnlyList<OrderDelivery> orders, Operation operation, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.OrdersWrite, cancel);
        DemandBatch(orders);

        return await WriteAsync(grant, db => receipts.OnceAsync(db, operation, () => ApplyAsync(db, new BatchSetting(grant), orders, cancel), cancel), cancel);
    }

    /// <summary>Brings a batch in within the caller's transaction, summaries and tiers included.</summary>
    internal async Task<OrderOutcome[]> ApplyAsync(LoyaltyDbContext db, BatchSetting setting, IReadOnlyList<OrderDelivery> orders, CancellationToken cancel)
    {
        var batch = new OrderBatch(db, database, await calendar.TodayAsync(db, cancel), setting, clock);
        var outcomes = await batch.ApplyAsync(orders, cancel);
        await cards.OnRegistrationAsync(db, batch.MadeMembers, cancel);
        await summaries.ApplyAsync(db, batch.Purchases, cancel);
        await tiers.RecalculateAsync(db, batch.Members, TierChangeReason.Purchase, cancel);

        return outcomes;
    }

    private static void DemandBatch(IReadOnlyList<OrderDelivery> orders) =>
        new FieldErrors().Require(orders.Count is > 0 and <= MostOrders, "orders", string.Create(CultureInfo.InvariantCulture, $"Send 1 to {MostOrders:N0} orders.")).ThrowIfAny();

    private static OrderOutcome Taken(OrderOutcome outcome) => outcome switch
    {
        { Effect: not OrderEffect.Refused } => outcome,
        { Code: "invalid_input" or null } => throw new InvalidInputException(outcome.Errors),
        _ => throw new RuleViolationException(outcome.Code, outcome.Errors[0].Message) { Field = outcome.Errors[0].Field },
    };

    private async Task<T> WriteAsync<T>(Grant grant, Func<LoyaltyDbContext, Task<T>> work, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.WriteAsync(grant.Actor, work, cancel);
            }
            catch (Exception exception) when (attempt < Attempts && database.Provider.IsUniqueViolation(exception))
            {
                // Another writer made the same product or member meanwhile: now it is known.
            }
        }
    }
}
