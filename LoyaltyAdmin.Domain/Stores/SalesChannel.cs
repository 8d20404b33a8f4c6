using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>A way the merchant sells, e.g. the till app or a delivery platform; each counts as POS or ONLINE in every rule. Orders name it and are found by it.</summary>
public sealed class SalesChannel : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>How orders and the API name it, in lower case; unique.</summary>
    public required string Code { get; set; }

    public required string Name { get; set; }
    public required Channel CountsAs { get; set; }
    public bool IsEnabled { get; set; } = true;
    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

internal sealed class SalesChannelConfiguration : IEntityTypeConfiguration<SalesChannel>
{
    public void Configure(EntityTypeBuilder<SalesChannel> channel)
    {
        channel.Property(c => c.Code).HasMaxLength(40);
        channel.Property(c => c.Name).HasMaxLength(120);
        channel.HasIndex(c => c.Code).IsUnique();
        channel.Property(c => c.Version).IsConcurrencyToken();
    }
}
