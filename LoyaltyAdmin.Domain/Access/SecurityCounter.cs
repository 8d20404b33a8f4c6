using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>Failures counted in the database, so that a restart or a second node forgets nothing: wrong security codes, failed look-ups, failed sign-ins.</summary>
public sealed class SecurityCounter
{
    /// <summary>What is counted, e.g. <c>card-code:42</c>, <c>lookup:api:3</c>, <c>sign-in-ip:203.0.113.7</c> (hashed).</summary>
    public required string Id { get; init; }

    /// <summary>Failures since <see cref="WindowStartedAt"/>.</summary>
    public int Failures { get; set; }

    /// <summary>Failures since a success or a staff unlock.</summary>
    public int TotalFailures { get; set; }

    public DateTimeOffset WindowStartedAt { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }
}

/// <summary>A key of the web server's own cookie protection, kept in the database so that every node and every restart reads the same cookies.</summary>
public sealed class ProtectionKey
{
    public long Id { get; private set; }

    public required string FriendlyName { get; init; }

    /// <summary>The key's XML, sealed with the product's key.</summary>
    public required byte[] SealedXml { get; init; }
}

internal sealed class SecurityCounterConfiguration : IEntityTypeConfiguration<SecurityCounter>
{
    public void Configure(EntityTypeBuilder<SecurityCounter> counter) => counter.Property(c => c.Id).HasMaxLength(120);
}
