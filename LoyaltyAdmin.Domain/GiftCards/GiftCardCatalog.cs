using System.Collections.Concurrent;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>What every payment needs and hardly ever changes: stores (read afresh every 5 s) and terms (never change once written).</summary>
public sealed class GiftCardCatalog(LoyaltyDatabase database, StoreScopes scopes, TimeProvider clock)
{
    private static readonly TimeSpan freshness = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, GiftCardRules> terms = new();
    private Snapshot? stores;

    /// <summary>The open store with this code.</summary>
    /// <exception cref="RuleViolationException">No such store, or it is closed.</exception>
    public async ValueTask<Store> OpenStoreAsync(string code, CancellationToken cancel = default)
    {
        if (!(await StoresAsync(cancel)).ByCode.TryGetValue(code, out var store))
        {
            // Perhaps opened a moment ago.
            (await ReadStoresAsync(cancel)).ByCode.TryGetValue(code, out store);
        }

        return store is { IsOpen: true }
            ? store
            : throw OpenStores.Unknown(code);
    }

    public async ValueTask<Store> StoreAsync(long id, CancellationToken cancel = default) =>
        (await StoresAsync(cancel)).ById.GetValueOrDefault(id) ?? (await ReadStoresAsync(cancel)).ById.GetValueOrDefault(id) ?? throw new NotFoundException("The store");

    /// <summary>The rules cards of these terms were sold under.</summary>
    public async ValueTask<GiftCardRules> RulesAsync(long termsId, CancellationToken cancel = default)
    {
        if (terms.TryGetValue(termsId, out var rules))
        {
            return rules;
        }

        await using var db = await database.ReadAsync(cancel);
        rules = await db.GiftCardTerms.Where(t => t.Id == termsId).Select(t => t.Rules).SingleAsync(cancel);

        return terms.GetOrAdd(termsId, rules);
    }

    /// <summary>The stores of the rules, those of organisations and groups as they are now: sold cards follow a store that joins.</summary>
    public ValueTask<StoreScope> StoresOfAsync(GiftCardRules rules, CancellationToken cancel = default) => scopes.ResolveAsync(rules.Stores, cancel);

    private async ValueTask<Snapshot> StoresAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();

        return stores is { } known && now - known.ReadAt < freshness && now >= known.ReadAt ? known : await ReadStoresAsync(cancel);
    }

    private async Task<Snapshot> ReadStoresAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var all = await db.Stores.ToListAsync(cancel);

        return stores = new Snapshot(clock.GetUtcNow(), all.ToDictionary(s => s.Id), all.ToDictionary(s => s.Code, StringComparer.OrdinalIgnoreCase));
    }

    private sealed record Snapshot(DateTimeOffset ReadAt, Dictionary<long, Store> ById, Dictionary<string, Store> ByCode);
}
