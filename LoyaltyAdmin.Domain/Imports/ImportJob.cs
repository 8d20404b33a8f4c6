using LoyaltyAdmin.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Imports;

public enum ImportKind
{
    GiftCards,
    Members,
    Consents,
    Orders,
    Products,
    SegmentMembers,
    CouponCodes,
}

/// <summary>Uploaded → Validated → Applying → Committed; nothing is visible or spendable before Committed.</summary>
public enum ImportStatus
{
    Uploaded,
    Validated,
    AwaitingApproval,
    Applying,
    Committed,
    Cancelling,
    Cancelled,
    RollingBack,
    RolledBack,
    Failed,
}

public enum ImportMode
{
    AllOrNothing,
    ValidRowsOnly,
}

/// <summary>One uploaded file on its way in, resumable after a crash at any point; kept as history.</summary>
public sealed class ImportJob : IAudited, IVersioned
{
    public long Id { get; private set; }
    public required ImportKind Kind { get; init; }
    public required string FileName { get; init; }

    /// <summary>SHA-256 of the file, hex: the same file is recognised.</summary>
    public required string FileHash { get; init; }

    public required long FileSize { get; init; }
    public required string UploadedByKey { get; init; }
    public required string UploadedByName { get; init; }
    public required DateTimeOffset UploadedAt { get; init; }
    public ImportStatus Status { get; set; }
    public ImportMode Mode { get; set; }
    public int TotalRows { get; set; }
    public int ValidRows { get; set; }
    public int ErrorRows { get; set; }
    public int AppliedRows { get; set; }

    /// <summary>The opening value of the valid rows per currency, as shown, e.g. <c>USD 12,500.00</c>.</summary>
    public string? ValueSummary { get; set; }

    /// <summary>The largest opening value of one currency, major units, held against the approval limit.</summary>
    public decimal Value { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>A sentence for the operator when the import failed as a whole.</summary>
    public string? Failure { get; set; }

    /// <summary>How the file is read, as JSON: columns, date and number formats, the segment it fills; null where its template says all.</summary>
    public string? Settings { get; set; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => FileName;
}

/// <summary>One row of an uploaded file with its verdict; the values are sealed because they hold card numbers and buyers.</summary>
public sealed class ImportRow
{
    public long Id { get; private set; }
    public required long ImportId { get; init; }

    /// <summary>The row's number in the file, as Excel shows it.</summary>
    public required int RowNumber { get; init; }

    /// <summary>The cells as JSON, sealed.</summary>
    public required byte[] SealedValues { get; init; }

    public required bool IsValid { get; init; }

    /// <summary>The column at fault; null when valid.</summary>
    public string? ErrorColumn { get; init; }

    /// <summary>The verdict's stable code: of the fault, or of what a valid row does where that is told (<see cref="ImportEffect"/>).</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The verdict as a sentence.</summary>
    public string? Error { get; init; }

    /// <summary>What the row became; null until applied.</summary>
    public long? CreatedId { get; set; }
}

internal sealed class ImportJobConfiguration : IEntityTypeConfiguration<ImportJob>
{
    public void Configure(EntityTypeBuilder<ImportJob> job)
    {
        job.Property(j => j.FileHash).HasMaxLength(64);
        job.Property(j => j.FileName).HasMaxLength(255);
        job.Property(j => j.UploadedByKey).HasMaxLength(40);
        job.Property(j => j.Failure).HasMaxLength(1000);
        job.Property(j => j.Settings).HasMaxLength(-1);
        job.Property(j => j.Version).IsConcurrencyToken();
        job.HasIndex(j => new { j.Kind, j.Id });
        job.HasIndex(j => j.FileHash);
    }
}

internal sealed class ImportRowConfiguration : IEntityTypeConfiguration<ImportRow>
{
    public void Configure(EntityTypeBuilder<ImportRow> row)
    {
        row.Property(r => r.SealedValues).HasMaxLength(-1);
        row.Property(r => r.ErrorColumn).HasMaxLength(80);
        row.Property(r => r.ErrorCode).HasMaxLength(40);
        row.HasIndex(r => new { r.ImportId, r.RowNumber }).IsUnique();
        row.HasIndex(r => new { r.ImportId, r.IsValid, r.CreatedId });
        row.HasOne<ImportJob>().WithMany().HasForeignKey(r => r.ImportId).OnDelete(DeleteBehavior.Restrict);
    }
}
