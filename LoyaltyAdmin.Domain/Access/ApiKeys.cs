using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>The word in the middle of new keys that tells a test key from a live one.</summary>
public sealed record ApiKeySettings(string Environment);

/// <summary>A new key and its signing secret: shown this once, kept as hash and sealed.</summary>
public sealed record NewApiKey(string KeyId, string Key, string SigningSecret, DateTimeOffset? ExpiresAt);

/// <summary>One key of a client as the API Clients page lists it.</summary>
public sealed record ApiKeyRow(long Id, string KeyId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt, bool IsLive);

/// <summary>Makes, rotates and revokes the keys of API clients. A client has at most two live keys, so that one is replaced without a gap.</summary>
public sealed class ApiKeys(LoyaltyDatabase database, AccessControl access, ApiCallers callers, ApiKeySettings settings, SecretKeys keys, TimeProvider clock)
{
    private const int MostLiveKeys = 2;

    /// <summary>The client's keys, newest first.</summary>
    [Requires(Permission.ApiClientsManage)]
    public async Task<IReadOnlyList<ApiKeyRow>> ListAsync(Actor actor, long clientId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ApiClientsManage, cancel: cancel);
        var now = clock.GetUtcNow();
        await using var db = await database.ReadAsync(cancel);

        return await db.ApiKeys.Where(k => k.ApiClientId == clientId).OrderByDescending(k => k.Id)
            .Select(k => new ApiKeyRow(k.Id, k.KeyId, k.CreatedAt, k.ExpiresAt, k.RevokedAt, k.LastUsedAt, k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now))).ToListAsync(cancel);
    }

    /// <summary>A new key for a client.</summary>
    /// <exception cref="RuleViolationException">The client has two live keys already, or the expiry is not in the future.</exception>
    [Requires(Permission.ApiClientsManage)]
    public async Task<NewApiKey> CreateAsync(Actor actor, long clientId, DateTimeOffset? expiresAt = null, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ApiClientsManage, cancel: cancel);

        return await database.WriteAsync(actor, db => CreateAsync(db, clientId, expiresAt, cancel), cancel);
    }

    /// <summary>A new key, while the given one stays valid for <paramref name="overlap"/> so that tills can be changed over.</summary>
    /// <exception cref="RuleViolationException">The key is not live, or the client has two live keys already.</exception>
    [Requires(Permission.ApiClientsManage)]
    public async Task<NewApiKey> RotateAsync(Actor actor, long keyId, TimeSpan overlap, DateTimeOffset? expiresAt = null, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ApiClientsManage, cancel: cancel);
        new FieldErrors().Require(overlap >= TimeSpan.Zero && overlap <= TimeSpan.FromDays(30), nameof(overlap), "The old key stays valid for at most 30 days.").ThrowIfAny();
        var created = await database.WriteAsync(actor, async db =>
        {
            var old = await FindAsync(db, keyId, cancel);
            var now = clock.GetUtcNow();
            if (!old.IsLiveAt(now))
            {
                throw new RuleViolationException("key_not_live", "This key is revoked or expired. Create a new one instead.");
            }

            var result = await CreateAsync(db, old.ApiClientId, expiresAt, cancel);
            old.ExpiresAt = old.ExpiresAt is { } end && end < now + overlap ? end : now + overlap;

            return result;
        }, cancel);
        callers.Forget();

        return created;
    }

    /// <summary>Ends a key at once. Revoking a revoked key changes nothing.</summary>
    [Requires(Permission.ApiClientsManage)]
    public async Task RevokeAsync(Actor actor, long keyId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ApiClientsManage, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, keyId, cancel)).RevokedAt ??= clock.GetUtcNow(), cancel);
        callers.Forget();
    }

    private async Task<NewApiKey> CreateAsync(LoyaltyDbContext db, long clientId, DateTimeOffset? expiresAt, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        new FieldErrors().Require(expiresAt is null || expiresAt > now, nameof(expiresAt), "The expiry must lie in the future.").ThrowIfAny();
        var client = await db.ApiClients.FirstOrDefaultAsync(c => c.Id == clientId, cancel) ?? throw new NotFoundException("The API client");
        if (await db.ApiKeys.CountAsync(k => k.ApiClientId == clientId && k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now), cancel) >= MostLiveKeys)
        {
            throw new RuleViolationException("too_many_keys", "This client has two live keys already. Revoke one first.");
        }

        // A new version of the client: of two people adding a key at once, the second starts over.
        db.Entry(client).Property(c => c.Version).IsModified = true;
        var key = ApiKeyText.New(settings.Environment);
        var secret = ApiKeyText.NewSigningSecret();
        db.ApiKeys.Add(new ApiKey { ApiClientId = clientId, KeyId = key.KeyId, Hash = key.Hash(), SigningSecret = keys.Seal(secret), CreatedAt = now, ExpiresAt = expiresAt });

        return new NewApiKey(key.KeyId, key.ToString(), secret, expiresAt);
    }

    private static async Task<ApiKey> FindAsync(LoyaltyDbContext db, long keyId, CancellationToken cancel) =>
        await db.ApiKeys.FirstOrDefaultAsync(k => k.Id == keyId, cancel) ?? throw new NotFoundException("The API key");
}
