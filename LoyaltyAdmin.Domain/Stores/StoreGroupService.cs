using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

public sealed record StoreGroupRow(long Id, StoreGroupKind Kind, string Name, int Stores);

public sealed record StoreGroupFilter(string? Name = null, StoreGroupKind? Kind = null);

/// <summary>An organisation or group being created or edited.</summary>
public sealed class StoreGroupForm
{
    public long? Id { get; set; }

    /// <summary>Fixed once saved.</summary>
    public StoreGroupKind Kind { get; set; } = StoreGroupKind.Group;

    public string Name { get; set; } = "";
    public HashSet<long> StoreIds { get; set; } = [];
    public Guid Version { get; set; }
}

/// <summary>Organisations (one per store) and groups (any number) of stores. Only who sees every store may change them: access hangs on them.</summary>
public sealed class StoreGroupService(LoyaltyDatabase database, AccessControl access, StoreScopes scopes)
{
    private static readonly SortColumns<StoreGroup> sorts = new SortColumns<StoreGroup>(group => group.Id).By("Name", group => group.Name);

    [Requires(Permission.StoresManage)]
    public async Task<Page<StoreGroupRow>> ListAsync(Actor actor, StoreGroupFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.StoresManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var name = filter.Name?.Trim().ToLower();

        return await db.StoreGroups
            .Where(group => string.IsNullOrEmpty(name) || group.Name.ToLower().Contains(name))
            .Where(group => filter.Kind == null || group.Kind == filter.Kind)
            .ToPageAsync(page, sorts, group => new StoreGroupRow(group.Id, group.Kind, group.Name, db.StoreGroupMembers.Count(member => member.GroupId == group.Id)), cancel);
    }

    [Requires(Permission.StoresManage)]
    public async Task<StoreGroupForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.StoresManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var group = await FindAsync(db, id, cancel);

        return new StoreGroupForm { Id = id, Kind = group.Kind, Name = group.Name, Version = group.Version, StoreIds = [.. await db.StoreGroupMembers.Where(member => member.GroupId == id).Select(member => member.StoreId).ToListAsync(cancel)] };
    }

    /// <summary>Saves a group with its stores. What applies to it, access included, follows within seconds.</summary>
    /// <exception cref="RuleViolationException">A store belongs to another organisation, or the caller does not see every store.</exception>
    [Requires(Permission.StoresManage)]
    public async Task<long> SaveAsync(Actor actor, StoreGroupForm form, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.StoresManage, cancel: cancel);
        DemandAllStores(grant);
        var id = await database.WriteAsync(actor, async db =>
        {
            await CheckAsync(db, form, cancel);
            var group = form.Id is { } known ? await FindAsync(db, known, cancel) : db.StoreGroups.Add(new StoreGroup { Kind = form.Kind, Name = form.Name }).Entity;
            if (form.Id is not null && group.Version != form.Version)
            {
                throw new ConcurrentChangeException("The store group");
            }

            if (group.Kind != form.Kind)
            {
                throw new RuleViolationException("immutable", "An organisation stays an organisation and a group a group.") { Field = nameof(form.Kind) };
            }

            group.Name = form.Name.Trim();
            if (form.Id is not null)
            {
                // Its stores are part of it: two people changing only those must notice each other too.
                db.Entry(group).State = EntityState.Modified;
            }

            await db.SaveChangesAsync(cancel);
            await WriteMembersAsync(db, actor, group, form.StoreIds, cancel);

            return group.Id;
        }, cancel);
        Forget();

        return id;
    }

    /// <summary>Deletes a group nobody needs any more.</summary>
    /// <exception cref="RuleViolationException">Users, API clients or gift cards apply to it; they are named.</exception>
    [Requires(Permission.StoresManage)]
    public async Task DeleteAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.StoresManage, cancel: cancel);
        DemandAllStores(grant);
        await database.WriteAsync(actor, async db =>
        {
            var group = await FindAsync(db, id, cancel);
            await DemandUnusedAsync(db, group, cancel);
            db.StoreGroupMembers.RemoveRange(await db.StoreGroupMembers.Where(member => member.GroupId == id).ToListAsync(cancel));
            db.StoreGroups.Remove(group);
        }, cancel);
        Forget();
    }

    private static void DemandAllStores(Grant grant)
    {
        if (grant.Stores.Kind != StoreScopeKind.All)
        {
            throw new RuleViolationException("all_stores_needed", "Store groups are changed by users of all stores: who works in which store hangs on them.");
        }
    }

    private static async Task CheckAsync(LoyaltyDbContext db, StoreGroupForm form, CancellationToken cancel)
    {
        var (name, ids, own) = (form.Name.Trim(), form.StoreIds.ToArray(), form.Id ?? 0);
        var errors = new FieldErrors()
            .Text(nameof(form.Name), "Name", form.Name, 120, required: true)
            .Require(Enum.IsDefined(form.Kind), nameof(form.Kind), "Choose an organisation or a group.")
            .Require(!await db.StoreGroups.AnyAsync(group => group.Kind == form.Kind && group.Name == name && group.Id != own, cancel), nameof(form.Name), "Another one already has this name.")
            .Require(await db.Stores.CountAsync(store => ids.Contains(store.Id), cancel) == ids.Length, nameof(form.StoreIds), "One of the stores does not exist.");
        if (form.Kind == StoreGroupKind.Organisation)
        {
            var elsewhere = await (from member in db.StoreGroupMembers
                                   where ids.Contains(member.StoreId) && member.GroupId != own
                                   join other in db.StoreGroups on member.GroupId equals other.Id
                                   where other.Kind == StoreGroupKind.Organisation
                                   join store in db.Stores on member.StoreId equals store.Id
                                   orderby store.Name
                                   select store.Name + " (" + other.Name + ")").ToListAsync(cancel);
            errors.Require(elsewhere.Count == 0, nameof(form.StoreIds), $"A store belongs to one organisation. Take out of theirs first: {string.Join(", ", elsewhere)}.");
        }

        errors.ThrowIfAny();
    }

    private async Task WriteMembersAsync(LoyaltyDbContext db, Actor actor, StoreGroup group, HashSet<long> wanted, CancellationToken cancel)
    {
        var present = await db.StoreGroupMembers.Where(member => member.GroupId == group.Id).ToListAsync(cancel);
        var (gone, added) = (present.Where(member => !wanted.Contains(member.StoreId)).ToList(), wanted.Except(present.Select(member => member.StoreId)).ToList());
        if (gone.Count + added.Count == 0)
        {
            return;
        }

        db.StoreGroupMembers.RemoveRange(gone);
        db.StoreGroupMembers.AddRange(added.Select(store => new StoreGroupMember { GroupId = group.Id, StoreId = store }));
        var names = await db.Stores.ToDictionaryAsync(store => store.Id, store => store.Code, cancel);
        string Codes(IEnumerable<long> ids) => System.Text.Json.JsonSerializer.Serialize(new { Stores = ids.Select(store => names[store]).Order(StringComparer.Ordinal) });
        db.AuditEntries.Add(new Audit.AuditEntry(actor, scopes.Now, "StoreGroup.Stores")
        {
            EntityType = nameof(StoreGroup),
            EntityId = group.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Subject = group.Name,
            Before = Codes(present.Select(member => member.StoreId)),
            After = Codes(wanted),
        });
    }

    private static async Task DemandUnusedAsync(LoyaltyDbContext db, StoreGroup group, CancellationToken cancel)
    {
        // Scopes are JSON: a handful of rows each, looked through here.
        List<string> users =
        [
            .. (await db.Staff.AsNoTracking().Select(user => new { user.DisplayName, user.Stores }).ToListAsync(cancel)).Where(user => user.Stores.GroupIds.Contains(group.Id)).Select(user => $"the user {user.DisplayName}"),
            .. (await db.ApiClients.AsNoTracking().Select(client => new { client.Name, client.Stores }).ToListAsync(cancel)).Where(client => client.Stores.GroupIds.Contains(group.Id)).Select(client => $"the API client {client.Name}"),
            .. (await db.GiftCardPlans.AsNoTracking().ToListAsync(cancel)).Where(plan => plan.Rules.Stores.GroupIds.Contains(group.Id)).Select(plan => $"the gift card {plan.Name}"),
            .. (await db.GiftCardTerms.AsNoTracking().ToListAsync(cancel)).Exists(terms => terms.Rules.Stores.GroupIds.Contains(group.Id)) ? ["terms that gift cards were sold under"] : Array.Empty<string>(),
        ];
        if (users.Count > 0)
        {
            throw new RuleViolationException("group_in_use", $"“{group.Name}” cannot be deleted: it is used by {string.Join(", ", users.Take(5))}{(users.Count > 5 ? $" and {users.Count - 5} more" : "")}.");
        }
    }

    // Nobody is signed out: the rights of whoever works in a group's stores are read afresh with the next click.
    private void Forget()
    {
        scopes.Forget();
        access.ForgetGrants();
    }

    private static async Task<StoreGroup> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.StoreGroups.FirstOrDefaultAsync(group => group.Id == id, cancel) ?? throw new NotFoundException("The store group");
}
