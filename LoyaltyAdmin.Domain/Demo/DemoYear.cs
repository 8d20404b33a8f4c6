using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>
/// A year of sales, with an import, adjustments and expiry in between; what becomes of each card is in <see cref="DemoFates"/>.
/// Chance is seeded, so the same day tells the same year.
/// </summary>
internal sealed class DemoYear(IServiceProvider services, SimulatedClock clock, DemoCast cast, DemoAgenda agenda, DemoFates fates, IReadOnlyDictionary<string, GiftCardPlan> plans, DateTimeOffset until)
{
    private const int Days = 372;

    private readonly MessageSender messages = services.GetRequiredService<MessageSender>();
    private readonly Random random = new(20_25);
    private readonly GiftCardSales sales = services.GetRequiredService<GiftCardSales>();
    private readonly GiftCardRefunds refunds = services.GetRequiredService<GiftCardRefunds>();
    private readonly GiftCardAdjustments adjustments = services.GetRequiredService<GiftCardAdjustments>();
    private readonly GiftCardExpiry expiry = services.GetRequiredService<GiftCardExpiry>();
    private readonly List<DemoCard> sold = [];
    private List<Store> stores = [];
    private int number;

    public int Cards => sold.Count;

    public int Movements => agenda.Movements;

    public async Task TellAsync(CancellationToken cancel)
    {
        await using (var db = await services.GetRequiredService<LoyaltyDatabase>().ReadAsync(cancel))
        {
            stores = await db.Stores.Where(store => store.IsOpen).OrderBy(store => store.Id).ToListAsync(cancel);
        }

        var firstDay = DateOnly.FromDateTime(until.UtcDateTime).AddDays(-Days);
        for (var day = 0; day <= Days; day++)
        {
            PlanDay(firstDay.AddDays(day), day);
        }

        await agenda.RunAsync(until, cancel);
        agenda.Moved(await expiry.RunAsync(cancel));
        await AskForApprovalsAsync(cancel);
    }

    private void PlanDay(DateOnly day, int index)
    {
        if (index % 4 == 0)
        {
            agenda.Plan(new DateTimeOffset(day, new TimeOnly(10, 0), TimeSpan.Zero), async cancel => agenda.Moved(await expiry.RunAsync(cancel)));
        }

        if (index % 5 == 0)
        {
            // Receipts, while they are news; every day would only make the first start longer.
            agenda.Plan(new DateTimeOffset(day, new TimeOnly(23, 30), TimeSpan.Zero), cancel => messages.RunOnceAsync(cancel));
        }

        if (index == 60)
        {
            agenda.Plan(new DateTimeOffset(day, new TimeOnly(16, 0), TimeSpan.Zero), ImportAsync);
        }

        if (index == 95)
        {
            agenda.Plan(new DateTimeOffset(day, new TimeOnly(11, 0), TimeSpan.Zero), cancel => services.GetRequiredService<GiftCardPlans>().DeactivateAsync(Actor.System, plans[DemoPlans.Launch].Id, cancel));
        }

        if (index % 45 == 30)
        {
            agenda.Plan(new DateTimeOffset(day, new TimeOnly(18, 30), TimeSpan.Zero), AdjustAsync);
        }

        // December sells three times as much, weekends half as much again.
        var expected = 0.95 * (day.Month == 12 ? 3 : 1) * (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1.5 : 1);
        for (var count = (int)(expected + random.NextDouble()); count > 0; count--)
        {
            PlanSale(day, index);
        }
    }

    private void PlanSale(DateOnly day, int index)
    {
        var pick = random.Next(100);
        var plan = plans[pick switch
        {
            < 38 => DemoPlans.Classic,
            < 55 => DemoPlans.Plastic,
            < 70 => DemoPlans.Moon,
            < 83 => DemoPlans.Birthday,
            < 92 => DemoPlans.Europe,
            _ => index < 90 ? DemoPlans.Launch : DemoPlans.Classic,
        }];
        var open = stores.Where(store => plan.Rules.Stores.Allows(store.Id)).ToList();
        var store = plan.Rules.SalesChannels.Includes(Channel.Pos) ? open[random.Next(open.Count)] : open[^1];
        var channel = !plan.Rules.SalesChannels.Includes(Channel.Pos) || (plan.Rules.SalesChannels.Includes(Channel.Online) && store.Code.StartsWith("WEB", StringComparison.Ordinal)) ? Channel.Online : Channel.Pos;
        var amount = plan.Rules.CustomAmount is not null && random.Next(8) == 0 ? random.Next(12, 60) * 5m : plan.Rules.Denominations[random.Next(plan.Rules.Denominations.Count)].FaceValue;
        var person = DemoPeople.Of(random.Next(600));
        var isKnown = plan.Rules.PurchaseInformation.BuyerEmail == FieldRequirement.Mandatory || random.Next(10) < 8;
        var (order, key, fate) = (random.Next(10_000, 99_999), ++number, random.Next(100));
        agenda.Plan(At(store, day), async cancel =>
        {
            var actor = channel == Channel.Pos && cast.Clerk != Actor.System && cast.ClerkStores.Kind == StoreScopeKind.Included && cast.ClerkStores.Allows(store.Id) ? cast.Clerk : cast.Pos;
            var card = await sales.SellAsync(actor, new GiftCardSale
            {
                PlanCode = plan.Code,
                Amount = amount,
                Currency = plan.Currency,
                StoreCode = store.Code,
                Channel = channel,
                OrderNumber = Text($"R-{order}"),
                BuyerName = isKnown ? person.Name : null,
                BuyerPhone = isKnown ? person.Phone : null,
                BuyerEmail = isKnown ? person.Email : null,
                CardNumber = plan.CardType == GiftCardType.Physical ? Text($"AUR{key:D9}") : null,
            }, Text($"demo-sale-{key}"), cancel);
            sold.Add(new DemoCard(card.CardId, card.CardNumber, card.SecurityCode, card.Currency, store, [.. open]) { Balance = card.Balance, ExpiresAt = card.ExpiresAt });
            agenda.Moved();
            fates.Plan(sold[^1], plan, key, fate, new Random(key));
        });
    }

    private async Task AdjustAsync(CancellationToken cancel)
    {
        if (sold.FindLast(card => !card.IsClosed && !card.IsFrozen && card.Balance >= 20 && card.Currency == "USD" && !card.IsExpiredAt(clock.Now)) is { } card)
        {
            var change = sold.Count % 2 == 0 ? 10m : -5m;
            await adjustments.AdjustAsync(cast.Finance, card.Id, change, change > 0 ? "Goodwill after a complaint" : "Till charged too little on the last visit", Text($"demo-adjust-{card.Id}"), cancel);
            card.Balance += change;
            agenda.Moved();
        }
    }

    private async Task ImportAsync(CancellationToken cancel)
    {
        var import = new DemoImport(services, clock, cast, plans[DemoPlans.Plastic], stores[Math.Min(1, stores.Count - 1)]);
        var open = stores.Where(store => plans[DemoPlans.Plastic].Rules.Stores.Allows(store.Id)).ToList();
        foreach (var card in await import.RunAsync(open, cancel))
        {
            sold.Add(card);
            agenda.Moved();
            var (key, chance) = (++number + 100_000, new Random(number));
            if (chance.Next(3) > 0)
            {
                agenda.Plan(clock.Now.AddDays(chance.Next(1, 200)), c => fates.SpendAsync(card, Text($"{key}-1"), chance.Next(20, 101), chance, c));
            }
        }
    }

    // Two requests wait for a second person, so that the Approvals page has something to decide.
    private async Task AskForApprovalsAsync(CancellationToken cancel)
    {
        var refundable = sold.FindLast(card => !card.IsClosed && !card.IsFrozen && card.Balance > 120 && card.Currency == "USD" && cast.ClerkStores.Allows(card.Home.Id));
        if (refundable is not null && cast.Clerk != Actor.System && await refunds.WorksheetAsync(cast.Clerk, refundable.Id, cancel) is { Refusal: null } worksheet)
        {
            await AskAsync(() => refunds.RefundAsync(cast.Clerk, refundable.Id, worksheet.Amount, "Customer moves abroad", "demo-refund-waiting", cancel));
        }

        if (cast.Finance != Actor.System && sold.Find(card => !card.IsClosed && !card.IsFrozen && card.Balance > 50 && card != refundable && card.Currency == "USD" && !card.IsExpiredAt(clock.Now)) is { } adjusted)
        {
            await AskAsync(() => adjustments.AdjustAsync(cast.Finance, adjusted.Id, 600, "Corporate order was loaded $600 short", "demo-adjust-waiting", cancel));
        }
    }

    private static async Task AskAsync(Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (RuleViolationException refusal) when (refusal.Code == "already_waiting")
        {
            // A start that was cut short had asked already.
        }
    }

    private DateTimeOffset At(Store store, DateOnly day) => store.Zone.StartOf(day).AddMinutes(random.Next(9 * 60, 20 * 60));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
