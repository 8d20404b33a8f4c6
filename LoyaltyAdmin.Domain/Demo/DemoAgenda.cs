namespace LoyaltyAdmin.Domain.Demo;

/// <summary>What is going to happen in the demo company's year, in the order of time; things of one moment in the order they were planned.</summary>
internal sealed class DemoAgenda(SimulatedClock clock)
{
    private readonly PriorityQueue<Func<CancellationToken, Task>, (DateTimeOffset At, int Number)> ahead = new();
    private int planned;

    /// <summary>How much moved on cards so far.</summary>
    public int Movements { get; private set; }

    public void Plan(DateTimeOffset at, Func<CancellationToken, Task> happens) => ahead.Enqueue(happens, (at, ++planned));

    public void Moved(int count = 1) => Movements += count;

    /// <summary>Lets everything happen that lies before <paramref name="until"/>, each at its own time.</summary>
    public async Task RunAsync(DateTimeOffset until, CancellationToken cancel)
    {
        while (ahead.TryDequeue(out var happens, out var when) && when.At < until)
        {
            clock.Now = when.At;
            await happens(cancel);
        }

        clock.Now = until;
    }
}
