using System.Globalization;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>What members read in place of the office's words.</summary>
public static class PortalWords
{
    public static string OfWallet(TransactionType type) => type switch
    {
        TransactionType.Recharge => "Topped up",
        TransactionType.Consumption => "Paid",
        TransactionType.ConsumptionReversal => "Refunded to you",
        TransactionType.Hold => "Set aside for an order",
        TransactionType.HoldRelease => "Set free again",
        TransactionType.Withdrawal => "Paid out to you",
        TransactionType.Grant => "Bonus for you",
        TransactionType.Expiry => "Expired",
        TransactionType.Transfer => "Moved here from your other account",
        _ => "Corrected",
    };

    public static string OfPoints(TransactionType type) => type switch
    {
        TransactionType.Earning => "Earned",
        TransactionType.EarningReversal => "Taken back for a refund",
        TransactionType.Grant => "Given to you",
        TransactionType.Consumption => "Spent",
        TransactionType.ConsumptionReversal => "Given back",
        TransactionType.Expiry => "Expired",
        TransactionType.Transfer => "Moved here from your other account",
        _ => "Corrected",
    };

    public static string OfGiftCard(TransactionType type) => type switch
    {
        TransactionType.Activation or TransactionType.ImportOpening => "Loaded",
        TransactionType.Recharge => "Topped up",
        TransactionType.Consumption => "Paid",
        TransactionType.ConsumptionReversal => "Refunded to the card",
        TransactionType.Expiry => "Expired",
        TransactionType.Refund => "Paid back",
        _ => "Corrected",
    };

    public static string Of(GiftCardStatus status) => status switch
    {
        GiftCardStatus.PendingActivation => "Not active yet",
        GiftCardStatus.UsedUp => "Used up",
        GiftCardStatus.Frozen => "Locked",
        GiftCardStatus.Refunded => "Paid back",
        _ => status.ToString(),
    };

    public static string Of(LoyaltyCardStatus status) => status == LoyaltyCardStatus.Frozen ? "Paused" : status.ToString();

    /// <summary>What a coupon is right now.</summary>
    public static string Of(HeldCoupon coupon, DateTimeOffset now) => coupon.Status switch
    {
        MemberCouponStatus.Redeemed => "Used",
        MemberCouponStatus.Expired => "Expired",
        MemberCouponStatus.Voided => "Withdrawn",
        _ => coupon.UsableFrom > now ? "Not yet" : "Ready to use",
    };

    /// <summary>“USD 20.00 off when you spend USD 100.00 or more”.</summary>
    public static string Worth(HeldCoupon coupon, CultureInfo culture)
    {
        var money = Currency.Of(coupon.Currency);
        var worth = coupon.Value switch
        {
            AmountOff off => $"{money.Format(off.Amount, culture)} off",
            PercentOff off => $"{off.Percent.ToString("0.##", culture)}% off{(off.Maximum is { } most ? $", at most {money.Format(most, culture)}" : "")}",
            FreeItem free => free.Quantity == 1 ? "One item free" : $"{free.Quantity.ToString(culture)} items free",
            GiftVoucher voucher => voucher.Gift,
            _ => coupon.Name,
        };

        return coupon.Threshold is { } threshold ? $"{worth} when you spend {money.Format(threshold, culture)} or more" : worth;
    }

    public static string Of(AgreementKind kind) => kind switch
    {
        AgreementKind.GiftCardTerms => "For gift cards",
        AgreementKind.TopUpAgreement => "For top-ups",
        AgreementKind.PurchaseAgreement => "For purchases",
        AgreementKind.TermsOfUse => "Terms of use",
        AgreementKind.Faq => "Questions and answers",
        _ => "Privacy",
    };
}
