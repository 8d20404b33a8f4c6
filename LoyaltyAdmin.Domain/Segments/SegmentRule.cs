using System.Collections.Immutable;
using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>Whether all conditions of a group must hold or any one of them.</summary>
public enum Match
{
    All,
    Any,
}

/// <summary>
/// Whom a segment or computed tag means: a group of conditions and of further groups. An empty group of all holds for everybody, an empty group of
/// any for nobody. Compiled to one SQL condition by <see cref="SegmentCompiler"/>; days are days of the group's zone, “today” is its day.
/// </summary>
public sealed record SegmentRule(Match Match, ImmutableArray<SegmentCondition> Conditions, ImmutableArray<SegmentRule> Groups)
{
    public const int MaximumConditions = 50;
    public const int MaximumDepth = 4;

    public static readonly SegmentRule Everybody = new(Match.All, [], []);

    public static SegmentRule All(params ImmutableArray<SegmentCondition> conditions) => new(Match.All, conditions, []);

    public static SegmentRule Any(params ImmutableArray<SegmentCondition> conditions) => new(Match.Any, conditions, []);
}

public enum Comparison
{
    AtLeast,
    AtMost,
    Equal,
}

/// <summary>One thing that can be asked of a member. Each kind has its fields, its sentence and its editor, and nothing else knows it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ProfileCondition), "profile")]
[JsonDerivedType(typeof(AttributeCondition), "attribute")]
[JsonDerivedType(typeof(BirthdayCondition), "birthday")]
[JsonDerivedType(typeof(RegistrationCondition), "registration")]
[JsonDerivedType(typeof(CardCondition), "card")]
[JsonDerivedType(typeof(TagCondition), "tag")]
[JsonDerivedType(typeof(SegmentMembership), "segment")]
[JsonDerivedType(typeof(ConsentCondition), "consent")]
[JsonDerivedType(typeof(PurchaseCondition), "purchases")]
[JsonDerivedType(typeof(RecencyCondition), "recency")]
[JsonDerivedType(typeof(AverageGapCondition), "average-gap")]
[JsonDerivedType(typeof(LapsingCondition), "lapsing")]
[JsonDerivedType(typeof(BalanceCondition), "balance")]
public abstract record SegmentCondition;

public enum ProfileField
{
    FullName,
    BirthDate,
    Gender,
    Address,
    IdNumber,
    Email,
    Phone,
    VerifiedEmail,
    VerifiedPhone,
    Language,
    Country,
    Region,
    City,
    HomeStore,
}

/// <summary>A profile field is known (<see cref="Values"/> empty) or has one of the values; <see cref="Not"/> turns it round. Stores are named by their code.</summary>
public sealed record ProfileCondition(ProfileField Field, ImmutableArray<string> Values, bool Not = false) : SegmentCondition;

/// <summary>A custom attribute has the value (empty: has any).</summary>
public sealed record AttributeCondition(string Name, string? Value, bool Not = false) : SegmentCondition;

public enum BirthdayWindow
{
    Today,

    /// <summary>The calendar week of today; Monday first.</summary>
    ThisWeek,
    ThisMonth,

    /// <summary>Within the next <see cref="BirthdayCondition.Days"/> days, today included.</summary>
    NextDays,
}

public sealed record BirthdayCondition(BirthdayWindow Window, int Days = 7) : SegmentCondition;

/// <summary>Registered within a range of days, both included, or at least/at most so many days ago; null parts do not matter.</summary>
public sealed record RegistrationCondition(DateOnly? From = null, DateOnly? To = null, int? WithinDays = null, RegistrationSource? Through = null) : SegmentCondition;

/// <summary>Holds a valid card of the plan; with a tier, in that tier or (<see cref="AndAbove"/>) any of its plan at or above it.</summary>
public sealed record CardCondition(long PlanId, long? TierId = null, bool AndAbove = false, bool Not = false) : SegmentCondition;

public sealed record TagCondition(long TagId, bool Not = false) : SegmentCondition;

/// <summary>Is in another segment. A segment may not lead back to itself.</summary>
public sealed record SegmentMembership(long SegmentId, bool Not = false) : SegmentCondition;

/// <summary>Said yes to the channel for the purpose, or (<see cref="Not"/>) did not: withdrawn and never asked are alike.</summary>
public sealed record ConsentCondition(ConsentChannel Channel, ConsentPurpose Purpose, bool Not = false) : SegmentCondition;

public enum PurchaseFigure
{
    OrderCount,
    Revenue,
    AverageOrder,
    PurchaseDays,
}

/// <summary>A figure of the member's purchases of all time, of the last days or of the last whole calendar months with the running one.</summary>
/// <param name="LastMonths">“Within last 6 months” of the documents: from the same day six months ago (domain rules, Tags 1).</param>
public sealed record PurchaseCondition(PurchaseFigure Figure, Comparison Comparison, decimal Value, Channel? Channel = null, int? LastDays = null, int? LastMonths = null) : SegmentCondition;

/// <summary>Days since the last purchase day. Members who never bought are in only when that is asked for.</summary>
public sealed record RecencyCondition(Comparison Comparison, int Days, Channel? Channel = null, bool IncludeNeverPurchased = false) : SegmentCondition;

/// <summary>Average days between distinct purchase days; needs two of them.</summary>
public sealed record AverageGapCondition(Comparison Comparison, decimal Days) : SegmentCondition;

/// <summary>
/// “8 or more days beyond their average” of the journey document. <see cref="AsOf"/> asks for another day than today: what is known now about the
/// member's purchases is looked at from that day, so a day after the last purchases (an imported history) is exact, a day before them is not.
/// </summary>
public sealed record LapsingCondition(int DaysBeyond = 8, int MinimumPurchaseDays = 2, DateOnly? AsOf = null) : SegmentCondition;

public enum BalanceKind
{
    /// <summary>What the member's gift cards hold: active cards bought with the member's phone number.</summary>
    GiftCards,

    /// <summary>The member's points; below zero while the member owes some.</summary>
    Points,

    /// <summary>The member's prepaid wallet in the group's currency, frozen or not.</summary>
    Wallet,
}

/// <summary>A balance in points or the group's currency.</summary>
public sealed record BalanceCondition(BalanceKind Of, Comparison Comparison, decimal Amount) : SegmentCondition;
