using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LoyaltyAdmin.Domain.Webhooks;

namespace LoyaltyAdmin.Tests.Webhooks;

internal sealed record Received(string EventId, string Type, string Signature, string Body);

/// <summary>A receiver on the loopback address that remembers what it got and answers as it is told.</summary>
internal sealed class RecordingServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<Received> received = new();

    public RecordingServer()
    {
        Url = $"http://127.0.0.1:{FreePort()}/hook/";
        listener.Prefixes.Add(Url);
        listener.Start();
        _ = LoopAsync();
    }

    public string Url { get; }

    public IReadOnlyList<Received> Posts => [.. received];

    /// <summary>Answers a post; it may wait.</summary>
    public Func<Received, Task<int>> Answer { get; set; } = _ => Task.FromResult(204);

    /// <summary>Sent along with the answer.</summary>
    public string? Location { get; set; }

    /// <summary>Waits until so many posts have arrived.</summary>
    public async Task ReachesAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (received.Count < count)
        {
            await Task.Delay(50, patience.Token);
        }
    }

    public void Dispose() => listener.Close();

    private async Task LoopAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var post = new Received(context.Request.Headers[WebhookSignature.IdHeader] ?? "", context.Request.Headers[WebhookSignature.EventHeader] ?? "", context.Request.Headers[WebhookSignature.Header] ?? "", await reader.ReadToEndAsync());
        received.Enqueue(post);
        context.Response.StatusCode = await Answer(post);
        if (Location is not null)
        {
            context.Response.Headers["Location"] = Location;
        }

        try
        {
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The sender is gone.
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();

        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
