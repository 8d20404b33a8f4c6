using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>Coupons from first draft to archive (Membership Marketing > Marketing > Coupons).</summary>
public sealed class CouponDefinitions(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, CouponCodes codes)
{
    private const int SaveAttempts = 10;
    private const int MostChoices = 500;

    private static readonly SortColumns<Coupon> sorts = new SortColumns<Coupon>(coupon => coupon.Id).By("Name", coupon => coupon.Name).By("Code", coupon => coupon.Code);

    [Requires(Permission.CouponsRead)]
    public async Task<Page<CouponRow>> ListAsync(Actor actor, CouponFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, filter).ToPageAsync(page, sorts, Row(db), cancel);
    }

    [Requires(Permission.CouponsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, CouponFilter filter, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, filter).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>What can be chosen where coupons are given: everything that is not archived, by name.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<IReadOnlyList<CouponChoice>> ChoicesAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.Coupons.Where(c => c.Status != CouponStatus.Archived).OrderBy(c => c.Name).ThenBy(c => c.Id).Take(MostChoices).Select(c => new CouponChoice(c.Id, c.Code, c.Name, c.Type, c.Status)).ToListAsync(cancel);
    }

    /// <summary>The coupon as an edited copy.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<CouponForm> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return CouponForm.Of(await FindAsync(db, id, cancel));
    }

    /// <summary>Who changed the coupon, when, before and after; newest first.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.HistoryOfAsync<Coupon>(id, page, cancel);
    }

    /// <summary>
    /// Saves a new or edited coupon. A new coupon goes live at once unless saved as draft; an edited one keeps its status.
    /// Issued coupons keep the terms they were issued under. The same form sent again (<see cref="CouponForm.OperationId"/>) is the same coupon.
    /// </summary>
    /// <exception cref="InvalidInputException">One message per field at fault.</exception>
    /// <exception cref="ConcurrentChangeException">Someone else saved the coupon since it was read.</exception>
    [Requires(Permission.CouponsEdit)]
    public async Task<long> SaveAsync(Actor actor, CouponForm form, bool asDraft = false, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsEdit, cancel: cancel);

        // The trail keeps the operation with the coupon it made; see MadeByAsync.
        return await AgainAsync(() => database.WriteAsync(form.Id is null ? actor with { CorrelationId = form.OperationId } : actor, async db =>
        {
            var next = (await db.Coupons.MaxAsync(c => (long?)c.Id, cancel) ?? 0) + 1;
            if (form.Id is null && await MadeByAsync(db, actor, form, cancel) is { } made)
            {
                return made;
            }

            (await ReferencesAsync(db, grant, form, form.Validate(), cancel)).ThrowIfAny();
            var day = await calendar.TodayAsync(db, cancel);
            var coupon = form.Id is { } id ? await EditedAsync(db, id, form, cancel) : New(db, form, next, day.Now);
            if (!asDraft && form.Id is null)
            {
                coupon.Activate(day.Now, day.Zone);
            }

            await db.SaveChangesAsync(cancel);
            await WriteStockAsync(db, coupon, cancel);
            await WriteTermsAsync(db, coupon, day.Now, cancel);

            return coupon.Id;
        }, cancel));
    }

    /// <summary>Duplicates a coupon with all its configuration under a new name, as a draft. A universal code belongs to one coupon: the copy gets codes of its own.</summary>
    [Requires(Permission.CouponsEdit)]
    public async Task<long> CopyAsync(Actor actor, long id, string name, string operationId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsEdit, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var form = CouponForm.Of(await FindAsync(db, id, cancel));
        (form.Id, form.Version, form.Name, form.OperationId) = (null, null, name, operationId);
        (form.CodeKind, form.UniversalCode) = (form.CodeKind == CouponCodeKind.Universal ? CouponCodeKind.Individual : form.CodeKind, null);

        return await SaveAsync(actor, form, asDraft: true, cancel);
    }

    /// <summary>Lets a draft or inactive coupon be issued and claimed.</summary>
    /// <exception cref="RuleViolationException">It is active or archived, or its fixed validity has passed.</exception>
    [Requires(Permission.CouponsEdit)]
    public async Task ActivateAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsEdit, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var day = await calendar.TodayAsync(db, cancel);
            (await FindAsync(db, id, cancel)).Activate(day.Now, day.Zone);
        }, cancel);
    }

    /// <summary>Stops issuing and claiming; issued coupons stay usable.</summary>
    [Requires(Permission.CouponsEdit)]
    public async Task DeactivateAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsEdit, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).Deactivate(), cancel);
    }

    /// <summary>Takes a coupon off the list for good; issued coupons stay usable.</summary>
    [Requires(Permission.CouponsEdit)]
    public async Task ArchiveAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsEdit, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).Archive(), cancel);
    }

    internal static IQueryable<Coupon> Filtered(LoyaltyDbContext db, CouponFilter filter)
    {
        var name = Inputs.Clean(filter.Name)?.ToLowerInvariant();

        return db.Coupons
            .Where(c => name == null || c.Name.ToLower().Contains(name) || c.Code.ToLower().Contains(name))
            .Where(c => filter.Type == null || c.Type == filter.Type)
            .Where(c => filter.Status == null ? c.Status != CouponStatus.Archived : c.Status == filter.Status);
    }

    internal static System.Linq.Expressions.Expression<Func<Coupon, CouponRow>> Row(LoyaltyDbContext db) => c => new CouponRow(c.Id, c.Code, c.Name, c.Type, c.Currency, c.Status, c.CodeKind, c.Rules, c.Stock,
        db.CouponStocks.Where(s => s.CouponId == c.Id).Select(s => s.Issued).First(), db.CouponCodes.Count(code => code.CouponId == c.Id && code.MemberCouponId == null), c.ImageId, c.CreatedAt);

    private static async Task<Coupon> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.Coupons.FirstOrDefaultAsync(c => c.Id == id, cancel) ?? throw new NotFoundException("The coupon");

    /// <summary>What the form points to must exist, and a caller of some stores offers coupons in those only.</summary>
    private async Task<FieldErrors> ReferencesAsync(LoyaltyDbContext db, Grant grant, CouponForm form, FieldErrors errors, CancellationToken cancel)
    {
        long[] stores = [.. form.Stores.StoreIds], groups = [.. form.Stores.GroupIds], products = [.. form.Items.ProductIds], categories = [.. form.Items.CategoryIds];
        // A group may grow beyond the stores of a caller who sees some only.
        var isOwn = grant.Stores.Kind == StoreScopeKind.All
            ? await db.StoreGroups.CountAsync(group => groups.Contains(group.Id), cancel) == groups.Length
            : form.Stores.Kind == StoreScopeKind.Included && groups.Length == 0 && stores.All(grant.Sees);
        var hash = form is { Id: null, CodeKind: CouponCodeKind.Universal, UniversalCode: { } universal } ? codes.Hash(universal) : null;

        return errors
            .Require(isOwn && await db.Stores.CountAsync(s => stores.Contains(s.Id), cancel) == stores.Distinct().Count(), nameof(form.Stores), grant.Stores.Kind == StoreScopeKind.All ? "Choose stores from the list." : "Choose Selected stores, and only stores you work for.")
            .Require(await db.Products.CountAsync(p => products.Contains(p.Id), cancel) == products.Distinct().Count() && await db.ProductCategories.CountAsync(c => categories.Contains(c.Id), cancel) == categories.Distinct().Count(), nameof(form.Items), "Choose items and categories from the list.")
            .Require(form.ImageId is not { } image || await db.CouponImages.AnyAsync(i => i.Id == image, cancel), nameof(form.ImageId), "Upload the image again.")
            .Require(hash is null || !(await db.Coupons.AnyAsync(c => c.CodeHash == hash, cancel) || await db.MemberCoupons.AnyAsync(c => c.CodeHash == hash, cancel) || await db.CouponCodes.AnyAsync(c => c.CodeHash == hash, cancel)), nameof(form.UniversalCode), "This code is taken by another coupon.");
    }

    /// <summary>
    /// The coupon an earlier sending of this form made, or null. Looked for after the number of the next coupon was read: two sendings at once either
    /// want the same number, and the second is refused it and comes again, or the second finds what the first one made.
    /// </summary>
    private static async Task<long?> MadeByAsync(LoyaltyDbContext db, Actor actor, CouponForm form, CancellationToken cancel)
    {
        var made = await db.AuditEntries.AsNoTracking()
            .Where(e => e.Action == "Coupon.Create" && e.ActorKey == actor.Key && e.CorrelationId == form.OperationId)
            .Select(e => new { e.EntityId, e.Subject }).FirstOrDefaultAsync(cancel);
        if (made is null)
        {
            return null;
        }

        var id = long.Parse(made.EntityId!, CultureInfo.InvariantCulture);
        var rules = await db.CouponTerms.AsNoTracking().Where(t => t.CouponId == id && t.Number == 1).Select(t => t.Rules).FirstAsync(cancel);
        if (made.Subject != form.Name.Trim() || !Json.Same(rules, form.ToRules()))
        {
            throw new RuleViolationException("already_saved", $"This form was already saved as “{made.Subject}”. Open it in the list to change it.");
        }

        return id;
    }

    // Two new coupons at once may want the same number: the second takes the next one, or finds that it was the same form.
    private async Task<long> AgainAsync(Func<Task<long>> save)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await save();
            }
            catch (Exception exception) when (database.Provider.IsUniqueViolation(exception) && attempt < SaveAttempts)
            {
            }
        }
    }

    private Coupon New(LoyaltyDbContext db, CouponForm form, long number, DateTimeOffset now)
    {
        var universal = form.CodeKind == CouponCodeKind.Universal ? CouponCodes.Normalise(form.UniversalCode!) : null;

        return db.Coupons.Add(new Coupon
        {
            Code = $"CN-{number:D4}",
            Name = form.Name.Trim(),
            Type = form.Type,
            Currency = form.Currency,
            CodeKind = form.CodeKind,
            UniversalCode = universal,
            CodeHash = universal is null ? null : codes.Hash(universal),
            Rules = form.ToRules(),
            Stock = form.Stock,
            PerMemberLimit = form.PerMemberLimit,
            ImageId = form.ImageId,
            CreatedAt = now,
        }).Entity;
    }

    private static async Task<Coupon> EditedAsync(LoyaltyDbContext db, long id, CouponForm form, CancellationToken cancel)
    {
        var coupon = await FindAsync(db, id, cancel);
        if (coupon.Version != form.Version)
        {
            throw new ConcurrentChangeException("The coupon");
        }

        if (coupon.Status == CouponStatus.Archived)
        {
            throw new RuleViolationException("archived", "An archived coupon cannot be changed. Copy it instead.");
        }

        if (coupon.Currency != form.Currency || coupon.Type != form.Type || coupon.CodeKind != form.CodeKind || coupon.UniversalCode != (form.CodeKind == CouponCodeKind.Universal ? CouponCodes.Normalise(form.UniversalCode!) : null))
        {
            throw new RuleViolationException("immutable", "A coupon keeps the type, currency and codes it was created with. Copy it to change them.");
        }

        (coupon.Name, coupon.Rules, coupon.Stock, coupon.PerMemberLimit, coupon.ImageId) = (form.Name.Trim(), form.ToRules(), form.Stock, form.PerMemberLimit, form.ImageId);

        return coupon;
    }

    // One statement decides, so that what is being issued at this moment counts.
    private static async Task WriteStockAsync(LoyaltyDbContext db, Coupon coupon, CancellationToken cancel)
    {
        var limit = coupon.Stock;
        if (await db.CouponStocks.Where(s => s.CouponId == coupon.Id && (limit == null || s.Issued <= limit)).ExecuteUpdateAsync(set => set.SetProperty(s => s.Limit, limit), cancel) == 1)
        {
            return;
        }

        if (await db.CouponStocks.Where(s => s.CouponId == coupon.Id).Select(s => (int?)s.Issued).FirstOrDefaultAsync(cancel) is { } issued)
        {
            throw new InvalidInputException([new FieldError(nameof(CouponForm.Stock), $"{issued.ToString("N0", CultureInfo.InvariantCulture)} coupons are issued already: the stock cannot be lower.")]);
        }

        db.CouponStocks.Add(new CouponStock { CouponId = coupon.Id, Limit = limit });
    }

    private static async Task WriteTermsAsync(LoyaltyDbContext db, Coupon coupon, DateTimeOffset now, CancellationToken cancel)
    {
        var latest = await db.CouponTerms.Where(t => t.CouponId == coupon.Id).OrderByDescending(t => t.Number).FirstOrDefaultAsync(cancel);
        if (latest is not null && Json.Same(latest.Rules, coupon.Rules))
        {
            return;
        }

        var terms = new CouponTerms { CouponId = coupon.Id, Number = (latest?.Number ?? 0) + 1, Rules = coupon.Rules, Since = now };
        db.CouponTerms.Add(terms);
        await db.SaveChangesAsync(cancel);
        coupon.TermsId = terms.Id;
    }
}
