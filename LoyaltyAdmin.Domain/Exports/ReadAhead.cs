using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace LoyaltyAdmin.Domain.Exports;

/// <summary>Reads rows on a thread of their own, a few chunks ahead, while those before are worked on: fetching and compressing cost about the same.</summary>
public static class ReadAhead
{
    private const int ChunkRows = 250;
    private const int MostChunks = 4;

    /// <summary>The rows in their order, in chunks. The source is at rest when this ends, however it ends: its connection may be closed then.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<T>> InChunksAsync<T>(this IAsyncEnumerable<T> source, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var chunks = Channel.CreateBounded<List<T>>(new BoundedChannelOptions(MostChunks) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => ReadAsync(source, chunks.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var chunk in chunks.Reader.ReadAllAsync(cancel))
            {
                yield return chunk;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    // Whatever goes wrong reaches the one who takes the chunks.
    private static async Task ReadAsync<T>(IAsyncEnumerable<T> source, ChannelWriter<List<T>> chunks, CancellationToken cancel)
    {
        try
        {
            var chunk = new List<T>(ChunkRows);
            await foreach (var row in source.WithCancellation(cancel))
            {
                chunk.Add(row);
                if (chunk.Count == ChunkRows)
                {
                    await chunks.WriteAsync(chunk, cancel);
                    chunk = new List<T>(ChunkRows);
                }
            }

            if (chunk.Count > 0)
            {
                await chunks.WriteAsync(chunk, cancel);
            }

            chunks.Complete();
        }
        catch (Exception exception)
        {
            chunks.Complete(exception);
        }
    }
}
