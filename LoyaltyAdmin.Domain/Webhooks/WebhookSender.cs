using System.Net;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Webhooks;

/// <summary>
/// Sends what waits, on any number of nodes: a delivery is claimed by one conditional update that also is the lease of the attempt. A node that dies
/// while sending leaves the claim to run out, and another sends the same event again under the same identifier: at least once, never lost.
/// </summary>
public sealed class WebhookSender(LoyaltyDatabase database, SecretKeys keys, WebhookSettings settings, TimeProvider clock) : BackgroundWork
{
    /// <summary>Then a delivery is given up.</summary>
    public const int MostAttempts = 12;

    private const int Batch = 16;
    private const int MostErrorLength = 400;

    /// <summary>Longer than a whole batch can take.</summary>
    private static readonly TimeSpan lease = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan longestPause = TimeSpan.FromHours(6);
    private static readonly TimeSpan kept = TimeSpan.FromDays(30);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 16,
        ConnectCallback = (context, cancel) => WebhookAddresses.ConnectAsync(context.DnsEndPoint, settings, cancel),
    })
    {
        Timeout = timeout,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    public override string Name => "Webhooks";

    public override string Purpose => "Delivers events to webhooks. What became of each stands in the deliveries of the webhook.";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(5);

    /// <summary>The pause after a number of failed attempts: 10 s, doubling, at most six hours; twelve attempts take almost six hours.</summary>
    public static TimeSpan PauseAfter(int attempts) => TimeSpan.FromSeconds(Math.Min(10 * Math.Pow(2, attempts - 1), longestPause.TotalSeconds));

    /// <summary>Sends until nothing is due. Never says anything to the job history: the delivery log has it all.</summary>
    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        while (await ClaimAsync(cancel) is { Count: > 0 } claimed)
        {
            await Parallel.ForEachAsync(claimed, new ParallelOptions { MaxDegreeOfParallelism = Batch, CancellationToken = cancel }, async (delivery, token) => await SendAsync(delivery, token));
        }

        return null;
    }

    /// <summary>Forgets deliveries that are older than 30 days, delivered or given up.</summary>
    public Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var before = clock.GetUtcNow() - kept;

        return database.WriteAsync(Actor.System, db => db.WebhookDeliveries.Where(delivery => delivery.Status != WebhookDeliveryStatus.Pending && delivery.CreatedAt < before).ExecuteDeleteAsync(cancel), cancel);
    }

    private async Task<List<Claim>> ClaimAsync(CancellationToken cancel)
    {
        List<Claim> due;
        var now = clock.GetUtcNow();
        await using (var db = await database.ReadAsync(cancel))
        {
            due = await (from delivery in db.WebhookDeliveries
                         where delivery.Status == WebhookDeliveryStatus.Pending && delivery.DueAt <= now
                         join endpoint in db.WebhookEndpoints on delivery.EndpointId equals endpoint.Id
                         where endpoint.IsEnabled
                         orderby delivery.DueAt, delivery.Id
                         select new Claim(delivery.Id, delivery.EventId, delivery.Type, delivery.Body, delivery.Attempts, delivery.DueAt, endpoint.Url, endpoint.SealedSecret)).Take(Batch).ToListAsync(cancel);
        }

        if (due.Count == 0)
        {
            return due;
        }

        var until = now + lease;

        return await database.WriteAsync(Actor.System, async db =>
        {
            var mine = new List<Claim>();
            foreach (var delivery in due)
            {
                // Whoever changes it first has it.
                var taken = await db.WebhookDeliveries.Where(d => d.Id == delivery.Id && d.Status == WebhookDeliveryStatus.Pending && d.DueAt == delivery.DueAt && d.Attempts == delivery.Attempts)
                    .ExecuteUpdateAsync(set => set.SetProperty(d => d.DueAt, until).SetProperty(d => d.Attempts, d => d.Attempts + 1), cancel);
                if (taken == 1)
                {
                    mine.Add(delivery with { Attempts = delivery.Attempts + 1, DueAt = until });
                }
            }

            return mine;
        }, cancel);
    }

    private async Task SendAsync(Claim delivery, CancellationToken cancel)
    {
        var (status, error) = await PostAsync(delivery, cancel);
        var now = clock.GetUtcNow();
        var next = error is null ? WebhookDeliveryStatus.Delivered : delivery.Attempts >= MostAttempts ? WebhookDeliveryStatus.Dead : WebhookDeliveryStatus.Pending;
        var due = now + PauseAfter(delivery.Attempts);
        DateTimeOffset? delivered = error is null ? now : null;
        // Only while the claim is still ours: a slow answer must not undo what another node did meanwhile.
        await database.WriteAsync(Actor.System, db => db.WebhookDeliveries.Where(d => d.Id == delivery.Id && d.Status == WebhookDeliveryStatus.Pending && d.Attempts == delivery.Attempts)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.Status, next).SetProperty(d => d.DueAt, due).SetProperty(d => d.ResponseStatus, status).SetProperty(d => d.Error, error).SetProperty(d => d.DeliveredAt, delivered), CancellationToken.None), CancellationToken.None);
    }

    private async Task<(int? Status, string? Error)> PostAsync(Claim delivery, CancellationToken cancel)
    {
        if (WebhookAddresses.Fault(delivery.Url, settings) is { } fault)
        {
            return (null, fault);
        }

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url);
            request.Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json");
            request.Headers.TryAddWithoutValidation(WebhookSignature.Header, WebhookSignature.Of(keys.Open(delivery.SealedSecret), delivery.Body, clock.GetUtcNow()));
            request.Headers.TryAddWithoutValidation(WebhookSignature.EventHeader, delivery.Type);
            request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, delivery.EventId.ToString());
            request.Headers.TryAddWithoutValidation("User-Agent", "LoyaltyAdmin-Webhooks/1");
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);

            return ((int)response.StatusCode, (int)response.StatusCode is >= 200 and < 300 ? null : $"The endpoint answered {(int)response.StatusCode}.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, $"No answer within {timeout.TotalSeconds:0} seconds; it may have arrived.");
        }
        catch (HttpRequestException exception)
        {
            return (null, Short(exception.InnerException is WebhookAddressException refused ? refused.Message : exception.Message));
        }
    }

    private static string Short(string text) => text.Length <= MostErrorLength ? text : text[..MostErrorLength];

    private sealed record Claim(long Id, Guid EventId, string Type, string Body, int Attempts, DateTimeOffset DueAt, string Url, byte[] SealedSecret);
}
