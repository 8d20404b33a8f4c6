using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Agreements;

/// <summary>Where a member accepted an agreement.</summary>
public enum AcceptanceSource
{
    MemberPage,

    /// <summary>In a store, before staff.</summary>
    Counter,
    Pos,
    Online,
}

/// <summary>A member accepted one version of an agreement; append-only. The first acceptance of a version is the one that counts, so it is unique.</summary>
public sealed class AgreementAcceptance : IAppendOnly
{
    public long Id { get; private set; }
    public required long MemberId { get; init; }
    public required long AgreementId { get; init; }

    /// <summary>The <see cref="AgreementVersion.Number"/> that was shown.</summary>
    public required int VersionNumber { get; init; }

    /// <summary>When it was accepted, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it was written down here, UTC.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    public required AcceptanceSource Source { get; init; }

    /// <summary>The store, where one was named.</summary>
    public long? StoreId { get; init; }

    public required string ActorKey { get; init; }
    public required string ActorName { get; init; }
}

/// <summary>The address an agreement was accepted from: personal, so kept apart from the proof and removed when the member is erased.</summary>
public sealed class AcceptanceEvidence
{
    public required long AcceptanceId { get; init; }
    public required long MemberId { get; init; }

    [SealedField]
    public required string IpAddress { get; init; }
}

internal sealed class AgreementAcceptanceConfiguration : IEntityTypeConfiguration<AgreementAcceptance>
{
    public void Configure(EntityTypeBuilder<AgreementAcceptance> acceptance)
    {
        acceptance.ToTable("AgreementAcceptances");
        acceptance.Property(a => a.ActorKey).HasMaxLength(40);
        acceptance.Property(a => a.ActorName).HasMaxLength(120);
        acceptance.HasIndex(a => new { a.MemberId, a.AgreementId, a.VersionNumber }).IsUnique();
        acceptance.HasIndex(a => new { a.AgreementId, a.VersionNumber });
        acceptance.HasOne<Member>().WithMany().HasForeignKey(a => a.MemberId).OnDelete(DeleteBehavior.Restrict);
        acceptance.HasOne<Agreement>().WithMany().HasForeignKey(a => a.AgreementId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class AcceptanceEvidenceConfiguration : IEntityTypeConfiguration<AcceptanceEvidence>
{
    public void Configure(EntityTypeBuilder<AcceptanceEvidence> evidence)
    {
        evidence.ToTable("AcceptanceEvidence");
        evidence.HasKey(e => e.AcceptanceId);
        evidence.Property(e => e.AcceptanceId).ValueGeneratedNever();
        evidence.Property(e => e.IpAddress).HasMaxLength(45);
        evidence.HasIndex(e => e.MemberId);
    }
}
