using System.Globalization;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>Works out a coupon's discount on a basket from nothing but what it is given; the first rule that blocks is the answer.</summary>
public static class CouponEvaluator
{
    public static CouponVerdict Evaluate(CouponFacts coupon, CouponBasket basket, DateTimeOffset now)
    {
        var currency = Currency.Of(coupon.Currency);
        BasketLine[] eligible = [.. basket.Lines.Where(line => line.Amount > 0 && coupon.Rules.Items.Includes(line.ProductId, line.CategoryPath))];
        var sum = eligible.Sum(line => line.Amount);
        if (Blocking(coupon, basket, now, eligible.Length > 0, sum, currency) is var (rule, sentence))
        {
            return new CouponVerdict(rule, sentence, 0, sum, []);
        }

        var discounts = coupon.Rules.Value.Discounts(eligible, currency);

        return new CouponVerdict(null, null, discounts.Sum(), sum, [.. eligible.Select((line, i) => new LineDiscount(line.ProductCode, line.Amount, discounts[i])).Where(line => line.Discount > 0)]);
    }

    private static (string Rule, string Sentence)? Blocking(CouponFacts coupon, CouponBasket basket, DateTimeOffset now, bool hasItems, decimal sum, Currency currency) => coupon switch
    {
        { Status: MemberCouponStatus.Redeemed } => ("coupon_redeemed", "This coupon was redeemed already."),
        { Status: MemberCouponStatus.Voided } => ("coupon_voided", "This coupon was taken back."),
        { Status: MemberCouponStatus.Expired } => ("coupon_expired", "This coupon has expired."),
        _ when now >= coupon.Usable.Until => ("coupon_expired", "This coupon has expired."),
        _ when now < coupon.Usable.From => ("coupon_not_yet_usable", "This coupon cannot be used yet."),
        _ when !coupon.Stores.Allows(basket.StoreId) => ("store_not_applicable", "This coupon cannot be used in this store."),
        _ when !coupon.Rules.Channels.Includes(basket.Channel) => ("channel_not_applicable", $"This coupon is for {coupon.Rules.Channels.Name()} only."),
        _ when basket.Currency != coupon.Currency => ("currency_mismatch", $"This coupon is in {coupon.Currency}. Amounts are never converted."),
        _ when basket.OtherCoupons.Count > 0 && (coupon.Rules.Stacking == CouponStacking.Alone || basket.OtherCoupons.Contains(CouponStacking.Alone)) =>
            ("not_stackable", "This order has a coupon already, and these coupons cannot be used together."),
        { Rules.Value: GiftVoucher, Rules.Threshold: null, Rules.Items.Kind: ItemScopeKind.All } => null,
        _ when !hasItems => ("no_eligible_item", "No item of this order is one the coupon applies to."),
        _ when sum < coupon.Rules.Threshold =>
            ("below_threshold", $"The items this coupon applies to must cost at least {currency.Format(coupon.Rules.Threshold!.Value, CultureInfo.InvariantCulture)} together."),
        _ => null,
    };
}
