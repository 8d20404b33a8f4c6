namespace LoyaltyAdmin.Tests.Support;

/// <summary>A clock that stands still until a test moves it. Timers and delays keep real time.</summary>
public sealed class TestClock : TimeProvider
{
    /// <summary>Where every test's clock stands at first.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 15, 0, 0, TimeSpan.Zero);

    private long ticks = Start.Ticks;

    public DateTimeOffset Now
    {
        get => new(Interlocked.Read(ref ticks), TimeSpan.Zero);
        set => Interlocked.Exchange(ref ticks, value.UtcTicks);
    }

    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => Now;
}
