using System.Collections.Concurrent;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>What an actor may do right now, and in which stores.</summary>
public sealed record Grant(Actor Actor, IReadOnlySet<Permission> Permissions, IReadOnlySet<ApiScope> Scopes, StoreScope Stores)
{
    public decimal? RefundLimit { get; init; }
    public decimal? AdjustmentLimit { get; init; }
    /// <summary>Points.</summary>
    public decimal? PointsLimit { get; init; }

    public decimal? ImportLimit { get; init; }

    public bool May(Permission permission) => Actor.Kind == ActorKind.System || Permissions.Contains(permission);

    public bool Sees(long storeId) => Stores.Allows(storeId);

    /// <summary>Another store's objects do not exist for this actor.</summary>
    /// <exception cref="NotFoundException">The store is outside the actor's scope.</exception>
    public void DemandStore(long storeId, string what)
    {
        if (!Sees(storeId))
        {
            throw new NotFoundException(what);
        }
    }
}

/// <summary>
/// The one check in front of every command and query: is the actor enabled, does it hold the permission, which stores does it see.
/// Read from the database at most 5 s ago (reliability: revocation), forgotten at once in this process when access changes.
/// </summary>
public sealed class AccessControl(LoyaltyDatabase database, AuditTrail audit, TimeProvider clock)
{
    private static readonly TimeSpan freshness = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (Grant? Grant, DateTimeOffset ReadAt)> grants = new();

    /// <summary>Raised with the actor's key when its rights changed in this process; circuits of that user close.</summary>
    public event Action<string>? Changed;

    /// <summary>Demands the permission (staff) or the scope (API clients); null: that kind of actor never may.</summary>
    /// <exception cref="AccessDeniedException">Not granted; the denial is audited.</exception>
    public async Task<Grant> DemandAsync(Actor actor, Permission? permission, ApiScope? scope = null, CancellationToken cancel = default)
    {
        var grant = await FindAsync(actor, cancel);
        var granted = grant is not null && (actor.Kind == ActorKind.ApiClient
            ? scope is { } needed && grant.Scopes.Contains(needed)
            : actor.Kind == ActorKind.System || (permission is { } right && grant.May(right)));
        if (granted)
        {
            return grant!;
        }

        var need = actor.Kind == ActorKind.ApiClient ? scope?.Name() : permission?.ToString();
        await audit.RecordAsync(actor, "Access.Denied", AuditOutcome.Denied, reason: need, cancel: cancel);

        throw new AccessDeniedException(actor.Kind == ActorKind.Member ? "This is not available to members." : grant is null ? "This account is no longer enabled." : need is null ? "This is not available to this kind of account." : $"This needs the permission “{need}”, which your role does not have.");
    }

    /// <summary>Demands that the actor is a member who still exists; a merged duplicate acts as its survivor.</summary>
    /// <exception cref="AccessDeniedException">Anybody else; the denial is audited.</exception>
    public async Task<MemberGrant> DemandMemberAsync(Actor actor, CancellationToken cancel = default)
    {
        if (actor.Kind == ActorKind.Member)
        {
            await using var db = await database.ReadAsync(cancel);
            if (await MemberGrant.FindAsync(db, actor, cancel) is { } grant)
            {
                return grant;
            }
        }

        await audit.RecordAsync(actor, "Access.Denied", AuditOutcome.Denied, reason: "member", cancel: cancel);

        throw new AccessDeniedException("Only members may do this, on their own page.");
    }

    /// <summary>What the actor may do, or null when it does not exist, is disabled, or is a member.</summary>
    public async ValueTask<Grant?> FindAsync(Actor actor, CancellationToken cancel = default)
    {
        if (actor.Kind == ActorKind.System)
        {
            return new Grant(actor, new HashSet<Permission>(), new HashSet<ApiScope>(), StoreScope.All);
        }

        if (actor.Kind == ActorKind.Member)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        if (grants.TryGetValue(actor.Key, out var known) && now - known.ReadAt < freshness && now >= known.ReadAt)
        {
            return known.Grant is null ? null : known.Grant with { Actor = actor };
        }

        var grant = await ReadAsync(actor, cancel);
        grants[actor.Key] = (grant, now);

        return grant;
    }

    /// <summary>Forgets what is known of an actor (all of them: null) and tells its open circuits.</summary>
    public void Forget(string? actorKey = null)
    {
        var keys = actorKey is null ? grants.Keys.ToArray() : [actorKey];
        foreach (var key in keys)
        {
            grants.TryRemove(key, out _);
            Changed?.Invoke(key);
        }
    }

    /// <summary>Reads everybody's rights afresh at the next question; nobody is signed out.</summary>
    internal void ForgetGrants() => grants.Clear();

    private async Task<Grant?> ReadAsync(Actor actor, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        if (actor.Kind == ActorKind.ApiClient)
        {
            var client = await db.ApiClients.FirstOrDefaultAsync(c => c.Id == actor.Id && c.IsEnabled, cancel);

            return client is null ? null : new Grant(actor, new HashSet<Permission>(), client.Scopes.ToHashSet(), await StoreScopes.ResolveAsync(db, client.Stores, cancel));
        }

        var found = await (from user in db.Staff
                           where user.Id == actor.Id && user.IsEnabled
                           join role in db.Roles on user.RoleId equals role.Id
                           select new { user.Stores, role.Permissions, role.RefundLimit, role.AdjustmentLimit, role.PointsLimit, role.ImportLimit }).FirstOrDefaultAsync(cancel);

        return found is null ? null : new Grant(actor, found.Permissions.ToHashSet(), new HashSet<ApiScope>(), await StoreScopes.ResolveAsync(db, found.Stores, cancel))
        {
            RefundLimit = found.RefundLimit,
            AdjustmentLimit = found.AdjustmentLimit,
            PointsLimit = found.PointsLimit,
            ImportLimit = found.ImportLimit,
        };
    }
}
