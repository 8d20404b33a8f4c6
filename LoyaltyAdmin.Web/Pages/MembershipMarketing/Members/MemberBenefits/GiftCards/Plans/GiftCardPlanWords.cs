using System.Globalization;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Plans;

/// <summary>A plan's rules in a few words, for lists and previews.</summary>
public static class GiftCardPlanWords
{
    /// <summary>“$50, $100, $200 (−$20), $50 – $5,000”, without the currency, which stands beside it.</summary>
    public static string Amounts(GiftCardRules rules, string currency)
    {
        string Short(decimal amount) => amount.ToString("#,0.###", CultureInfo.CurrentCulture);
        var fixedAmounts = rules.Denominations.Select(d => d.Discount > 0 ? $"{Short(d.FaceValue)} (−{Short(d.Discount)})" : Short(d.FaceValue));
        var custom = rules.CustomAmount is { } range ? [$"{Short(range.Minimum)} – {Short(range.Maximum)}"] : Array.Empty<string>();

        return string.Join(", ", fixedAmounts.Concat(custom));
    }

    public static string Stores(StoreScope scope, StoreView view)
    {
        var names = view.Choices.Where(store => scope.StoreIds.Contains(store.Id)).Select(store => store.Name).ToList();
        var others = scope.StoreIds.Length - names.Count;
        var stores = names.Count <= 2 && others == 0 ? names : [$"{scope.StoreIds.Length} {(scope.StoreIds.Length == 1 ? "store" : "stores")}"];
        var listed = string.Join(", ", view.GroupNames(scope).Concat(stores));

        return scope.Kind switch
        {
            StoreScopeKind.All => "All stores",
            StoreScopeKind.Excluded => $"All except {listed}",
            _ => listed,
        };
    }
}
