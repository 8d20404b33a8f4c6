using System.Globalization;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Marketing.Gifts;

/// <summary>The words of gifts.</summary>
public static class GiftWords
{
    public static Tone ToneOf(GiftCampaignStatus status) => status switch
    {
        GiftCampaignStatus.Running or GiftCampaignStatus.Finished => Tone.Good,
        GiftCampaignStatus.Stopped => Tone.Bad,
        GiftCampaignStatus.Draft or GiftCampaignStatus.Scheduled => Tone.Attention,
        _ => Tone.Neutral,
    };

    public static Tone ToneOf(GiftItemStatus status) => status switch
    {
        GiftItemStatus.Delivered => Tone.Good,
        GiftItemStatus.Failed => Tone.Bad,
        GiftItemStatus.Pending => Tone.Attention,
        _ => Tone.Neutral,
    };

    /// <summary>“Tiers Club: Gold and above; tag VIP”.</summary>
    public static string Of(AudienceScope audience, SegmentNames names)
    {
        if (audience.AllUsers)
        {
            return "All Users";
        }

        string[] dimensions =
        [
            Listed("plan", "plans", [.. audience.CardPlanIds.Select(names.Plan)]),
            Listed("tier", "tiers", [.. audience.Tiers.Select(tier => names.Tier(tier.TierId) + (tier.AndAbove ? " and above" : ""))]),
            Listed("segment", "segments", [.. audience.SegmentIds.Select(names.Segment)]),
            Listed("tag", "tags", [.. audience.TagIds.Select(names.Tag)]),
        ];
        var asked = dimensions.Where(dimension => dimension.Length > 0).ToList();

        return asked.Count == 0 ? "Nobody yet" : Capital(string.Join(audience.MatchesEvery ? " and " : " or ", asked));
    }

    /// <summary>“1,204 of 5,000 members”.</summary>
    public static string Given(GiftCampaignRow campaign) => campaign.MemberLimit is { } limit
        ? $"{campaign.Granted.ToString("N0", CultureInfo.CurrentCulture)} of {limit.ToString("N0", CultureInfo.CurrentCulture)}"
        : campaign.Granted.ToString("N0", CultureInfo.CurrentCulture);

    private static string Listed(string one, string many, string[] items) => items.Length == 0 ? "" : $"{(items.Length == 1 ? one : many)} {string.Join(", ", items)}";

    private static string Capital(string text) => char.ToUpper(text[0], CultureInfo.CurrentCulture) + text[1..];
}
