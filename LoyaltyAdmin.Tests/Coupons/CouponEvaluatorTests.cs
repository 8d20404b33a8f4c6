using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Coupons;

public sealed class CouponEvaluatorTests
{
    private static readonly DateTimeOffset now = new(2026, 3, 2, 15, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(20, 100d, 119.99, 20)] // “$20 off $100”
    [InlineData(20, 100d, 100, 20)]
    [InlineData(20, null, 15, 15)]
    [InlineData(20, null, 20, 20)]
    public void An_amount_off_never_exceeds_what_the_items_cost(double off, double? threshold, double price, double discount) =>
        Evaluate(Rules(new AmountOff((decimal)off)) with { Threshold = (decimal?)threshold }, Line("A", 1, (decimal)price)).Discount.ShouldBe((decimal)discount);

    [Theory]
    [InlineData(20, null, 100, 20)] // 20 % off: 80 are paid
    [InlineData(20, 15d, 100, 15)]
    [InlineData(33.33, null, 9.99, 3.33)]
    [InlineData(12.5, null, 0.04, 0.01)] // half a cent is rounded up
    [InlineData(100, null, 7.77, 7.77)]
    public void A_percentage_is_rounded_once_and_kept_below_its_maximum(double percent, double? maximum, double price, double discount) =>
        Evaluate(Rules(new PercentOff((decimal)percent, (decimal?)maximum)), Line("A", 1, (decimal)price)).Discount.ShouldBe((decimal)discount);

    [Fact]
    public void Free_are_the_cheapest_items_it_applies_to()
    {
        var verdict = Evaluate(Rules(new FreeItem(3)), Line("Cake", 1, 6), Line("Tea", 2, 3.50m), Line("Coffee", 2, 4));

        verdict.Lines.ShouldBe([new LineDiscount("Tea", 7, 7), new LineDiscount("Coffee", 8, 4)]);
        verdict.Discount.ShouldBe(11);
    }

    [Fact]
    public void A_gift_voucher_takes_nothing_off_and_needs_no_basket() => Evaluate(Rules(new GiftVoucher("An umbrella"))).ShouldSatisfyAllConditions(v => v.Applies.ShouldBeTrue(), v => v.Discount.ShouldBe(0));

    [Fact]
    public void The_parts_on_the_lines_add_up_to_the_discount()
    {
        var verdict = Evaluate(Rules(new AmountOff(10)), Line("A", 1, 3.33m), Line("B", 1, 3.33m), Line("C", 1, 3.34m), Line("D", 3, 5));

        verdict.Discount.ShouldBe(10);
        verdict.Lines.Sum(line => line.Discount).ShouldBe(10);
        verdict.Lines.ShouldAllBe(line => line.Discount >= 0 && line.Discount <= line.Amount);
    }

    [Fact]
    public void Only_items_in_scope_count_for_threshold_and_discount()
    {
        var rules = Rules(new PercentOff(50)) with { Threshold = 10, Items = new ItemScope(ItemScopeKind.Included, [1], [70]) };
        var basket = new[] { Line("A", 1, 6) with { ProductId = 1 }, Line("B", 1, 5) with { ProductId = 2, CategoryPath = [71, 70] }, Line("C", 1, 100) with { ProductId = 3, CategoryPath = [72] } };

        Evaluate(rules, basket).ShouldSatisfyAllConditions(v => v.Eligible.ShouldBe(11), v => v.Discount.ShouldBe(5.50m));
        Evaluate(rules with { Items = rules.Items with { Kind = ItemScopeKind.Excluded } }, basket).Discount.ShouldBe(50);
        Evaluate(rules, basket[0]).Rule.ShouldBe("below_threshold");
        Evaluate(rules, basket[2]).Rule.ShouldBe("no_eligible_item");
    }

    [Theory]
    [InlineData(MemberCouponStatus.Redeemed, "coupon_redeemed")]
    [InlineData(MemberCouponStatus.Voided, "coupon_voided")]
    [InlineData(MemberCouponStatus.Expired, "coupon_expired")]
    public void A_coupon_that_is_gone_says_so(MemberCouponStatus status, string rule) =>
        CouponEvaluator.Evaluate(Facts(Rules(new AmountOff(1))) with { Status = status }, Basket(Line("A", 1, 5)), now).Rule.ShouldBe(rule);

    [Fact]
    public void Each_rule_blocks_under_its_own_name()
    {
        var facts = Facts(Rules(new AmountOff(1)));
        var basket = Basket(Line("A", 1, 5));
        string? Rule(CouponFacts coupon, CouponBasket b) => CouponEvaluator.Evaluate(coupon, b, now).Rule;

        Rule(facts, basket).ShouldBeNull();
        Rule(facts with { Usable = new Period(now.AddSeconds(1), now.AddDays(1)) }, basket).ShouldBe("coupon_not_yet_usable");
        Rule(facts with { Usable = new Period(now.AddDays(-1), now) }, basket).ShouldBe("coupon_expired");
        Rule(facts with { Stores = StoreScope.Only(8) }, basket).ShouldBe("store_not_applicable");
        Rule(facts with { Rules = facts.Rules with { Channels = Channels.Online } }, basket).ShouldBe("channel_not_applicable");
        Rule(facts with { Currency = "EUR" }, basket).ShouldBe("currency_mismatch");
        Rule(facts, basket with { OtherCoupons = [CouponStacking.WithOtherCoupons] }).ShouldBe("not_stackable");
        Rule(facts with { Rules = facts.Rules with { Stacking = CouponStacking.WithOtherCoupons } }, basket with { OtherCoupons = [CouponStacking.Alone] }).ShouldBe("not_stackable");
        Rule(facts with { Rules = facts.Rules with { Stacking = CouponStacking.WithOtherCoupons } }, basket with { OtherCoupons = [CouponStacking.WithOtherCoupons] }).ShouldBeNull();
    }

    [Fact]
    public void Whatever_the_basket_the_discount_is_within_what_it_applies_to()
    {
        var random = new Random(4);
        for (var i = 0; i < 2_000; i++)
        {
            CouponValue value = random.Next(3) switch
            {
                0 => new AmountOff(random.Next(1, 5_000) / 100m),
                1 => new PercentOff(random.Next(1, 10_001) / 100m, random.Next(2) == 0 ? null : random.Next(1, 2_000) / 100m),
                _ => new FreeItem(random.Next(1, 5)),
            };
            var lines = Enumerable.Range(0, random.Next(1, 8)).Select(n => Line($"P{n}", random.Next(1, 4), random.Next(0, 3_000) / 100m) with { ProductId = n }).ToArray();
            var verdict = Evaluate(Rules(value) with { Items = new ItemScope((ItemScopeKind)random.Next(3), [1, 3, 5], []) }, lines);
            if (!verdict.Applies)
            {
                verdict.Discount.ShouldBe(0);
                continue;
            }

            verdict.Discount.ShouldBeInRange(0, verdict.Eligible);
            verdict.Discount.ShouldBe(Currency.Of("USD").Round(verdict.Discount));
            verdict.Lines.Sum(line => line.Discount).ShouldBe(verdict.Discount);
            verdict.Lines.ShouldAllBe(line => line.Discount >= 0 && line.Discount <= line.Amount);
        }
    }

    private static CouponRules Rules(CouponValue value) => new() { Value = value, Validity = new RelativeValidity(7) };

    private static CouponFacts Facts(CouponRules rules) => new(MemberCouponStatus.Active, new Period(now.AddDays(-1), now.AddDays(1)), "USD", rules, rules.Stores);

    private static BasketLine Line(string code, decimal quantity, decimal price) => new(code, quantity, price, quantity * price, null, []);

    private static CouponBasket Basket(params BasketLine[] lines) => new("USD", StoreId: 7, Channel.Pos, lines, []);

    private static CouponVerdict Evaluate(CouponRules rules, params BasketLine[] lines) => CouponEvaluator.Evaluate(Facts(rules), Basket(lines), now);
}
