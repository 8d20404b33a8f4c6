using LoyaltyAdmin.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>Through what a member may be reached. Each platform of ads needs a consent of its own.</summary>
public enum ConsentChannel
{
    Email,
    Sms,
    Push,
    MiniProgram,
    MetaAds,
    GoogleAds,
    TikTokAds,
}

/// <summary>What a member may be reached for.</summary>
public enum ConsentPurpose
{
    /// <summary>Campaigns, journeys, offers.</summary>
    Marketing,

    /// <summary><c>loyaltyNotification</c> of the documents: news of the bonus system.</summary>
    LoyaltyNotification,
}

public enum ConsentStatus
{
    Granted,
    Withdrawn,
}

/// <summary>Where a consent was said: the proof names it.</summary>
public enum ConsentSource
{
    Staff,
    Pos,
    Online,
    MemberPage,
    Import,
    UnsubscribeLink,
    Reply,
}

/// <summary>A member said yes or no, append-only (domain rules, Consent 1). The last event by time counts; without one there is no consent.</summary>
public sealed class ConsentEvent : IAppendOnly
{
    public long Id { get; private set; }
    public required long MemberId { get; init; }
    public required ConsentChannel Channel { get; init; }
    public required ConsentPurpose Purpose { get; init; }
    public required ConsentStatus Status { get; init; }

    /// <summary>When the member said it, UTC; an imported history has its own times.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it was written down here, UTC.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    public required ConsentSource Source { get; init; }

    /// <summary>Which edition of the text the member agreed to.</summary>
    public string? TextVersion { get; init; }

    public required string ActorKey { get; init; }
    public required string ActorName { get; init; }
}

/// <summary>The address a consent was said from: personal, so kept apart from the event and removed when the member is erased.</summary>
public sealed class ConsentEvidence
{
    public required long EventId { get; init; }
    public required long MemberId { get; init; }

    [SealedField]
    public required string IpAddress { get; init; }
}

/// <summary>What counts now, kept in the same save as its event, so that an audience of a million is one indexed join.</summary>
public sealed class MemberConsent
{
    public required long MemberId { get; init; }
    public required ConsentChannel Channel { get; init; }
    public required ConsentPurpose Purpose { get; init; }
    public required ConsentStatus Status { get; set; }

    /// <summary>The time of the event that decided, UTC.</summary>
    public required DateTimeOffset Since { get; set; }
}

public enum SuppressionReason
{
    HardBounce,
    Complaint,
    Stop,
    InvalidToken,
    Staff,
}

/// <summary>
/// An address nothing is sent to whatever the consents say (domain rules, Consent 2). Kept by keyed hash, so that it outlives an erased member
/// without naming anybody.
/// </summary>
public sealed class Suppression : IAudited
{
    public long Id { get; private set; }
    public required ConsentChannel Channel { get; init; }

    /// <summary>Keyed hash of the normalised address, phone or token.</summary>
    [SealedField]
    public required byte[] AddressHash { get; init; }

    /// <summary>Enough to recognise it, e.g. <c>j•••@example.com</c>.</summary>
    [SealedField]
    public required string MaskedAddress { get; init; }

    public required SuppressionReason Reason { get; init; }

    public string? Note { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    public required string ActorName { get; init; }

    string? IAudited.AuditName => Channel.ToString();
}

internal sealed class ConsentEventConfiguration : IEntityTypeConfiguration<ConsentEvent>
{
    public void Configure(EntityTypeBuilder<ConsentEvent> consent)
    {
        consent.Property(c => c.TextVersion).HasMaxLength(60);
        consent.Property(c => c.ActorKey).HasMaxLength(40);
        consent.HasIndex(c => new { c.MemberId, c.Id });
        consent.HasOne<Member>().WithMany().HasForeignKey(c => c.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class ConsentEvidenceConfiguration : IEntityTypeConfiguration<ConsentEvidence>
{
    public void Configure(EntityTypeBuilder<ConsentEvidence> evidence)
    {
        evidence.HasKey(e => e.EventId);
        evidence.Property(e => e.EventId).ValueGeneratedNever();
        evidence.Property(e => e.IpAddress).HasMaxLength(45);
        evidence.HasIndex(e => e.MemberId);
    }
}

internal sealed class MemberConsentConfiguration : IEntityTypeConfiguration<MemberConsent>
{
    public void Configure(EntityTypeBuilder<MemberConsent> consent)
    {
        consent.HasKey(c => new { c.MemberId, c.Channel, c.Purpose });
        consent.HasIndex(c => new { c.Channel, c.Purpose, c.Status, c.MemberId });
        consent.HasOne<Member>().WithMany().HasForeignKey(c => c.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class SuppressionConfiguration : IEntityTypeConfiguration<Suppression>
{
    public void Configure(EntityTypeBuilder<Suppression> suppression)
    {
        suppression.Property(s => s.AddressHash).HasMaxLength(32);
        suppression.Property(s => s.MaskedAddress).HasMaxLength(120);
        suppression.HasIndex(s => new { s.Channel, s.AddressHash }).IsUnique();
    }
}
