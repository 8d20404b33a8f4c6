using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>Puts the stores of organisations and groups in their place: what applies to a group follows when a store joins or leaves it.</summary>
public sealed class StoreScopes(LoyaltyDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan freshness = TimeSpan.FromSeconds(5);

    private Snapshot? known;

    /// <summary>As of now, read in the caller's context. A scope without groups costs nothing.</summary>
    public static async Task<StoreScope> ResolveAsync(LoyaltyDbContext db, StoreScope scope, CancellationToken cancel = default)
    {
        if (scope.GroupIds.IsEmpty)
        {
            return scope;
        }

        var ids = scope.GroupIds.ToArray();

        return scope.With(await db.StoreGroupMembers.Where(member => ids.Contains(member.GroupId)).Select(member => member.StoreId).ToListAsync(cancel));
    }

    /// <summary>At most 5 s old, for what every payment asks.</summary>
    public async ValueTask<StoreScope> ResolveAsync(StoreScope scope, CancellationToken cancel = default)
    {
        if (scope.GroupIds.IsEmpty)
        {
            return scope;
        }

        var now = clock.GetUtcNow();
        var snapshot = known is { } read && now - read.ReadAt < freshness && now >= read.ReadAt ? read : await ReadAsync(cancel);

        return scope.With(scope.GroupIds.SelectMany(id => snapshot.Stores[id]));
    }

    internal DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>A group changed in this process: it holds at once.</summary>
    internal void Forget() => known = null;

    private async Task<Snapshot> ReadAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var members = await db.StoreGroupMembers.ToListAsync(cancel);

        return known = new Snapshot(clock.GetUtcNow(), members.ToLookup(member => member.GroupId, member => member.StoreId));
    }

    private sealed record Snapshot(DateTimeOffset ReadAt, ILookup<long, long> Stores);
}
