using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>What is kept of a member's coupon. A coupon past its validity reads as expired before the job has said so.</summary>
public enum MemberCouponStatus
{
    Active,
    Redeemed,
    Expired,
    Voided,
}

/// <summary>How a member came to a coupon.</summary>
public enum CouponOrigin
{
    /// <summary>Staff, to one member.</summary>
    Hand,

    /// <summary>Staff, to an audience.</summary>
    Audience,

    /// <summary>A program.</summary>
    Api,

    /// <summary>The member, with a code.</summary>
    Claim,
    Gift,
}

/// <summary>
/// One coupon of one member. Its state changes by guarded statements only: whoever redeems, releases, voids or expires it names the state it must be in.
/// </summary>
public sealed class MemberCoupon
{
    public long Id { get; private set; }

    public required long CouponId { get; init; }
    public required long TermsId { get; init; }
    public required long MemberId { get; init; }

    /// <summary>1 for the member's first coupon of this kind, 2 for the second; unique, so that two at once cannot both be the last one allowed.</summary>
    public required int Ordinal { get; init; }

    /// <summary>What it was issued for; with <see cref="SourceItem"/> unique per member and coupon: the same reason gives nothing twice.</summary>
    public required string Source { get; init; }

    /// <summary>1 to the quantity.</summary>
    public required int SourceItem { get; init; }

    public required CouponOrigin Origin { get; init; }

    /// <summary>The package it came with.</summary>
    public long? PackageId { get; init; }

    public MemberCouponStatus Status { get; private set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset UsableFrom { get; init; }

    /// <summary>UTC, exclusive.</summary>
    public required DateTimeOffset UsableUntil { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>In the group's zone.</summary>
    public required DateOnly IssuedOn { get; init; }

    public required string IssuedBy { get; init; }

    public string? Reason { get; init; }

    /// <summary>HMAC-SHA256 of its own code; null: it is presented by the coupon's universal code. Unique.</summary>
    public byte[]? CodeHash { get; init; }

    /// <summary>The code, sealed, for the member's page and messages.</summary>
    public byte[]? SealedCode { get; init; }

    public string? LastFour { get; init; }

    public DateTimeOffset? VoidedAt { get; private set; }

    public string? VoidedBy { get; private set; }

    public string? VoidReason { get; private set; }
}

/// <summary>An imported code that waits for its member.</summary>
public sealed class CouponCode
{
    public long Id { get; private set; }

    public required long CouponId { get; init; }

    /// <summary>HMAC-SHA256 of the normalised code. Unique.</summary>
    [SealedField]
    public required byte[] CodeHash { get; init; }

    [SealedField]
    public required byte[] SealedCode { get; init; }

    public required string LastFour { get; init; }

    public long? ImportId { get; init; }

    /// <summary>The coupon that took it; null: free.</summary>
    public long? MemberCouponId { get; private set; }
}

/// <summary>Coupons issued to an audience: asked for on a page, done behind it, in chunks that a restart does not repeat.</summary>
public sealed class CouponIssue : IAudited
{
    public long Id { get; private set; }

    /// <summary>Made with the form: a form sent twice issues once.</summary>
    public required string OperationId { get; init; }

    /// <summary>Either a coupon or a package.</summary>
    public long? CouponId { get; init; }

    public long? PackageId { get; init; }

    public required int Quantity { get; init; }

    public required Values.AudienceScope Audience { get; init; }

    public required string Reason { get; init; }

    public required string ActorKey { get; init; }
    public required string ActorName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: waiting or under way.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Members up to this one are done; only for speed, the unique key decides.</summary>
    public long LastMemberId { get; set; }

    /// <summary>How many members got something.</summary>
    public int Members { get; set; }

    /// <summary>How many coupons they got.</summary>
    public int Coupons { get; set; }

    /// <summary>How many members had as many as allowed.</summary>
    public int AtLimit { get; set; }

    /// <summary>Why it stopped before its end.</summary>
    public string? Stopped { get; set; }

    string? IAudited.AuditName => Reason;
}

internal sealed class MemberCouponConfiguration : IEntityTypeConfiguration<MemberCoupon>
{
    public void Configure(EntityTypeBuilder<MemberCoupon> coupon)
    {
        coupon.ToTable("MemberCoupons");
        coupon.Property(c => c.Source).HasMaxLength(100);
        coupon.Property(c => c.IssuedBy).HasMaxLength(120);
        coupon.Property(c => c.CodeHash).HasMaxLength(32);
        coupon.Property(c => c.SealedCode).HasMaxLength(100);
        coupon.Property(c => c.LastFour).HasMaxLength(4);
        coupon.Property(c => c.VoidedBy).HasMaxLength(120);
        coupon.HasIndex(c => new { c.CouponId, c.MemberId, c.Ordinal }).IsUnique();
        coupon.HasIndex(c => new { c.Source, c.CouponId, c.MemberId, c.SourceItem }).IsUnique();
        coupon.HasIndex(c => c.CodeHash).IsUnique();
        coupon.HasIndex(c => c.MemberId);
        coupon.HasIndex(c => c.TermsId);
        coupon.HasIndex(c => c.IssuedOn);
        coupon.HasIndex(c => c.LastFour);
        coupon.HasIndex(c => new { c.Status, c.UsableUntil });
        coupon.HasOne<Coupon>().WithMany().HasForeignKey(c => c.CouponId).OnDelete(DeleteBehavior.Restrict);
        coupon.HasOne<CouponTerms>().WithMany().HasForeignKey(c => c.TermsId).OnDelete(DeleteBehavior.Restrict);
        coupon.HasOne<Member>().WithMany().HasForeignKey(c => c.MemberId).OnDelete(DeleteBehavior.Restrict);
        coupon.HasOne<CouponPackage>().WithMany().HasForeignKey(c => c.PackageId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CouponCodeConfiguration : IEntityTypeConfiguration<CouponCode>
{
    public void Configure(EntityTypeBuilder<CouponCode> code)
    {
        code.ToTable("CouponCodes");
        code.Property(c => c.CodeHash).HasMaxLength(32);
        code.Property(c => c.SealedCode).HasMaxLength(100);
        code.Property(c => c.LastFour).HasMaxLength(4);
        code.HasIndex(c => c.CodeHash).IsUnique();
        code.HasIndex(c => c.MemberCouponId).IsUnique();
        code.HasIndex(c => new { c.CouponId, c.MemberCouponId, c.Id });
        code.HasOne<Coupon>().WithMany().HasForeignKey(c => c.CouponId).OnDelete(DeleteBehavior.Restrict);
        code.HasOne<ImportJob>().WithMany().HasForeignKey(c => c.ImportId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CouponIssueConfiguration : IEntityTypeConfiguration<CouponIssue>
{
    public void Configure(EntityTypeBuilder<CouponIssue> issue)
    {
        issue.ToTable("CouponIssues");
        issue.Property(i => i.OperationId).HasMaxLength(64);
        Data.Json.AsJson(issue.Property(i => i.Audience)).HasMaxLength(-1);
        issue.Property(i => i.ActorKey).HasMaxLength(40);
        issue.Property(i => i.ActorName).HasMaxLength(120);
        issue.HasIndex(i => i.OperationId).IsUnique();
        issue.HasIndex(i => i.FinishedAt);
        issue.HasOne<Coupon>().WithMany().HasForeignKey(i => i.CouponId).OnDelete(DeleteBehavior.Restrict);
        issue.HasOne<CouponPackage>().WithMany().HasForeignKey(i => i.PackageId).OnDelete(DeleteBehavior.Restrict);
    }
}
