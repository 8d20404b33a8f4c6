using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>One line of a basket with what is known of its product. Major units.</summary>
/// <param name="CategoryPath">The product's category and every one above it.</param>
public sealed record BasketLine(string ProductCode, decimal Quantity, decimal UnitPrice, decimal Amount, long? ProductId, IReadOnlyCollection<long> CategoryPath);

/// <summary>What a coupon is held against.</summary>
/// <param name="OtherCoupons">How the coupons already used for this order share it.</param>
public sealed record CouponBasket(string Currency, long StoreId, Channel Channel, IReadOnlyList<BasketLine> Lines, IReadOnlyList<CouponStacking> OtherCoupons)
{
    public decimal Total => Lines.Sum(line => line.Amount);
}

/// <summary>A coupon as it is held against a basket.</summary>
/// <param name="Stores">With the stores of groups in their place.</param>
public sealed record CouponFacts(MemberCouponStatus Status, Period Usable, string Currency, CouponRules Rules, StoreScope Stores);

/// <summary>The part of a basket's line that a coupon takes off.</summary>
public sealed record LineDiscount(string ProductCode, decimal Amount, decimal Discount);

/// <summary>What a coupon does to a basket, or the one rule that stands in the way.</summary>
/// <param name="Rule">The stable code of the rule that blocks; null: it applies.</param>
/// <param name="Sentence">What the rule asks for.</param>
/// <param name="Eligible">What the items it applies to cost together.</param>
public sealed record CouponVerdict(string? Rule, string? Sentence, decimal Discount, decimal Eligible, IReadOnlyList<LineDiscount> Lines)
{
    public bool Applies => Rule is null;
}
