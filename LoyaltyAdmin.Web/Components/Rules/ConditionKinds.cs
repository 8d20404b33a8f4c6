using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Components.Rules;

/// <summary>A kind of condition as people pick it: its words, how a new one starts, and what draws it.</summary>
public sealed record ConditionKind(string Title, Type Condition, Type Editor, Func<SegmentNames, SegmentCondition> New);

/// <summary>The list an operator picks from, and the only place that knows editors.</summary>
public static class ConditionKinds
{
    public static IReadOnlyList<ConditionKind> All { get; } =
    [
        Of<ProfileCondition, ProfileConditionEditor>("Profile", _ => new(ProfileField.City, [])),
        Of<AttributeCondition, AttributeConditionEditor>("Custom attribute", _ => new("", null)),
        Of<BirthdayCondition, BirthdayConditionEditor>("Birthday", _ => new(BirthdayWindow.ThisMonth)),
        Of<RegistrationCondition, RegistrationConditionEditor>("Registration", _ => new(WithinDays: 30)),
        Of<CardCondition, CardConditionEditor>("Card and tier", names => new(names.Plans.FirstOrDefault()?.Id ?? 0)),
        Of<TagCondition, TagConditionEditor>("Tag", names => new(names.Tags.FirstOrDefault()?.Id ?? 0)),
        Of<SegmentMembership, SegmentMembershipEditor>("Member segment", names => new(names.Segments.FirstOrDefault()?.Id ?? 0)),
        Of<ConsentCondition, ConsentConditionEditor>("Consent", _ => new(ConsentChannel.Email, ConsentPurpose.Marketing)),
        Of<PurchaseCondition, PurchaseConditionEditor>("Purchases", _ => new(PurchaseFigure.Revenue, Comparison.AtLeast, 100)),
        Of<RecencyCondition, RecencyConditionEditor>("Last purchase", _ => new(Comparison.AtLeast, 180)),
        Of<AverageGapCondition, AverageGapConditionEditor>("Average gap", _ => new(Comparison.AtMost, 30)),
        Of<LapsingCondition, LapsingConditionEditor>("Days beyond the usual gap", _ => new()),
        Of<BalanceCondition, BalanceConditionEditor>("Balance (gift cards, points, wallet)", _ => new(BalanceKind.GiftCards, Comparison.AtLeast, 1)),
    ];

    public static ConditionKind Of(SegmentCondition condition) => All.First(kind => kind.Condition == condition.GetType());

    private static ConditionKind Of<TCondition, TEditor>(string title, Func<SegmentNames, TCondition> create) where TCondition : SegmentCondition where TEditor : ConditionEditor<TCondition>, IComponent =>
        new(title, typeof(TCondition), typeof(TEditor), names => create(names));
}
