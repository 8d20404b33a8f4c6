using System.Buffers.Binary;
using System.Text.Json;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>
/// The outcome of a request that moves no value, kept so that the same key and body get the same answer (ADR-014). It is an entry of the audit trail,
/// written in the transaction that does what was asked: neither is there without the other. Postings keep their own outcome (ADR-002).
/// </summary>
public sealed class Receipts(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock)
{
    /// <summary>What receipts are entries about; the Audit Trail page leaves them out.</summary>
    internal const string EntityType = "ApiRequest";

    // Apart from the locks of orders, which are small numbers.
    private const int FirstLock = 0x4000_0000;

    /// <summary>
    /// Does the work within the caller's transaction, or answers what it came to the first time. A refusal (an exception) undoes the receipt with all
    /// else: nothing was done under this key.
    /// </summary>
    /// <exception cref="RuleViolationException">The key was used for another request.</exception>
    internal async Task<T> OnceAsync<T>(LoyaltyDbContext db, Operation operation, Func<Task<T>> work, CancellationToken cancel)
    {
        var name = keys.Hash("api-receipt", $"{operation.Source}\n{operation.Key}");
        var id = Convert.ToHexStringLower(name)[..40];
        // Of two at once under one key the second waits for the first and finds what it left.
        await database.Provider.LockNamesAsync(db, [FirstLock | (BinaryPrimitives.ReadInt32BigEndian(name) & 0x3FFF_FFFF)], cancel);
        if (await db.AuditEntries.AsNoTracking().Where(entry => entry.EntityType == EntityType && entry.EntityId == id).Select(entry => new { entry.Subject, entry.After }).FirstOrDefaultAsync(cancel) is { } earlier)
        {
            return earlier.Subject == operation.RequestHash
                ? Read<T>(keys.Open(JsonSerializer.Deserialize<Kept>(earlier.After!, Json.Options)!.Answer))
                : throw new RuleViolationException("idempotency_key_reused", "This idempotency key was already used for a different request. Use a new key for a new request.");
        }

        var answer = JsonSerializer.Serialize(await work(), Json.Options);
        db.AuditEntries.Add(new AuditEntry(operation.Actor, clock.GetUtcNow(), $"{EntityType}.Answer")
        {
            EntityType = EntityType,
            EntityId = id,
            Subject = operation.RequestHash,
            After = JsonSerializer.Serialize(new Kept(keys.Seal(answer)), Json.Options),
        });

        // The first answer, too, is made of what is kept: later ones cannot differ from it.
        return Read<T>(answer);
    }

    private static T Read<T>(string answer) => JsonSerializer.Deserialize<T>(answer, Json.Options)!;

    private sealed record Kept(byte[] Answer);
}
