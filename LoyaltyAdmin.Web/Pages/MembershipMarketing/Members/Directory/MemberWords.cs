using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Directory;

/// <summary>Members, consents and what happened to them as people read it.</summary>
public static class MemberWords
{
    public static Tone ToneOf(MemberStatus status) => status switch
    {
        MemberStatus.Active => Tone.Good,
        MemberStatus.Frozen => Tone.Attention,
        _ => Tone.Neutral,
    };

    public static string Of(ConsentChannel channel) => channel switch
    {
        ConsentChannel.Email => "E-mail",
        ConsentChannel.Sms => "SMS",
        ConsentChannel.Push => "Push",
        ConsentChannel.MiniProgram => "Mini program",
        ConsentChannel.MetaAds => "Meta ads",
        ConsentChannel.GoogleAds => "Google ads",
        _ => "TikTok ads",
    };

    public static string Of(ConsentPurpose purpose) => purpose == ConsentPurpose.Marketing ? "Marketing" : "Loyalty notification";

    public static string Of(ConsentSource source) => source switch
    {
        ConsentSource.Pos => "POS",
        ConsentSource.MemberPage => "Member page",
        ConsentSource.UnsubscribeLink => "Unsubscribe link",
        _ => source.ToString(),
    };

    public static string Of(AcceptanceSource source) => source switch
    {
        AcceptanceSource.Pos => "POS",
        AcceptanceSource.MemberPage => "Member page",
        _ => source.ToString(),
    };

    public static string Of(RegistrationSource source) => source switch
    {
        RegistrationSource.Pos => "POS",
        _ => source.ToString(),
    };
}
