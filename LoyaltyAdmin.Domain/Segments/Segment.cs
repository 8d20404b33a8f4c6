using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Segments;

public enum SegmentKind
{
    /// <summary>Whoever the rule finds, at any moment.</summary>
    Rule,

    /// <summary>A list of members that was imported or put together by hand.</summary>
    Static,
}

/// <summary>A group of members. A rule segment is asked live wherever it is used; its snapshots tell how it grew and who came and went.</summary>
public sealed class Segment : IAudited, IVersioned
{
    public long Id { get; private set; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    public required SegmentKind Kind { get; init; }

    /// <summary>Null for a static segment.</summary>
    public SegmentRule? Rule { get; set; }

    /// <summary>How many members the last snapshot found.</summary>
    public int? Size { get; set; }

    /// <summary>UTC: the last snapshot.</summary>
    public DateTimeOffset? CountedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

/// <summary>Who was in the segment at its last snapshot (rule), or is in it (static), and since when.</summary>
public sealed class SegmentMember
{
    public required long SegmentId { get; init; }
    public required long MemberId { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset Since { get; init; }
}

/// <summary>One snapshot: its size and what changed against the one before.</summary>
public sealed class SegmentSnapshot
{
    public long Id { get; private set; }
    public required long SegmentId { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    public required int Size { get; init; }
    public required int Entered { get; init; }
    public required int Left { get; init; }
}

/// <summary>A member that came or went between two snapshots.</summary>
public sealed class SegmentChange
{
    public long Id { get; private set; }
    public required long SegmentId { get; init; }
    public required long SnapshotId { get; init; }
    public required long MemberId { get; init; }
    public required bool Entered { get; init; }
}

internal sealed class SegmentConfiguration : IEntityTypeConfiguration<Segment>
{
    public void Configure(EntityTypeBuilder<Segment> segment)
    {
        segment.Property(s => s.Name).HasMaxLength(120);
        segment.Property(s => s.Description).HasMaxLength(1000);
        segment.Property(s => s.Rule).AsJson().HasMaxLength(-1);
        segment.Property(s => s.Version).IsConcurrencyToken();
        segment.HasIndex(s => s.Name).IsUnique();
    }
}

internal sealed class SegmentMemberConfiguration : IEntityTypeConfiguration<SegmentMember>
{
    public void Configure(EntityTypeBuilder<SegmentMember> member)
    {
        member.HasKey(m => new { m.SegmentId, m.MemberId });
        member.HasIndex(m => m.MemberId);
        member.HasOne<Segment>().WithMany().HasForeignKey(m => m.SegmentId).OnDelete(DeleteBehavior.Restrict);
        member.HasOne<Member>().WithMany().HasForeignKey(m => m.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class SegmentSnapshotConfiguration : IEntityTypeConfiguration<SegmentSnapshot>
{
    public void Configure(EntityTypeBuilder<SegmentSnapshot> snapshot)
    {
        snapshot.HasIndex(s => new { s.SegmentId, s.Id });
        snapshot.HasOne<Segment>().WithMany().HasForeignKey(s => s.SegmentId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class SegmentChangeConfiguration : IEntityTypeConfiguration<SegmentChange>
{
    public void Configure(EntityTypeBuilder<SegmentChange> change)
    {
        change.HasIndex(c => new { c.SnapshotId, c.Id });
        change.HasIndex(c => new { c.MemberId, c.Id });
        change.HasOne<SegmentSnapshot>().WithMany().HasForeignKey(c => c.SnapshotId).OnDelete(DeleteBehavior.Restrict);
    }
}
