using System.Collections.Immutable;

namespace LoyaltyAdmin.Domain.Values;

/// <summary>A tier, or (<paramref name="AndAbove"/>) that tier and every higher one of its plan, also those added later: “Silver Tier and Above”.</summary>
public sealed record TierChoice(long TierId, bool AndAbove);

/// <summary>
/// Whom something is for (re-engagement gift 2.3): All Users, or members by loyalty card plans, card tiers, member segments and member tags, one or
/// more of each. With several dimensions a member must match one choice of any dimension, or of every dimension when <see cref="MatchesEvery"/>.
/// </summary>
public sealed record AudienceScope(
    bool AllUsers,
    ImmutableArray<long> CardPlanIds,
    ImmutableArray<TierChoice> Tiers,
    ImmutableArray<long> SegmentIds,
    ImmutableArray<long> TagIds,
    bool MatchesEvery = false)
{
    public static readonly AudienceScope Everybody = new(true, [], [], [], []);

    public static readonly AudienceScope Nobody = new(false, [], [], [], []);

    public bool IsEmpty => !AllUsers && CardPlanIds.IsEmpty && Tiers.IsEmpty && SegmentIds.IsEmpty && TagIds.IsEmpty;

    public bool Equals(AudienceScope? other) => other is not null && AllUsers == other.AllUsers && MatchesEvery == other.MatchesEvery
        && CardPlanIds.SequenceEqual(other.CardPlanIds) && Tiers.SequenceEqual(other.Tiers) && SegmentIds.SequenceEqual(other.SegmentIds) && TagIds.SequenceEqual(other.TagIds);

    public override int GetHashCode() => HashCode.Combine(AllUsers, MatchesEvery, CardPlanIds.Length, Tiers.Length, SegmentIds.Length, TagIds.Length);
}
