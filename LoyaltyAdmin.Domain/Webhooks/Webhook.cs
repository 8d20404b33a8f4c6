using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Webhooks;

/// <summary>A merchant's system that is told when something happens: signed HTTP posts, at least once, each with a stable identifier.</summary>
public sealed class WebhookEndpoint : IAudited, IVersioned
{
    public long Id { get; private set; }

    public required string Name { get; set; }

    /// <summary>https, except on the loopback address.</summary>
    public required string Url { get; set; }

    /// <summary>Event types such as <c>member.updated</c>, <c>tier.changed</c>.</summary>
    public required ImmutableArray<string> Events { get; set; }

    [SealedField]
    public required byte[] SealedSecret { get; set; }

    public bool IsEnabled { get; set; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

public enum WebhookDeliveryStatus
{
    Pending,
    Delivered,

    /// <summary>Given up after its last attempt; can be sent again by hand.</summary>
    Dead,
}

/// <summary>
/// One event for one endpoint, written in the save that caused it and sent afterwards. Delivered at least once with the same
/// <see cref="EventId"/>: receivers drop what they have seen.
/// </summary>
public sealed class WebhookDelivery
{
    public long Id { get; private set; }
    public required long EndpointId { get; init; }
    public required Guid EventId { get; init; }
    public required string Type { get; init; }

    /// <summary>The body as it is sent: numbers and field names, no personal data.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public WebhookDeliveryStatus Status { get; set; }
    public int Attempts { get; set; }

    /// <summary>UTC: not before this instant; also the lease of the attempt under way.</summary>
    public required DateTimeOffset DueAt { get; set; }

    public int? ResponseStatus { get; set; }

    /// <summary>What went wrong at the last attempt, for people.</summary>
    public string? Error { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }
}

internal sealed class WebhookEndpointConfiguration : IEntityTypeConfiguration<WebhookEndpoint>
{
    public void Configure(EntityTypeBuilder<WebhookEndpoint> endpoint)
    {
        endpoint.Property(e => e.Name).HasMaxLength(120);
        endpoint.Property(e => e.Url).HasMaxLength(1000);
        endpoint.Property(e => e.Events).AsJson().HasMaxLength(1000);
        endpoint.Property(e => e.SealedSecret).HasMaxLength(200);
        endpoint.Property(e => e.Version).IsConcurrencyToken();
    }
}

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> delivery)
    {
        delivery.Property(d => d.Type).HasMaxLength(60);
        delivery.Property(d => d.Body).HasMaxLength(-1);
        delivery.HasIndex(d => new { d.Status, d.DueAt });
        delivery.HasIndex(d => new { d.EndpointId, d.Id });
        delivery.HasOne<WebhookEndpoint>().WithMany().HasForeignKey(d => d.EndpointId).OnDelete(DeleteBehavior.Restrict);
    }
}
