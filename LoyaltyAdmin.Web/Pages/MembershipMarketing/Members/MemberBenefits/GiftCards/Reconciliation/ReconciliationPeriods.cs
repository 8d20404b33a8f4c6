using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Reconciliation;

/// <summary>The periods finance closes by.</summary>
internal static class ReconciliationPeriods
{
    public static IReadOnlyList<PeriodBar.Preset> Of(DateOnly today)
    {
        var month = new DateOnly(today.Year, today.Month, 1);

        return
        [
            new("This month", month, today),
            new("Last month", month.AddMonths(-1), month.AddDays(-1)),
            new("This year", new DateOnly(today.Year, 1, 1), today),
            new("12 months", month.AddMonths(-11), today),
        ];
    }
}
