using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Audit;

/// <summary>What the chain says of the audit trail.</summary>
/// <param name="Checked">Entries compared with their seals.</param>
/// <param name="Unsealed">Newest entries the sealer has not reached yet.</param>
/// <param name="FirstBadId">The first entry that was changed, removed or slipped in; null: none.</param>
/// <param name="Finding">What is wrong with it, as a sentence.</param>
public sealed record AuditVerdict(long Checked, long Unsealed, long? FirstBadId, string? Finding)
{
    public bool IsIntact => FirstBadId is null;
}

/// <summary>
/// Chains audit entries one to the next under a key outside the database: hash n = HMAC(hash n-1, entry n). Behind the writes, so that
/// chaining does not queue them. Whoever edits, removes, adds or reorders a sealed entry without the key is found out, and at which entry.
/// </summary>
public sealed class AuditSealing(LoyaltyDatabase database, AccessControl access, AuditTrail audit, SecretKeys keys, TimeProvider clock)
{
    private const int BatchSize = 1_000;
    private const int VerifyBatchSize = 5_000;

    /// <summary>Identifiers are given out before commit: entries younger than this may still have an uncommitted one below them.</summary>
    private static readonly TimeSpan settlement = TimeSpan.FromSeconds(30);

    /// <summary>Seals what has settled; returns how many entries. Two nodes at once cannot fork the chain: a seal's identifier is its entry's.</summary>
    public async Task<int> SealAsync(CancellationToken cancel = default)
    {
        for (var total = 0; ; total += BatchSize)
        {
            var count = await SealBatchAsync(cancel);
            if (count < BatchSize)
            {
                return total + count;
            }
        }
    }

    /// <summary>Computes the chain anew over every sealed entry.</summary>
    [Requires(Permission.AuditVerify)]
    public async Task<AuditVerdict> VerifyAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.AuditVerify, cancel: cancel);
        var verdict = await VerifyAsync(cancel);
        await audit.RecordAsync(actor, "Audit.Verify", reason: verdict.Finding ?? $"{verdict.Checked.ToString("N0", CultureInfo.InvariantCulture)} entries intact", cancel: cancel);

        return verdict;
    }

    private async Task<AuditVerdict> VerifyAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        var (last, hash, done) = (0L, "", 0L);
        var end = await db.AuditSeals.MaxAsync(seal => (long?)seal.Id, cancel) ?? 0;
        while (last < end)
        {
            var from = last;
            var seals = await db.AuditSeals.Where(s => s.Id > from && s.Id <= end).OrderBy(s => s.Id).Take(VerifyBatchSize).ToListAsync(cancel);
            var until = seals[^1].Id;
            var entries = await db.AuditEntries.Where(e => e.Id > from && e.Id <= until).OrderBy(e => e.Id).ToListAsync(cancel);
            var at = 0;
            foreach (var seal in seals)
            {
                if (at >= entries.Count || entries[at].Id > seal.Id)
                {
                    return new AuditVerdict(done, 0, seal.Id, $"Entry {seal.Id} is missing: it was sealed and is no longer there.");
                }

                if (entries[at].Id < seal.Id)
                {
                    return new AuditVerdict(done, 0, entries[at].Id, $"Entry {entries[at].Id} has no seal although later ones do: it was added afterwards, or its seal was removed.");
                }

                hash = Chain(hash, entries[at++]);
                if (hash != seal.Hash)
                {
                    return new AuditVerdict(done, 0, seal.Id, $"Entry {seal.Id} is not what was sealed: it was changed or moved, or the one before it was removed with its seal.");
                }

                done++;
            }

            last = until;
        }

        return new AuditVerdict(done, await db.AuditEntries.LongCountAsync(e => e.Id > end, cancel), null, null);
    }

    private async Task<int> SealBatchAsync(CancellationToken cancel)
    {
        try
        {
            return await database.WriteAsync(Actor.System, async db =>
            {
                var now = clock.GetUtcNow();
                var settled = now - settlement;
                var last = await db.AuditSeals.OrderByDescending(s => s.Id).FirstOrDefaultAsync(cancel);
                var after = last?.Id ?? 0;
                var entries = await db.AuditEntries.AsNoTracking().Where(e => e.Id > after).OrderBy(e => e.Id).Take(BatchSize).ToListAsync(cancel);
                var hash = last?.Hash ?? "";
                var count = 0;
                foreach (var entry in entries.TakeWhile(entry => entry.At <= settled))
                {
                    hash = Chain(hash, entry);
                    db.AuditSeals.Add(new AuditSeal { Id = entry.Id, FirstId = entry.Id, Count = 1, Hash = hash, SealedAt = now });
                    count++;
                }

                return count;
            }, cancel);
        }
        catch (DbUpdateException exception) when (database.Provider.IsUniqueViolation(exception))
        {
            // Another node sealed the same entries.
            return 0;
        }
    }

    private string Chain(string previous, AuditEntry entry) => Convert.ToBase64String(keys.Hash("audit-seal", previous + "\n" + Canonical(entry)));

    private static string Canonical(AuditEntry e) => JsonSerializer.Serialize(new string?[]
    {
        e.Id.ToString(CultureInfo.InvariantCulture), e.At.UtcTicks.ToString(CultureInfo.InvariantCulture), e.ActorKey, e.ActorName, e.IpAddress, e.CorrelationId, e.AuthenticationMethod,
        e.Action, e.Outcome.ToString(), e.EntityType, e.EntityId, e.Subject, e.StoreId?.ToString(CultureInfo.InvariantCulture), e.Reason, e.Before, e.After,
    });
}
