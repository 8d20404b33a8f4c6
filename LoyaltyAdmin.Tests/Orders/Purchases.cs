using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Orders;

/// <summary>Deliveries for tests: say only what the test is about.</summary>
internal static class Purchases
{
    public static OrderDelivery Of(Store store, decimal total, string? number = null, string? member = null) => new()
    {
        Source = "pos",
        Number = number ?? A.Unique("O"),
        Member = member is null ? null : new MemberReference(member),
        StoreCode = store.Code,
        Channel = Channel.Pos,
        Currency = "USD",
        PlacedAt = TestClock.Start.AddDays(-10),
        Total = total,
        ChangedAt = TestClock.Start.AddDays(-10),
    };

    public static RefundDelivery Refund(decimal amount, string number = "R1") =>
        new() { Number = number, Amount = amount, Currency = "USD", RefundedAt = TestClock.Start.AddDays(-5) };
}
