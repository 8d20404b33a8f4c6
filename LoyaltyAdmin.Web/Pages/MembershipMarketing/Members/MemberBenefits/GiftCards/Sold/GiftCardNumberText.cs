namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Sold;

/// <summary>Card numbers as people read them out.</summary>
public static class GiftCardNumberText
{
    /// <summary>In groups of four.</summary>
    public static string Grouped(string number) => string.Join(' ', number.Chunk(4).Select(group => new string(group)));
}
