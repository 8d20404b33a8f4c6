using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>One thing of a gift, as <see cref="GiftItem"/> keeps it.</summary>
internal sealed record GiftLine(int Number, GiftItemKind Kind, decimal? Points, long? CouponId, long? PackageId, int Quantity, ValidityRule? Validity, DistributionRule Distribution)
{
    public static IReadOnlyList<GiftLine> Of(GiftSpec gift)
    {
        IEnumerable<GiftLine> lines =
        [
            .. gift.Points > 0 ? [new GiftLine(0, GiftItemKind.Points, gift.Points, null, null, 1, null, DistributionRule.Instant)] : (GiftLine[])[],
            .. gift.Coupons.Select(c => new GiftLine(0, GiftItemKind.Coupon, null, c.CouponId, null, c.Quantity, c.Validity, c.Distribution)),
            .. gift.Packages.Select(p => new GiftLine(0, GiftItemKind.Package, null, null, p.PackageId, p.Quantity, null, p.Distribution)),
        ];

        return [.. lines.Select((line, i) => line with { Number = i })];
    }
}

/// <summary>Something to deliver to a member now.</summary>
internal sealed record DueGift(long ItemId, long GrantId, long MemberId, GiftLine? Line, string SourceName, ImmutableArray<long> MiniProgramIds)
{
    /// <summary>Its time has not come.</summary>
    public static readonly DueGift Later = new(0, 0, 0, null, "", []);
}

/// <summary>Why something could not be delivered.</summary>
internal sealed record GiftFailure(long ItemId, string Reason);

/// <summary>What a delivery came to; everything it does not name was delivered.</summary>
internal sealed record GiftOutcome(IReadOnlyList<GiftFailure> Failed, bool StockUsedUp);
