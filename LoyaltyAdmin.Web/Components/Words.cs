using Humanizer;

namespace LoyaltyAdmin.Web.Components;

/// <summary>Names of enum values as people read them.</summary>
public static class Words
{
    /// <summary>E.g. <c>GiftCardsRefundApprove</c> as “Gift cards refund approve”.</summary>
    public static string Of(Enum value) => value.ToString().Humanize(LetterCasing.Sentence);
}
