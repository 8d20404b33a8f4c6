using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;

namespace LoyaltyAdmin.Web.Components;

/// <summary>How a status is coloured; it never says anything the words do not.</summary>
public enum Tone
{
    Neutral,
    Good,
    Attention,
    Bad,
}

public static class Tones
{
    /// <summary>In use or not: active, enabled, open, live.</summary>
    public static Tone Of(bool isInUse) => isInUse ? Tone.Good : Tone.Neutral;

    public static Tone Of(GiftCardStatus status) => status switch
    {
        GiftCardStatus.Active => Tone.Good,
        GiftCardStatus.PendingActivation => Tone.Attention,
        GiftCardStatus.Frozen => Tone.Bad,
        _ => Tone.Neutral,
    };

    public static Tone Of(GiftCardPlanStatus status) => status switch
    {
        GiftCardPlanStatus.Active => Tone.Good,
        GiftCardPlanStatus.Draft => Tone.Attention,
        _ => Tone.Neutral,
    };

    public static Tone Of(ApprovalStatus status) => status switch
    {
        ApprovalStatus.Pending => Tone.Attention,
        ApprovalStatus.Approved => Tone.Good,
        ApprovalStatus.Rejected => Tone.Bad,
        _ => Tone.Neutral,
    };
}
