using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>Requests a minute before 429, setting <c>Api:Limits</c>; redemptions a second are set at each API client.</summary>
public sealed record ApiLimitSettings
{
    public int RedemptionsPerCard { get; init; } = 10;
    public int BalanceChecksPerCard { get; init; } = 10;
    public int BalanceChecksPerClient { get; init; } = 60;
}

/// <summary>The caller is too fast; nothing was done.</summary>
public sealed class RateLimitedException(TimeSpan retryAfter) : RuleViolationException("rate_limited", "Too many requests. Repeat this one after the time in Retry-After.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>
/// Token buckets in memory, per node: they keep a client or guesser from hurrying. What must outlive a restart (wrong codes, failed look-ups)
/// is counted in the database.
/// </summary>
public sealed class ApiLimits(ApiLimitSettings settings, TimeProvider clock)
{
    /// <summary>A fixed number of buckets: card numbers come from callers, and memory must not grow with them. Two cards rarely share one.</summary>
    private const int CardBuckets = 1 << 16;

    private readonly long[] cardRedemptions = new long[CardBuckets];
    private readonly long[] cardBalances = new long[CardBuckets];
    private readonly ConcurrentDictionary<long, StrongBox<long>> clientRedemptions = new();
    private readonly ConcurrentDictionary<long, StrongBox<long>> clientBalances = new();

    /// <exception cref="RateLimitedException">Too many redemptions of this client or card.</exception>
    public void DemandRedemption(ApiCaller caller, string cardNumber)
    {
        Demand(ref Bucket(clientRedemptions, caller), caller.RedemptionsPerSecond, TimeSpan.TicksPerSecond);
        Demand(ref Bucket(cardRedemptions, cardNumber), settings.RedemptionsPerCard, TimeSpan.TicksPerMinute);
    }

    /// <exception cref="RateLimitedException">Too many balance checks of this client or card.</exception>
    public void DemandBalanceCheck(ApiCaller caller, string cardNumber)
    {
        Demand(ref Bucket(clientBalances, caller), settings.BalanceChecksPerClient, TimeSpan.TicksPerMinute);
        Demand(ref Bucket(cardBalances, cardNumber), settings.BalanceChecksPerCard, TimeSpan.TicksPerMinute);
    }

    private static ref long Bucket(ConcurrentDictionary<long, StrongBox<long>> clients, ApiCaller caller) => ref clients.GetOrAdd(caller.Actor.Id, _ => new StrongBox<long>()).Value!;

    private static ref long Bucket(long[] cards, string cardNumber) => ref cards[string.GetHashCode(CardNumbers.Normalise(cardNumber), StringComparison.Ordinal) & (CardBuckets - 1)];

    /// <summary>
    /// A token bucket in one number (generic cell rate algorithm): the time at which the bucket is full again. It holds as many tokens as
    /// the limit and gets them back evenly.
    /// </summary>
    private void Demand(ref long fullAgainAt, int limit, long period)
    {
        var now = clock.GetUtcNow().Ticks;
        var token = period / Math.Max(limit, 1);
        while (true)
        {
            var seen = Volatile.Read(ref fullAgainAt);
            // A time beyond any full bucket means that the clock was set back.
            var from = seen < now || seen > now + period + token ? now : seen;
            var wait = from + token - now - period;
            if (wait > 0)
            {
                throw new RateLimitedException(TimeSpan.FromTicks(wait));
            }

            if (Interlocked.CompareExchange(ref fullAgainAt, from + token, seen) == seen)
            {
                return;
            }
        }
    }
}
