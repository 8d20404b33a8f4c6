using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>How prepaid wallets are spent and paid out, for the whole group: one row.</summary>
public sealed class WalletSettings : IAudited, IVersioned
{
    public const long OnlyId = 1;

    public long Id { get; init; } = OnlyId;

    /// <summary>Which lots a payment uses first; recorded with every payment by the lots it took (domain rules 10).</summary>
    public LotOrder SpendOrder { get; set; } = LotOrder.PrincipalFirst;

    /// <summary>Unused principal may be paid out.</summary>
    public bool AllowsWithdrawal { get; set; } = true;

    /// <summary>How long value is set aside when the till does not say; 1 to 43,200 minutes (30 days).</summary>
    public int HoldMinutes { get; set; } = 60;

    public Guid Version { get; set; }

    string? IAudited.AuditName => "Wallets";
}

/// <summary>Value that came into a wallet together: principal and its bonus. What of it is left stands in the lots its transaction opened.</summary>
public sealed class WalletTopUp : IAppendOnly
{
    public long Id { get; private set; }
    public required long AccountId { get; init; }
    public required long MemberId { get; init; }

    /// <summary>The ledger's transaction; unique.</summary>
    public required long TransactionId { get; init; }

    /// <summary>What brought it, e.g. <c>counter</c>; later modules name their plan.</summary>
    public required string Source { get; init; }

    /// <summary>Minor units the member paid for.</summary>
    public required long Principal { get; init; }

    /// <summary>Minor units the merchant added.</summary>
    public required long Bonus { get; init; }

    /// <summary>Minor units received; less than the principal when it was sold at a discount.</summary>
    public required long Paid { get; init; }

    public required long StoreId { get; init; }
    public required Channel Channel { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

public enum WalletHoldStatus
{
    Open,
    Captured,
    Released,
    Expired,
}

/// <summary>Value set aside for a payment that is not final yet. It left the wallet with its own transaction and comes back, or is paid with, by another.</summary>
public sealed class WalletHold
{
    /// <summary>The identifier of the hold's ledger transaction.</summary>
    public required long Id { get; init; }

    public required long AccountId { get; init; }
    public required long MemberId { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>UTC; afterwards it is released by itself.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public required WalletHoldStatus Status { get; set; }

    /// <summary>Minor units paid with; the rest came back.</summary>
    public long Captured { get; set; }
}

internal sealed class WalletSettingsConfiguration : IEntityTypeConfiguration<WalletSettings>
{
    public void Configure(EntityTypeBuilder<WalletSettings> settings)
    {
        settings.Property(s => s.Id).ValueGeneratedNever();
        settings.Property(s => s.Version).IsConcurrencyToken();
    }
}

internal sealed class WalletTopUpConfiguration : IEntityTypeConfiguration<WalletTopUp>
{
    public void Configure(EntityTypeBuilder<WalletTopUp> topUp)
    {
        topUp.Property(t => t.Source).HasMaxLength(80);
        topUp.HasIndex(t => t.TransactionId).IsUnique();
        topUp.HasIndex(t => new { t.MemberId, t.Id });
    }
}

internal sealed class WalletHoldConfiguration : IEntityTypeConfiguration<WalletHold>
{
    public void Configure(EntityTypeBuilder<WalletHold> hold)
    {
        hold.Property(h => h.Id).ValueGeneratedNever();
        hold.HasIndex(h => new { h.AccountId, h.Status });
        hold.HasIndex(h => new { h.ExpiresAt, h.Id }).HasFilter("\"Status\" = 'Open'");
    }
}
