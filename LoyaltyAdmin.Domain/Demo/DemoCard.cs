using LoyaltyAdmin.Domain.Stores;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>A card as its bearer knows it.</summary>
internal sealed class DemoCard(long id, string number, string? code, string currency, Store home, IReadOnlyList<Store> open)
{
    public long Id => id;
    public string Number => number;
    public string? Code => code;
    public string Currency => currency;
    public Store Home => home;

    /// <summary>The stores where it can be spent.</summary>
    public IReadOnlyList<Store> Open => open;

    public DateTimeOffset? ExpiresAt { get; init; }

    public decimal Balance { get; set; }
    public bool IsFrozen { get; set; }
    public bool IsClosed { get; set; }

    public bool IsExpiredAt(DateTimeOffset now) => ExpiresAt <= now;
}
