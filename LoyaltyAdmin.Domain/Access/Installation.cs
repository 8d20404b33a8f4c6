using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>What the first visitor of a new installation enters.</summary>
public sealed class InstallationForm
{
    public string CompanyName { get; set; } = "";
    public string TimeZone { get; set; } = "";
    public string Currency { get; set; } = "";
    public string DisplayName { get; set; } = "";
    public string Email { get; set; } = "";
    public string Password { get; set; } = "";
}

/// <summary>Sets a new installation up: the company and its first administrator. Only ever once; the caller has checked the set-up token.</summary>
public sealed class Installation(LoyaltyDatabase database, IPasswordHasher<StaffUser> passwords, TimeProvider clock)
{
    /// <exception cref="InvalidInputException">One message per field at fault.</exception>
    /// <exception cref="RuleViolationException">Somebody already set it up.</exception>
    public Task SetUpAsync(InstallationForm form, CancellationToken cancel = default)
    {
        var fault = PasswordRules.Fault(form.Password, form.DisplayName, form.Email, form.CompanyName);
        new FieldErrors()
            .Text(nameof(form.CompanyName), "Company name", form.CompanyName, 120, required: true)
            .Require(TimeZoneInfo.TryFindSystemTimeZoneById(form.TimeZone, out _), nameof(form.TimeZone), "Choose a time zone, e.g. America/New_York.")
            .Require(Currency.Find(form.Currency) is not null, nameof(form.Currency), "Choose a currency.")
            .Text(nameof(form.DisplayName), "Name", form.DisplayName, 120, required: true)
            .Require(Inputs.Clean(form.Email) is not null, nameof(form.Email), "Email is required.")
            .Email(nameof(form.Email), "Email", form.Email)
            .Require(fault is null, nameof(form.Password), fault ?? "")
            .ThrowIfAny();

        return database.WriteAsync(Actor.System, async db =>
        {
            if (await db.Staff.AnyAsync(cancel))
            {
                throw new RuleViolationException("already_set_up", "This installation already has its first administrator. Sign in instead.");
            }

            var company = await db.CompanySettings.FirstOrDefaultAsync(cancel);
            if (company is null)
            {
                db.CompanySettings.Add(new CompanySettings { Name = form.CompanyName.Trim(), TimeZone = form.TimeZone, Currency = form.Currency });
            }
            else
            {
                (company.Name, company.TimeZone, company.Currency) = (form.CompanyName.Trim(), form.TimeZone, form.Currency);
            }

            var role = await db.Roles.FirstAsync(r => r.Name == DefaultRoles.Administrator, cancel);
            var user = StaffUsers.New(form.Email, form.DisplayName, role.Id, StoreScope.All, clock.GetUtcNow());
            user.PasswordHash = passwords.HashPassword(user, form.Password);
            db.Staff.Add(user);
        }, cancel);
    }
}
