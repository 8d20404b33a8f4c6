using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>
/// A link that somebody made for one member: 256 random bits of which only a keyed hash is kept, so that neither the database nor a copy of it opens
/// anybody's page. It may be opened again until it ends: mail scanners and link previews open links before their reader does.
/// </summary>
public sealed class PortalLink : IAudited
{
    public long Id { get; private set; }

    public required long MemberId { get; init; }

    /// <summary>Keyed hash of the token. Unique.</summary>
    [SealedField]
    public required byte[] TokenHash { get; init; }

    /// <summary>The page it leads to, one of <see cref="PortalTargets"/>; null: the overview.</summary>
    public string? Target { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedByKey { get; init; }
    public required string CreatedBy { get; init; }

    /// <summary>UTC, exclusive.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    public string? RevokedBy { get; set; }

    string? IAudited.AuditName => "Member page link";
}

/// <summary>How a session of the member's page was opened.</summary>
public enum PortalDoor
{
    /// <summary>A link that staff or a program made.</summary>
    Link,

    /// <summary>A signed link within a message.</summary>
    Message,

    /// <summary>A one-time code sent to the member's phone or e-mail.</summary>
    Code,
}

/// <summary>One browser's stay on a member's page: ends by itself, by signing out, with its link or when all of the member's links are revoked.</summary>
public sealed class PortalSession
{
    /// <summary>Random; the cookie names it under the server's protection.</summary>
    public required Guid Id { get; init; }

    public required long MemberId { get; init; }

    public required PortalDoor Door { get; init; }

    public long? LinkId { get; init; }

    public required int Generation { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>UTC, exclusive: however busy the member is.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>
/// One request for a one-time code. It is written for every address alike, known or not; whose it is and the code are found out afterwards, behind
/// the page, so that neither the answer nor its time tells who is a member.
/// </summary>
public sealed class PortalCode
{
    /// <summary>Random: the browser that asked names it, and nobody else can use the code.</summary>
    public required Guid Id { get; init; }

    public required ConsentChannel Channel { get; init; }

    /// <summary>Where to send it, sealed; gone once that was looked up.</summary>
    public byte[]? SealedAddress { get; set; }

    /// <summary>Null: not looked up yet, or nobody's address.</summary>
    public long? MemberId { get; set; }

    /// <summary>Keyed hash of the code.</summary>
    public byte[]? CodeHash { get; set; }

    /// <summary>Keyed hash of the address it went to: a code proves that address only.</summary>
    public required byte[] AddressHash { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC, exclusive.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Guarded: counted by one statement, whoever else is trying.</summary>
    public int Tries { get; init; }

    public DateTimeOffset? UsedAt { get; init; }
}

internal sealed class PortalLinkConfiguration : IEntityTypeConfiguration<PortalLink>
{
    public void Configure(EntityTypeBuilder<PortalLink> link)
    {
        link.ToTable("PortalLinks");
        link.Property(l => l.TokenHash).HasMaxLength(32);
        link.Property(l => l.Target).HasMaxLength(40);
        link.Property(l => l.CreatedByKey).HasMaxLength(40);
        link.Property(l => l.CreatedBy).HasMaxLength(120);
        link.Property(l => l.RevokedBy).HasMaxLength(120);
        link.HasIndex(l => l.TokenHash).IsUnique();
        link.HasIndex(l => new { l.MemberId, l.Id });
        link.HasIndex(l => l.ExpiresAt);
        link.HasOne<Member>().WithMany().HasForeignKey(l => l.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class PortalSessionConfiguration : IEntityTypeConfiguration<PortalSession>
{
    public void Configure(EntityTypeBuilder<PortalSession> session)
    {
        session.ToTable("PortalSessions");
        session.Property(s => s.Id).ValueGeneratedNever();
        session.HasIndex(s => new { s.MemberId, s.StartedAt });
        session.HasIndex(s => s.LinkId);
        session.HasIndex(s => s.EndsAt);
        session.HasOne<Member>().WithMany().HasForeignKey(s => s.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class PortalCodeConfiguration : IEntityTypeConfiguration<PortalCode>
{
    public void Configure(EntityTypeBuilder<PortalCode> code)
    {
        code.ToTable("PortalCodes");
        code.Property(c => c.Id).ValueGeneratedNever();
        code.Property(c => c.SealedAddress).HasMaxLength(600);
        code.Property(c => c.CodeHash).HasMaxLength(32);
        code.Property(c => c.AddressHash).HasMaxLength(32);
        code.HasIndex(c => c.CreatedAt).HasFilter("\"SealedAddress\" IS NOT NULL");
        code.HasIndex(c => c.ExpiresAt);
        code.HasIndex(c => c.MemberId);
    }
}
