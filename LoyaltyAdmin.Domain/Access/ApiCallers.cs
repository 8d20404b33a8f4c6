using System.Collections.Concurrent;
using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>The API client a request came from, with what the door checks before any service does.</summary>
/// <param name="Actor">Calls the services.</param>
/// <param name="SigningSecret">What the client signs its requests with (<c>X-Signature</c>).</param>
/// <param name="RequiresSignature">Value-moving requests without a signature are refused.</param>
/// <param name="AllowedAddresses">Addresses or CIDR ranges; empty: any.</param>
/// <param name="RedemptionsPerSecond">More are answered with 429.</param>
public sealed record ApiCaller(Actor Actor, string SigningSecret, bool RequiresSignature, IReadOnlyList<string> AllowedAddresses, int RedemptionsPerSecond);

/// <summary>
/// Recognises API clients by their keys: read from the database at most 5 s ago, forgotten at once in this process when keys or clients change.
/// Last use is written behind, at most once a minute.
/// </summary>
public sealed class ApiCallers(LoyaltyDatabase database, AccessControl access, SecretKeys keys, TimeProvider clock) : IAsyncDisposable
{
    private const int MostRemembered = 10_000;

    private static readonly TimeSpan freshness = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan lastUseEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> lastUses = new(StringComparer.Ordinal);
    private Task writing = Task.CompletedTask;

    /// <summary>The client this key belongs to, or null: no such key, revoked, expired, or the client is disabled.</summary>
    public async ValueTask<ApiCaller?> FindAsync(string? key, CancellationToken cancel = default)
    {
        if (ApiKeyText.Parse(key) is not { } presented)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        if (!known.TryGetValue(presented.KeyId, out var entry) || now - entry.ReadAt >= freshness || now < entry.ReadAt)
        {
            // Only keys that exist are remembered: guesses must not fill the memory.
            entry = await ReadAsync(presented.KeyId, now, cancel);
        }

        // Compared also when there is nothing to compare with, so that time tells a guesser nothing.
        var isRight = CryptographicOperations.FixedTimeEquals(presented.Hash(), entry?.Hash ?? new byte[SHA256.HashSizeInBytes]);
        if (!isRight || entry is null || entry.Until <= now || await access.FindAsync(entry.Caller.Actor, cancel) is null)
        {
            return null;
        }

        NoteUse(presented.KeyId, now);

        return entry.Caller;
    }

    /// <summary>Forgets what is remembered of all keys, so that a change holds at once in this process.</summary>
    public void Forget() => known.Clear();

    public async ValueTask DisposeAsync() => await writing;

    private async Task<Known?> ReadAsync(string keyId, DateTimeOffset now, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var found = await (from key in db.ApiKeys
                           where key.KeyId == keyId && key.RevokedAt == null
                           join client in db.ApiClients on key.ApiClientId equals client.Id
                           select new { key, client }).FirstOrDefaultAsync(cancel);
        if (found is null)
        {
            known.TryRemove(keyId, out _);

            return null;
        }

        if (known.Count >= MostRemembered)
        {
            known.Clear();
        }

        var actor = Actor.ApiClient(found.client.Id, found.client.Name) with { AuthenticationMethod = "api-key" };
        var caller = new ApiCaller(actor, keys.Open(found.key.SigningSecret), found.client.RequiresSignature, found.client.AllowedAddresses, found.client.RedemptionsPerSecond);

        return known[keyId] = new Known(caller, found.key.Hash, found.key.ExpiresAt ?? DateTimeOffset.MaxValue, now);
    }

    private void NoteUse(string keyId, DateTimeOffset now)
    {
        if (lastUses.TryGetValue(keyId, out var last))
        {
            if (now - last < lastUseEvery || !lastUses.TryUpdate(keyId, now, last))
            {
                return;
            }
        }
        else if (!lastUses.TryAdd(keyId, now))
        {
            return;
        }

        var use = Task.Run(() => WriteUseAsync(keyId, now));
        lock (lastUses)
        {
            writing = writing.IsCompleted ? use : Task.WhenAll(writing, use);
        }
    }

    private async Task WriteUseAsync(string keyId, DateTimeOffset now)
    {
        try
        {
            // Not through the audit trail: being used is not a change somebody made.
            await database.WriteAsync(Actor.System, db => db.ApiKeys.Where(k => k.KeyId == keyId).ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, now)));
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or DbUpdateException or System.Data.Common.DbException or ObjectDisposedException)
        {
            // A convenience for people: the next use after a minute, or after the restart, writes it again.
        }
    }

    private sealed record Known(ApiCaller Caller, byte[] Hash, DateTimeOffset Until, DateTimeOffset ReadAt);
}
