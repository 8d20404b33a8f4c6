using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>The settings as payments use them: read afresh every 5 s, so that a payment costs no look-up for what hardly ever changes.</summary>
public sealed class WalletRules(LoyaltyDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan freshness = TimeSpan.FromSeconds(5);

    private (WalletSettings Settings, DateTimeOffset ReadAt)? known;

    public async ValueTask<LotOrder> SpendOrderAsync(CancellationToken cancel = default) => (await SettingsAsync(cancel)).SpendOrder;

    internal async ValueTask<WalletSettings> SettingsAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (known is { } read && now - read.ReadAt < freshness && now >= read.ReadAt)
        {
            return read.Settings;
        }

        await using var db = await database.ReadAsync(cancel);
        var settings = await db.WalletSettings.AsNoTracking().FirstOrDefaultAsync(cancel) ?? new WalletSettings();
        known = (settings, now);

        return settings;
    }

    /// <summary>The settings were changed in this process.</summary>
    internal void Forget() => known = null;
}
