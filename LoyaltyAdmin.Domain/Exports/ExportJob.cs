using LoyaltyAdmin.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Exports;

public enum ExportKind
{
    SoldGiftCards,
    GiftCardTransactions,
    LiabilityRollForward,
    InterStoreSettlement,
    MemberDashboard,
    SegmentMembers,
    Orders,
    Members,
    Messages,
    IssuedCoupons,
    CouponRedemptions,
    PointsTransactions,
    WalletTransactions,
    Gifts,
    Coupons,
    CouponPackages,
    CouponPerformance,
}

public enum ExportStatus
{
    Waiting,
    Running,
    Ready,
    Failed,
    Expired,
}

/// <summary>One requested Excel file: made in the background, kept 24 h, opened by its owner only.</summary>
public sealed class ExportJob : IAudited
{
    public long Id { get; private set; }
    public required ExportKind Kind { get; init; }

    /// <summary>The list's filter as JSON: the file holds exactly what the screen showed.</summary>
    public required string Filter { get; init; }

    /// <summary>The filter in words, as printed in the file's header lines.</summary>
    public required string FilterText { get; init; }

    /// <summary>Full card numbers instead of masked ones; only after a second person's approval.</summary>
    public bool WithFullNumbers { get; init; }

    public required string OwnerKey { get; init; }
    public required string OwnerName { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public ExportStatus Status { get; set; }
    public long Rows { get; set; }
    public long TotalRows { get; set; }
    public string? FileName { get; set; }
    public long? FileSize { get; set; }

    /// <summary>SHA-256 of the file, hex.</summary>
    public string? FileHash { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public string? Failure { get; set; }

    string? IAudited.AuditName => $"{Kind}: {FilterText}";
}

internal sealed class ExportJobConfiguration : IEntityTypeConfiguration<ExportJob>
{
    public void Configure(EntityTypeBuilder<ExportJob> job)
    {
        job.Property(j => j.Filter).HasMaxLength(4000);
        job.Property(j => j.FilterText).HasMaxLength(1000);
        job.Property(j => j.OwnerKey).HasMaxLength(40);
        job.Property(j => j.FileName).HasMaxLength(255);
        job.Property(j => j.FileHash).HasMaxLength(64);
        job.Property(j => j.Failure).HasMaxLength(1000);
        job.HasIndex(j => new { j.OwnerKey, j.Id });
        job.HasIndex(j => new { j.Status, j.Id });
    }
}
