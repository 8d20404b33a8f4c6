using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Segments.Compilation;

/// <summary>Conditions on who the member is.</summary>
internal static class ProfilePieces
{
    public static Piece Of(ProfileCondition condition, RuleContext context)
    {
        Expression<Func<Member, bool>> known = condition.Field switch
        {
            ProfileField.FullName => m => m.FullName != null,
            ProfileField.BirthDate => m => m.BirthDate != null,
            ProfileField.Gender => m => m.Gender != null,
            ProfileField.Address => m => m.Street != null,
            ProfileField.IdNumber => m => m.IdNumberLastFour != null,
            ProfileField.Email => m => m.Email != null,
            ProfileField.Phone => m => m.Phone != null,
            ProfileField.VerifiedEmail => m => m.EmailVerifiedAt != null,
            ProfileField.VerifiedPhone => m => m.PhoneVerifiedAt != null,
            ProfileField.Language => m => m.Language != null,
            ProfileField.Country => m => m.Country != null,
            ProfileField.Region => m => m.Region != null,
            ProfileField.City => m => m.City != null,
            ProfileField.HomeStore => m => m.HomeStoreId != null,
            _ => throw new ArgumentOutOfRangeException(nameof(condition)),
        };

        return Piece.Has(condition.Values.IsDefaultOrEmpty ? known : OneOf(condition, context)).Negate(condition.Not);
    }

    private static Expression<Func<Member, bool>> OneOf(ProfileCondition condition, RuleContext context)
    {
        var values = condition.Values.ToArray();
        var genders = condition.Field == ProfileField.Gender ? values.Select(value => Enum.TryParse<Gender>(value, ignoreCase: true, out var gender) ? gender : (Gender?)null).OfType<Gender>().ToArray() : [];
        var db = context.Db;

        return condition.Field switch
        {
            ProfileField.Gender => m => m.Gender != null && genders.Contains(m.Gender.Value),
            ProfileField.Language => m => m.Language != null && values.Contains(m.Language),
            ProfileField.Country => m => m.Country != null && values.Contains(m.Country),
            ProfileField.Region => m => m.Region != null && values.Contains(m.Region),
            ProfileField.City => m => m.City != null && values.Contains(m.City),
            ProfileField.HomeStore => m => m.HomeStoreId != null && db.Stores.Any(s => s.Id == m.HomeStoreId && values.Contains(s.Code)),
            _ => _ => false,
        };
    }

    public static Piece Of(AttributeCondition condition, RuleContext context)
    {
        var (name, value) = (condition.Name, string.IsNullOrEmpty(condition.Value) ? null : condition.Value);
        var attributes = context.Db.MemberAttributes.Where(a => a.Name == name);
        attributes = value is null ? attributes : attributes.Where(a => a.Value == value);

        return Piece.In(attributes.Select(a => a.MemberId), condition.Not);
    }

    public static Piece Of(BirthdayCondition condition, RuleContext context)
    {
        var today = context.Today;
        var (first, days) = condition.Window switch
        {
            BirthdayWindow.Today => (today, 1),
            // Monday first (domain rules 11).
            BirthdayWindow.ThisWeek => (today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), 7),
            BirthdayWindow.ThisMonth => (new DateOnly(today.Year, today.Month, 1), DateTime.DaysInMonth(today.Year, today.Month)),
            _ => (today, Math.Clamp(condition.Days, 1, 366)),
        };
        var window = Enumerable.Range(0, days).Select(first.AddDays).ToList();
        var keys = window.Select(day => Member.BirthdayKeyOf(day)!.Value).Distinct().ToArray();

        // Born on 28 and 29 February share a key: in a leap year they celebrate on their own days.
        var (on28, on29) = (window.Any(day => day is { Month: 2, Day: 28 }), window.Any(day => day is { Month: 2, Day: 29 }));
        var leap = window.Where(day => day is { Month: 2, Day: 28 }).All(day => DateTime.IsLeapYear(day.Year));
        var only = on28 == on29 || !leap ? (int?)null : on28 ? 28 : 29;

        return only is { } dayOfMonth
            ? Piece.Has(m => m.BirthdayKey != null && keys.Contains(m.BirthdayKey.Value) && (m.BirthdayKey != 228 || m.BirthDate!.Value.Day == dayOfMonth))
            : Piece.Has(m => m.BirthdayKey != null && keys.Contains(m.BirthdayKey.Value));
    }

    public static Piece Of(RegistrationCondition condition, RuleContext context)
    {
        var pieces = new List<Piece>();
        if (condition.From is { } from)
        {
            pieces.Add(Piece.Has(m => m.RegisteredOn >= from));
        }

        if (condition.To is { } to)
        {
            pieces.Add(Piece.Has(m => m.RegisteredOn <= to));
        }

        if (condition.WithinDays is { } within)
        {
            var after = context.Today.AddDays(-within);
            pieces.Add(Piece.Has(m => m.RegisteredOn > after));
        }

        if (condition.Through is { } through)
        {
            pieces.Add(Piece.Has(m => m.RegisteredThrough == through));
        }

        return new Group(Match.All, pieces);
    }
}
