using System.Net;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

public sealed record ApiClientRow(long Id, string Name, IReadOnlyList<ApiScope> Scopes, StoreScope Stores, bool IsEnabled, bool RequiresSignature, int LiveKeys, DateTimeOffset? LastUsedAt);

public sealed record ApiClientFilter(string? Name = null, bool? IsEnabled = null);

/// <summary>An API client being created or edited.</summary>
public sealed class ApiClientForm
{
    public long? Id { get; set; }
    public string Name { get; set; } = "";
    public HashSet<ApiScope> Scopes { get; set; } = [];
    public StoreScope Stores { get; set; } = StoreScope.All;
    public bool RequiresSignature { get; set; }
    public IReadOnlyList<string> AllowedAddresses { get; set; } = [];
    public int RedemptionsPerSecond { get; set; } = 20;
    public Guid Version { get; set; }
}

/// <summary>The programs that call the API; their keys are made and ended in <see cref="ApiKeys"/>.</summary>
public sealed class ApiClients(LoyaltyDatabase database, AccessControl access, ApiCallers callers, TimeProvider clock)
{
    private const int MostAddresses = 50;
    private const int MostRedemptionsPerSecond = 1_000;

    private static readonly SortColumns<ApiClient> sorts = new SortColumns<ApiClient>(client => client.Id).By("Name", client => client.Name);

    [Requires(Permission.ApiClientsManage)]
    public async Task<Page<ApiClientRow>> ListAsync(Actor actor, ApiClientFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ApiClientsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var name = filter.Name?.Trim().ToLower();
        var now = clock.GetUtcNow();

        return await db.ApiClients
            .Where(c => string.IsNullOrEmpty(name) || c.Name.ToLower().Contains(name))
            .Where(c => filter.IsEnabled == null || c.IsEnabled == filter.IsEnabled)
            .ToPageAsync(page, sorts, c => new ApiClientRow(c.Id, c.Name, c.Scopes, c.Stores, c.IsEnabled, c.RequiresSignature,
                db.ApiKeys.Count(k => k.ApiClientId == c.Id && k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now)),
                db.ApiKeys.Where(k => k.ApiClientId == c.Id).Max(k => k.LastUsedAt)), cancel);
    }

    [Requires(Permission.ApiClientsManage)]
    public async Task<ApiClientForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ApiClientsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var client = await db.ApiClients.FirstOrDefaultAsync(c => c.Id == id, cancel) ?? throw new NotFoundException("The API client");

        return new ApiClientForm
        {
            Id = client.Id,
            Name = client.Name,
            Scopes = [.. client.Scopes],
            Stores = client.Stores,
            RequiresSignature = client.RequiresSignature,
            AllowedAddresses = client.AllowedAddresses,
            RedemptionsPerSecond = client.RedemptionsPerSecond,
            Version = client.Version,
        };
    }

    [Requires(Permission.ApiClientsManage)]
    public async Task<long> SaveAsync(Actor actor, ApiClientForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.ApiClientsManage, cancel: cancel);
        var id = await database.WriteAsync(actor, async db =>
        {
            await CheckAsync(db, form, cancel);
            var client = form.Id is { } known
                ? await FindAsync(db, known, cancel)
                : db.ApiClients.Add(new ApiClient { Name = form.Name, Scopes = [], CreatedAt = clock.GetUtcNow() }).Entity;
            if (form.Id is not null && client.Version != form.Version)
            {
                throw new ConcurrentChangeException("The API client");
            }

            (client.Name, client.Scopes, client.Stores) = (form.Name.Trim(), [.. form.Scopes.Order()], form.Stores);
            (client.RequiresSignature, client.RedemptionsPerSecond) = (form.RequiresSignature, form.RedemptionsPerSecond);
            client.AllowedAddresses = [.. form.AllowedAddresses.Select(address => address.Trim()).Where(address => address.Length > 0)];
            await db.SaveChangesAsync(cancel);

            return client.Id;
        }, cancel);
        Forget(id);

        return id;
    }

    /// <summary>Refuses all of the client's keys at once.</summary>
    [Requires(Permission.ApiClientsManage)]
    public Task DisableAsync(Actor actor, long id, CancellationToken cancel = default) => EnableAsync(actor, id, isEnabled: false, cancel);

    [Requires(Permission.ApiClientsManage)]
    public Task EnableAsync(Actor actor, long id, CancellationToken cancel = default) => EnableAsync(actor, id, isEnabled: true, cancel);

    private async Task EnableAsync(Actor actor, long id, bool isEnabled, CancellationToken cancel)
    {
        await access.DemandAsync(actor, Permission.ApiClientsManage, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).IsEnabled = isEnabled, cancel);
        Forget(id);
    }

    private void Forget(long id)
    {
        access.Forget(Actor.ApiClient(id, "").Key);
        callers.Forget();
    }

    private static async Task CheckAsync(LoyaltyDbContext db, ApiClientForm form, CancellationToken cancel)
    {
        var name = form.Name.Trim();
        var (storeIds, groupIds) = (form.Stores.StoreIds.ToList(), form.Stores.GroupIds.ToList());
        new FieldErrors()
            .Text(nameof(form.Name), "Name", form.Name, 120, required: true)
            .Require(!await db.ApiClients.AnyAsync(c => c.Name == name && c.Id != (form.Id ?? 0), cancel), nameof(form.Name), "Another API client already has this name.")
            .Require(form.Scopes.Count > 0 && form.Scopes.All(Enum.IsDefined), nameof(form.Scopes), "Choose at least one scope.")
            .Require(form.Stores.Kind == StoreScopeKind.All || !form.Stores.IsEmpty, nameof(form.Stores), "Choose at least one store.")
            .Require(await db.Stores.CountAsync(s => storeIds.Contains(s.Id), cancel) == storeIds.Count, nameof(form.Stores), "One of the stores does not exist.")
            .Require(await db.StoreGroups.CountAsync(group => groupIds.Contains(group.Id), cancel) == groupIds.Count, nameof(form.Stores), "One of the store groups does not exist.")
            .Require(form.AllowedAddresses.Count <= MostAddresses && form.AllowedAddresses.All(IsAddress), nameof(form.AllowedAddresses), "Write one address or range to a line, e.g. 203.0.113.7 or 203.0.113.0/24; at most 50.")
            .Require(form.RedemptionsPerSecond is >= 1 and <= MostRedemptionsPerSecond, nameof(form.RedemptionsPerSecond), "Redemptions per second are 1 to 1,000.")
            .ThrowIfAny();
    }

    private static bool IsAddress(string text) =>
        string.IsNullOrWhiteSpace(text) || (text.Contains('/') ? IPNetwork.TryParse(text.Trim(), out _) : IPAddress.TryParse(text.Trim(), out _));

    private static async Task<ApiClient> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.ApiClients.FirstOrDefaultAsync(c => c.Id == id, cancel) ?? throw new NotFoundException("The API client");
}
