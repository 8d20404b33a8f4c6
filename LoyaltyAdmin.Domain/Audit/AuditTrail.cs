using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;

namespace LoyaltyAdmin.Domain.Audit;

/// <summary>Writes what is not a change of an audited object: denials, look-ups, exports, sign-ins.</summary>
public sealed class AuditTrail(LoyaltyDatabase database, TimeProvider clock)
{
    /// <summary>Writes one entry in a transaction of its own.</summary>
    public Task RecordAsync(Actor actor, string action, AuditOutcome outcome = AuditOutcome.Done, string? entityType = null, string? entityId = null, string? subject = null, string? reason = null, string? details = null, long? storeId = null, CancellationToken cancel = default) =>
        database.WriteAsync(actor, db =>
        {
            db.AuditEntries.Add(new AuditEntry(actor, clock.GetUtcNow(), action)
            {
                Outcome = outcome,
                EntityType = entityType,
                EntityId = entityId,
                Subject = subject,
                Reason = reason,
                After = details,
                StoreId = storeId,
            });

            return Task.CompletedTask;
        }, cancel);
}
