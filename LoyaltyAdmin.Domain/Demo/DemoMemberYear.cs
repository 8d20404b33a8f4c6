using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>
/// A year of members: who registered, what they agreed to, what they bought week by week, and the tiers, tags and segments that follow from it.
/// Chance is seeded, so the same day tells the same year.
/// </summary>
internal sealed class DemoMemberYear(IServiceProvider services, SimulatedClock clock, DateTimeOffset until)
{
    private const int Weeks = 60;

    /// <summary>The last weeks whose segments are counted, so that they have a history to show.</summary>
    private const int WeeksOfSnapshots = 8;

    /// <summary>The last weeks, in which orders earn points.</summary>
    private const int WeeksOfPoints = 4;

    private const string PlanCode = "AURORA";

    private readonly Random random = new(20_26);
    private readonly LoyaltyDatabase database = services.GetRequiredService<LoyaltyDatabase>();
    private readonly OrderIngest ingest = services.GetRequiredService<OrderIngest>();
    private readonly OrderRefunds refunds = services.GetRequiredService<OrderRefunds>();
    private readonly MemberProfiles profiles = services.GetRequiredService<MemberProfiles>();
    private readonly Consents consents = services.GetRequiredService<Consents>();
    private readonly TierCalculation tiers = services.GetRequiredService<TierCalculation>();
    private readonly MessageSender messages = services.GetRequiredService<MessageSender>();
    private readonly DemoAudiences audiences = new(services, PlanCode);
    private readonly DemoPoints points = new(services);
    private List<Store> stores = [];
    private int serial;

    public int Orders { get; private set; }

    public async Task TellAsync(CancellationToken cancel)
    {
        await using (var db = await database.ReadAsync(cancel))
        {
            stores = await db.Stores.Where(store => store.IsOpen).OrderBy(store => store.Id).ToListAsync(cancel);
        }

        var coupons = new DemoCoupons(services, stores);
        clock.Now = until.AddDays(-7 * Weeks);
        await CreatePlanAsync(cancel);
        await DemoMessages.CreateAsync(database, cancel);
        var shoppers = Enumerable.Range(0, DemoMembers.Count).Select(number => DemoShopper.Of(number, random, stores.Count)).ToList();
        var firstDay = DateOnly.FromDateTime(until.UtcDateTime).AddDays(-7 * Weeks);
        for (var week = 0; week < Weeks; week++)
        {
            var monday = firstDay.AddDays(7 * week);
            clock.Now = Min(new DateTimeOffset(monday.AddDays(7), new TimeOnly(5, 0), TimeSpan.Zero), until);
            await RegisterAsync(shoppers.Where(shopper => shopper.RegisteredInWeek == week), cancel);
            await BuyAsync(shoppers, monday, cancel);
            if (week % 4 == 3 || week == Weeks - 1)
            {
                await tiers.RunAsync(cancel);
            }

            // In the week they are due, so that the Outbox tells the same year.
            await messages.RunOnceAsync(cancel);
            if (week == Weeks - WeeksOfPoints - 1)
            {
                await points.SwitchOnAsync(cancel);
            }
            else if (week >= Weeks - WeeksOfPoints)
            {
                await points.WeekAsync(week, stores[0], cancel);
            }

            if (week >= Weeks - WeeksOfSnapshots)
            {
                await audiences.WatchAsync(cancel);
                await coupons.WeekAsync(week, cancel);
            }
        }
    }

    private async Task CreatePlanAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        if (await db.CardPlans.AnyAsync(plan => plan.Code == PlanCode, cancel))
        {
            return;
        }

        await services.GetRequiredService<CardPlanService>().SaveAsync(Actor.System, new CardPlanForm
        {
            Code = PlanCode,
            Name = "Aurora Rewards",
            Description = "The card of every Aurora guest. Tiers follow twelve months of spending.",
            IsIssuedOnRegistration = true,
            Tiers =
            [
                new() { Name = "Member", UpgradeAt = 0, EarningRate = 0.05m, Colour = "#64748b" },
                new() { Name = "Silver", UpgradeAt = 250, EarningRate = 0.08m, Colour = "#7c8a9a" },
                new() { Name = "Gold", UpgradeAt = 600, EarningRate = 0.1m, Colour = "#b7791f" },
                new() { Name = "Platinum", UpgradeAt = 1_200, EarningRate = 0.15m, Colour = "#4338ca" },
            ],
        }, cancel);
    }

    private async Task RegisterAsync(IEnumerable<DemoShopper> shoppers, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        foreach (var shopper in shoppers)
        {
            if (await db.Members.AnyAsync(member => member.Number == shopper.MemberNumber, cancel))
            {
                continue;
            }

            var key = await profiles.RegisterAsync(Actor.System, shopper.Form(stores[shopper.HomeStore].Id), stores[shopper.HomeStore].Code.StartsWith("WEB", StringComparison.Ordinal) ? RegistrationSource.Online : RegistrationSource.Pos, cancel);
            foreach (var statement in shopper.Consents)
            {
                await consents.RecordAsync(Actor.System, key.Id, statement, cancel);
            }
        }
    }

    private async Task BuyAsync(List<DemoShopper> shoppers, DateOnly monday, CancellationToken cancel)
    {
        var orders = new List<OrderDelivery>();
        for (var day = 0; day < 7; day++)
        {
            var date = monday.AddDays(day);
            orders.AddRange(shoppers.Where(shopper => shopper.BuysOn(date, until)).Select(shopper => Order(date, shopper)));
            orders.AddRange(Enumerable.Range(0, random.Next(2, 7)).Select(_ => Order(date, shopper: null)));
        }

        orders.RemoveAll(order => order.PlacedAt >= until);
        foreach (var batch in orders.Chunk(OrderIngest.MostOrders))
        {
            Orders += (await ingest.PutManyAsync(Actor.System, batch, cancel)).Count(outcome => outcome.Effect == OrderEffect.Created);
        }

        // About three in a hundred bring something back within days.
        foreach (var order in orders.Where(order => order.Total > 10 && order.PlacedAt.Minute is 7 or 41))
        {
            var amount = order.PlacedAt.Second % 2 == 0 ? order.Total : Math.Min(order.Total, order.Lines[0].UnitPrice);
            await refunds.RefundAsync(Actor.System, order.Source, order.Number, new RefundDelivery
            {
                Number = "R1",
                Amount = amount,
                Currency = order.Currency,
                Reason = order.PlacedAt.Second % 2 == 0 ? "Order returned unopened" : "One item was damaged",
                RefundedAt = order.PlacedAt.AddHours(20),
            }, cancel: cancel);
        }
    }

    private OrderDelivery Order(DateOnly day, DemoShopper? shopper)
    {
        var store = stores[shopper is not null && random.Next(10) < 7 ? shopper.HomeStore : random.Next(stores.Count)];
        var isOnline = store.Code.StartsWith("WEB", StringComparison.Ordinal);
        var at = new DateTimeOffset(day.ToDateTime(new TimeOnly(8 + random.Next(13), random.Next(60), random.Next(60))), store.Zone.GetUtcOffset(day.ToDateTime(new TimeOnly(12, 0)))).ToUniversalTime();
        var lines = DemoAssortment.Basket(random, isOnline);
        var total = lines.Sum(line => line.Quantity * line.UnitPrice - line.Discount);

        return new OrderDelivery
        {
            Source = isOnline ? "shop" : "pos",
            Number = string.Create(CultureInfo.InvariantCulture, $"{store.Code}-{day:yyMMdd}-{++serial:D5}"),
            Kind = isOnline ? OrderKind.Voucher : OrderKind.Bill,
            Member = shopper is null ? null : new MemberReference(Number: shopper.MemberNumber),
            StoreCode = store.Code,
            Channel = isOnline ? Channel.Online : Channel.Pos,
            SalesChannel = isOnline ? "web" : "till",
            Currency = "USD",
            PlacedAt = at,
            Total = total,
            Lines = [.. lines],
            Payments = [new OrderPayment(isOnline ? "Card" : random.Next(3) == 0 ? "Cash" : "Card", total, null)],
            ChangedAt = at,
        };
    }

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
