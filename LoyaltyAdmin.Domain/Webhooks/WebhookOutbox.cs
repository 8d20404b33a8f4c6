using System.Text.Json;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Webhooks;

/// <summary>What endpoints can be told. Bodies name members by number and say which fields changed, never their values.</summary>
public static class WebhookEvents
{
    public const string MemberUpdated = "member.updated";
    public const string TierChanged = "tier.changed";

    public static readonly IReadOnlyList<string> All = [MemberUpdated, TierChanged];
}

/// <summary>Writes events for the endpoints that asked for them, in the save that caused them.</summary>
public sealed class WebhookOutbox(TimeProvider clock)
{
    /// <summary>Adds a delivery of each body to every enabled endpoint that listens to the type; saved with the caller's other changes.</summary>
    public async Task AddAsync(LoyaltyDbContext db, string type, IReadOnlyCollection<object> bodies, CancellationToken cancel = default)
    {
        if (bodies.Count == 0)
        {
            return;
        }

        var endpoints = await db.WebhookEndpoints.AsNoTracking().Where(endpoint => endpoint.IsEnabled).Select(endpoint => new { endpoint.Id, endpoint.Events }).ToListAsync(cancel);
        var now = clock.GetUtcNow();
        foreach (var endpoint in endpoints.Where(endpoint => endpoint.Events.Contains(type)))
        {
            foreach (var body in bodies)
            {
                var id = Guid.CreateVersion7(now);
                db.WebhookDeliveries.Add(new WebhookDelivery
                {
                    EndpointId = endpoint.Id,
                    EventId = id,
                    Type = type,
                    Body = JsonSerializer.Serialize(new { id, type, occurredAt = now, data = body }, Json.Options),
                    CreatedAt = now,
                    DueAt = now,
                });
            }
        }
    }
}
