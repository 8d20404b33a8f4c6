using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Orders;

/// <summary>
/// Ten thousand random operations on orders in batches: new ones as they happen, changed, late, backdated, cancelled and reopened ones, orders that
/// change their member, refunds before and after, merged members. The summaries must equal a count made independently, and a recount must find
/// nothing. <c>LOYALTY_ORDER_OPERATIONS</c> asks for more.
/// </summary>
public abstract class PurchaseModelTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private const int Operations = 10_000;

    private readonly Random random = new(20260101);
    private readonly Dictionary<string, OrderDelivery> delivered = new(StringComparer.Ordinal);
    private Store[] stores = [];
    private Actor shop = null!;
    private Actor admin = null!;
    private DateTimeOffset moment = TestClock.Start.AddDays(-400);
    private int minutes;
    private int effects;
    private int merges;

    public sealed class OnSqlite() : PurchaseModelTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PurchaseModelTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task After_random_operations_every_summary_equals_a_count_of_the_orders()
    {
        stores = [await A.Store().SaveToAsync(Db), await A.Store().InZone("Asia/Tokyo").SaveToAsync(Db)];
        shop = await A.ApiClient().With(ApiScope.OrdersWrite).SaveToAsync(Db);
        admin = await A.StaffUser().With(Permission.MembersRead, Permission.MembersErase).SaveToAsync(Db);
        var count = int.TryParse(Environment.GetEnvironmentVariable("LOYALTY_ORDER_OPERATIONS"), CultureInfo.InvariantCulture, out var asked) ? asked : Operations;
        minutes = 2 * 400 * 1440 / count;

        for (var done = 0; done < count;)
        {
            var batch = Enumerable.Range(0, random.Next(1, 400)).Select(_ => NextOrder()).ToList();
            effects += (await Db.Get<OrderIngest>().PutManyAsync(shop, batch)).Count(outcome => outcome.Effect is OrderEffect.Created or OrderEffect.Updated);
            done += batch.Count;
            for (var i = 0; i < 12; i++, done++)
            {
                await RefundAsync();
            }

            await MergeAsync();
        }

        effects.ShouldBeGreaterThan(count / 3);
        merges.ShouldBeGreaterThan(3);
        var expected = await IndependentCount.ExpectedAsync(Db);
        expected.Count.ShouldBeGreaterThan(300);
        (await IndependentCount.StoredAsync(Db)).ShouldBe(expected);
        (await Db.Get<PurchaseRecount>().RunAsync()).Differences.ShouldBeEmpty();
        var (inTurn, others, wrong) = await IndependentCount.AddingUpAsync(Db);
        inTurn.ShouldBeGreaterThan(count / 40, "purchases that can be added to what is counted");
        others.ShouldBeGreaterThan(count / 40, "purchases that cannot");
        wrong.ShouldBeGreaterThan(3, "members whose summary would be wrong if those were added all the same");
    }

    private OrderDelivery NextOrder()
    {
        var known = delivered.Count > 20 && random.Next(3) > 0 ? delivered.ElementAt(random.Next(delivered.Count)).Value : null;
        var isLate = random.Next(3) == 0;
        // Another purchase on a day that is counted already: added up without looking it would be one day too many.
        var beside = isLate && delivered.Count > 0 && random.Next(2) == 0 ? delivered.ElementAt(random.Next(delivered.Count)).Value : null;
        var at = known?.ChangedAt ?? beside?.PlacedAt ?? (isLate ? TestClock.Start.AddDays(-random.Next(400)).AddMinutes(-random.Next(1440)) : moment);
        moment = moment.AddMinutes(moment < TestClock.Start.AddDays(-1) ? random.Next(minutes) : 0);
        var order = random.Next(4) == 0 && known is not null ? known : New(known?.Number ?? $"O{delivered.Count}", isLate && beside is null ? at.AddDays(-random.Next(60)) : at, beside?.Member);
        // Later, at the same instant, or late: told after a change that came after it.
        order = order with { ChangedAt = known is null ? at : at.AddMinutes(random.Next(-3, 4)) };
        delivered[order.Number] = order.ChangedAt >= at ? order : delivered[order.Number];

        return order;
    }

    private OrderDelivery New(string number, DateTimeOffset at, MemberReference? member)
    {
        var goods = random.Next(6) == 0 ? 0 : random.Next(1, 20_000) / 100m;
        var card = random.Next(8) == 0 ? 25m : 0;

        return Purchases.Of(stores[random.Next(2)], goods + card, number) with
        {
            Member = member ?? (random.Next(10) == 0 ? null : new MemberReference($"N{random.Next(120)}", CreateUnknown: true)),
            Channel = random.Next(2) == 0 ? Channel.Pos : Channel.Online,
            Currency = random.Next(12) == 0 ? "EUR" : "USD",
            PlacedAt = at,
            Status = (DeliveredStatus)(random.Next(8) switch { 0 => 0, 1 => 2, _ => 1 }),
            Lines = card == 0 ? [] : [new DeliveredLine { ProductCode = $"P{random.Next(30)}", UnitPrice = goods }, new DeliveredLine { Kind = OrderLineKind.GiftCard, Description = "Gift card", UnitPrice = card }],
        };
    }

    private async Task MergeAsync()
    {
        var active = await Db.ReadAsync(db => db.Members.Where(member => member.Status == MemberStatus.Active).OrderBy(member => member.Id).Select(member => member.Id).ToListAsync());
        if (active.Count > 60)
        {
            var from = active[random.Next(active.Count)];
            var into = active[random.Next(active.Count)];
            if (from != into)
            {
                await Db.Get<MemberMerges>().MergeAsync(admin, into, from, "One person");
                merges++;
            }
        }
    }

    private async Task RefundAsync()
    {
        // Some refunds name orders that are yet to come.
        var order = delivered.GetValueOrDefault($"O{random.Next(delivered.Count + 15)}");
        try
        {
            await Db.Get<OrderRefunds>().RefundAsync(shop, "pos", order?.Number ?? $"O{delivered.Count + random.Next(15)}",
                Purchases.Refund(Math.Max(0.01m, random.Next(3) == 0 && order is not null ? order.Total : random.Next(1, 3_000) / 100m), $"R{random.Next(40)}") with { Currency = order?.Currency ?? "USD" });
        }
        catch (RuleViolationException refused) when (refused.Code is "exceeds_order_total" or "refund_changed" or "currency_mismatch")
        {
            // As it should be: the order does not cover it.
        }
    }
}
