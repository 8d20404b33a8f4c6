namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The clock of a told history: the real services run under it, a year within seconds.</summary>
internal sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Now;
}
