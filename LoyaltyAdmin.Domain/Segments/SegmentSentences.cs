using System.Globalization;
using Humanizer;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>Says a rule for people.</summary>
public static class SegmentSentences
{
    /// <summary>The whole rule, e.g. “Active members whose city is Berlin and who have the tag “VIP””, as one line.</summary>
    public static string Of(SegmentRule rule, SegmentNames names) =>
        rule is { Conditions.IsEmpty: true, Groups.IsEmpty: true } ? (rule.Match == Match.All ? "Every active member" : "Nobody") : $"Active members: {Group(rule, names)}";

    /// <summary>One condition, e.g. “has the tag “VIP””.</summary>
    public static string Of(SegmentCondition condition, SegmentNames names) => condition switch
    {
        ProfileCondition c => Profile(c),
        AttributeCondition c => string.IsNullOrEmpty(c.Value) ? $"{(c.Not ? "has no" : "has a")} “{c.Name}”" : $"“{c.Name}” is {(c.Not ? "not " : "")}“{c.Value}”",
        BirthdayCondition c => c.Window switch
        {
            BirthdayWindow.Today => "birthday is today",
            BirthdayWindow.ThisWeek => "birthday is this week",
            BirthdayWindow.ThisMonth => "birthday is this month",
            _ => $"birthday is within the next {Days(c.Days)}",
        },
        RegistrationCondition c => Registration(c),
        CardCondition c => $"{(c.Not ? "does not hold" : "holds")} a card of “{names.Plan(c.PlanId)}”{(c.TierId is { } tier ? $" in tier “{names.Tier(tier)}”{(c.AndAbove ? " and above" : "")}" : "")}",
        TagCondition c => $"{(c.Not ? "does not have" : "has")} the tag “{names.Tag(c.TagId)}”",
        SegmentMembership c => $"is {(c.Not ? "not " : "")}in the segment “{names.Segment(c.SegmentId)}”",
        ConsentCondition c => $"{(c.Not ? "has not agreed" : "agreed")} to {Word(c.Purpose)} by {Word(c.Channel)}",
        PurchaseCondition c => Purchases(c, names.Currency),
        RecencyCondition c => $"last purchase{Where(c.Channel)} was {Amount(c.Comparison, Days(c.Days))} ago{(c.IncludeNeverPurchased ? ", or never purchased" : "")}",
        AverageGapCondition c => $"average gap between purchases is {Amount(c.Comparison, $"{Number(c.Days)} days")}",
        LapsingCondition c => $"{Days(c.DaysBeyond)} or more beyond the average gap, with at least {c.MinimumPurchaseDays} purchase days{(c.AsOf is { } day ? $", as of {day.ToString("MMM d, yyyy", CultureInfo.InvariantCulture)}" : "")}",
        BalanceCondition c => $"{c.Of switch { BalanceKind.Points => "points", BalanceKind.Wallet => "wallet", _ => "gift card" }} balance is {Amount(c.Comparison, c.Of == BalanceKind.Points ? $"{Number(c.Amount)} points" : Values.Currency.Of(names.Currency).Format(c.Amount, CultureInfo.InvariantCulture))}",
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition.GetType().Name, "This condition has no sentence."),
    };

    private static string Group(SegmentRule rule, SegmentNames names)
    {
        var parts = rule.Conditions.Select(condition => Of(condition, names)).Concat(rule.Groups.Select(group => $"({Inner(group, names)})"));

        return string.Join(rule.Match == Match.All ? " and " : " or ", parts);
    }

    private static string Inner(SegmentRule group, SegmentNames names) => Group(group, names) is { Length: > 0 } text ? text : group.Match == Match.All ? "everybody" : "nobody";

    private static string Profile(ProfileCondition condition)
    {
        var field = Word(condition.Field);

        return (condition.Values.IsDefaultOrEmpty, condition.Not) switch
        {
            (true, false) => $"{field} is known",
            (true, true) => $"{field} is not known",
            (_, var not) => $"{field} is {(not ? "not " : "")}{string.Join(" or ", condition.Values)}",
        };
    }

    private static string Registration(RegistrationCondition condition)
    {
        var parts = new List<string>();
        if (condition.From is { } from)
        {
            parts.Add($"on or after {from.ToString("MMM d, yyyy", CultureInfo.InvariantCulture)}");
        }

        if (condition.To is { } to)
        {
            parts.Add($"on or before {to.ToString("MMM d, yyyy", CultureInfo.InvariantCulture)}");
        }

        if (condition.WithinDays is { } days)
        {
            parts.Add($"within the last {Days(days)}");
        }

        if (condition.Through is { } through)
        {
            parts.Add($"through {Word(through)}");
        }

        return parts.Count == 0 ? "is registered" : $"registered {string.Join(", ", parts)}";
    }

    private static string Purchases(PurchaseCondition condition, string currency)
    {
        var money = condition.Figure is PurchaseFigure.Revenue or PurchaseFigure.AverageOrder;
        var amount = money ? Values.Currency.Of(currency).Format(condition.Value, CultureInfo.InvariantCulture) : Number(condition.Value);
        var figure = condition.Figure switch
        {
            PurchaseFigure.OrderCount => "number of orders",
            PurchaseFigure.Revenue => "revenue",
            PurchaseFigure.AverageOrder => "average order",
            _ => "number of purchase days",
        };
        var window = condition switch
        {
            { LastDays: { } days } => $" in the last {Days(days)}",
            { LastMonths: { } months } => $" within the last {(months == 1 ? "month" : $"{months} months")}",
            _ => "",
        };

        return $"{figure}{Where(condition.Channel)}{window} is {Amount(condition.Comparison, amount)}";
    }

    private static string Where(Channel? channel) => channel is { } one ? $" ({one.Name()})" : "";

    private static string Amount(Comparison comparison, string amount) => comparison switch
    {
        Comparison.AtLeast => $"at least {amount}",
        Comparison.AtMost => $"at most {amount}",
        _ => $"exactly {amount}",
    };

    private static string Days(int days) => days == 1 ? "1 day" : $"{days} days";

    private static string Number(decimal number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Word<TEnum>(TEnum value) where TEnum : struct, Enum => value switch
    {
        ProfileField.IdNumber => "ID number",
        ProfileField.Email or ConsentChannel.Email => "e-mail",
        ProfileField.VerifiedEmail => "verified e-mail",
        ConsentChannel.Sms => "SMS",
        ConsentChannel.MetaAds => "Meta ads",
        ConsentChannel.GoogleAds => "Google ads",
        ConsentChannel.TikTokAds => "TikTok ads",
        RegistrationSource.Pos => "POS",
        _ => value.ToString().Humanize(LetterCasing.LowerCase),
    };
}
