using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>One line of the consent form: what the member says yes or no to, in the words that count as proof.</summary>
public sealed record ConsentLine(ConsentChannel Channel, ConsentPurpose Purpose, string Title, string Explanation);

/// <summary>
/// The texts of the consent form. <see cref="Version"/> is written into every consent given here: whoever changes a text raises it (a test keeps
/// both together), so that it stays provable what a member agreed to.
/// </summary>
public static class ConsentTexts
{
    public const string Version = "member-page-1";

    public static readonly IReadOnlyList<ConsentLine> Lines =
    [
        new(ConsentChannel.Email, ConsentPurpose.Marketing, "E-mail", "Offers and news by e-mail."),
        new(ConsentChannel.Sms, ConsentPurpose.Marketing, "Text message", "Offers and news by text message (SMS)."),
        new(ConsentChannel.Push, ConsentPurpose.Marketing, "App", "Offers and news as notifications of our app."),
        new(ConsentChannel.MiniProgram, ConsentPurpose.Marketing, "Mini program", "Offers and news in our mini programs."),
        new(ConsentChannel.Email, ConsentPurpose.LoyaltyNotification, "E-mail", "News of your points, coupons and cards by e-mail."),
        new(ConsentChannel.Sms, ConsentPurpose.LoyaltyNotification, "Text message", "News of your points, coupons and cards by text message (SMS)."),
        new(ConsentChannel.Push, ConsentPurpose.LoyaltyNotification, "App", "News of your points, coupons and cards as notifications of our app."),
        new(ConsentChannel.MiniProgram, ConsentPurpose.LoyaltyNotification, "Mini program", "News of your points, coupons and cards in our mini programs."),
        new(ConsentChannel.MetaAds, ConsentPurpose.Marketing, "Facebook and Instagram", "We may show you our ads on Facebook and Instagram, and for that tell Meta your e-mail address or phone number in encoded form."),
        new(ConsentChannel.GoogleAds, ConsentPurpose.Marketing, "Google", "We may show you our ads at Google, and for that tell Google your e-mail address or phone number in encoded form."),
        new(ConsentChannel.TikTokAds, ConsentPurpose.Marketing, "TikTok", "We may show you our ads on TikTok, and for that tell TikTok your e-mail address or phone number in encoded form."),
    ];
}
