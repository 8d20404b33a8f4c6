using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Tags;

public enum TagKind
{
    /// <summary>Given and taken by people, imports and programs.</summary>
    Manual,

    /// <summary>Given and taken by a rule; people may still give it by hand beside the rule.</summary>
    Computed,
}

/// <summary>A word on a member. A computed tag has a rule; its recalculation touches only what the rule gave.</summary>
public sealed class Tag : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>Unique, e.g. <c>VIP</c>, <c>posRevenueWithinLast6Month</c>.</summary>
    public required string Name { get; set; }

    public string? Description { get; set; }

    public required TagKind Kind { get; init; }

    /// <summary>#RRGGBB.</summary>
    public string Colour { get; set; } = "#64748b";

    /// <summary>Whom a computed tag is given to; null for a manual one.</summary>
    public SegmentRule? Rule { get; set; }

    /// <summary>The product's own tags of the documents keep their name and rule.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>UTC; null: never calculated.</summary>
    public DateTimeOffset? CalculatedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

/// <summary>Who gave a tag. A member has a tag while any source gives it.</summary>
public enum TagSource
{
    Manual,
    Computed,
    Import,
    Api,

    /// <summary>Another module, e.g. a verified student.</summary>
    Program,
}

/// <summary>A tag of a member from one source: a recalculation never takes what a person gave.</summary>
public sealed class MemberTag
{
    public required long MemberId { get; init; }
    public required long TagId { get; init; }
    public required TagSource Source { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    public required string ActorName { get; init; }
    public string? Reason { get; init; }
}

/// <summary>A tag that was given or taken, kept for the member's timeline.</summary>
public sealed class TagChange : IAppendOnly
{
    public long Id { get; private set; }
    public required long MemberId { get; init; }
    public required long TagId { get; init; }
    public required TagSource Source { get; init; }
    public required bool Given { get; init; }
    public required string ActorName { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

internal sealed class TagConfiguration : IEntityTypeConfiguration<Tag>
{
    public void Configure(EntityTypeBuilder<Tag> tag)
    {
        tag.Property(t => t.Name).HasMaxLength(60);
        tag.Property(t => t.Colour).HasMaxLength(7);
        tag.Property(t => t.Rule).AsJson().HasMaxLength(-1);
        tag.Property(t => t.Version).IsConcurrencyToken();
        tag.HasIndex(t => t.Name).IsUnique();
    }
}

internal sealed class MemberTagConfiguration : IEntityTypeConfiguration<MemberTag>
{
    public void Configure(EntityTypeBuilder<MemberTag> tag)
    {
        tag.HasKey(t => new { t.MemberId, t.TagId, t.Source });
        tag.HasIndex(t => new { t.TagId, t.MemberId });
        tag.HasOne<Member>().WithMany().HasForeignKey(t => t.MemberId).OnDelete(DeleteBehavior.Restrict);
        tag.HasOne<Tag>().WithMany().HasForeignKey(t => t.TagId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class TagChangeConfiguration : IEntityTypeConfiguration<TagChange>
{
    public void Configure(EntityTypeBuilder<TagChange> change)
    {
        change.HasIndex(c => new { c.MemberId, c.Id });
        change.HasIndex(c => new { c.TagId, c.Id });
    }
}
