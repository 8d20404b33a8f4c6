using System.Globalization;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>What becomes of a sold card: spent here and there, given back, recharged, frozen, refunded.</summary>
internal sealed class DemoFates(IServiceProvider services, SimulatedClock clock, DemoCast cast, DemoAgenda agenda)
{
    private static readonly string[] freezeReasons = ["Customer reported the card lost", "Several wrong codes online", "Disputed payment"];
    private static readonly string[] refundReasons = ["Bought twice by mistake", "Customer returned the present", "Wrong amount bought"];

    private readonly GiftCardPayments payments = services.GetRequiredService<GiftCardPayments>();
    private readonly GiftCardCare care = services.GetRequiredService<GiftCardCare>();
    private readonly GiftCardRefunds refunds = services.GetRequiredService<GiftCardRefunds>();

    public void Plan(DemoCard card, GiftCardPlan plan, int key, int fate, Random chance)
    {
        var at = clock.Now;
        if (plan.Rules.PosRecharge && fate % 9 == 0)
        {
            agenda.Plan(at.AddDays(chance.Next(15, 90)).AddHours(chance.Next(8)), cancel => RechargeAsync(card, key, chance, cancel));
        }

        switch (fate)
        {
            case < 58:
                for (var (visit, days) = (1, chance.Next(1, 40)); visit <= chance.Next(1, 6); visit++, days += chance.Next(1, 45))
                {
                    var (number, share) = (visit, chance.Next(20, 101));
                    agenda.Plan(at.AddDays(days).AddHours(chance.Next(-3, 4)), cancel => SpendAsync(card, Text($"{key}-{number}"), share, chance, cancel));
                }

                break;
            case < 78:
                agenda.Plan(at.AddDays(chance.Next(2, 100)), cancel => SpendAsync(card, Text($"{key}-1"), chance.Next(20, 70), chance, cancel));
                break;
            case < 83:
                agenda.Plan(at.AddDays(chance.Next(1, 20)), cancel => RefundAsync(card, key, chance, cancel));
                break;
            case < 88:
                agenda.Plan(at.AddDays(chance.Next(3, 60)), cancel => FreezeAsync(card, key, chance, cancel));
                break;
            default:
                break;
        }
    }

    public async Task SpendAsync(DemoCard card, string key, int percent, Random chance, CancellationToken cancel)
    {
        if (card.IsFrozen || card.IsClosed || card.Balance == 0 || card.IsExpiredAt(clock.Now))
        {
            return;
        }

        var store = card.Open.Count == 1 || chance.Next(10) < 6 ? card.Home : card.Open[chance.Next(card.Open.Count)];
        var isOnline = store.Code.StartsWith("WEB", StringComparison.Ordinal) && card.Code is not null;
        var amount = Math.Min(card.Balance, Math.Max(1m, Math.Round(card.Balance * percent / 100m, 2) - (percent == 100 ? 0 : 0.01m * chance.Next(100))));
        var moved = await payments.RedeemAsync(cast.Pos, Movement(card, amount, store, isOnline ? Channel.Online : Channel.Pos, Text($"B-{chance.Next(10_000, 99_999)}")), $"demo-spend-{key}", cancel);
        card.Balance = moved.Balance;
        agenda.Moved();
        if (chance.Next(100) < 6)
        {
            var part = chance.Next(2) == 0 ? (decimal?)null : Math.Round(amount / 2, 2);
            agenda.Plan(clock.Now.AddDays(chance.Next(1, 4)), async c =>
            {
                if (!card.IsClosed && !card.IsExpiredAt(clock.Now))
                {
                    card.Balance = (await payments.ReverseAsync(cast.Pos, moved.TransactionId, part, $"demo-reverse-{key}", c)).Balance;
                    agenda.Moved();
                }
            });
        }
    }

    private async Task RechargeAsync(DemoCard card, int key, Random chance, CancellationToken cancel)
    {
        if (!card.IsFrozen && !card.IsClosed)
        {
            var moved = await payments.RechargeAsync(cast.Pos, Movement(card, chance.Next(1, 5) * 25m, card.Home, Channel.Pos, Text($"R-{chance.Next(10_000, 99_999)}")), Text($"demo-recharge-{key}"), cancel);
            card.Balance = moved.Balance;
            agenda.Moved();
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
            agenda.Moved();
        }

        // Refused: used up, or refunded already by a start that was cut short; either way nothing more happens to it.
        (card.Balance, card.IsClosed) = (0, true);
    }

    private async Task FreezeAsync(DemoCard card, int key, Random chance, CancellationToken cancel)
    {
        if (card.IsClosed || card.IsFrozen || card.IsExpiredAt(clock.Now))
        {
            return;
        }

        await care.FreezeAsync(cast.Finance, card.Id, freezeReasons[chance.Next(freezeReasons.Length)], Text($"demo-freeze-{key}"), cancel);
        card.IsFrozen = true;
        agenda.Moved();
        if (chance.Next(3) > 0)
        {
            agenda.Plan(clock.Now.AddDays(chance.Next(1, 12)), async c =>
            {
                await care.RestoreAsync(cast.Finance, card.Id, "Checked with the customer", Text($"demo-restore-{key}"), c);
                card.IsFrozen = false;
                agenda.Moved();
            });
            agenda.Plan(clock.Now.AddDays(chance.Next(13, 40)), c => SpendAsync(card, Text($"{key}-9"), chance.Next(30, 101), chance, c));
        }
    }

    private static GiftCardMovement Movement(DemoCard card, decimal amount, Store store, Channel channel, string order) =>
        new() { CardNumber = card.Number, Amount = amount, Currency = card.Currency, StoreCode = store.Code, Channel = channel, OrderNumber = order, SecurityCode = channel == Channel.Online ? card.Code : null };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
