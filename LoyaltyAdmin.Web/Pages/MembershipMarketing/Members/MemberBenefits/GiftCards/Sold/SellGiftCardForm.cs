using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Sold;

/// <summary>A sale at the counter while it is typed in.</summary>
public sealed class SellGiftCardForm
{
    public StoreChoice? Store { get; set; }
    public SellablePlan? Plan { get; set; }

    /// <summary>The chosen denomination; null: a custom amount.</summary>
    public decimal? Denomination { get; set; }

    public decimal? CustomAmount { get; set; }
    public string? BuyerName { get; set; }
    public string? BuyerPhone { get; set; }
    public string? BuyerEmail { get; set; }
    public string? CardNumber { get; set; }
    public string? OrderNumber { get; set; }

    public decimal? Amount => Denomination ?? CustomAmount;

    public Currency? Currency => Values(Plan?.Currency);

    /// <summary>What the buyer pays; null while it is not sold like that.</summary>
    public decimal? Price => Amount is { } amount ? Plan?.Rules.PriceOf(amount) : null;

    /// <exception cref="InvalidInputException">Store, card or amount are still missing.</exception>
    public GiftCardSale ToSale()
    {
        new FieldErrors()
            .Require(Store is not null, nameof(GiftCardSale.StoreCode), "Choose the store.")
            .Require(Plan is not null, nameof(GiftCardSale.PlanCode), "Choose the gift card.")
            .Require(Plan is null || Amount is not null, nameof(GiftCardSale.Amount), "Choose a denomination or enter an amount.")
            .ThrowIfAny();

        return new GiftCardSale
        {
            PlanCode = Plan!.Code,
            Amount = Amount!.Value,
            Currency = Plan.Currency,
            StoreCode = Store!.Code,
            Channel = Channel.Pos,
            OrderNumber = Inputs.Clean(OrderNumber),
            BuyerName = Asked(Plan.Rules.PurchaseInformation.BuyerName, BuyerName),
            BuyerPhone = Asked(Plan.Rules.PurchaseInformation.BuyerPhone, BuyerPhone),
            BuyerEmail = Asked(Plan.Rules.PurchaseInformation.BuyerEmail, BuyerEmail),
            CardNumber = Asked(Plan.Rules.PurchaseInformation.CardNumber, CardNumber),
        };
    }

    // What was typed for another plan and is not asked for here stays behind.
    private static string? Asked(FieldRequirement need, string? value) => need == FieldRequirement.Hidden ? null : Inputs.Clean(value);

    private static Currency? Values(string? code) => LoyaltyAdmin.Domain.Values.Currency.Find(code);
}
