using System.Globalization;
using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Coupons;

public enum CouponType
{
    AmountOff,
    PercentOff,
    FreeItem,
    GiftVoucher,
}

/// <summary>Whether a coupon may share an order with others.</summary>
public enum CouponStacking
{
    /// <summary>The only coupon of its order.</summary>
    Alone,

    /// <summary>Beside other coupons that allow it too.</summary>
    WithOtherCoupons,
}

/// <summary>What a coupon takes off the items it applies to. Major units.</summary>
[JsonDerivedType(typeof(AmountOff), "amount")]
[JsonDerivedType(typeof(PercentOff), "percent")]
[JsonDerivedType(typeof(FreeItem), "item")]
[JsonDerivedType(typeof(GiftVoucher), "voucher")]
public abstract record CouponValue
{
    public abstract CouponType Type { get; }

    /// <summary>The discount on each of these items, in their order; never more than the item costs.</summary>
    internal abstract decimal[] Discounts(IReadOnlyList<BasketLine> eligible, Currency currency);

    /// <summary>Spreads a discount over lines by their amounts, so that the parts add up to it exactly.</summary>
    private protected static decimal[] Spread(decimal discount, IReadOnlyList<BasketLine> lines, Currency currency)
    {
        var total = lines.Sum(line => line.Amount);
        var parts = new decimal[lines.Count];
        var (seen, given) = (0m, 0m);
        for (var i = 0; i < lines.Count && total > 0; i++)
        {
            seen += lines[i].Amount;
            var upToHere = i == lines.Count - 1 ? discount : currency.Round(discount * seen / total);
            (parts[i], given) = (upToHere - given, upToHere);
        }

        return parts;
    }
}

/// <summary>“$20 off”, at most what the items cost.</summary>
public sealed record AmountOff(decimal Amount) : CouponValue
{
    public override CouponType Type => CouponType.AmountOff;

    internal override decimal[] Discounts(IReadOnlyList<BasketLine> eligible, Currency currency) =>
        Spread(Math.Min(Amount, eligible.Sum(line => line.Amount)), eligible, currency);
}

/// <summary>“20 % off” (80 % are paid), where wanted at most an amount.</summary>
public sealed record PercentOff(decimal Percent, decimal? Maximum = null) : CouponValue
{
    public override CouponType Type => CouponType.PercentOff;

    internal override decimal[] Discounts(IReadOnlyList<BasketLine> eligible, Currency currency)
    {
        var discount = currency.Round(eligible.Sum(line => line.Amount) * Percent / 100);

        return Spread(Math.Min(discount, Maximum ?? discount), eligible, currency);
    }
}

/// <summary>The cheapest of the items are free, as many as the quantity says.</summary>
public sealed record FreeItem(int Quantity = 1) : CouponValue
{
    public override CouponType Type => CouponType.FreeItem;

    internal override decimal[] Discounts(IReadOnlyList<BasketLine> eligible, Currency currency)
    {
        var parts = new decimal[eligible.Count];
        decimal left = Quantity;
        foreach (var place in Enumerable.Range(0, eligible.Count).OrderBy(i => eligible[i].UnitPrice).ThenBy(i => i))
        {
            var line = eligible[place];
            var free = Math.Min(left, line.Quantity);
            parts[place] = free == line.Quantity ? line.Amount : currency.Round(line.UnitPrice * free);
            left -= free;
        }

        return parts;
    }
}

/// <summary>Exchanged for something that is handed over and not in the basket; it takes nothing off.</summary>
public sealed record GiftVoucher(string Gift) : CouponValue
{
    public override CouponType Type => CouponType.GiftVoucher;

    internal override decimal[] Discounts(IReadOnlyList<BasketLine> eligible, Currency currency) => new decimal[eligible.Count];
}

/// <summary>What a coupon does and where: the part that issued coupons keep as it was.</summary>
public sealed record CouponRules
{
    public required CouponValue Value { get; init; }

    /// <summary>The least the items it applies to must cost together; null: any amount. Major units.</summary>
    public decimal? Threshold { get; init; }

    public ItemScope Items { get; init; } = ItemScope.All;

    public StoreScope Stores { get; init; } = StoreScope.All;

    public Channels Channels { get; init; } = Channels.All;

    public CouponStacking Stacking { get; init; }

    public required ValidityRule Validity { get; init; }

    /// <summary>What one redeemed coupon costs the merchant; null: its discount. Major units.</summary>
    public decimal? Cost { get; init; }

    public string? Description { get; init; }

    internal static RuleViolationException MemberNotActive() => new("member_not_active", "The member is frozen or gone: its coupons cannot be used.");

    /// <summary>What it is worth, in words: “USD 20.00 off from USD 100.00”.</summary>
    /// <param name="currency">ISO 4217.</param>
    public string Worth(string currency)
    {
        var money = Currency.Of(currency);
        var worth = Value switch
        {
            AmountOff off => $"{money.Format(off.Amount, CultureInfo.CurrentCulture)} off",
            PercentOff off => $"{off.Percent.ToString("0.##", CultureInfo.CurrentCulture)} % off{(off.Maximum is { } most ? $", at most {money.Format(most, CultureInfo.CurrentCulture)}" : "")}",
            FreeItem free => free.Quantity == 1 ? "1 item free" : $"{free.Quantity} items free",
            GiftVoucher voucher => voucher.Gift,
            _ => "",
        };

        return Threshold is { } threshold ? $"{worth} from {money.Format(threshold, CultureInfo.CurrentCulture)}" : worth;
    }
}
