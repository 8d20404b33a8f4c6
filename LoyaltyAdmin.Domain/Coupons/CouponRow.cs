namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>One line of the Coupons tab.</summary>
/// <param name="FreeCodes">Imported codes that wait for a member; 0 for other kinds.</param>
public sealed record CouponRow(long Id, string Code, string Name, CouponType Type, string Currency, CouponStatus Status, CouponCodeKind CodeKind, CouponRules Rules, int? Stock, int Issued, int FreeCodes, long? ImageId, DateTimeOffset CreatedAt)
{
    /// <summary>How many more may be issued; null: unlimited.</summary>
    public int? Left => Stock is { } stock ? Math.Max(0, stock - Issued) : null;
}

/// <summary>What the Coupons tab is filtered by; null or empty: not filtered. Archived coupons appear only when asked for.</summary>
public sealed record CouponFilter(string? Name = null, CouponType? Type = null, CouponStatus? Status = null);

/// <summary>A coupon to choose from.</summary>
public sealed record CouponChoice(long Id, string Code, string Name, CouponType Type, CouponStatus Status);
