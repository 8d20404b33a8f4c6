using System.ComponentModel;

namespace LoyaltyAdmin.Web.Api;

/// <summary>A member as registered or changed. In a change, members that are absent stay as they are, and null removes.</summary>
public sealed record MemberRequest
{
    [Description("Your own number, 1 to 40 letters and digits; without it a number is made. Never changes; refused in a change.")]
    public string? Number { get; init; }

    public string? FullName { get; init; }

    [Description("International form, e.g. +1 212 555 0100. Belongs to one member.")]
    public string? Phone { get; init; }

    [Description("Belongs to one member.")]
    public string? Email { get; init; }

    [Description("Year-month-day. Once given it can be changed once.")]
    public string? BirthDate { get; init; }

    [Description("FEMALE, MALE or OTHER")]
    public string? Gender { get; init; }

    [Description("Language of messages, e.g. en or zh-CN.")]
    public string? Language { get; init; }

    [Description("ISO 3166, two letters.")]
    public string? Country { get; init; }

    public string? Region { get; init; }
    public string? City { get; init; }
    public string? PostalCode { get; init; }
    public string? Street { get; init; }
    public string? Street2 { get; init; }

    [Description("Kept sealed; answers show its last four characters.")]
    public string? IdNumber { get; init; }

    [Description("The code of the store the member is at home in.")]
    public string? HomeStore { get; init; }

    [Description("POS or ONLINE: where the member registers. Refused in a change.")]
    public string? RegisteredThrough { get; init; }

    [Description("Custom attributes by name, at most 20; in a change they replace all of them.")]
    public Dictionary<string, string>? Attributes { get; init; }
}

public sealed record MemberAnswer(
    string Number, string? FullName, string? Phone, bool PhoneVerified, string? Email, bool EmailVerified, DateOnly? BirthDate,
    [property: Description("FEMALE, MALE or OTHER")] string? Gender, string? Language,
    string? Country, string? Region, string? City, string? PostalCode, string? Street, string? Street2,
    [property: Description("The last four characters of the ID number.")] string? IdNumberLastFour,
    [property: Description("Store code.")] string? HomeStore,
    DateOnly RegisteredOn,
    [property: Description("ACTIVE, FROZEN or ERASED")] string Status,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<ConsentAnswer> Consents);

public sealed record ConsentRequest
{
    [Description("GRANTED or WITHDRAWN")]
    public string? Status { get; init; }

    [Description("MARKETING (the default) or LOYALTY_NOTIFICATION")]
    public string? Purpose { get; init; }

    [Description("When the member said it, UTC; absent: now. An older word than the one that counts changes only the history.")]
    public DateTimeOffset? At { get; init; }

    [Description("POS, ONLINE, MEMBER_PAGE, UNSUBSCRIBE_LINK or REPLY; absent: ONLINE")]
    public string? Source { get; init; }

    [Description("Which edition of the consent text was agreed to.")]
    public string? TextVersion { get; init; }

    [Description("The address the member said it from: kept as evidence, removed when the member is erased.")]
    public string? IpAddress { get; init; }
}

public sealed record ConsentAnswer(
    [property: Description("EMAIL, SMS, PUSH, MINI_PROGRAM, META_ADS, GOOGLE_ADS, TIK_TOK_ADS")] string Channel,
    [property: Description("MARKETING or LOYALTY_NOTIFICATION")] string Purpose,
    [property: Description("GRANTED or WITHDRAWN: what counts now")] string Status,
    [property: Description("UTC")] DateTimeOffset Since);
