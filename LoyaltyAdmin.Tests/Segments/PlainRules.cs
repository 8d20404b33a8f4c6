using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Segments;

/// <summary>What rules mean, in plain loops over people in memory: what the compiled SQL must equal.</summary>
public sealed class PlainRules(Population population)
{
    public List<long> Find(SegmentRule rule) =>
        [.. population.People.Where(p => p.Member.Status == MemberStatus.Active && Holds(rule, p)).Select(p => p.Member.Id).Order()];

    private bool Holds(SegmentRule rule, Person person)
    {
        var parts = rule.Conditions.Select(c => Holds(c, person)).Concat(rule.Groups.Select(g => Holds(g, person)));

        return rule.Match == Match.All ? parts.All(holds => holds) : parts.Any(holds => holds);
    }

    private bool Holds(SegmentCondition condition, Person person) => condition switch
    {
        ProfileCondition c => Profile(c, person.Member) != c.Not,
        AttributeCondition c => person.Attributes.Exists(a => a.Name == c.Name && (c.Value is null || a.Value == c.Value)) != c.Not,
        BirthdayCondition c => Birthday(c, person.Member),
        RegistrationCondition c => Registration(c, person.Member),
        CardCondition c => person.Cards.Exists(card => Card(c, card)) != c.Not,
        TagCondition c => person.Tags.Contains(c.TagId) != c.Not,
        SegmentMembership c => Segment(c.SegmentId, person) != c.Not,
        ConsentCondition c => person.Consents.Exists(x => x.Channel == c.Channel && x.Purpose == c.Purpose && x.Status == ConsentStatus.Granted) != c.Not,
        PurchaseCondition c => Purchases(c, person),
        RecencyCondition c => Recency(c, person),
        AverageGapCondition c => Gap(person) is { } gap && Compare(c.Comparison, gap.Days, c.Days * gap.Steps),
        LapsingCondition c => Gap(person) is { } gap && person.Summary!.PurchaseDays >= c.MinimumPurchaseDays
            && ((c.AsOf ?? population.Today).DayNumber - person.Summary.LastOn!.Value.DayNumber - c.DaysBeyond) * gap.Steps >= gap.Days,
        BalanceCondition c => Compare(c.Comparison, c.Of switch { BalanceKind.Points => person.Points, BalanceKind.Wallet => person.WalletBalance, _ => person.GiftCardBalance }, c.Amount),
        _ => throw new ArgumentOutOfRangeException(nameof(condition)),
    };

    private bool Segment(long id, Person person)
    {
        var segment = population.Segments.Single(s => s.Id == id);

        return segment.Rule is { } rule ? Holds(rule, person) : person.StaticSegments.Contains(id);
    }

    private bool Profile(ProfileCondition condition, Member member)
    {
        string? value = condition.Field switch
        {
            ProfileField.FullName => member.FullName,
            ProfileField.BirthDate => member.BirthDate?.ToString("O", null),
            ProfileField.Gender => member.Gender?.ToString(),
            ProfileField.Address => member.Street,
            ProfileField.IdNumber => member.IdNumberLastFour,
            ProfileField.Email => member.Email,
            ProfileField.Phone => member.Phone,
            ProfileField.VerifiedEmail => member.EmailVerifiedAt?.ToString(),
            ProfileField.VerifiedPhone => member.PhoneVerifiedAt?.ToString(),
            ProfileField.Language => member.Language,
            ProfileField.Country => member.Country,
            ProfileField.Region => member.Region,
            ProfileField.City => member.City,
            _ => population.Stores.Find(s => s.Id == member.HomeStoreId)?.Code,
        };

        return value is not null && (condition.Values.IsEmpty || condition.Values.Contains(value));
    }

    private bool Birthday(BirthdayCondition condition, Member member)
    {
        if (member.BirthDate is not { } born)
        {
            return false;
        }

        var today = population.Today;
        var monday = Enumerable.Range(0, 7).Select(i => today.AddDays(-i)).First(d => d.DayOfWeek == DayOfWeek.Monday);

        return new[] { today.Year - 1, today.Year, today.Year + 1 }.Select(In).Any(day => condition.Window switch
        {
            BirthdayWindow.Today => day == today,
            BirthdayWindow.ThisWeek => day >= monday && day < monday.AddDays(7),
            BirthdayWindow.ThisMonth => day.Year == today.Year && day.Month == today.Month,
            _ => day >= today && day < today.AddDays(condition.Days),
        });

        DateOnly In(int year) => new(year, born.Month, Math.Min(born.Day, DateTime.DaysInMonth(year, born.Month)));
    }

    private bool Registration(RegistrationCondition condition, Member member) =>
        (condition.From is not { } from || member.RegisteredOn >= from) && (condition.To is not { } to || member.RegisteredOn <= to)
        && (condition.WithinDays is not { } days || population.Today.DayNumber - member.RegisteredOn.DayNumber < days)
        && (condition.Through is not { } through || member.RegisteredThrough == through);

    private bool Card(CardCondition condition, LoyaltyCard card)
    {
        int rank(long id) => population.Tiers.Single(t => t.Id == id).Rank;

        return card.PlanId == condition.PlanId && card.Status == LoyaltyCardStatus.Active && (card.ValidUntil is not { } until || until > population.Now)
            && (condition.TierId is not { } tier || (condition.AndAbove ? rank(card.TierId) >= rank(tier) : card.TierId == tier));
    }

    private bool Purchases(PurchaseCondition condition, Person person)
    {
        var orders = person.Orders.Where(o => condition.Channel is not { } channel || o.Channel == channel)
            .Where(o => condition.LastDays is not { } days || population.Today.DayNumber - o.BusinessDay.DayNumber < days)
            .Where(o => condition.LastMonths is not { } months || o.BusinessDay >= population.Today.AddMonths(-months)).ToList();
        var count = orders.Count(o => o.IsPurchase);
        var revenue = orders.Sum(o => o.GroupRevenue);

        return condition.Figure switch
        {
            PurchaseFigure.OrderCount => Compare(condition.Comparison, count, condition.Value),
            PurchaseFigure.Revenue => Compare(condition.Comparison, revenue, condition.Value),
            PurchaseFigure.PurchaseDays => Compare(condition.Comparison, orders.Where(o => o.Revenue > 0).Select(o => o.BusinessDay).Distinct().Count(), condition.Value),
            _ => count > 0 && Compare(condition.Comparison, revenue, condition.Value * count),
        };
    }

    private bool Recency(RecencyCondition condition, Person person)
    {
        var days = person.Orders.Where(o => o.Revenue > 0 && (condition.Channel is not { } channel || o.Channel == channel)).Select(o => o.BusinessDay).ToList();

        return days.Count == 0 ? condition.IncludeNeverPurchased : Compare(condition.Comparison, population.Today.DayNumber - days.Max().DayNumber, condition.Days);
    }

    private static (int Days, int Steps)? Gap(Person person)
    {
        var days = person.Orders.Where(o => o.Revenue > 0).Select(o => o.BusinessDay.DayNumber).Distinct().Order().ToList();

        return days.Count < 2 ? null : (days[^1] - days[0], days.Count - 1);
    }

    private static bool Compare(Comparison comparison, decimal figure, decimal value) => comparison switch
    {
        Comparison.AtLeast => figure >= value,
        Comparison.AtMost => figure <= value,
        _ => figure == value,
    };
}
