using LoyaltyAdmin.Domain.GiftCards;
using Microsoft.AspNetCore.Components;
using Radzen;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Sold;

public abstract partial class SoldGiftCardOperations
{
    [Inject]
    protected SoldGiftCards Cards { get; set; } = default!;

    [Inject]
    protected DialogService Dialogs { get; set; } = default!;
}
