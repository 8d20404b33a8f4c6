using System.Security.Cryptography;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Webhooks;

/// <summary>One line of the Webhooks list.</summary>
public sealed record WebhookEndpointRow(long Id, string Name, string Url, IReadOnlyList<string> Events, bool IsEnabled, int Waiting, int Dead);

/// <summary>One line of the delivery log.</summary>
public sealed record WebhookDeliveryRow(long Id, Guid EventId, string Type, DateTimeOffset CreatedAt, WebhookDeliveryStatus Status, int Attempts, DateTimeOffset? NextAt, int? ResponseStatus, string? Error, DateTimeOffset? DeliveredAt, string Body);

/// <summary>What the log is searched by; null or empty: everything.</summary>
public sealed record WebhookDeliveryFilter(string? Text = null, string? Type = null, WebhookDeliveryStatus? Status = null);

/// <summary>An endpoint being created or edited.</summary>
public sealed class WebhookEndpointForm
{
    public long? Id { get; set; }
    public string Name { get; set; } = "";
    public string Url { get; set; } = "";
    public HashSet<string> Events { get; set; } = [];
    public Guid Version { get; set; }
}

/// <summary>A saved endpoint; its secret is told once, when it is made.</summary>
public sealed record SavedWebhook(long Id, string? Secret);

/// <summary>Who is told what, and what became of it.</summary>
public sealed class WebhookEndpoints(LoyaltyDatabase database, AccessControl access, SecretKeys keys, WebhookSettings settings, WebhookSender sender, TimeProvider clock)
{
    /// <summary>The type of a delivery that only proves that the endpoint works.</summary>
    public const string Test = "test";

    private const int MostEndpoints = 20;

    private static readonly SortColumns<WebhookEndpoint> sorts = new SortColumns<WebhookEndpoint>(endpoint => endpoint.Id).By("Name", endpoint => endpoint.Name);
    private static readonly SortColumns<WebhookDelivery> deliverySorts = new(delivery => delivery.Id);

    [Requires(Permission.WebhooksManage)]
    public async Task<Page<WebhookEndpointRow>> ListAsync(Actor actor, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.WebhookEndpoints.ToPageAsync(page, sorts, endpoint => new WebhookEndpointRow(endpoint.Id, endpoint.Name, endpoint.Url, endpoint.Events, endpoint.IsEnabled,
            db.WebhookDeliveries.Count(delivery => delivery.EndpointId == endpoint.Id && delivery.Status == WebhookDeliveryStatus.Pending),
            db.WebhookDeliveries.Count(delivery => delivery.EndpointId == endpoint.Id && delivery.Status == WebhookDeliveryStatus.Dead)), cancel);
    }

    [Requires(Permission.WebhooksManage)]
    public async Task<WebhookEndpointForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var endpoint = await FindAsync(db, id, cancel);

        return new WebhookEndpointForm { Id = id, Name = endpoint.Name, Url = endpoint.Url, Events = [.. endpoint.Events], Version = endpoint.Version };
    }

    /// <summary>Creates an endpoint, with its secret in the answer, or edits one.</summary>
    [Requires(Permission.WebhooksManage)]
    public async Task<SavedWebhook> SaveAsync(Actor actor, WebhookEndpointForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        var fault = WebhookAddresses.Fault(form.Url, settings);
        new FieldErrors()
            .Text(nameof(form.Name), "Name", form.Name, 120, required: true)
            .Text(nameof(form.Url), "Address", form.Url, 1000)
            .Require(fault is null, nameof(form.Url), fault ?? "")
            .Require(form.Events.Count > 0 && form.Events.IsSubsetOf(WebhookEvents.All), nameof(form.Events), "Choose at least one event.")
            .ThrowIfAny();
        var secret = form.Id is null ? NewSecret() : null;

        return await database.WriteAsync(actor, async db =>
        {
            if (form.Id is null && await db.WebhookEndpoints.CountAsync(cancel) >= MostEndpoints)
            {
                throw new RuleViolationException("too_many_endpoints", $"There are {MostEndpoints} endpoints already. Edit one instead.");
            }

            var endpoint = form.Id is { } id
                ? await FindAsync(db, id, cancel)
                : db.WebhookEndpoints.Add(new WebhookEndpoint { Name = form.Name, Url = form.Url, Events = [], SealedSecret = keys.Seal(secret!), CreatedAt = clock.GetUtcNow() }).Entity;
            if (form.Id is not null && endpoint.Version != form.Version)
            {
                throw new ConcurrentChangeException("The webhook");
            }

            (endpoint.Name, endpoint.Url, endpoint.Events) = (form.Name.Trim(), form.Url.Trim(), [.. form.Events.Order(StringComparer.Ordinal)]);
            await db.SaveChangesAsync(cancel);

            return new SavedWebhook(endpoint.Id, secret);
        }, cancel);
    }

    /// <summary>Gives a new secret, told once; the old one signs nothing from now on.</summary>
    [Requires(Permission.WebhooksManage)]
    public async Task<string> ReplaceSecretAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        var secret = NewSecret();
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).SealedSecret = keys.Seal(secret), cancel);

        return secret;
    }

    /// <summary>Events that happen from now on are not kept for it; those that wait, wait until it is enabled again.</summary>
    [Requires(Permission.WebhooksManage)]
    public async Task DisableAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).IsEnabled = false, cancel);
    }

    [Requires(Permission.WebhooksManage)]
    public async Task EnableAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        await database.WriteAsync(actor, async db => (await FindAsync(db, id, cancel)).IsEnabled = true, cancel);
        sender.Wake();
    }

    /// <summary>What was sent to an endpoint and what waits, newest first.</summary>
    [Requires(Permission.WebhooksManage)]
    public async Task<Page<WebhookDeliveryRow>> DeliveriesAsync(Actor actor, long endpointId, WebhookDeliveryFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var text = Inputs.Clean(filter.Text);
        var id = Guid.TryParse(text, out var parsed) ? parsed : (Guid?)null;

        return await db.WebhookDeliveries.Where(delivery => delivery.EndpointId == endpointId)
            .Where(delivery => id == null || delivery.EventId == id)
            .Where(delivery => id != null || text == null || delivery.Body.Contains(text))
            .Where(delivery => string.IsNullOrEmpty(filter.Type) || delivery.Type == filter.Type)
            .Where(delivery => filter.Status == null || delivery.Status == filter.Status)
            .ToPageAsync(page, deliverySorts, d => new WebhookDeliveryRow(d.Id, d.EventId, d.Type, d.CreatedAt, d.Status, d.Attempts, d.Status == WebhookDeliveryStatus.Pending ? d.DueAt : null, d.ResponseStatus, d.Error, d.DeliveredAt, d.Body), cancel);
    }

    /// <summary>Sends a delivery again, under the same event identifier.</summary>
    [Requires(Permission.WebhooksManage)]
    public async Task ReplayAsync(Actor actor, long deliveryId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var delivery = await db.WebhookDeliveries.FirstOrDefaultAsync(d => d.Id == deliveryId, cancel) ?? throw new NotFoundException("The delivery");
            var now = clock.GetUtcNow();
            (delivery.Status, delivery.Attempts, delivery.DueAt, delivery.DeliveredAt, delivery.Error) = (WebhookDeliveryStatus.Pending, 0, now, null, null);
            db.AuditEntries.Add(new AuditEntry(actor, now, "WebhookDelivery.Replay")
            {
                EntityType = nameof(WebhookEndpoint),
                EntityId = delivery.EndpointId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Subject = delivery.EventId.ToString(),
            });
        }, cancel);
        sender.Wake();
    }

    /// <summary>Sends an event that means nothing, so that a receiver can be tried out.</summary>
    /// <returns>The event's identifier, to find it in the log.</returns>
    [Requires(Permission.WebhooksManage)]
    public async Task<Guid> SendTestAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.WebhooksManage, cancel: cancel);
        var now = clock.GetUtcNow();
        var eventId = Guid.CreateVersion7(now);
        await database.WriteAsync(actor, async db =>
        {
            if (!(await FindAsync(db, id, cancel)).IsEnabled)
            {
                throw new RuleViolationException("endpoint_disabled", "Enable the webhook first: nothing is sent to it now.");
            }

            db.WebhookDeliveries.Add(new WebhookDelivery
            {
                EndpointId = id,
                EventId = eventId,
                Type = Test,
                Body = JsonSerializer.Serialize(new { id = eventId, type = Test, occurredAt = now, data = new { message = "This is a test." } }, Json.Options),
                CreatedAt = now,
                DueAt = now,
            });
        }, cancel);
        sender.Wake();

        return eventId;
    }

    private static string NewSecret() => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static async Task<WebhookEndpoint> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.WebhookEndpoints.FirstOrDefaultAsync(endpoint => endpoint.Id == id, cancel) ?? throw new NotFoundException("The webhook");
}
