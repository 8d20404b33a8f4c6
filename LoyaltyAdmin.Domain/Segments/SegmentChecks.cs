using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>What a rule must be like to be stored and compiled.</summary>
public static class SegmentChecks
{
    private static readonly HashSet<ProfileField> withValues = [ProfileField.Gender, ProfileField.Language, ProfileField.Country, ProfileField.Region, ProfileField.City, ProfileField.HomeStore];

    /// <summary>Fields that can be asked for their value; the others only whether they are known.</summary>
    public static IReadOnlySet<ProfileField> WithValues => withValues;

    /// <summary>Checks the rule's size and every condition's own limits.</summary>
    public static FieldErrors Rule(this FieldErrors errors, string field, SegmentRule rule, SegmentNames names)
    {
        errors.Require(SegmentCompiler.ConditionsOf(rule).Count() <= SegmentRule.MaximumConditions, field, $"A rule has at most {SegmentRule.MaximumConditions} conditions.")
            .Require(Depth(rule) <= SegmentRule.MaximumDepth, field, $"Groups can be nested {SegmentRule.MaximumDepth} deep.");
        foreach (var condition in SegmentCompiler.ConditionsOf(rule))
        {
            if (FaultOf(condition, names) is { } fault)
            {
                errors.Require(holds: false, field, fault);
            }
        }

        return errors;
    }

    /// <summary>What is wrong with a condition, or null.</summary>
    public static string? FaultOf(SegmentCondition condition, SegmentNames names) => condition switch
    {
        ProfileCondition { Values: { IsDefaultOrEmpty: false } values } c when !withValues.Contains(c.Field) || values.Length > 50 || values.Any(v => v.Length is 0 or > 120) => "A profile condition has at most 50 values of at most 120 characters, where the field has values to choose.",
        AttributeCondition c when string.IsNullOrWhiteSpace(c.Name) || c.Name.Length > 60 || c.Value?.Length > 200 => "Name the attribute (at most 60 characters) and, if you like, its value (at most 200).",
        BirthdayCondition { Window: BirthdayWindow.NextDays, Days: < 1 or > 366 } => "A birthday window has 1 to 366 days.",
        RegistrationCondition { From: { } from, To: { } to } when from > to => "The registration range ends before it begins.",
        RegistrationCondition { WithinDays: < 1 or > 36_500 } => "Registered within 1 to 36,500 days.",
        CardCondition c when names.Plans.All(p => p.Id != c.PlanId) => "Choose a card plan.",
        CardCondition { TierId: { } tier } c when !names.Tiers.Any(t => t.Id == tier && t.PlanId == c.PlanId) => "Choose a tier of the card plan.",
        TagCondition c when names.Tags.All(t => t.Id != c.TagId) => "Choose a tag.",
        SegmentMembership c when names.Segments.All(s => s.Id != c.SegmentId) => "Choose a member segment.",
        PurchaseCondition { LastDays: not null, LastMonths: not null } => "Choose days or months, not both.",
        PurchaseCondition { LastDays: < 1 or > 36_500 } or PurchaseCondition { LastMonths: < 1 or > 1_200 } => "A window has at least one day and at most 100 years.",
        PurchaseCondition c when Math.Abs(c.Value) > 1_000_000_000_000m || decimal.Round(c.Value, 4) != c.Value => "The figure has at most four decimals and is below 1,000,000,000,000.",
        PurchaseCondition { Figure: PurchaseFigure.OrderCount or PurchaseFigure.PurchaseDays } c when c.Value is < 0 or > 1_000_000_000m => "Count from 0 up.",
        RecencyCondition { Days: < 0 or > 36_500 } => "Days since the last purchase are 0 to 36,500.",
        AverageGapCondition c when c.Days is < 0 or > 36_500 || decimal.Round(c.Days, 4) != c.Days => "The average gap is 0 to 36,500 days with at most four decimals.",
        LapsingCondition { DaysBeyond: < 0 or > 36_500 } or LapsingCondition { MinimumPurchaseDays: < 2 or > 1_000_000 } => "Days beyond the average are 0 to 36,500, with at least 2 purchase days.",
        BalanceCondition c when !Enum.IsDefined(c.Of) => "Choose whose balance.",
        BalanceCondition c when Math.Abs(c.Amount) > 1_000_000_000_000m || decimal.Round(c.Amount, 4) != c.Amount => "The balance has at most four decimals and is below 1,000,000,000,000.",
        _ => null,
    };

    private static int Depth(SegmentRule rule) => 1 + rule.Groups.Select(Depth).DefaultIfEmpty().Max();
}
