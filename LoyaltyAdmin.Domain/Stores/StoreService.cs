using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

public sealed record StoreRow(long Id, string Code, string Name, string TimeZone, string? City, bool IsOpen);

public sealed record StoreFilter(string? Text = null, bool? IsOpen = null);

/// <summary>A store being created or edited.</summary>
public sealed class StoreForm
{
    public long? Id { get; set; }
    public string Code { get; set; } = "";
    public string Name { get; set; } = "";
    public string TimeZone { get; set; } = "";
    public string? City { get; set; }
    public string? Address { get; set; }
    public Guid Version { get; set; }
}

/// <summary>The stores: created, edited, closed and reopened; never deleted, because their history stays.</summary>
public sealed class StoreService(LoyaltyDatabase database, AccessControl access)
{
    private static readonly SortColumns<Store> sorts = new SortColumns<Store>(store => store.Id).By("Code", store => store.Code).By("Name", store => store.Name);

    [Requires(Permission.StoresManage)]
    public async Task<Page<StoreRow>> ListAsync(Actor actor, StoreFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.StoresManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var text = filter.Text?.Trim().ToLower();
        var (kind, ids) = (grant.Stores.Kind, grant.Stores.StoreIds.ToList());

        return await db.Stores
            .Where(s => kind == StoreScopeKind.All || (kind == StoreScopeKind.Included ? ids.Contains(s.Id) : !ids.Contains(s.Id)))
            .Where(s => string.IsNullOrEmpty(text) || s.Code.ToLower().Contains(text) || s.Name.ToLower().Contains(text) || s.City!.ToLower().Contains(text))
            .Where(s => filter.IsOpen == null || s.IsOpen == filter.IsOpen)
            .ToPageAsync(page, sorts, s => new StoreRow(s.Id, s.Code, s.Name, s.TimeZone, s.City, s.IsOpen), cancel);
    }

    [Requires(Permission.StoresManage)]
    public async Task<StoreForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.StoresManage, cancel: cancel);
        grant.DemandStore(id, "The store");
        await using var db = await database.ReadAsync(cancel);

        return await db.Stores.Where(s => s.Id == id)
            .Select(s => new StoreForm { Id = s.Id, Code = s.Code, Name = s.Name, TimeZone = s.TimeZone, City = s.City, Address = s.Address, Version = s.Version })
            .FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The store");
    }

    /// <summary>Creates or edits a store. The code of a store that exists never changes: tills and imports name it.</summary>
    [Requires(Permission.StoresManage)]
    public async Task<long> SaveAsync(Actor actor, StoreForm form, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.StoresManage, cancel: cancel);

        return await database.WriteAsync(actor, async db =>
        {
            var code = form.Code.Trim().ToUpperInvariant();
            new FieldErrors()
                .Require(code is { Length: >= 2 and <= 20 } && code.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), nameof(form.Code), "The code has 2 to 20 letters, digits or hyphens, e.g. NYC01.")
                .Require(!await db.Stores.AnyAsync(s => s.Code == code && s.Id != (form.Id ?? 0), cancel), nameof(form.Code), "Another store already has this code.")
                .Text(nameof(form.Name), "Name", form.Name, 120, required: true)
                .Require(TimeZoneInfo.TryFindSystemTimeZoneById(form.TimeZone, out _), nameof(form.TimeZone), "Choose a time zone, e.g. America/New_York.")
                .Text(nameof(form.City), "City", form.City, 120)
                .Text(nameof(form.Address), "Address", form.Address, 400)
                .ThrowIfAny();
            var store = form.Id is { } id ? await FindAsync(db, grant, id, cancel) : db.Stores.Add(new Store { Code = code, Name = form.Name, TimeZone = form.TimeZone }).Entity;
            if (form.Id is not null && store.Version != form.Version)
            {
                throw new ConcurrentChangeException("The store");
            }

            if (store.Code != code)
            {
                throw new RuleViolationException("code_is_fixed", "The code of a store cannot change: tills and imports name the store by it.") { Field = nameof(form.Code) };
            }

            (store.Name, store.TimeZone, store.City, store.Address) = (form.Name.Trim(), form.TimeZone, Inputs.Clean(form.City), Inputs.Clean(form.Address));
            await db.SaveChangesAsync(cancel);

            return store.Id;
        }, cancel);
    }

    /// <summary>Stops sales and redemptions in the store; its cards stay valid in other stores.</summary>
    [Requires(Permission.StoresManage)]
    public Task CloseAsync(Actor actor, long id, CancellationToken cancel = default) => OpenAsync(actor, id, isOpen: false, cancel);

    [Requires(Permission.StoresManage)]
    public Task ReopenAsync(Actor actor, long id, CancellationToken cancel = default) => OpenAsync(actor, id, isOpen: true, cancel);

    private async Task OpenAsync(Actor actor, long id, bool isOpen, CancellationToken cancel)
    {
        var grant = await access.DemandAsync(actor, Permission.StoresManage, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, grant, id, cancel)).IsOpen = isOpen, cancel);
    }

    private static async Task<Store> FindAsync(LoyaltyDbContext db, Grant grant, long id, CancellationToken cancel)
    {
        grant.DemandStore(id, "The store");

        return await db.Stores.FirstOrDefaultAsync(s => s.Id == id, cancel) ?? throw new NotFoundException("The store");
    }
}
