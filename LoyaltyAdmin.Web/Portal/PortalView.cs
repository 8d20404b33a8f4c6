using System.Globalization;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>What every page of a member starts from: whose it is, and how amounts and dates read in the member's language. Pages only draw what their route read.</summary>
public abstract class PortalView : ComponentBase
{
    private CultureInfo? culture;

    [Parameter, EditorRequired]
    public required PortalFrame Frame { get; set; }

    /// <summary>Said on top, after a form was sent.</summary>
    [Parameter]
    public string? Notice { get; set; }

    protected CultureInfo Culture => culture ??= CultureOf(Frame.Language);

    protected string Money(decimal amount, string currency) => $"{(amount < 0 ? "−" : "")}{Currency.Of(currency).Format(Math.Abs(amount), Culture)}";

    protected string Signed(decimal amount, string currency) => amount > 0 ? "+" + Money(amount, currency) : Money(amount, currency);

    protected string Number(decimal points) => (points < 0 ? "−" : "") + Math.Abs(points).ToString("#,##0.##", Culture);

    protected string Day(DateOnly day) => day.ToString(Pattern, Culture);

    protected string Day(DateTimeOffset at) => Day(Domain.Values.Calendar.Zone(Frame.TimeZone).DayOf(at));

    /// <summary>The last whole day before an exclusive end; with the time where it ends within a day.</summary>
    protected string LastDay(DateTimeOffset end)
    {
        var local = TimeZoneInfo.ConvertTime(end, Domain.Values.Calendar.Zone(Frame.TimeZone));

        return local.TimeOfDay == TimeSpan.Zero ? Day(DateOnly.FromDateTime(local.DateTime.AddDays(-1))) : $"{Day(DateOnly.FromDateTime(local.DateTime))}, {local.ToString("t", Culture)}";
    }

    // English has no one order of day and month: the month's name leaves no doubt.
    private string Pattern => Culture.TwoLetterISOLanguageName == "en" && Culture.Name is "en" or "en-US" ? "MMM d, yyyy" : Culture.TwoLetterISOLanguageName == "en" ? "d MMM yyyy" : Culture.DateTimeFormat.ShortDatePattern;

    private static CultureInfo CultureOf(string? language)
    {
        try
        {
            return language is null ? CultureInfo.GetCultureInfo("en-US") : CultureInfo.GetCultureInfo(language, predefinedOnly: true);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.GetCultureInfo("en-US");
        }
    }
}
