using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>The member page's settings being edited.</summary>
public sealed class PortalSettingsForm
{
    public bool IsOn { get; set; } = true;
    public int MessageLinkDays { get; set; } = 7;
    public string? Contact { get; set; }
    public string Colour { get; set; } = PortalSettings.DefaultColour;
    public Guid Version { get; set; }

    /// <summary>Shown, not edited here: the public address of messages, with the page's own path.</summary>
    public string Address { get; set; } = "";

    /// <summary>Shown: whether the Message Center sends the codes members sign in with.</summary>
    public bool SendsCodes { get; set; }
}

/// <summary>How the member page looks to everybody, signed in or not.</summary>
public sealed record PortalLook(bool IsOn, string Company, string? Contact, string Colour);

/// <summary>Whether members have pages, for how long links in messages open them, and how they look (System Configuration > Member Page).</summary>
public sealed class PortalSettingsService(LoyaltyDatabase database, AccessControl access, ProviderAddresses addresses)
{
    [Requires(Permission.SettingsManage)]
    public async Task<PortalSettingsForm> FormAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var settings = await db.PortalSettings.FirstOrDefaultAsync(cancel) ?? new PortalSettings();

        return new PortalSettingsForm
        {
            IsOn = settings.IsOn,
            MessageLinkDays = settings.MessageLinkDays,
            Contact = settings.Contact,
            Colour = settings.Colour,
            Version = settings.Version,
            Address = await PortalLinks.BaseAsync(db, addresses, cancel) + PortalTargets.Root,
            SendsCodes = await db.MessageScenarios.Where(s => s.Id == MessageScenario.Verification).Select(s => (bool?)s.IsOn).FirstOrDefaultAsync(cancel) ?? Scenarios.Of(MessageScenario.Verification).StartsOn,
        };
    }

    [Requires(Permission.SettingsManage)]
    public async Task SaveAsync(Actor actor, PortalSettingsForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        var colour = form.Colour.Trim().ToLowerInvariant();
        new FieldErrors()
            .Require(form.MessageLinkDays is >= 1 and <= 30, nameof(form.MessageLinkDays), "Links in messages are valid for 1 to 30 days.")
            .Text(nameof(form.Contact), "Contact", form.Contact, 200)
            .Require(ContrastWithWhite(colour) is not null, nameof(form.Colour), "Enter a colour such as #2f5bd7.")
            .Require(ContrastWithWhite(colour) is not < 4.5, nameof(form.Colour), "White text cannot be read well on this colour. Choose a darker one.")
            .ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var settings = await db.PortalSettings.FirstOrDefaultAsync(cancel) ?? db.PortalSettings.Add(new PortalSettings { Version = form.Version }).Entity;
            if (settings.Version != form.Version)
            {
                throw new ConcurrentChangeException("The member page");
            }

            (settings.IsOn, settings.MessageLinkDays, settings.Contact, settings.Colour) = (form.IsOn, form.MessageLinkDays, Inputs.Clean(form.Contact), colour);
        }, cancel);
    }

    /// <summary>What every visitor sees of the company.</summary>
    public async Task<PortalLook> LookAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        var company = await db.CompanySettings.Select(c => c.Name).FirstOrDefaultAsync(cancel);
        var settings = await db.PortalSettings.FirstOrDefaultAsync(cancel) ?? new PortalSettings();

        return new PortalLook(settings.IsOn, company ?? "", settings.Contact, settings.Colour);
    }

    /// <summary>The contrast of a colour with white (WCAG 2), or null when it is no <c>#rrggbb</c>.</summary>
    public static double? ContrastWithWhite(string colour)
    {
        if (colour.Length != 7 || colour[0] != '#' || !int.TryParse(colour.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rgb))
        {
            return null;
        }

        static double Linear(int part) => part / 255.0 is var c && c <= 0.04045 ? c / 12.92 : Math.Pow((part / 255.0 + 0.055) / 1.055, 2.4);

        return 1.05 / (0.2126 * Linear(rgb >> 16) + 0.7152 * Linear((rgb >> 8) & 255) + 0.0722 * Linear(rgb & 255) + 0.05);
    }
}
