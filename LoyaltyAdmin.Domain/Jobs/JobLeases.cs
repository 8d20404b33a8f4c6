using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>The right to work on a job until it runs out; <paramref name="Token"/> is larger than that of every earlier holder.</summary>
public sealed record HeldLease(string Name, string Owner, long Token, TimeSpan Duration);

/// <summary>A stale holder tried to write: it was paused so long that another one took over. Nothing was written.</summary>
public sealed class LeaseLostException(string name) : Exception($"The lease “{name}” has passed to another worker.");

/// <summary>
/// Decides which of several nodes works on a job, by one conditional UPDATE. Time decides when a lease may be taken over,
/// the token decides whose writes count: <see cref="DemandAsync"/> inside the write refuses a holder that woke up too late.
/// </summary>
public sealed class JobLeases(LoyaltyDatabase database, TimeProvider clock)
{
    private const int MostNodeName = 80;

    /// <summary>This process, as leases and the job history name it.</summary>
    public static string Node { get; } = $"{Environment.MachineName[..Math.Min(Environment.MachineName.Length, MostNodeName - 12)]}:{Environment.ProcessId}";

    /// <summary>The lease, or null while another worker holds it.</summary>
    public async Task<HeldLease?> TryTakeAsync(string name, TimeSpan duration, CancellationToken cancel = default)
    {
        var owner = $"{Node}:{Guid.NewGuid():N}";
        try
        {
            return await database.WriteAsync(Actor.System, db => TakeAsync(db, name, owner, duration, cancel), cancel);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            // Two first takers: the other one has it.
            return null;
        }
    }

    /// <summary>Holds on for another duration. False: it has passed to someone else.</summary>
    public Task<bool> RenewAsync(HeldLease lease, CancellationToken cancel = default) =>
        database.WriteAsync(Actor.System, db => ExtendAsync(db, lease, clock.GetUtcNow() + lease.Duration, cancel), cancel);

    /// <summary>Gives it back before it runs out.</summary>
    public Task ReleaseAsync(HeldLease lease, CancellationToken cancel = default) =>
        database.WriteAsync(Actor.System, db => ExtendAsync(db, lease, clock.GetUtcNow(), cancel), cancel);

    /// <summary>Renews within the caller's own write and holds the row until it commits: nobody takes over in between.</summary>
    /// <exception cref="LeaseLostException">It has passed to someone else; the caller's write is undone.</exception>
    public async Task DemandAsync(LoyaltyDbContext db, HeldLease lease, CancellationToken cancel = default)
    {
        if (!await ExtendAsync(db, lease, clock.GetUtcNow() + lease.Duration, cancel))
        {
            throw new LeaseLostException(lease.Name);
        }
    }

    private async Task<HeldLease?> TakeAsync(LoyaltyDbContext db, string name, string owner, TimeSpan duration, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var until = now + duration;
        var taken = await db.JobLeases.Where(l => l.Id == name && l.Until <= now)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.Owner, owner).SetProperty(l => l.Token, l => l.Token + 1).SetProperty(l => l.Until, until), cancel);
        if (taken == 1)
        {
            var token = await db.JobLeases.Where(l => l.Id == name).Select(l => l.Token).SingleAsync(cancel);

            return new HeldLease(name, owner, token, duration);
        }

        if (await db.JobLeases.AnyAsync(l => l.Id == name, cancel))
        {
            return null;
        }

        db.JobLeases.Add(new JobLease { Id = name, Owner = owner, Token = 1, Until = until });
        await db.SaveChangesAsync(cancel);

        return new HeldLease(name, owner, 1, duration);
    }

    private static async Task<bool> ExtendAsync(LoyaltyDbContext db, HeldLease lease, DateTimeOffset until, CancellationToken cancel) =>
        await db.JobLeases.Where(l => l.Id == lease.Name && l.Token == lease.Token && l.Owner == lease.Owner)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.Until, until), cancel) == 1;
}
