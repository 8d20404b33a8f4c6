using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>The settings of points being edited.</summary>
public sealed class PointSettingsForm
{
    public bool IsActive { get; set; }

    /// <summary>Points per unit of the currency for members without an active card.</summary>
    public decimal? DefaultRate { get; set; }

    public decimal? MinimumOrder { get; set; }
    public StoreScope Stores { get; set; } = StoreScope.All;
    public IReadOnlyList<long> ExcludedCategoryIds { get; set; } = [];

    /// <summary>Codes of products, separated by commas, blanks or lines.</summary>
    public string? ExcludedProducts { get; set; }

    public PointExpiry Expiry { get; set; }
    public int? Months { get; set; }
    public int? UsableAfterDays { get; set; }
    public int? NoticeDays { get; set; }
    public bool AllowsDebt { get; set; }
    public Guid Version { get; set; }

    /// <summary>The group's, for the words of the form.</summary>
    public string Currency { get; init; } = "";

    /// <summary>The group's day, for the worked example.</summary>
    public DateOnly Today { get; init; }

    /// <summary>The last day on which points earned that day can be spent; null: they never expire, or the months do not fit.</summary>
    public DateOnly? LastDayOf(DateOnly earned)
    {
        if (Expiry == PointExpiry.Never || Months is not (>= 1 and <= PointSettingsService.MostMonths) || earned == default)
        {
            return null;
        }

        var settings = new PointSettings { Expiry = Expiry, Months = Months.Value };

        return settings.ExpiresAt(TimeZoneInfo.Utc.StartOf(earned), TimeZoneInfo.Utc) is { } end ? TimeZoneInfo.Utc.DayOf(end).AddDays(-1) : null;
    }
}

/// <summary>How points are earned and lost. What members have keeps the dates it was given under.</summary>
public sealed class PointSettingsService(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar)
{
    internal const int MostMonths = 120;
    private const int MostDays = 365;
    private const int MostProducts = 500;
    private const int MostNotice = 90;

    private static readonly char[] separators = [',', ';', ' ', '\t', '\r', '\n'];

    [Requires(Permission.SettingsManage)]
    public async Task<PointSettingsForm> FormAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var settings = await PointsPostings.SettingsAsync(db, cancel);
        var day = await calendar.TodayAsync(db, cancel);
        var ids = settings.ExcludedProductIds.ToArray();
        var products = await db.Products.Where(p => ids.Contains(p.Id)).OrderBy(p => p.Code).Select(p => p.Code).ToListAsync(cancel);

        return new PointSettingsForm
        {
            IsActive = settings.IsActive,
            DefaultRate = settings.DefaultRate,
            MinimumOrder = settings.MinimumOrder,
            Stores = settings.Stores,
            ExcludedCategoryIds = [.. settings.ExcludedCategoryIds],
            ExcludedProducts = string.Join(", ", products),
            Expiry = settings.Expiry,
            Months = settings.Months,
            UsableAfterDays = settings.UsableAfterDays,
            NoticeDays = settings.NoticeDays,
            AllowsDebt = settings.AllowsDebt,
            Version = settings.Version,
            Currency = day.Currency,
            Today = day.Today,
        };
    }

    /// <summary>Saves the settings. Switched on, orders placed from that moment earn points; the past stays as it is.</summary>
    [Requires(Permission.SettingsManage)]
    public async Task SaveAsync(Actor actor, PointSettingsForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        Demand(form);
        try
        {
            await database.WriteAsync(actor, db => SaveAsync(db, form, cancel), cancel);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            // Two people saved the first settings at once.
            throw new ConcurrentChangeException("The settings");
        }
    }

    private async Task SaveAsync(LoyaltyDbContext db, PointSettingsForm form, CancellationToken cancel)
    {
        var products = await ProductsAsync(db, form.ExcludedProducts, cancel);
        var categories = form.ExcludedCategoryIds.Distinct().Order().ToArray();
        new FieldErrors().Require(await db.ProductCategories.CountAsync(c => categories.Contains(c.Id), cancel) == categories.Length, nameof(form.ExcludedCategoryIds), "A category is not there any more. Reload the page.").ThrowIfAny();
        var settings = await db.PointSettings.FirstOrDefaultAsync(cancel);
        if ((settings?.Version ?? Guid.Empty) != form.Version)
        {
            throw new ConcurrentChangeException("The settings");
        }

        settings ??= db.PointSettings.Add(new PointSettings()).Entity;
        if (form.IsActive && !settings.IsActive)
        {
            settings.ActiveSince = (await calendar.TodayAsync(db, cancel)).Now;
        }

        settings.IsActive = form.IsActive;
        settings.DefaultRate = form.DefaultRate!.Value;
        settings.MinimumOrder = form.MinimumOrder ?? 0;
        settings.Stores = form.Stores;
        settings.ExcludedCategoryIds = [.. categories];
        settings.ExcludedProductIds = [.. products];
        settings.Expiry = form.Expiry;
        settings.Months = form.Expiry == PointExpiry.Never ? settings.Months : form.Months!.Value;
        settings.UsableAfterDays = form.UsableAfterDays ?? 0;
        settings.NoticeDays = form.NoticeDays ?? 0;
        settings.AllowsDebt = form.AllowsDebt;
    }

    private static void Demand(PointSettingsForm form) => new FieldErrors()
        .Require(form.DefaultRate is >= 0 and <= 1000 && decimal.Round(form.DefaultRate.Value, 4) == form.DefaultRate, nameof(form.DefaultRate), "Points per unit are 0 to 1,000, with at most four decimals.")
        .Require(form.MinimumOrder is null or (>= 0 and <= 1_000_000_000), nameof(form.MinimumOrder), "The minimum order is 0 or more.")
        .Require(form.Stores.Kind == StoreScopeKind.All || !form.Stores.IsEmpty, nameof(form.Stores), "Select at least one store.")
        .Require(Enum.IsDefined(form.Expiry), nameof(form.Expiry), "Choose when points expire.")
        .Require(form.Expiry == PointExpiry.Never || form.Months is >= 1 and <= MostMonths, nameof(form.Months), $"Points are kept for 1 to {MostMonths} months.")
        .Require(form.UsableAfterDays is null or (>= 0 and <= MostDays), nameof(form.UsableAfterDays), $"Points can be spent after 0 to {MostDays} days.")
        .Require(form.NoticeDays is null or (>= 0 and <= MostNotice), nameof(form.NoticeDays), $"Members can be told 0 to {MostNotice} days before.")
        .Require(form.Expiry == PointExpiry.Never || form.Months is not ({ } months and >= 1) || (form.UsableAfterDays ?? 0) < months * 28, nameof(form.UsableAfterDays), "Points would expire before they can be spent.")
        .ThrowIfAny();

    private static async Task<long[]> ProductsAsync(LoyaltyDbContext db, string? text, CancellationToken cancel)
    {
        var codes = (text ?? "").Split(separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        new FieldErrors().Require(codes.Length <= MostProducts, nameof(PointSettingsForm.ExcludedProducts), $"Name at most {MostProducts} products; exclude their category instead.").ThrowIfAny();
        var known = await db.Products.Where(p => codes.Contains(p.Code)).Select(p => new { p.Id, p.Code }).ToListAsync(cancel);
        var unknown = codes.Except(known.Select(p => p.Code), StringComparer.OrdinalIgnoreCase).ToArray();
        new FieldErrors().Require(unknown.Length == 0, nameof(PointSettingsForm.ExcludedProducts), $"There is no product with the code {string.Join(", ", unknown.Take(5))}.").ThrowIfAny();

        return [.. known.Select(p => p.Id).Order()];
    }
}
