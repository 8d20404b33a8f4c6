using LoyaltyAdmin.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Ledger;

public enum LotKind
{
    Points,

    /// <summary>What the member paid for; the only part that can be paid out again.</summary>
    Principal,

    /// <summary>What the merchant added.</summary>
    Bonus,
}

/// <summary>
/// A part of an account's balance with a life of its own: when it may be used and when it expires. The remainders of an account's lots sum to its
/// balance (to zero while points are below zero). Changed only by <see cref="Ledger"/>, after the account's guarded update.
/// </summary>
public sealed class LedgerLot
{
    public long Id { get; init; }

    public required long AccountId { get; init; }

    public required LotKind Kind { get; init; }

    /// <summary>Minor units, never negative.</summary>
    public required long Remaining { get; init; }

    /// <summary>UTC; null: at once.</summary>
    public DateTimeOffset? UsableFrom { get; init; }

    /// <summary>UTC, exclusive; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>What a transaction put into or took from a lot.</summary>
public sealed class LedgerLotMovement : IAppendOnly
{
    public long Id { get; init; }

    public required long TransactionId { get; init; }

    public required long LotId { get; init; }

    /// <summary>Minor units, never zero.</summary>
    public required long Amount { get; init; }

    /// <summary>The transaction whose taking this gives back.</summary>
    public long? GivesBackId { get; init; }
}

internal sealed class LedgerLotConfiguration : IEntityTypeConfiguration<LedgerLot>
{
    public void Configure(EntityTypeBuilder<LedgerLot> lot)
    {
        lot.Property(l => l.Id).ValueGeneratedOnAdd();
        lot.ToTable(table => table.HasCheckConstraint("CK_LedgerLots_Remaining", "\"Remaining\" >= 0"));
        lot.HasIndex(l => new { l.AccountId, l.ExpiresAt });
        lot.HasIndex(l => new { l.ExpiresAt, l.Id }).HasFilter("\"Remaining\" > 0 AND \"ExpiresAt\" IS NOT NULL");
    }
}

internal sealed class LedgerLotMovementConfiguration : IEntityTypeConfiguration<LedgerLotMovement>
{
    public void Configure(EntityTypeBuilder<LedgerLotMovement> movement)
    {
        movement.Property(m => m.Id).ValueGeneratedOnAdd();
        movement.ToTable(table => table.HasCheckConstraint("CK_LedgerLotMovements_Amount", "\"Amount\" <> 0"));
        movement.HasIndex(m => m.TransactionId);
        movement.HasIndex(m => m.LotId);
        movement.HasIndex(m => m.GivesBackId).HasFilter("\"GivesBackId\" IS NOT NULL");
    }
}
