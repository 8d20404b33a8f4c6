using System.Globalization;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Cards;

internal sealed record TierStep(long Id, int Rank, string Name, decimal UpgradeAt, decimal RetainAt);

/// <summary>What one day of a member's purchases adds: net revenue, whether the day counts as a visit, and the points its orders earned and kept.</summary>
internal readonly record struct PurchaseDay(DateOnly Day, decimal Revenue, bool IsVisit, decimal Points = 0);

/// <summary>What the rules know of a card; tiers are positions in the plan's order, from 0.</summary>
internal readonly record struct EarnedTier(int Tier, DateOnly PeriodStart, DateOnly PeriodEnd);

/// <summary>The running period began when this upgrade was earned; what it rested on is looked at again.</summary>
internal readonly record struct LastUpgrade(int FromTier, DateOnly On);

internal readonly record struct TierStepTaken(int From, int To, TierChangeReason Reason, string Detail);

/// <summary>
/// The rules of one plan, as arithmetic on a card's purchases:
/// <list type="bullet">
/// <item>A tier is reached at once when the purchases of the last <see cref="CardPlan.PeriodMonths"/> months (never from before the card was issued)
/// reach its threshold. The period starts anew that day.</item>
/// <item>On the day the period ends the tier is kept where the period's purchases reach its retain threshold, else it falls. A new period begins.</item>
/// <item>An upgrade of the running period is taken back when refunds, corrections or changed thresholds leave it without its purchases.</item>
/// </list>
/// Applied twice to the same facts, the second time changes nothing.
/// </summary>
internal sealed class TierRules(TierBasis basis, int periodMonths, bool fallsOneTierOnly, IReadOnlyList<TierStep> tiers, string currency)
{
    public TierBasis Basis => basis;

    public IReadOnlyList<TierStep> Tiers => tiers;

    public DateOnly EndOf(DateOnly periodStart) => periodStart.AddMonths(periodMonths);

    /// <summary>The first day that can matter to a card in this period.</summary>
    public DateOnly Since(DateOnly issuedOn, DateOnly periodStart) => Later(issuedOn, Back(periodStart));

    /// <summary>What the purchases of these days come to, both included.</summary>
    public decimal Figure(IReadOnlyList<PurchaseDay> days, DateOnly from, DateOnly to)
    {
        var figure = 0m;
        foreach (var day in days)
        {
            if (day.Day >= from && day.Day <= to)
            {
                figure += basis switch
                {
                    TierBasis.Visits => day.IsVisit ? 1 : 0,
                    TierBasis.Points => day.Points,
                    _ => day.Revenue,
                };
            }
        }

        return figure;
    }

    /// <summary>What counts towards the next tier on a day: the purchases of the last months, since the card was issued.</summary>
    public decimal FigureOn(IReadOnlyList<PurchaseDay> days, DateOnly issuedOn, DateOnly day) => Figure(days, Later(issuedOn, Back(day)), day);

    /// <summary>Follows a card to <paramref name="today"/>.</summary>
    /// <param name="state">As it was left.</param>
    /// <param name="issuedOn">Earlier purchases never count.</param>
    /// <param name="upgrade">How the running period began, where it began by an upgrade.</param>
    /// <param name="days">The card's purchases, at least <see cref="Since"/>.</param>
    /// <param name="today">In the group's zone.</param>
    /// <param name="reason">Why it is looked at.</param>
    /// <param name="taken">Takes the changes, in their order.</param>
    public EarnedTier Follow(EarnedTier state, DateOnly issuedOn, LastUpgrade? upgrade, IReadOnlyList<PurchaseDay> days, DateOnly today, TierChangeReason reason, List<TierStepTaken> taken)
    {
        while (state.PeriodEnd <= today)
        {
            state = AtPeriodEnd(state, issuedOn, days, taken);
            upgrade = null;
        }

        // Stores east of the group are a day ahead.
        var now = FigureOn(days, issuedOn, today) + Figure(days, today.AddDays(1), DateOnly.MaxValue);
        var deserved = Reached(now);
        if (deserved > state.Tier)
        {
            taken.Add(new(state.Tier, deserved, reason, Detail(now, tiers[deserved].UpgradeAt)));

            return new(deserved, today, EndOf(today));
        }

        return upgrade is { } rested && rested.On == state.PeriodStart ? WithoutItsPurchases(state, rested, issuedOn, days, now, taken) : state;
    }

    private EarnedTier AtPeriodEnd(EarnedTier state, DateOnly issuedOn, IReadOnlyList<PurchaseDay> days, List<TierStepTaken> taken)
    {
        var last = state.PeriodEnd.AddDays(-1);
        var reached = Reached(FigureOn(days, issuedOn, last));
        var figure = Figure(days, state.PeriodStart, last);
        var next = reached > state.Tier ? reached
            : state.Tier == 0 || figure >= tiers[state.Tier].RetainAt ? state.Tier
            : fallsOneTierOnly ? state.Tier - 1
            : Enumerable.Range(0, state.Tier).Last(tier => tier == 0 || figure >= tiers[tier].RetainAt);
        if (next != state.Tier)
        {
            taken.Add(new(state.Tier, next, TierChangeReason.PeriodEnd, Detail(figure, next > state.Tier ? tiers[next].UpgradeAt : tiers[state.Tier].RetainAt)));
        }

        return new(next, state.PeriodEnd, EndOf(state.PeriodEnd));
    }

    private EarnedTier WithoutItsPurchases(EarnedTier state, LastUpgrade upgrade, DateOnly issuedOn, IReadOnlyList<PurchaseDay> days, decimal now, List<TierStepTaken> taken)
    {
        var support = Math.Max(now, FigureOn(days, issuedOn, upgrade.On) + Figure(days, upgrade.On.AddDays(1), upgrade.On.AddDays(1)));
        if (support >= tiers[state.Tier].UpgradeAt || upgrade.FromTier >= state.Tier)
        {
            return state;
        }

        var left = Math.Max(Math.Min(Reached(support), state.Tier - 1), upgrade.FromTier);
        taken.Add(new(state.Tier, left, TierChangeReason.Recalculation, Detail(support, tiers[state.Tier].UpgradeAt)));

        return state with { Tier = left };
    }

    private int Reached(decimal figure)
    {
        var reached = 0;
        for (var tier = 1; tier < tiers.Count; tier++)
        {
            reached = figure >= tiers[tier].UpgradeAt ? tier : reached;
        }

        return reached;
    }

    private DateOnly Back(DateOnly day) => day.AddMonths(-periodMonths).AddDays(1);

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    /// <summary>For people, e.g. <c>USD 1,204.50 of 1,000.00 in 12 months</c>.</summary>
    private string Detail(decimal figure, decimal needed) => basis switch
    {
        TierBasis.Visits => string.Create(CultureInfo.InvariantCulture, $"{figure:N0} visits of {needed:N0} in {periodMonths} months"),
        TierBasis.Points => string.Create(CultureInfo.InvariantCulture, $"{figure:N2} points of {needed:N2} in {periodMonths} months"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{currency} {Amount(figure)} of {Amount(needed)} in {periodMonths} months"),
    };

    private string Amount(decimal value) => value.ToString($"N{Currency.Find(currency)?.Digits ?? 2}", CultureInfo.InvariantCulture);
}
