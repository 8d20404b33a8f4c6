namespace LoyaltyAdmin.Domain.Members;

/// <summary>How long ago a member last bought. The limits are the same everywhere and said on the screen.</summary>
public enum MemberActivity
{
    /// <summary>Within <see cref="MemberFigures.ActiveDays"/> days.</summary>
    Active,

    /// <summary>Longer ago, within <see cref="MemberFigures.LostAfterDays"/> days.</summary>
    Lapsing,

    /// <summary>Longer ago than that.</summary>
    Lost,
    NeverPurchased,
}

/// <summary>One tier of a plan with its members.</summary>
public sealed record TierFigure(long PlanId, string PlanName, long TierId, string TierName, string Colour, int Members);

/// <summary>Registrations of one month, and how many members there were at its end (now, for the running month).</summary>
public sealed record MemberMonth(DateOnly Month, int Registered, int Total);

/// <summary>Members whose average days between purchase days lie in a range; <paramref name="To"/> null: longer than all others.</summary>
public sealed record GapFigure(int From, int? To, int Members)
{
    public string Label => To is { } to ? $"{From} to {to} days" : $"Over {From - 1} days";
}

/// <summary>Net revenue of a period, in the group's currency, major units.</summary>
public sealed record RevenueFigures(decimal OfMembers, decimal OfOthers, decimal Pos, decimal Online)
{
    public decimal Total => OfMembers + OfOthers;

    /// <summary>What members bought of everything, 0 to 1; null without revenue.</summary>
    public decimal? MemberShare => Total == 0 ? null : OfMembers / Total;
}

/// <summary>What the Members tab of the dashboard shows. Days are business days; “today” is the group's.</summary>
/// <param name="NewBuyers">Members whose first purchase lies in the period.</param>
/// <param name="ReturningBuyers">Members who bought in the period and had bought before it.</param>
public sealed record MemberFigures(
    DateOnly From, DateOnly To, DateOnly BeforeFrom, DateOnly BeforeTo, DateOnly Today, DateTimeOffset ReadAt, string Currency,
    int Total, int Registered, int RegisteredBefore, int NewBuyers, int NewBuyersBefore, int ReturningBuyers, int ReturningBuyersBefore,
    RevenueFigures Revenue, RevenueFigures RevenueBefore, IReadOnlyDictionary<MemberActivity, int> Activity,
    IReadOnlyList<TierFigure> Tiers, IReadOnlyList<MemberMonth> Months, IReadOnlyList<GapFigure> Gaps)
{
    public const int ActiveDays = 90;
    public const int LostAfterDays = 180;

    /// <summary>The days of the last purchase an activity means, for the list behind the figure; null ends are open.</summary>
    public (DateOnly? From, DateOnly? To) LastPurchase(MemberActivity activity) => activity switch
    {
        MemberActivity.Active => (Today.AddDays(-ActiveDays), null),
        MemberActivity.Lapsing => (Today.AddDays(-LostAfterDays), Today.AddDays(-ActiveDays - 1)),
        MemberActivity.Lost => (null, Today.AddDays(-LostAfterDays - 1)),
        _ => (null, null),
    };
}
