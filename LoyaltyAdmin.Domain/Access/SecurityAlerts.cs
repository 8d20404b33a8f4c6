using System.Globalization;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>What looks like an attack, in a sentence without personal data; <paramref name="About"/> is who or what did it.</summary>
public sealed record Suspicion(Actor About, string Sentence);

/// <summary>An alert as people see it.</summary>
public sealed record SecurityAlert(long Id, DateTimeOffset At, string About, string? Address, string Sentence);

/// <summary>
/// Alerts people to what looks like an attack: an entry of the audit trail, written with the lock it is about, a degraded health check,
/// a figure, and a notice on the Dashboard until somebody marks it as seen.
/// </summary>
public sealed partial class SecurityAlerts(LoyaltyDatabase database, AccessControl access, AuditTrail audit, TimeProvider clock, ILogger<SecurityAlerts> log)
{
    /// <summary>The audit entry's action.</summary>
    public const string Action = "Security.Alert";

    private const string SeenAction = "Security.AlertsSeen";
    private const int MostShown = 20;

    /// <summary>Raised in the process that found it.</summary>
    public event Action? Raised;

    /// <summary>The alerts nobody has marked as seen, newest first; for people who see all stores.</summary>
    [Requires(Permission.AuditRead)]
    public async Task<IReadOnlyList<SecurityAlert>> UnseenAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.AuditRead, cancel: cancel);
        if (grant.Stores.Kind != StoreScopeKind.All)
        {
            return [];
        }

        await using var db = await database.ReadAsync(cancel);

        return await (await UnseenAsync(db, cancel)).OrderByDescending(entry => entry.Id).Take(MostShown)
            .Select(entry => new SecurityAlert(entry.Id, entry.At, entry.ActorName, entry.IpAddress, entry.Reason ?? "")).ToListAsync(cancel);
    }

    /// <summary>Takes the notice away for everybody: this alert and those before it were looked at. The audit trail keeps who did so.</summary>
    [Requires(Permission.AuditRead)]
    public async Task MarkSeenAsync(Actor actor, long alertId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.AuditRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        // Not an alert to come.
        if (grant.Stores.Kind != StoreScopeKind.All || !await db.AuditEntries.AnyAsync(entry => entry.Id == alertId && entry.Action == Action, cancel))
        {
            throw new NotFoundException("The alert");
        }

        await audit.RecordAsync(actor, SeenAction, entityType: nameof(SecurityAlert), entityId: alertId.ToString(CultureInfo.InvariantCulture), cancel: cancel);
    }

    /// <summary>How many alerts nobody has seen, for the health check.</summary>
    public async Task<int> CountUnseenAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);

        return await (await UnseenAsync(db, cancel)).CountAsync(cancel);
    }

    /// <summary>The entry to write in the transaction that finds out; <see cref="Tell"/> follows when it is committed.</summary>
    internal AuditEntry EntryOf(Suspicion suspicion) => new(suspicion.About, clock.GetUtcNow(), Action) { Outcome = AuditOutcome.Refused, Reason = suspicion.Sentence };

    internal void Tell(Suspicion suspicion)
    {
        Told(log, suspicion.About.Key, suspicion.Sentence);
        Raised?.Invoke();
    }

    private static async Task<IQueryable<AuditEntry>> UnseenAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var seen = await db.AuditEntries.Where(entry => entry.Action == SeenAction).OrderByDescending(entry => entry.Id).Select(entry => entry.EntityId).FirstOrDefaultAsync(cancel);
        var after = seen is null ? 0 : long.Parse(seen, CultureInfo.InvariantCulture);

        return db.AuditEntries.Where(entry => entry.Action == Action && entry.Id > after);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Security alert about {About}: {Sentence}")]
    private static partial void Told(ILogger logger, string about, string sentence);
}
