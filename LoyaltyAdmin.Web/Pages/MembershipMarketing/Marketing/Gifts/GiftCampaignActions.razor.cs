using LoyaltyAdmin.Domain.Gifts;
using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Marketing.Gifts;

public abstract partial class GiftCampaignActions
{
    [Inject]
    protected GiftCampaigns Campaigns { get; set; } = default!;
}
