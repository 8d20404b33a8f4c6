using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>
/// Takes orders as tills, shops and imports tell them. Whatever arrives twice, late or out of order ends as one truth, with every member's purchase
/// summary written in the same transaction.
/// </summary>
public sealed class OrderIngest(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, PurchaseSummaries summaries, TierCalculation tiers, TimeProvider clock)
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
        var outcome = (await ApplyAsync(new BatchSetting(grant), [order], cancel))[0];

        return outcome switch
        {
            { Effect: not OrderEffect.Refused } => outcome,
            { Code: "invalid_input" or null } => throw new InvalidInputException(outcome.Errors),
            _ => throw new RuleViolationException(outcome.Code, outcome.Errors[0].Message) { Field = outcome.Errors[0].Field },
        };
    }

    /// <summary>Takes up to <see cref="MostOrders"/> orders; each has its own outcome, those refused stand in nobody's way.</summary>
    [Requires(ApiScope.OrdersWrite)]
    public async Task<IReadOnlyList<OrderOutcome>> PutManyAsync(Actor actor, IReadOnlyList<OrderDelivery> orders, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.OrdersWrite, cancel);
        new FieldErrors().Require(orders.Count is > 0 and <= MostOrders, "orders", string.Create(CultureInfo.InvariantCulture, $"Send 1 to {MostOrders:N0} orders.")).ThrowIfAny();

        return await ApplyAsync(new BatchSetting(grant), orders, cancel);
    }

    /// <summary>Brings a batch in within the caller's transaction, summaries and tiers included.</summary>
    internal async Task<OrderOutcome[]> ApplyAsync(LoyaltyDbContext db, BatchSetting setting, IReadOnlyList<OrderDelivery> orders, CancellationToken cancel)
    {
        var batch = new OrderBatch(db, database, await calendar.TodayAsync(db, cancel), setting, clock);
        var outcomes = await batch.ApplyAsync(orders, cancel);
        await summaries.RewriteAsync(db, batch.Members, cancel);
        await tiers.RecalculateAsync(db, batch.Members, TierChangeReason.Purchase, cancel);

        return outcomes;
    }

    private async Task<OrderOutcome[]> ApplyAsync(BatchSetting setting, IReadOnlyList<OrderDelivery> orders, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.WriteAsync(setting.Grant.Actor, db => ApplyAsync(db, setting, orders, cancel), cancel);
            }
            catch (Exception exception) when (attempt < Attempts && database.Provider.IsUniqueViolation(exception))
            {
                // Another writer made the same product or member meanwhile: now it is known.
            }
        }
    }
}
