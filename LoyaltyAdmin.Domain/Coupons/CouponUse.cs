using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>One line of a basket as a till sends it. Major units, after discounts the till gave itself.</summary>
public sealed record CouponLine(string ProductCode, decimal Quantity, decimal UnitPrice);

/// <summary>A coupon presented for an order.</summary>
public sealed record CouponUse
{
    public const int MostLines = 200;

    /// <summary>What the member shows: its own code, or one that is the same for everybody.</summary>
    public required string Code { get; init; }

    /// <summary>Needed where the code is not the member's own.</summary>
    public string? MemberNumber { get; init; }

    public required string StoreCode { get; init; }
    public required Channel Channel { get; init; }
    public required string Currency { get; init; }
    public string? OrderNumber { get; init; }
    public IReadOnlyList<CouponLine> Lines { get; init; } = [];

    /// <summary>What is wrong with it in itself.</summary>
    internal FieldErrors Check()
    {
        var currency = Values.Currency.Find(Currency);
        var errors = new FieldErrors()
            .Require(currency is not null, nameof(Currency), $"“{Currency}” is not a supported currency.")
            .Require(Code.Length <= 64, nameof(Code), "A code has at most 64 characters.")
            .Require(Lines.Count <= MostLines, nameof(Lines), $"At most {MostLines} lines.")
            .Text(nameof(OrderNumber), "Order number", OrderNumber, 64);
        for (var i = 0; i < Lines.Count; i++)
        {
            var line = Lines[i];
            errors.Text($"Lines[{i}].ProductCode", "Product code", line.ProductCode, 64, required: true)
                .Require(line.Quantity is > 0 and <= 100_000 && decimal.Round(line.Quantity, 3) == line.Quantity, $"Lines[{i}].Quantity", "The quantity is above 0, at most 100,000, with at most three decimals.")
                .Require(line.UnitPrice is >= 0 and <= 10_000_000 && decimal.Round(line.UnitPrice, 4) == line.UnitPrice, $"Lines[{i}].UnitPrice", "The unit price is 0 or more, at most 10,000,000, with at most four decimals.");
        }

        return errors;
    }
}

/// <summary>What a coupon would do; <paramref name="Rule"/> names what stands in the way.</summary>
public sealed record CouponCheck(string CouponCode, string Name, CouponType Type, string? Rule, string? Sentence, decimal Discount, string Currency, IReadOnlyList<LineDiscount> Lines);

/// <summary>What a redemption or its reversal did.</summary>
public sealed record CouponRedeemed(long RedemptionId, string CouponCode, string Name, CouponType Type, decimal Discount, string Currency, IReadOnlyList<LineDiscount> Lines);
