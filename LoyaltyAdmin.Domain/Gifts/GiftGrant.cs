using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>What gives gifts. A module that gives them adds its own.</summary>
public enum GiftSourceKind
{
    /// <summary>A gift campaign of staff (Membership Marketing > Marketing > Gifts).</summary>
    Campaign,
}

public enum GiftItemKind
{
    Points,
    Coupon,
    Package,
}

public enum GiftItemStatus
{
    /// <summary>Waits for its time, or for another attempt.</summary>
    Pending,
    Delivered,

    /// <summary>Was refused, for <see cref="GiftItem.Reason"/>; people may try it again.</summary>
    Failed,

    /// <summary>Will not come, because its source was archived or its member has gone.</summary>
    Cancelled,
}

/// <summary>
/// One gift to one member for one reason. Source, member and episode are unique in the database: however often, on however many nodes and after whatever
/// interruption a reason is met, it gives once (reliability 3.3).
/// </summary>
public sealed class GiftGrant
{
    /// <summary>Of an episode as a module names it.</summary>
    public const int LongestEpisode = 40;

    public long Id { get; private set; }

    public required GiftSourceKind SourceKind { get; init; }

    public required long SourceId { get; init; }

    /// <summary>The source's name when it gave, for people.</summary>
    public required string SourceName { get; init; }

    public required long MemberId { get; init; }

    /// <summary>Which of several reasons of the source: <c>once</c>, the year of a birthday, the last purchase before a lapse.</summary>
    public required string Episode { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset GrantedAt { get; init; }

    /// <summary>In the group's zone.</summary>
    public required DateOnly GrantedOn { get; init; }

    public required string ActorName { get; init; }

    /// <summary>The mini programs the source chose for notices.</summary>
    public required ImmutableArray<long> MiniProgramIds { get; init; }
}

/// <summary>
/// One thing of a gift, delivered by itself at its own time. Its state changes by guarded statements only, in the transaction that delivers.
/// </summary>
public sealed class GiftItem
{
    public long Id { get; private set; }

    public required long GrantId { get; init; }

    public required long MemberId { get; init; }

    /// <summary>Counted from 0 within the gift.</summary>
    public required int Line { get; init; }

    public required GiftItemKind Kind { get; init; }

    /// <summary>Of <see cref="GiftItemKind.Points"/>.</summary>
    public decimal? Points { get; init; }

    public long? CouponId { get; init; }

    public long? PackageId { get; init; }

    public required int Quantity { get; init; }

    /// <summary>Of coupons; a package's have their own.</summary>
    public ValidityRule? Validity { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset DueAt { get; init; }

    public GiftItemStatus Status { get; private set; }

    /// <summary>When it is tried next; only while it is pending.</summary>
    public DateTimeOffset? NextAt { get; private set; }

    public int Attempts { get; private set; }

    public DateTimeOffset? DeliveredAt { get; private set; }

    /// <summary>Why it failed or was cancelled, in words.</summary>
    public string? Reason { get; private set; }
}

internal sealed class GiftGrantConfiguration : IEntityTypeConfiguration<GiftGrant>
{
    public void Configure(EntityTypeBuilder<GiftGrant> grant)
    {
        grant.ToTable("GiftGrants");
        grant.Property(g => g.SourceName).HasMaxLength(120);
        // Longer than LongestEpisode: what a merged duplicate had keeps its own name beside the survivor's.
        grant.Property(g => g.Episode).HasMaxLength(100);
        grant.Property(g => g.ActorName).HasMaxLength(120);
        grant.Property(g => g.MiniProgramIds).AsJson();
        grant.HasIndex(g => new { g.SourceKind, g.SourceId, g.MemberId, g.Episode }).IsUnique();
        grant.HasIndex(g => g.MemberId);
        grant.HasIndex(g => g.GrantedOn);
        grant.HasOne<Member>().WithMany().HasForeignKey(g => g.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class GiftItemConfiguration : IEntityTypeConfiguration<GiftItem>
{
    public void Configure(EntityTypeBuilder<GiftItem> item)
    {
        item.ToTable("GiftItems", table => table.HasCheckConstraint("CK_GiftItems_NextAt", "\"Status\" = 'Pending' OR \"NextAt\" IS NULL"));
        item.Property(i => i.Validity).AsJson();
        item.HasIndex(i => new { i.GrantId, i.Line }).IsUnique();
        item.HasIndex(i => i.MemberId);
        item.HasIndex(i => new { i.NextAt, i.Id }).HasFilter("\"NextAt\" IS NOT NULL");
        item.HasIndex(i => new { i.Status, i.Id }).HasFilter("\"Status\" <> 'Delivered'");
        item.HasOne<GiftGrant>().WithMany().HasForeignKey(i => i.GrantId).OnDelete(DeleteBehavior.Restrict);
        item.HasOne<Member>().WithMany().HasForeignKey(i => i.MemberId).OnDelete(DeleteBehavior.Restrict);
        item.HasOne<Coupon>().WithMany().HasForeignKey(i => i.CouponId).OnDelete(DeleteBehavior.Restrict);
        item.HasOne<CouponPackage>().WithMany().HasForeignKey(i => i.PackageId).OnDelete(DeleteBehavior.Restrict);
    }
}
