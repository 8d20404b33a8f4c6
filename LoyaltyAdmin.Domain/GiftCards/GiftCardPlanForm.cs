using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>One row of the denominations being edited.</summary>
public sealed class DenominationForm
{
    public decimal? FaceValue { get; set; }

    /// <summary>Purchase Discount, e.g. 20 for “$20 off $200 gift card”.</summary>
    public decimal? Discount { get; set; }
}

/// <summary>A gift card plan while it is being edited: a copy, so that nothing changes before it is valid and saved.</summary>
public sealed class GiftCardPlanForm
{
    /// <summary>Null: a new plan.</summary>
    public long? Id { get; set; }

    /// <summary>Made with the form: a form sent twice makes one plan. Counts for new plans only.</summary>
    public string OperationId { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>The version that was read; a save over a newer one is refused.</summary>
    public Guid? Version { get; set; }

    /// <summary>Shown, never saved from here.</summary>
    public string? Code { get; init; }

    /// <summary>Shown, never saved from here.</summary>
    public GiftCardPlanStatus? Status { get; init; }

    public string Currency { get; set; } = "";
    public GiftCardType CardType { get; set; }
    public string Name { get; set; } = "";
    public StoreScope Stores { get; set; } = StoreScope.All;
    public long DesignId { get; set; }
    public List<DenominationForm> Denominations { get; set; } = [];
    public bool AllowCustomAmount { get; set; }
    public decimal? CustomMinimum { get; set; }
    public decimal? CustomMaximum { get; set; }
    public PurchaseInformation PurchaseInformation { get; set; } = new();
    public ValidityUnit ValidityUnit { get; set; } = ValidityUnit.Years;
    public int ValidityCount { get; set; } = 1;
    public bool SellAtPos { get; set; } = true;
    public bool SellOnline { get; set; } = true;
    public bool PosRecharge { get; set; }
    public long? TermsOfUseId { get; set; }
    public GiftCardRefundPolicy RefundPolicy { get; set; }

    public static GiftCardPlanForm Of(GiftCardPlan plan) => new()
    {
        Id = plan.Id,
        Version = plan.Version,
        Code = plan.Code,
        Status = plan.Status,
        Currency = plan.Currency,
        CardType = plan.CardType,
        Name = plan.Name,
        Stores = plan.Rules.Stores,
        DesignId = plan.DesignId,
        Denominations = [.. plan.Rules.Denominations.Select(d => new DenominationForm { FaceValue = d.FaceValue, Discount = d.Discount == 0 ? null : d.Discount })],
        AllowCustomAmount = plan.Rules.CustomAmount is not null,
        CustomMinimum = plan.Rules.CustomAmount?.Minimum,
        CustomMaximum = plan.Rules.CustomAmount?.Maximum,
        PurchaseInformation = plan.Rules.PurchaseInformation,
        ValidityUnit = plan.Rules.Validity.Unit,
        ValidityCount = Math.Max(1, plan.Rules.Validity.Count),
        SellAtPos = plan.Rules.SalesChannels.Includes(Channel.Pos),
        SellOnline = plan.Rules.SalesChannels.Includes(Channel.Online),
        PosRecharge = plan.Rules.PosRecharge,
        TermsOfUseId = plan.Rules.TermsOfUseId,
        RefundPolicy = plan.Rules.RefundPolicy,
    };

    /// <summary>Everything that is wrong, field by field. <paramref name="minimumMonths"/> is the group's legal minimum validity; 0: none.</summary>
    public FieldErrors Validate(int minimumMonths)
    {
        var errors = new FieldErrors().Text(nameof(Name), "Gift Card Name", Name, 120, required: true);
        if (Values.Currency.Find(Currency) is not { } currency)
        {
            return errors.Require(false, nameof(Currency), "Select the currency first.");
        }

        errors.Require(DesignId > 0, nameof(DesignId), "Choose a card design.")
            .Require(SellAtPos || SellOnline, nameof(SellAtPos), "Select at least one sales channel.")
            .Require(Stores.Kind != StoreScopeKind.Included || !Stores.IsEmpty, nameof(Stores), "Select at least one applicable store.")
            .Require(Denominations.Count > 0 || AllowCustomAmount, nameof(Denominations), "Add a denomination or allow custom amounts.")
            .Require(Denominations.Count <= GiftCardRules.MaximumDenominations, nameof(Denominations), $"At most {GiftCardRules.MaximumDenominations} denominations.")
            .Require(Denominations.Where(d => d.FaceValue is not null).GroupBy(d => d.FaceValue).All(g => g.Count() == 1), nameof(Denominations), "Each denomination can be listed once.")
            .Require(CardType == GiftCardType.Physical || PurchaseInformation.CardNumber == FieldRequirement.Hidden, nameof(PurchaseInformation), "An electronic card gets its number from the system: hide Card Number.")
            .Require(PurchaseInformation.CardNumber != FieldRequirement.Mandatory || !SellOnline, nameof(PurchaseInformation), "Card Number is asked at POS only: make it optional or do not sell online.");
        ValidateAmounts(errors, currency);
        var months = ValidityUnit switch { ValidityUnit.Years => ValidityCount * 12, ValidityUnit.Months => ValidityCount, ValidityUnit.Days => ValidityCount / 30, _ => int.MaxValue };

        return errors
            .Require(ValidityUnit == ValidityUnit.None || ValidityCount is >= 1 and <= 36500, nameof(ValidityCount), "Validity must be 1 or more.")
            .Require(months >= minimumMonths, nameof(ValidityCount), $"The law that applies to this company asks for at least {minimumMonths} months (System Configuration > Company).");
    }

    public GiftCardRules ToRules() => new()
    {
        Stores = Stores,
        Denominations = [.. Denominations.OrderBy(d => d.FaceValue).Select(d => new Denomination(d.FaceValue ?? 0, d.Discount ?? 0))],
        CustomAmount = AllowCustomAmount ? new CustomAmountRange(CustomMinimum ?? 0, CustomMaximum ?? 0) : null,
        PurchaseInformation = PurchaseInformation,
        Validity = ValidityUnit == ValidityUnit.None ? ValidityPeriod.Unlimited : new ValidityPeriod(ValidityCount, ValidityUnit),
        SalesChannels = (SellAtPos ? Channels.Pos : Channels.None) | (SellOnline ? Channels.Online : Channels.None),
        PosRecharge = PosRecharge,
        TermsOfUseId = TermsOfUseId,
        RefundPolicy = RefundPolicy,
    };

    private void ValidateAmounts(FieldErrors errors, Currency currency)
    {
        for (var i = 0; i < Denominations.Count; i++)
        {
            var (face, discount) = (Denominations[i].FaceValue, Denominations[i].Discount ?? 0);
            errors.Require(face > 0 && currency.Fits(face.Value), $"Denominations[{i}].FaceValue", $"A denomination is an amount above 0 with at most {currency.Digits} decimals.")
                .Require(currency.Fits(discount) && discount >= 0 && (face is null || discount < face), $"Denominations[{i}].Discount", "The purchase discount is 0 or more and below the denomination.");
        }

        if (AllowCustomAmount)
        {
            errors.Require(CustomMinimum > 0 && currency.Fits(CustomMinimum.Value), nameof(CustomMinimum), "The smallest custom amount must be above 0.")
                .Require(CustomMaximum is { } maximum && currency.Fits(maximum) && maximum >= (CustomMinimum ?? 0), nameof(CustomMaximum), "The largest custom amount cannot be below the smallest.");
        }
    }
}
