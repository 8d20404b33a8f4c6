using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Sold;

/// <summary>The Sold Gift Cards address as the filter its list, count and export share.</summary>
public static class SoldGiftCardQuery
{
    public static SoldGiftCardFilter Filter(ListQuery query) => new()
    {
        Number = query.Text("number"),
        Buyer = query.Text("buyer"),
        PlanId = query.Number("plan"),
        StoreId = query.Number("store"),
        Channel = query.Choice<Channel>("channel"),
        Status = query.Choice<GiftCardStatus>("status"),
        CardType = query.Choice<GiftCardType>("type"),
        Currency = query.Text("currency"),
        SoldFrom = query.Day("soldFrom"),
        SoldTo = query.Day("soldTo"),
        BalanceFrom = query.Amount("balanceFrom"),
        BalanceTo = query.Amount("balanceTo"),
        ExpiresBefore = query.Day("expiresBefore"),
        ImportId = query.Number("import"),
    };
}
