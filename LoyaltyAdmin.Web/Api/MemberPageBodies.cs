using System.ComponentModel;

namespace LoyaltyAdmin.Web.Api;

public sealed record PortalLinkRequest
{
    [Description("The page it leads to: overview, cards, wallet, points, coupons, gift-cards, consents or agreements. Absent: overview.")]
    public string? Target { get; init; }

    [Description("How long it opens the page, 1 to 43,200 minutes (30 days). Absent: a day.")]
    public int? ValidMinutes { get; init; }
}

public sealed record PortalLinkAnswer(
    [property: Description("Opens the member's own page for everybody who holds it: send it to the member only, and never write it down.")] string Url,
    string Target, DateTimeOffset ExpiresAt);

public sealed record AgreementAnswer(
    long Id,
    [property: Description("GIFT_CARD_TERMS, TOP_UP_AGREEMENT, PURCHASE_AGREEMENT, TERMS_OF_USE, FAQ or PRIVACY_POLICY")] string Kind,
    string Title, int Version, DateTimeOffset PublishedAt,
    [property: Description("Plain text; an empty line starts a new paragraph.")] string Text);

public sealed record AcceptanceRequest
{
    [Description("From the list of agreements.")]
    public long? AgreementId { get; init; }

    [Description("The version that was shown. Absent: the newest.")]
    public int? Version { get; init; }

    [Description("COUNTER, POS or ONLINE. Absent: ONLINE.")]
    public string? Source { get; init; }

    [Description("When the member accepted. Absent: now.")]
    public DateTimeOffset? At { get; init; }

    [Description("The store, where it was accepted in one.")]
    public string? StoreCode { get; init; }

    [Description("The member's network address: kept as evidence, removed when the member is erased.")]
    public string? IpAddress { get; init; }
}

public sealed record AcceptanceAnswer(long AgreementId, string Title, int Version,
    [property: Description("The first acceptance of this version counts.")] DateTimeOffset AcceptedAt,
    [property: Description("MEMBER_PAGE, COUNTER, POS or ONLINE")] string Source);
