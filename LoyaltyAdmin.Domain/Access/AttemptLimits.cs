using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>How many failures within a window lock, for how long; <paramref name="TotalFailures"/> ever (since a success or unlock) locks until staff unlock.</summary>
public sealed record AttemptLimit(int Failures, TimeSpan Window, TimeSpan LockFor, int? TotalFailures = null);

/// <summary>Counts failed attempts in the database: a restart or a second node forgets nothing.</summary>
public sealed class AttemptLimits(LoyaltyDatabase database, SecurityAlerts alerts, TimeProvider clock)
{
    private static readonly TimeSpan freshness = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan keptFor = TimeSpan.FromDays(1);

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, (DateTimeOffset? LockedUntil, DateTimeOffset ReadAt)> known = new();

    /// <exception cref="TooManyAttemptsException">The name is locked.</exception>
    public async ValueTask DemandUnlockedAsync(string name, CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        if (!known.TryGetValue(name, out var state) || now - state.ReadAt >= freshness || now < state.ReadAt)
        {
            state = (await LockedUntilAsync(name, cancel), now);
            Remember(name, state);
        }

        if (state.LockedUntil > now)
        {
            throw new TooManyAttemptsException(state.LockedUntil.Value - now);
        }
    }

    public async Task<bool> IsLockedAsync(string name, CancellationToken cancel = default) => await LockedUntilAsync(name, cancel) > clock.GetUtcNow();

    /// <summary>Counts one failure. True: this one locked. Of several at once exactly one does, and raises the alert in the same transaction.</summary>
    public async Task<bool> FailAsync(string name, AttemptLimit limit, Suspicion? whenLocked = null, CancellationToken cancel = default)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var (lockedUntil, hasLocked) = await database.WriteAsync(Actor.System, db => CountAsync(db, name, limit, whenLocked, cancel), cancel);
                Remember(name, (lockedUntil, clock.GetUtcNow()));
                if (hasLocked && whenLocked is not null)
                {
                    alerts.Tell(whenLocked);
                }

                return hasLocked;
            }
            catch (Exception exception) when (database.Provider.IsUniqueViolation(exception) && attempt < 3)
            {
                // Two first failures at once: the second now finds the row.
            }
        }
    }

    /// <summary>Forgets all failures: after a success, or when staff unlock.</summary>
    public async Task ResetAsync(string name, CancellationToken cancel = default)
    {
        await database.WriteAsync(Actor.System, db => db.SecurityCounters.Where(c => c.Id == name).ExecuteDeleteAsync(cancel), cancel);
        known.TryRemove(name, out _);
    }

    /// <summary>Forgets what counts no more since a day: over sessions, addresses, clients. What keeps a total until staff unlock stays.</summary>
    public async Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        var before = now - keptFor;

        return await database.WriteAsync(Actor.System, db => db.SecurityCounters
            .Where(c => !c.Id.StartsWith(GiftCardLookup.CodeCounters) && c.WindowStartedAt < before && (c.LockedUntil == null || c.LockedUntil < now)).ExecuteDeleteAsync(cancel), cancel);
    }

    private async Task<(DateTimeOffset? LockedUntil, bool HasLocked)> CountAsync(LoyaltyDbContext db, string name, AttemptLimit limit, Suspicion? whenLocked, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var windowStart = now - limit.Window;

        // One statement counts, whoever else is counting; the lock follows from what it left.
        var updated = await db.SecurityCounters.Where(c => c.Id == name).ExecuteUpdateAsync(set => set
            .SetProperty(c => c.Failures, c => c.WindowStartedAt <= windowStart ? 1 : c.Failures + 1)
            .SetProperty(c => c.TotalFailures, c => c.TotalFailures + 1)
            .SetProperty(c => c.WindowStartedAt, c => c.WindowStartedAt <= windowStart ? now : c.WindowStartedAt), cancel);
        if (updated == 0)
        {
            db.SecurityCounters.Add(new SecurityCounter { Id = name, Failures = 1, TotalFailures = 1, WindowStartedAt = now });
            await db.SaveChangesAsync(cancel);
        }

        var counter = await db.SecurityCounters.AsNoTracking().SingleAsync(c => c.Id == name, cancel);
        DateTimeOffset? until = counter.TotalFailures >= limit.TotalFailures ? DateTimeOffset.MaxValue
            : counter.Failures >= limit.Failures ? now + limit.LockFor
            : counter.LockedUntil;
        if (until != counter.LockedUntil)
        {
            await db.SecurityCounters.Where(c => c.Id == name).ExecuteUpdateAsync(set => set.SetProperty(c => c.LockedUntil, until), cancel);
        }

        var hasLocked = until > now && !(counter.LockedUntil > now);
        if (hasLocked && whenLocked is not null)
        {
            db.AuditEntries.Add(alerts.EntryOf(whenLocked));
        }

        return (until, hasLocked);
    }

    private async Task<DateTimeOffset?> LockedUntilAsync(string name, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.SecurityCounters.Where(c => c.Id == name).Select(c => c.LockedUntil).FirstOrDefaultAsync(cancel);
    }

    private void Remember(string name, (DateTimeOffset? LockedUntil, DateTimeOffset ReadAt) state)
    {
        // Names come from callers; what is remembered must not grow with them.
        if (known.Count > 10_000)
        {
            known.Clear();
        }

        known[name] = state;
    }
}
