using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>What is to be given, by what and for which of its reasons.</summary>
public sealed record GiftOrder
{
    public required GiftSourceKind SourceKind { get; init; }

    public required long SourceId { get; init; }

    /// <summary>As people know the source; kept with the gift.</summary>
    public required string SourceName { get; init; }

    public required GiftSpec Gift { get; init; }

    /// <summary>Which of several reasons, e.g. <c>once</c> or the year; at most <see cref="GiftGrant.LongestEpisode"/> characters.</summary>
    public string Episode { get; init; } = "once";

    /// <summary>The reason of each member, where members have their own, e.g. the last purchase before a lapse; instead of <see cref="Episode"/>.</summary>
    public IReadOnlyDictionary<long, string>? Episodes { get; init; }

    /// <summary>The mini programs that carry the notices; none: no mini-program notice.</summary>
    public ImmutableArray<long> MiniProgramIds { get; init; } = [];

    internal string EpisodeOf(long member)
    {
        var episode = Episodes?.GetValueOrDefault(member) ?? Episode;

        return episode.Length is >= 1 and <= GiftGrant.LongestEpisode && !episode.Contains('~')
            ? episode
            : throw new InvalidOperationException($"“{episode}” cannot name an episode.");
    }
}

/// <summary>What granting to many came to.</summary>
/// <param name="Members">Who got it now; duplicates that were merged stand as their survivors.</param>
/// <param name="Earlier">How many had it for this reason already.</param>
/// <param name="LeftOut">Frozen, erased or unknown members: they get nothing.</param>
/// <param name="StockUsedUp">Something that was due at once failed for want of stock.</param>
public sealed record GiftsGranted(IReadOnlyList<long> Members, int Earlier, IReadOnlyList<long> LeftOut, bool StockUsedUp);

/// <summary>What granting to one member came to.</summary>
public enum GiftAnswer
{
    Granted,

    /// <summary>The member has it for this reason already.</summary>
    Earlier,

    /// <summary>The member is frozen or erased: nothing was granted.</summary>
    LeftOut,
}
