using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>A shop or online store. Its zone decides which business day a transaction belongs to.</summary>
public sealed class Store : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>How POS and imports name the store, e.g. <c>NYC01</c>; unique, never reused.</summary>
    public required string Code { get; set; }

    public required string Name { get; set; }

    /// <summary>IANA name, e.g. <c>America/New_York</c>.</summary>
    public required string TimeZone { get; set; }

    public string? City { get; set; }

    public string? Address { get; set; }

    /// <summary>A closed store neither sells nor redeems; its cards and history stay.</summary>
    public bool IsOpen { get; set; } = true;

    public Guid Version { get; set; }

    public TimeZoneInfo Zone => Calendar.Zone(TimeZone);

    string? IAudited.AuditName => Name;

    long? IAudited.AuditStoreId => Id;
}

/// <summary>Settings of the whole group: one row.</summary>
public sealed class CompanySettings : IAudited, IVersioned
{
    public const long TheId = 1;

    public long Id { get; init; } = TheId;

    public required string Name { get; set; }

    /// <summary>IANA zone of reports and schedules over all stores.</summary>
    public required string TimeZone { get; set; }

    public required string Currency { get; set; }

    /// <summary>The shortest validity (in months) a gift card may be sold with; 0: no legal minimum. US federal law: 60.</summary>
    public int MinimumGiftCardMonths { get; set; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

internal sealed class StoreConfiguration : IEntityTypeConfiguration<Store>
{
    public void Configure(EntityTypeBuilder<Store> store)
    {
        store.Property(s => s.Code).HasMaxLength(20);
        store.Property(s => s.Name).HasMaxLength(120);
        store.Property(s => s.TimeZone).HasMaxLength(60);
        store.HasIndex(s => s.Code).IsUnique();
        store.Ignore(s => s.Zone);
        store.Property(s => s.Version).IsConcurrencyToken();
    }
}

internal sealed class CompanySettingsConfiguration : IEntityTypeConfiguration<CompanySettings>
{
    public void Configure(EntityTypeBuilder<CompanySettings> settings)
    {
        settings.Property(s => s.Id).ValueGeneratedNever();
        settings.Property(s => s.Currency).HasMaxLength(3);
        settings.Property(s => s.Version).IsConcurrencyToken();
    }
}
