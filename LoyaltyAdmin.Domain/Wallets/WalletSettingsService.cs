using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>The wallets' settings being edited.</summary>
public sealed class WalletSettingsForm
{
    public LotOrder SpendOrder { get; set; }
    public bool AllowsWithdrawal { get; set; }
    public int HoldMinutes { get; set; }

    /// <summary>Empty until the settings were saved once.</summary>
    public Guid Version { get; set; }
}

/// <summary>How wallets are spent and paid out. A change concerns what happens from now on; payments keep the lots they took.</summary>
public sealed class WalletSettingsService(LoyaltyDatabase database, AccessControl access, WalletRules rules)
{
    [Requires(Permission.SettingsManage)]
    public async Task<WalletSettingsForm> FormAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var settings = await db.WalletSettings.AsNoTracking().FirstOrDefaultAsync(cancel) ?? new WalletSettings();

        return new WalletSettingsForm { SpendOrder = settings.SpendOrder, AllowsWithdrawal = settings.AllowsWithdrawal, HoldMinutes = settings.HoldMinutes, Version = settings.Version };
    }

    [Requires(Permission.SettingsManage)]
    public async Task SaveAsync(Actor actor, WalletSettingsForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        new FieldErrors()
            .Require(Enum.IsDefined(form.SpendOrder), nameof(form.SpendOrder), "Choose an order.")
            .Require(form.HoldMinutes is >= 1 and <= 43_200, nameof(form.HoldMinutes), "A hold lasts 1 to 43,200 minutes (30 days).")
            .ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var settings = await db.WalletSettings.FirstOrDefaultAsync(cancel);
            if ((settings?.Version ?? Guid.Empty) != form.Version)
            {
                throw new ConcurrentChangeException("The settings");
            }

            settings ??= db.WalletSettings.Add(new WalletSettings()).Entity;
            (settings.SpendOrder, settings.AllowsWithdrawal, settings.HoldMinutes) = (form.SpendOrder, form.AllowsWithdrawal, form.HoldMinutes);
        }, cancel);
        rules.Forget();
    }
}
