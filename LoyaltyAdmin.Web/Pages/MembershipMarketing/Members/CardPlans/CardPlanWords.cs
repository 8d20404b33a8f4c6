using System.Globalization;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.CardPlans;

/// <summary>Card plans in sentences, and their addresses.</summary>
internal static class CardPlanWords
{
    public const string List = "/members/card-plans";

    public static IReadOnlyList<TabLinks.Tab> Tabs(long id) => [new("Tiers", $"{List}/{id}"), new("Settings", $"{List}/{id}/settings"), new("History", $"{List}/{id}/history")];

    /// <summary>The members of a tier in the Member Directory.</summary>
    public static string MembersOf(long tierId) => $"/members/directory?tier={tierId.ToString(CultureInfo.InvariantCulture)}";

    public static string Validity(ValidityPeriod validity) => validity.Unit == ValidityUnit.None ? "Permanent" : validity.ToString();

    public static string Basis(TierBasis basis) => basis switch
    {
        TierBasis.Spend => "Spend",
        TierBasis.Visits => "Visits",
        _ => "Points",
    };

    /// <summary>A threshold as people say it: an amount, or a number of visits.</summary>
    public static string Amount(TierBasis basis, decimal value, string currency) => basis switch
    {
        TierBasis.Visits => $"{value.ToString("N0", CultureInfo.CurrentCulture)} {(value == 1 ? "visit" : "visits")}",
        TierBasis.Points => $"{value.ToString("#,##0.##", CultureInfo.CurrentCulture)} points",
        _ => Currency.Of(currency).Format(value, CultureInfo.CurrentCulture),
    };

    /// <summary>One tier and every one above it, as audiences name it.</summary>
    public static string AndAbove(string tier) => $"{tier} Tier and Above";
}
