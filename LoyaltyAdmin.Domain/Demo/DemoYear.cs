using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>
/// A year of sales and what becomes of each card: spent here and there, given back, recharged, frozen, refunded, expired.
/// Chance is seeded, so the same day tells the same year.
/// </summary>
internal sealed class DemoYear(IServiceProvider services, SimulatedClock clock, DemoCast cast, IReadOnlyDictionary<string, GiftCardPlan> plans, DateTimeOffset until)
{
    private const int Days = 372;
    private static readonly string[] freezeReasons = ["Customer reported the card lost", "Several wrong codes online", "Disputed payment"];
    private static readonly string[] refundReasons = ["Bought twice by mistake", "Customer returned the present", "Wrong amount bought"];

    private readonly Random random = new(20_25);
    private readonly PriorityQueue<Func<CancellationToken, Task>, (DateTimeOffset At, int Number)> ahead = new();
    private readonly GiftCardSales sales = services.GetRequiredService<GiftCardSales>();
    private readonly GiftCardPayments payments = services.GetRequiredService<GiftCardPayments>();
    private readonly GiftCardCare care = services.GetRequiredService<GiftCardCare>();
    private readonly GiftCardRefunds refunds = services.GetRequiredService<GiftCardRefunds>();
    private readonly GiftCardAdjustments adjustments = services.GetRequiredService<GiftCardAdjustments>();
    private readonly GiftCardExpiry expiry = services.GetRequiredService<GiftCardExpiry>();
    private readonly List<DemoCard> sold = [];
    private List<Store> stores = [];
    private int number;
    private int planned;

    public int Cards => sold.Count;

    public int Movements { get; private set; }

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

        while (ahead.TryDequeue(out var happens, out var when) && when.At < until)
        {
            clock.Now = when.At;
            await happens(cancel);
        }

        clock.Now = until;
        Movements += await expiry.RunAsync(cancel);
        await AskForApprovalsAsync(cancel);
    }

    private void PlanDay(DateOnly day, int index)
    {
        if (index % 4 == 0)
        {
            Plan(new DateTimeOffset(day, new TimeOnly(10, 0), TimeSpan.Zero), async cancel => Movements += await expiry.RunAsync(cancel));
        }

        if (index == 60)
        {
            Plan(new DateTimeOffset(day, new TimeOnly(16, 0), TimeSpan.Zero), ImportAsync);
        }

        if (index == 95)
        {
            Plan(new DateTimeOffset(day, new TimeOnly(11, 0), TimeSpan.Zero), cancel => services.GetRequiredService<GiftCardPlans>().DeactivateAsync(Actor.System, plans[DemoPlans.Launch].Id, cancel));
        }

        if (index % 45 == 30)
        {
            Plan(new DateTimeOffset(day, new TimeOnly(18, 30), TimeSpan.Zero), AdjustAsync);
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
        Plan(At(store, day), async cancel =>
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
            Movements++;
            PlanFate(sold[^1], plan, key, fate, new Random(key));
        });
    }

    private void PlanFate(DemoCard card, GiftCardPlan plan, int key, int fate, Random chance)
    {
        var at = clock.Now;
        if (plan.Rules.PosRecharge && fate % 9 == 0)
        {
            Plan(at.AddDays(chance.Next(15, 90)).AddHours(chance.Next(8)), cancel => RechargeAsync(card, key, chance, cancel));
        }

        switch (fate)
        {
            case < 58:
                for (var (visit, days) = (1, chance.Next(1, 40)); visit <= chance.Next(1, 6); visit++, days += chance.Next(1, 45))
                {
                    var (number, share) = (visit, chance.Next(20, 101));
                    Plan(at.AddDays(days).AddHours(chance.Next(-3, 4)), cancel => SpendAsync(card, Text($"{key}-{number}"), share, chance, cancel));
                }

                break;
            case < 78:
                Plan(at.AddDays(chance.Next(2, 100)), cancel => SpendAsync(card, Text($"{key}-1"), chance.Next(20, 70), chance, cancel));
                break;
            case < 83:
                Plan(at.AddDays(chance.Next(1, 20)), cancel => RefundAsync(card, key, chance, cancel));
                break;
            case < 88:
                Plan(at.AddDays(chance.Next(3, 60)), cancel => FreezeAsync(card, key, chance, cancel));
                break;
            default:
                break;
        }
    }

    private async Task SpendAsync(DemoCard card, string key, int percent, Random chance, CancellationToken cancel)
    {
        if (card.IsFrozen || card.IsClosed || card.Balance == 0 || IsExpired(card))
        {
            return;
        }

        var store = card.Open.Count == 1 || chance.Next(10) < 6 ? card.Home : card.Open[chance.Next(card.Open.Count)];
        var isOnline = store.Code.StartsWith("WEB", StringComparison.Ordinal) && card.Code is not null;
        var amount = Math.Min(card.Balance, Math.Max(1m, Math.Round(card.Balance * percent / 100m, 2) - (percent == 100 ? 0 : 0.01m * chance.Next(100))));
        var moved = await payments.RedeemAsync(cast.Pos, Movement(card, amount, store, isOnline ? Channel.Online : Channel.Pos, Text($"B-{chance.Next(10_000, 99_999)}")), $"demo-spend-{key}", cancel);
        (card.Balance, Movements) = (moved.Balance, Movements + 1);
        if (chance.Next(100) < 6)
        {
            var part = chance.Next(2) == 0 ? (decimal?)null : Math.Round(amount / 2, 2);
            Plan(clock.Now.AddDays(chance.Next(1, 4)), async c =>
            {
                if (!card.IsClosed && !IsExpired(card))
                {
                    (card.Balance, Movements) = ((await payments.ReverseAsync(cast.Pos, moved.TransactionId, part, $"demo-reverse-{key}", c)).Balance, Movements + 1);
                }
            });
        }
    }

    private async Task RechargeAsync(DemoCard card, int key, Random chance, CancellationToken cancel)
    {
        if (!card.IsFrozen && !card.IsClosed)
        {
            var moved = await payments.RechargeAsync(cast.Pos, Movement(card, chance.Next(1, 5) * 25m, card.Home, Channel.Pos, Text($"R-{chance.Next(10_000, 99_999)}")), Text($"demo-recharge-{key}"), cancel);
            (card.Balance, Movements) = (moved.Balance, Movements + 1);
        }
    }

    private async Task RefundAsync(DemoCard card, int key, Random chance, CancellationToken cancel)
    {
        var reason = refundReasons[chance.Next(refundReasons.Length)];
        if (card.IsClosed || card.IsFrozen)
        {
            return;
        }

        var worksheet = await refunds.WorksheetAsync(cast.Finance, card.Id, cancel);
        if (worksheet.Refusal is null)
        {
            await refunds.RefundAsync(cast.Finance, card.Id, worksheet.Amount, reason, Text($"demo-refund-{key}"), cancel);
            Movements++;
        }

        // Refused: used up, or refunded already by a start that was cut short; either way nothing more happens to it.
        (card.Balance, card.IsClosed) = (0, true);
    }

    private async Task FreezeAsync(DemoCard card, int key, Random chance, CancellationToken cancel)
    {
        if (card.IsClosed || card.IsFrozen || IsExpired(card))
        {
            return;
        }

        await care.FreezeAsync(cast.Finance, card.Id, freezeReasons[chance.Next(freezeReasons.Length)], Text($"demo-freeze-{key}"), cancel);
        (card.IsFrozen, Movements) = (true, Movements + 1);
        if (chance.Next(3) > 0)
        {
            Plan(clock.Now.AddDays(chance.Next(1, 12)), async c =>
            {
                await care.RestoreAsync(cast.Finance, card.Id, "Checked with the customer", Text($"demo-restore-{key}"), c);
                (card.IsFrozen, Movements) = (false, Movements + 1);
            });
            Plan(clock.Now.AddDays(chance.Next(13, 40)), c => SpendAsync(card, Text($"{key}-9"), chance.Next(30, 101), chance, c));
        }
    }

    private async Task AdjustAsync(CancellationToken cancel)
    {
        if (sold.FindLast(card => !card.IsClosed && !card.IsFrozen && card.Balance >= 20 && card.Currency == "USD" && !IsExpired(card)) is { } card)
        {
            var change = sold.Count % 2 == 0 ? 10m : -5m;
            await adjustments.AdjustAsync(cast.Finance, card.Id, change, change > 0 ? "Goodwill after a complaint" : "Till charged too little on the last visit", Text($"demo-adjust-{card.Id}"), cancel);
            (card.Balance, Movements) = (card.Balance + change, Movements + 1);
        }
    }

    private async Task ImportAsync(CancellationToken cancel)
    {
        var import = new DemoImport(services, clock, cast, plans[DemoPlans.Plastic], stores[Math.Min(1, stores.Count - 1)]);
        var open = stores.Where(store => plans[DemoPlans.Plastic].Rules.Stores.Allows(store.Id)).ToList();
        foreach (var card in await import.RunAsync(open, cancel))
        {
            sold.Add(card);
            Movements++;
            var (key, chance) = (++number + 100_000, new Random(number));
            if (chance.Next(3) > 0)
            {
                Plan(clock.Now.AddDays(chance.Next(1, 200)), c => SpendAsync(card, Text($"{key}-1"), chance.Next(20, 101), chance, c));
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

        if (cast.Finance != Actor.System && sold.Find(card => !card.IsClosed && !card.IsFrozen && card.Balance > 50 && card != refundable && card.Currency == "USD" && !IsExpired(card)) is { } adjusted)
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

    private bool IsExpired(DemoCard card) => card.ExpiresAt <= clock.Now;

    private static GiftCardMovement Movement(DemoCard card, decimal amount, Store store, Channel channel, string order) =>
        new() { CardNumber = card.Number, Amount = amount, Currency = card.Currency, StoreCode = store.Code, Channel = channel, OrderNumber = order, SecurityCode = channel == Channel.Online ? card.Code : null };

    private DateTimeOffset At(Store store, DateOnly day) => store.Zone.StartOf(day).AddMinutes(random.Next(9 * 60, 20 * 60));

    private void Plan(DateTimeOffset at, Func<CancellationToken, Task> happens) => ahead.Enqueue(happens, (at, ++planned));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A card as its bearer knows it.</summary>
internal sealed class DemoCard(long id, string number, string? code, string currency, Store home, IReadOnlyList<Store> open)
{
    public long Id => id;
    public string Number => number;
    public string? Code => code;
    public string Currency => currency;
    public Store Home => home;

    /// <summary>The stores where it can be spent.</summary>
    public IReadOnlyList<Store> Open => open;

    public DateTimeOffset? ExpiresAt { get; init; }

    public decimal Balance { get; set; }
    public bool IsFrozen { get; set; }
    public bool IsClosed { get; set; }
}
