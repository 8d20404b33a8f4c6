namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>Which lots a payment uses first (domain rules 10).</summary>
public enum LotOrder
{
    /// <summary>Principal before bonus; within each the lot that expires soonest, undated ones last.</summary>
    PrincipalFirst,

    BonusFirst,

    /// <summary>From principal and bonus in proportion to what is usable of each.</summary>
    ProRata,
}

/// <summary>What a posting does to its account's lots; the amounts are the posting's.</summary>
public abstract record LotChange
{
    private LotChange()
    {
    }

    /// <summary>Puts the posting's amount into lots.</summary>
    public sealed record Open(IReadOnlyList<NewLot> Lots) : LotChange;

    /// <summary>Takes the posting's amount from lots.</summary>
    public sealed record Take : LotChange
    {
        public LotOrder Order { get; init; }

        /// <summary>From lots of this kind only.</summary>
        public LotKind? Only { get; init; }

        /// <summary>From lots this transaction moved, before others; whatever their dates.</summary>
        public long? FirstOf { get; init; }

        /// <summary>From lots that are over at the posting's time, and from no others.</summary>
        public bool Expired { get; init; }

        /// <summary>Dates do not matter: a correction takes what is there.</summary>
        public bool WhateverDates { get; init; }
    }

    /// <summary>Gives the posting's amount back to the lots from which that transaction took it, what was taken last first.</summary>
    public sealed record GiveBack(long TransactionId) : LotChange;
}

/// <summary>Value that comes in, minor units. Points join a lot of the same dates; principal and bonus stay apart.</summary>
/// <param name="UsableFrom">UTC; null: at once.</param>
/// <param name="ExpiresAt">UTC, exclusive; null: never.</param>
public sealed record NewLot(LotKind Kind, long Amount, DateTimeOffset? UsableFrom = null, DateTimeOffset? ExpiresAt = null);

/// <summary>A lot with something in it.</summary>
internal sealed record OpenLot(long Id, LotKind Kind, long Remaining, DateTimeOffset? UsableFrom, DateTimeOffset? ExpiresAt)
{
    public bool IsUsable(DateTimeOffset at) => (UsableFrom is null || UsableFrom <= at) && !IsOver(at);

    public bool IsOver(DateTimeOffset at) => ExpiresAt <= at;
}

/// <summary>Decides how much of which lot; no database, so that every order can be tried out.</summary>
internal static class LotAllocation
{
    /// <summary>The parts to take, in order; less than <paramref name="amount"/> when the lots do not cover it.</summary>
    /// <param name="first">Lots to take from before others.</param>
    public static List<(long LotId, long Amount)> Take(IReadOnlyList<OpenLot> lots, LotChange.Take take, long amount, DateTimeOffset at, IReadOnlySet<long> first)
    {
        var open = Usable(lots, take, at, first)
            .OrderBy(lot => first.Contains(lot.Id) ? 0 : 1)
            .ThenBy(lot => (take.Order == LotOrder.BonusFirst) == (lot.Kind == LotKind.Bonus) ? 0 : 1)
            .ThenBy(lot => lot.ExpiresAt ?? DateTimeOffset.MaxValue)
            .ThenBy(lot => lot.Id)
            .ToList();
        if (take.Order != LotOrder.ProRata)
        {
            return InOrder(open, amount);
        }

        var (bonus, principal) = (open.Where(lot => lot.Kind == LotKind.Bonus).ToList(), open.Where(lot => lot.Kind != LotKind.Bonus).ToList());
        var (inBonus, inPrincipal) = (bonus.Sum(lot => lot.Remaining), principal.Sum(lot => lot.Remaining));
        var wanted = Math.Min(amount, inBonus + inPrincipal);
        // Rounded to the minor unit half up; the other kind gives the rest, so that nothing is lost between them.
        var fromBonus = wanted == 0 ? 0 : (long)Math.Round((decimal)wanted * inBonus / (inBonus + inPrincipal), MidpointRounding.AwayFromZero);
        fromBonus = Math.Max(fromBonus, wanted - inPrincipal);

        return [.. InOrder(principal, wanted - fromBonus), .. InOrder(bonus, fromBonus)];
    }

    /// <summary>The lots that may be taken from.</summary>
    public static IEnumerable<OpenLot> Usable(IEnumerable<OpenLot> lots, LotChange.Take take, DateTimeOffset at, IReadOnlySet<long> first) => lots
        .Where(lot => take.Only is not { } only || lot.Kind == only)
        .Where(lot => take.Expired ? lot.IsOver(at) : take.WhateverDates || first.Contains(lot.Id) || lot.IsUsable(at));

    /// <summary>What goes back to which lot, what was taken last first.</summary>
    /// <param name="taken">What is still taken of each lot, in the order of taking.</param>
    public static List<(long LotId, long Amount)> GiveBack(IReadOnlyList<(long LotId, long Amount)> taken, long amount) =>
        Limited(taken.Reverse(), amount);

    private static List<(long LotId, long Amount)> InOrder(IEnumerable<OpenLot> lots, long amount) => Limited(lots.Select(lot => (lot.Id, lot.Remaining)), amount);

    private static List<(long LotId, long Amount)> Limited(IEnumerable<(long LotId, long Amount)> parts, long amount)
    {
        var given = new List<(long, long)>();
        foreach (var (lot, most) in parts)
        {
            if (amount == 0)
            {
                break;
            }

            var part = Math.Min(most, amount);
            given.Add((lot, part));
            amount -= part;
        }

        return given;
    }
}
