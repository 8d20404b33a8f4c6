using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>The group's settings being edited.</summary>
public sealed class CompanyForm
{
    public string Name { get; set; } = "";

    /// <summary>IANA zone of reports and schedules over all stores.</summary>
    public string TimeZone { get; set; } = "";

    public string Currency { get; set; } = "";

    /// <summary>The shortest validity a gift card may be sold with; 0: no legal minimum.</summary>
    public int MinimumGiftCardMonths { get; set; }

    public Guid Version { get; set; }
}

/// <summary>The settings of the whole group.</summary>
public sealed class CompanyService(LoyaltyDatabase database, AccessControl access)
{
    [Requires(Permission.SettingsManage)]
    public async Task<CompanyForm> FormAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.CompanySettings
            .Select(c => new CompanyForm { Name = c.Name, TimeZone = c.TimeZone, Currency = c.Currency, MinimumGiftCardMonths = c.MinimumGiftCardMonths, Version = c.Version })
            .FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The company");
    }

    /// <summary>Saves the settings. The currency stays once there are orders or loyalty cards. A longer legal minimum holds for plans saved from now on; sold cards keep their terms.</summary>
    [Requires(Permission.SettingsManage)]
    public async Task SaveAsync(Actor actor, CompanyForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        new FieldErrors()
            .Text(nameof(form.Name), "Name", form.Name, 120, required: true)
            .Require(TimeZoneInfo.TryFindSystemTimeZoneById(form.TimeZone, out _), nameof(form.TimeZone), "Choose a time zone, e.g. America/New_York.")
            .Require(Currency.Find(form.Currency) is not null, nameof(form.Currency), "Choose a currency.")
            .Require(form.MinimumGiftCardMonths is >= 0 and <= 600, nameof(form.MinimumGiftCardMonths), "The minimum is 0 to 600 months.")
            .ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var company = await db.CompanySettings.FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The company");
            if (company.Version != form.Version)
            {
                throw new ConcurrentChangeException("The company");
            }

            // Revenue, tier thresholds and list prices are kept in it; amounts in another are never converted.
            if (company.Currency != form.Currency && (await db.Orders.AnyAsync(cancel) || await db.LoyaltyCards.AnyAsync(cancel)))
            {
                throw new RuleViolationException("currency_is_fixed", $"There are orders or loyalty cards already: what members spent is kept in {company.Currency}, so the group's currency cannot change any more.") { Field = nameof(form.Currency) };
            }

            (company.Name, company.TimeZone, company.Currency, company.MinimumGiftCardMonths) = (form.Name.Trim(), form.TimeZone, form.Currency, form.MinimumGiftCardMonths);
        }, cancel);
    }
}
