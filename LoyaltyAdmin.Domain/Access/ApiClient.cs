using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>A program that calls the HTTP API: a till system, an online store. Holds up to two live keys, so that one can be rotated without a gap.</summary>
public sealed class ApiClient : IAudited, IVersioned
{
    public long Id { get; private set; }

    public required string Name { get; set; }

    public required IReadOnlyList<ApiScope> Scopes { get; set; }

    public StoreScope Stores { get; set; } = StoreScope.All;

    public bool IsEnabled { get; set; } = true;

    /// <summary>Value-moving requests must carry a valid <c>X-Signature</c>; a signature that is sent is verified either way.</summary>
    public bool RequiresSignature { get; set; }

    /// <summary>Addresses or CIDR ranges requests may come from; empty: any.</summary>
    public IReadOnlyList<string> AllowedAddresses { get; set; } = [];

    /// <summary>Redemptions a second before 429; the default suits a chain of tills behind one client.</summary>
    public int RedemptionsPerSecond { get; set; } = 20;

    public DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

/// <summary>One key <c>lk_&lt;environment&gt;_&lt;id&gt;_&lt;secret&gt;</c> of an API client: shown once, kept as a hash.</summary>
public sealed class ApiKey : IAudited
{
    public long Id { get; private set; }

    public required long ApiClientId { get; init; }

    /// <summary>The public part by which the key is found and named on the screen.</summary>
    public required string KeyId { get; init; }

    /// <summary>SHA-256 of the whole key: it carries 256 random bits, so a plain hash cannot be guessed back.</summary>
    [SealedField]
    public required byte[] Hash { get; init; }

    /// <summary>The signing secret, sealed with the product's key because it must be read to verify signatures.</summary>
    [SealedField]
    public required byte[] SigningSecret { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Written at most once a minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public bool IsLiveAt(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);

    string? IAudited.AuditName => KeyId;
}

internal sealed class ApiClientConfiguration : IEntityTypeConfiguration<ApiClient>
{
    public void Configure(EntityTypeBuilder<ApiClient> client)
    {
        client.Property(c => c.Name).HasMaxLength(120);
        client.HasIndex(c => c.Name).IsUnique();
        client.Property(c => c.Scopes).AsJson();
        client.Property(c => c.Stores).AsJson();
        client.Property(c => c.AllowedAddresses).AsJson();
        client.Property(c => c.Version).IsConcurrencyToken();
    }
}

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> key)
    {
        key.Property(k => k.KeyId).HasMaxLength(20);
        key.HasIndex(k => k.KeyId).IsUnique();
        key.HasOne<ApiClient>().WithMany().HasForeignKey(k => k.ApiClientId).OnDelete(DeleteBehavior.Restrict);
    }
}
