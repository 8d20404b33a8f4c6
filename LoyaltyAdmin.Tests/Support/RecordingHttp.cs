using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>A request as it came over the wire.</summary>
public sealed record RecordedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What a recording server says.</summary>
public sealed record RecordedReply(int Status, string Body = "", string ContentType = "application/json");

/// <summary>A service on the loopback address that remembers every request, byte for byte, and answers as it is told.</summary>
public sealed class RecordingHttp : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<RecordedRequest> requests = new();

    public RecordingHttp()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}";
        socket.Stop();
        listener.Prefixes.Add(Url + "/");
        listener.Start();
        _ = LoopAsync();
    }

    /// <summary>Without a slash at its end.</summary>
    public string Url { get; }

    public IReadOnlyList<RecordedRequest> Requests => [.. requests];

    public Func<RecordedRequest, Task<RecordedReply>> Answer { get; set; } = _ => Task.FromResult(new RecordedReply(200, "{}"));

    public void Dispose() => listener.Close();

    private async Task LoopAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await listener.GetContextAsync());
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var request = new RecordedRequest(context.Request.HttpMethod, context.Request.RawUrl!, context.Request.Headers.AllKeys.ToDictionary(name => name!, name => context.Request.Headers[name]!, StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync());
            requests.Enqueue(request);
            var reply = await Answer(request);
            (context.Response.StatusCode, context.Response.ContentType) = (reply.Status, reply.ContentType);
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(reply.Body));
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The caller has left.
        }
    }
}
