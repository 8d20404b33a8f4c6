using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>What another .NET process keeps alive, asked for over its diagnostics socket: nothing of the product is built for it.</summary>
internal static class Heap
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    /// <summary>Bytes that survive a full collection, in MB; the lowest of three, since finalizers free more.</summary>
    public static async Task<double> LiveMegabytesAsync(int processId)
    {
        var lowest = double.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            lowest = Math.Min(lowest, await CollectAsync(processId));
        }

        return lowest;
    }

    private static async Task<double> CollectAsync(int processId)
    {
        const long keywords = (long)(ClrTraceEventParser.Keywords.GC | ClrTraceEventParser.Keywords.GCHeapCollect);
        using var session = new DiagnosticsClient(processId).StartEventPipeSession([new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, keywords)], requestRundown: false);
        using var source = new EventPipeEventSource(session.EventStream);
        var isFull = false;
        var live = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
        source.Clr.GCStart += start => isFull |= start.Depth == 2;
        source.Clr.GCHeapStats += stats =>
        {
            if (isFull)
            {
                live.TrySetResult((stats.TotalPromotedSize0 + stats.TotalPromotedSize1 + stats.TotalPromotedSize2 + stats.TotalPromotedSize3 + stats.TotalPromotedSize4) / (1024.0 * 1024));
            }
        };
        var reading = Task.Run(source.Process);
        var result = await live.Task.WaitAsync(patience);
        session.Stop();
        await reading;

        return result;
    }
}
