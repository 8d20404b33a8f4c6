using System.Globalization;
using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>What a member's fields may hold (domain rules, Profile gift 2), said once for pages, API and imports.</summary>
public static partial class MemberRules
{
    public const int MostAttributes = 20;

    /// <summary>The oldest person a birthday is believed of.</summary>
    public const int OldestYears = 120;

    /// <summary>How often a birthday may be changed after it was first given: birthday benefits hang on it.</summary>
    public const int BirthDateChanges = 1;

    private static readonly HashSet<string> countries = [.. CultureInfo.GetCultures(CultureTypes.SpecificCultures)
        .Select(culture => { try { return new RegionInfo(culture.Name).TwoLetterISORegionName; } catch (ArgumentException) { return ""; } }).Where(code => code.Length == 2 && code.All(char.IsAsciiLetterUpper))];

    /// <summary>ISO 3166 codes a country may be chosen from.</summary>
    public static IReadOnlyCollection<string> Countries => countries;

    /// <summary>Checks a normalised form.</summary>
    internal static FieldErrors Check(MemberForm form, DateOnly today)
    {
        var errors = new FieldErrors()
            .Text(nameof(form.FullName), "Full name", form.FullName, 120)
            .Phone(nameof(form.Phone), "Phone", form.Phone)
            .Email(nameof(form.Email), "E-mail", form.Email)
            .Text(nameof(form.Region), "State or province", form.Region, 80)
            .Text(nameof(form.City), "City", form.City, 80)
            .Text(nameof(form.PostalCode), "Postal code", form.PostalCode, 20)
            .Text(nameof(form.Street), "Street", form.Street, 200)
            .Text(nameof(form.Street2), "Building, floor, apartment", form.Street2, 200)
            .Require(form.Number is null || NumberFault(form.Number) is null, nameof(form.Number), form.Number is null ? "" : NumberFault(form.Number) ?? "")
            .Require(BirthDateFault(form.BirthDate, today) is null, nameof(form.BirthDate), BirthDateFault(form.BirthDate, today) ?? "")
            .Require(form.Country is null || countries.Contains(form.Country), nameof(form.Country), "Choose a country: two letters such as US.")
            .Require(PostalFault(form.Country, form.PostalCode) is null, nameof(form.PostalCode), PostalFault(form.Country, form.PostalCode) ?? "")
            .Require(form.HidesPersonalData || form.Street is null || (form.City is not null && form.Country is not null), nameof(form.City), "An address with a street needs a city and a country.")
            .Require(form.Street2 is null || form.Street is not null || form.HidesPersonalData, nameof(form.Street), "Enter the street as well.")
            .Require(form.Language is null || LanguageTag().IsMatch(form.Language), nameof(form.Language), "Enter a language such as en or zh-CN.")
            .Require(form.TimeZone is null || TimeZoneInfo.TryFindSystemTimeZoneById(form.TimeZone, out _), nameof(form.TimeZone), "Choose a time zone, e.g. America/New_York.")
            .Require(form.Gender is null || Enum.IsDefined(form.Gender.Value), nameof(form.Gender), "Choose a gender of the list.")
            .Require(form.Attributes.Count <= MostAttributes, nameof(form.Attributes), $"A member has at most {MostAttributes} attributes.")
            .Require(form.Attributes.Select(a => a.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() == form.Attributes.Count, nameof(form.Attributes), "Two attributes have the same name.");
        if (form.IdNumber is { } id && IdNumbers.Fault(id, form.Country) is { } fault)
        {
            errors.Require(false, nameof(form.IdNumber), fault);
        }

        for (var i = 0; i < form.Attributes.Count; i++)
        {
            errors.Text($"Attributes[{i}].Name", "Attribute", form.Attributes[i].Name, 60, required: true)
                .Text($"Attributes[{i}].Value", "Value", form.Attributes[i].Value, 200, required: true);
        }

        return errors;
    }

    /// <summary>What is wrong with a member number of the merchant's own, or null.</summary>
    internal static string? NumberFault(string number) =>
        MemberNumbers.Fault(number) ?? (PaymentCards.Contains(number) ? "The member number looks like a payment card number. Never enter payment cards here." : null);

    internal static string? BirthDateFault(DateOnly? birthDate, DateOnly today) => birthDate switch
    {
        null => null,
        { } day when day > today => "The birthday lies in the future.",
        { } day when day < today.AddYears(-OldestYears) => $"The birthday is more than {OldestYears} years ago.",
        _ => null,
    };

    internal static string? PostalFault(string? country, string? code) => (country, code) switch
    {
        (_, null) => null,
        ("US", { } zip) when !Regex.IsMatch(zip, @"^\d{5}(-\d{4})?$") => "A US postal code has 5 digits, or 5 and 4.",
        ("CN", { } zip) when !Regex.IsMatch(zip, @"^\d{6}$") => "A Chinese postal code has 6 digits.",
        ("CA", { } zip) when !Regex.IsMatch(zip, @"^[A-Z]\d[A-Z] ?\d[A-Z]\d$") => "A Canadian postal code looks like K1A 0B1.",
        ("DE", { } zip) when !Regex.IsMatch(zip, @"^\d{5}$") => "A German postal code has 5 digits.",
        _ => null,
    };

    [GeneratedRegex(@"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    private static partial Regex LanguageTag();
}
