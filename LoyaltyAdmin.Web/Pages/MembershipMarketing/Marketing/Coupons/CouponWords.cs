using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Marketing.Coupons;

/// <summary>The words of coupons.</summary>
public static class CouponWords
{
    public static string Of(CouponType type) => type switch
    {
        CouponType.AmountOff => "Amount Off",
        CouponType.PercentOff => "Percent Off",
        CouponType.FreeItem => "Free Item",
        _ => "Gift Voucher",
    };

    public static string Of(CouponCodeKind kind) => kind switch
    {
        CouponCodeKind.Universal => "Universal code",
        CouponCodeKind.Individual => "Individual codes",
        _ => "Imported codes",
    };

    public static string Of(CouponOrigin origin) => origin switch
    {
        CouponOrigin.Hand => "By hand",
        CouponOrigin.Audience => "To an audience",
        CouponOrigin.Api => "By a program",
        CouponOrigin.Claim => "Claimed",
        _ => "Gift",
    };

    public static Tone ToneOf(CouponStatus status) => status switch
    {
        CouponStatus.Active => Tone.Good,
        CouponStatus.Draft => Tone.Attention,
        _ => Tone.Neutral,
    };

    public static Tone ToneOf(MemberCouponStatus status) => status switch
    {
        MemberCouponStatus.Active => Tone.Good,
        MemberCouponStatus.Voided => Tone.Bad,
        _ => Tone.Neutral,
    };
}
