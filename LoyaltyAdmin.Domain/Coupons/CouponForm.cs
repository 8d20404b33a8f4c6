using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>A coupon while it is being edited: a copy, so that nothing changes before it is valid and saved.</summary>
public sealed class CouponForm
{
    /// <summary>The shortest code everybody shares; codes of single members are longer.</summary>
    public const int ShortestUniversalCode = 4;

    /// <summary>Null: a new coupon.</summary>
    public long? Id { get; set; }

    /// <summary>Made with the form: a form sent twice makes one coupon. Counts for new coupons only.</summary>
    public string OperationId { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>The version that was read; a save over a newer one is refused.</summary>
    public Guid? Version { get; set; }

    /// <summary>Shown, never saved from here.</summary>
    public string? Code { get; init; }

    /// <summary>Shown, never saved from here.</summary>
    public CouponStatus? Status { get; init; }

    public CouponType Type { get; set; }
    public string Currency { get; set; } = "";
    public string Name { get; set; } = "";
    public string? Description { get; set; }
    public long? ImageId { get; set; }

    /// <summary>Of “Amount Off”.</summary>
    public decimal? Amount { get; set; }

    /// <summary>Of “Percent Off”: 20 is 20 % off, 80 % are paid.</summary>
    public decimal? Percent { get; set; }

    /// <summary>Of “Percent Off”.</summary>
    public decimal? MaximumDiscount { get; set; }

    /// <summary>Of “Free Item”.</summary>
    public int FreeQuantity { get; set; } = 1;

    /// <summary>Of “Gift Voucher”: what is handed over.</summary>
    public string? Gift { get; set; }

    public decimal? Threshold { get; set; }
    public ItemScope Items { get; set; } = ItemScope.All;
    public StoreScope Stores { get; set; } = StoreScope.All;
    public bool AtPos { get; set; } = true;
    public bool Online { get; set; } = true;
    public CouponStacking Stacking { get; set; }
    public int? Stock { get; set; }
    public int? PerMemberLimit { get; set; }
    public ValidityRule Validity { get; set; } = new RelativeValidity(30);
    public CouponCodeKind CodeKind { get; set; } = CouponCodeKind.Individual;
    public string? UniversalCode { get; set; }
    public decimal? Cost { get; set; }

    public static CouponForm Of(Coupon coupon) => new()
    {
        Id = coupon.Id,
        Version = coupon.Version,
        Code = coupon.Code,
        Status = coupon.Status,
        Type = coupon.Type,
        Currency = coupon.Currency,
        Name = coupon.Name,
        Description = coupon.Rules.Description,
        ImageId = coupon.ImageId,
        Amount = (coupon.Rules.Value as AmountOff)?.Amount,
        Percent = (coupon.Rules.Value as PercentOff)?.Percent,
        MaximumDiscount = (coupon.Rules.Value as PercentOff)?.Maximum,
        FreeQuantity = (coupon.Rules.Value as FreeItem)?.Quantity ?? 1,
        Gift = (coupon.Rules.Value as GiftVoucher)?.Gift,
        Threshold = coupon.Rules.Threshold,
        Items = coupon.Rules.Items,
        Stores = coupon.Rules.Stores,
        AtPos = coupon.Rules.Channels.Includes(Channel.Pos),
        Online = coupon.Rules.Channels.Includes(Channel.Online),
        Stacking = coupon.Rules.Stacking,
        Stock = coupon.Stock,
        PerMemberLimit = coupon.PerMemberLimit,
        Validity = coupon.Rules.Validity,
        CodeKind = coupon.CodeKind,
        UniversalCode = coupon.UniversalCode,
        Cost = coupon.Rules.Cost,
    };

    /// <summary>Everything that is wrong, field by field.</summary>
    public FieldErrors Validate()
    {
        var errors = new FieldErrors().Text(nameof(Name), "Coupon Name", Name, 120, required: true).Text(nameof(Description), "Description", Description, 2000);
        if (Values.Currency.Find(Currency) is not { } currency)
        {
            return errors.Require(false, nameof(Currency), "Select the currency first.");
        }

        ValidateValue(errors, currency);
        errors.Validity(nameof(Validity), Validity);

        return errors
            .Require(Threshold is null || (Threshold > 0 && currency.Fits(Threshold.Value)), nameof(Threshold), $"The threshold is an amount above 0 with at most {currency.Digits} decimals, or empty.")
            .Require(Cost is null || (Cost >= 0 && currency.Fits(Cost.Value)), nameof(Cost), $"The cost per coupon is an amount with at most {currency.Digits} decimals, or empty.")
            .Require(Items.Kind == ItemScopeKind.All || !Items.IsEmpty, nameof(Items), "Select at least one item or category.")
            .Require(Stores.Kind != StoreScopeKind.Included || !Stores.IsEmpty, nameof(Stores), "Select at least one applicable store.")
            .Require(AtPos || Online, nameof(AtPos), "Select at least one channel.")
            .Require(Stock is null or >= 1 and <= 100_000_000, nameof(Stock), "The stock is 1 or more, or empty for unlimited stock.")
            .Require(PerMemberLimit is null or >= 1 and <= 1_000, nameof(PerMemberLimit), "The limit per member is 1 to 1,000, or empty.")
            .Require(CodeKind != CouponCodeKind.Universal || CouponCodes.Fault(UniversalCode ?? "", ShortestUniversalCode) is null, nameof(UniversalCode), CouponCodes.Fault(UniversalCode ?? "", ShortestUniversalCode) ?? "");
    }

    public CouponRules ToRules() => new()
    {
        Value = Type switch
        {
            CouponType.AmountOff => new AmountOff(Amount ?? 0),
            CouponType.PercentOff => new PercentOff(Percent ?? 0, MaximumDiscount),
            CouponType.FreeItem => new FreeItem(FreeQuantity),
            _ => new GiftVoucher(Inputs.Clean(Gift) ?? ""),
        },
        Threshold = Threshold,
        Items = Items,
        Stores = Stores,
        Channels = (AtPos ? Channels.Pos : Channels.None) | (Online ? Channels.Online : Channels.None),
        Stacking = Stacking,
        Validity = Validity,
        Cost = Cost,
        Description = Inputs.Clean(Description),
    };

    private void ValidateValue(FieldErrors errors, Currency currency)
    {
        switch (Type)
        {
            case CouponType.AmountOff:
                errors.Require(Amount > 0 && currency.Fits(Amount.Value), nameof(Amount), $"The amount off is above 0 with at most {currency.Digits} decimals.")
                    .Require(Threshold is null || Amount is null || Threshold >= Amount, nameof(Threshold), "The threshold cannot be below the amount off.");
                break;
            case CouponType.PercentOff:
                errors.Require(Percent is > 0 and <= 100 && decimal.Round(Percent.Value, 2) == Percent, nameof(Percent), "The percentage off is above 0 and at most 100, with at most two decimals: 20 means 20 % off, 80 % are paid.")
                    .Require(MaximumDiscount is null || (MaximumDiscount > 0 && currency.Fits(MaximumDiscount.Value)), nameof(MaximumDiscount), $"The maximum discount is an amount above 0 with at most {currency.Digits} decimals, or empty.");
                break;
            case CouponType.FreeItem:
                errors.Require(FreeQuantity is >= 1 and <= 100, nameof(FreeQuantity), "Between 1 and 100 items can be free.")
                    .Require(Items.Kind != ItemScopeKind.All, nameof(Items), "Select which items are free.");
                break;
            default:
                errors.Text(nameof(Gift), "Gift", Gift, 200, required: true);
                break;
        }
    }
}
