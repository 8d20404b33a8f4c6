using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>One line of the Coupon Packages tab.</summary>
public sealed record CouponPackageRow(long Id, string Code, string Name, string? Description, CouponStatus Status, IReadOnlyList<CouponPackageItem> Items, DateTimeOffset CreatedAt);

/// <summary>What the Coupon Packages tab is filtered by; null or empty: not filtered. Archived packages appear only when asked for.</summary>
public sealed record CouponPackageFilter(string? Name = null, CouponStatus? Status = null);

/// <summary>A package to choose from.</summary>
public sealed record CouponPackageChoice(long Id, string Code, string Name, CouponStatus Status);

/// <summary>One coupon of a package being edited.</summary>
public sealed class CouponPackageItemForm
{
    public long? CouponId { get; set; }
    public int Quantity { get; set; } = 1;
}

/// <summary>A coupon package while it is being edited.</summary>
public sealed class CouponPackageForm
{
    public long? Id { get; set; }

    /// <summary>Made with the form: a form sent twice makes one package.</summary>
    public string OperationId { get; set; } = Guid.NewGuid().ToString("N");

    public Guid? Version { get; set; }
    public string Name { get; set; } = "";
    public string? Description { get; set; }
    public List<CouponPackageItemForm> Items { get; set; } = [new()];

    public FieldErrors Validate() => new FieldErrors()
        .Text(nameof(Name), "Package Name", Name, 120, required: true)
        .Text(nameof(Description), "Description", Description, 2000)
        .Require(Items.Count is >= 1 and <= CouponPackage.MostItems, nameof(Items), $"A package has 1 to {CouponPackage.MostItems} coupons.")
        .Require(Items.TrueForAll(i => i.CouponId is not null && i.Quantity is >= 1 and <= 100), nameof(Items), "Select each coupon and a quantity of 1 to 100.")
        .Require(Items.Where(i => i.CouponId is not null).GroupBy(i => i.CouponId).All(g => g.Count() == 1), nameof(Items), "Each coupon can be listed once.");
}

/// <summary>Coupon packages from first draft to archive.</summary>
public sealed class CouponPackages(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar)
{
    private const int SaveAttempts = 10;
    private const int MostChoices = 500;

    private static readonly SortColumns<CouponPackage> sorts = new SortColumns<CouponPackage>(package => package.Id).By("Name", package => package.Name).By("Code", package => package.Code);

    [Requires(Permission.CouponsRead)]
    public async Task<Page<CouponPackageRow>> ListAsync(Actor actor, CouponPackageFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, filter).ToPageAsync(page, sorts, Row, cancel);
    }

    [Requires(Permission.CouponsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, CouponPackageFilter filter, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, filter).BoundedCountAsync(cancel: cancel);
    }

    [Requires(Permission.CouponsRead)]
    public async Task<IReadOnlyList<CouponPackageChoice>> ChoicesAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.CouponPackages.Where(p => p.Status != CouponStatus.Archived).OrderBy(p => p.Name).Take(MostChoices).Select(p => new CouponPackageChoice(p.Id, p.Code, p.Name, p.Status)).ToListAsync(cancel);
    }

    [Requires(Permission.CouponsRead)]
    public async Task<CouponPackageForm> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var package = await FindAsync(db, id, cancel);

        return new CouponPackageForm
        {
            Id = package.Id,
            Version = package.Version,
            Name = package.Name,
            Description = package.Description,
            Items = [.. package.Items.Select(i => new CouponPackageItemForm { CouponId = i.CouponId, Quantity = i.Quantity })],
        };
    }

    [Requires(Permission.CouponsRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.HistoryOfAsync<CouponPackage>(id, page, cancel);
    }

    /// <summary>Saves a new or edited package; a new one goes live at once unless saved as draft. The same form sent again is the same package.</summary>
    [Requires(Permission.CouponsEdit)]
    public async Task<long> SaveAsync(Actor actor, CouponPackageForm form, bool asDraft = false, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsEdit, cancel: cancel);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.WriteAsync(form.Id is null ? actor with { CorrelationId = form.OperationId } : actor, db => SaveAsync(db, actor, form, asDraft, cancel), cancel);
            }
            catch (Exception exception) when (database.Provider.IsUniqueViolation(exception) && attempt < SaveAttempts)
            {
                // Two new packages at once wanted the same number.
            }
        }
    }

    [Requires(Permission.CouponsEdit)]
    public Task ActivateAsync(Actor actor, long id, CancellationToken cancel = default) => ChangeAsync(actor, id, package => package.Activate(), cancel);

    [Requires(Permission.CouponsEdit)]
    public Task DeactivateAsync(Actor actor, long id, CancellationToken cancel = default) => ChangeAsync(actor, id, package => package.Deactivate(), cancel);

    [Requires(Permission.CouponsEdit)]
    public Task ArchiveAsync(Actor actor, long id, CancellationToken cancel = default) => ChangeAsync(actor, id, package => package.Archive(), cancel);

    /// <summary>What a package comes to, in the order in which coupons are issued.</summary>
    /// <exception cref="RuleViolationException">The package is not active.</exception>
    internal static IEnumerable<CouponOrder> OrdersOf(CouponPackage package, CouponOrder order) => package.Status == CouponStatus.Active
        ? package.Items.OrderBy(item => item.CouponId).Select(item => order with { CouponId = item.CouponId, PackageId = package.Id, Quantity = order.Quantity * item.Quantity })
        : throw new RuleViolationException("package_not_active", $"The coupon package “{package.Name}” is not active.");

    private async Task ChangeAsync(Actor actor, long id, Action<CouponPackage> change, CancellationToken cancel)
    {
        await access.DemandAsync(actor, Permission.CouponsEdit, cancel: cancel);
        await database.WriteAsync(actor, async db => change(await FindAsync(db, id, cancel)), cancel);
    }

    private async Task<long> SaveAsync(LoyaltyDbContext db, Actor actor, CouponPackageForm form, bool asDraft, CancellationToken cancel)
    {
        var next = (await db.CouponPackages.MaxAsync(p => (long?)p.Id, cancel) ?? 0) + 1;
        if (form.Id is null && await db.AuditEntries.Where(e => e.Action == "CouponPackage.Create" && e.ActorKey == actor.Key && e.CorrelationId == form.OperationId).Select(e => e.EntityId).FirstOrDefaultAsync(cancel) is { } made)
        {
            return long.Parse(made, CultureInfo.InvariantCulture);
        }

        var ids = form.Items.Where(i => i.CouponId is not null).Select(i => i.CouponId!.Value).Distinct().ToArray();
        form.Validate().Require(await db.Coupons.CountAsync(c => ids.Contains(c.Id) && c.Status != CouponStatus.Archived, cancel) == ids.Length, nameof(form.Items), "Select coupons from the list.").ThrowIfAny();
        CouponPackageItem[] items = [.. form.Items.Select(i => new CouponPackageItem(i.CouponId!.Value, i.Quantity))];
        var package = form.Id is { } id ? await FindAsync(db, id, cancel) : db.CouponPackages.Add(new CouponPackage { Code = $"CP-{next:D4}", Name = form.Name.Trim(), Items = items, CreatedAt = (await calendar.TodayAsync(db, cancel)).Now }).Entity;
        if (form.Id is not null && package.Version != form.Version)
        {
            throw new ConcurrentChangeException("The coupon package");
        }

        if (package.Status == CouponStatus.Archived)
        {
            throw new RuleViolationException("archived", "An archived coupon package cannot be changed.");
        }

        (package.Name, package.Description, package.Items) = (form.Name.Trim(), Inputs.Clean(form.Description), items);
        if (form.Id is null && !asDraft)
        {
            package.Activate();
        }

        await db.SaveChangesAsync(cancel);

        return package.Id;
    }

    internal static System.Linq.Expressions.Expression<Func<CouponPackage, CouponPackageRow>> Row { get; } = p => new CouponPackageRow(p.Id, p.Code, p.Name, p.Description, p.Status, p.Items, p.CreatedAt);

    /// <summary>The packages a filter finds, as list, count and export see them.</summary>
    internal static IQueryable<CouponPackage> Filtered(LoyaltyDbContext db, CouponPackageFilter filter)
    {
        var (text, status) = (Inputs.Clean(filter.Name)?.ToLowerInvariant(), filter.Status);

        return db.CouponPackages.Where(p => text == null || p.Name.ToLower().Contains(text) || p.Code.ToLower().Contains(text))
            .Where(p => status == null ? p.Status != CouponStatus.Archived : p.Status == status);
    }

    private static async Task<CouponPackage> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.CouponPackages.FirstOrDefaultAsync(p => p.Id == id, cancel) ?? throw new NotFoundException("The coupon package");
}
