using LoyaltyAdmin.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Stores;

public enum StoreGroupKind
{
    /// <summary>The company or region a store belongs to: one at most.</summary>
    Organisation,

    /// <summary>Any grouping, e.g. “Airport stores”: as many as wanted.</summary>
    Group,
}

/// <summary>Stores under one name, so that what applies to them follows when a store joins or leaves.</summary>
public sealed class StoreGroup : IAudited, IVersioned
{
    public long Id { get; private set; }
    public required StoreGroupKind Kind { get; init; }
    public required string Name { get; set; }
    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

/// <summary>A store in an organisation or group.</summary>
public sealed class StoreGroupMember
{
    public required long GroupId { get; init; }
    public required long StoreId { get; init; }
}

internal sealed class StoreGroupConfiguration : IEntityTypeConfiguration<StoreGroup>
{
    public void Configure(EntityTypeBuilder<StoreGroup> group)
    {
        group.Property(g => g.Name).HasMaxLength(120);
        group.Property(g => g.Version).IsConcurrencyToken();
        group.HasIndex(g => new { g.Kind, g.Name }).IsUnique();
    }
}

internal sealed class StoreGroupMemberConfiguration : IEntityTypeConfiguration<StoreGroupMember>
{
    public void Configure(EntityTypeBuilder<StoreGroupMember> member)
    {
        member.HasKey(m => new { m.GroupId, m.StoreId });
        member.HasIndex(m => m.StoreId);
        member.HasOne<StoreGroup>().WithMany().HasForeignKey(m => m.GroupId).OnDelete(DeleteBehavior.Restrict);
        member.HasOne<Store>().WithMany().HasForeignKey(m => m.StoreId).OnDelete(DeleteBehavior.Restrict);
    }
}
