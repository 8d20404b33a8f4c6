using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Components;
using Calendar = LoyaltyAdmin.Domain.Values.Calendar;

namespace LoyaltyAdmin.Web.Components;

/// <summary>
/// Values as every page shows them. Markup, not components: a list has hundreds of them, and each component would keep two buffers of its own in
/// every open tab.
/// </summary>
public static class Show
{
    // What stands where a date would.
    private const string None = "–";

    // The default would write every letter beyond English as eight.
    private static readonly HtmlEncoder encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly DateTimeOffset never = DateTimeOffset.MaxValue.AddYears(-1);

    /// <summary>An amount with its currency, in tabular figures.</summary>
    /// <param name="amount">In units of the currency.</param>
    /// <param name="code">ISO 4217.</param>
    /// <param name="signed">A change: says plus as well as minus.</param>
    public static MarkupString Money(decimal amount, string code, bool signed = false)
    {
        var sign = amount < 0 ? "−" : signed && amount > 0 ? "+" : "";

        return new($"""<span class="money">{Encoded(sign + Currency.Of(code).Format(Math.Abs(amount), CultureInfo.CurrentCulture))}</span>""");
    }

    /// <summary>A moment in a store's zone, which its tooltip names; a moment that never comes is no date.</summary>
    /// <param name="at">The moment.</param>
    /// <param name="zone">IANA name.</param>
    /// <param name="otherwise">Said when there is no date.</param>
    public static MarkupString Date(DateTimeOffset? at, string zone, string otherwise = None) =>
        at is { } instant && instant < never ? Instant(instant, zone, TimeZoneInfo.ConvertTime(instant, Calendar.Zone(zone)).ToString("MMM d, yyyy h:mm tt", CultureInfo.CurrentCulture)) : Nothing(otherwise);

    /// <summary>The last whole day of a period.</summary>
    /// <param name="until">Its exclusive end.</param>
    /// <param name="zone">IANA name.</param>
    /// <param name="otherwise">Said when the period has no end.</param>
    public static MarkupString LastDay(DateTimeOffset? until, string zone, string otherwise = None) =>
        until is { } end && end < never ? Instant(end, zone, Text(Calendar.Zone(zone).DayOf(end.AddTicks(-1)))) : Nothing(otherwise);

    /// <summary>A business day.</summary>
    /// <param name="day">The day.</param>
    /// <param name="otherwise">Said when there is none.</param>
    public static MarkupString Day(DateOnly? day, string otherwise = None) =>
        day is { } date ? new($"""<time class="date" datetime="{date:O}">{Encoded(Text(date))}</time>""") : Nothing(otherwise);

    /// <summary>A status in words; the colour only repeats them.</summary>
    public static MarkupString Badge(string text, Tone tone = default) => new($"""<span class="badge badge-{tone.ToString().ToLowerInvariant()}">{Encoded(text)}</span>""");

    private static string Text(DateOnly day) => day.ToString("MMM d, yyyy", CultureInfo.CurrentCulture);

    private static MarkupString Instant(DateTimeOffset instant, string zone, string text) =>
        new($"""<time class="date" datetime="{instant.UtcDateTime:O}" title="{Encoded(zone)}">{Encoded(text)}</time>""");

    private static MarkupString Nothing(string otherwise) => new($"""<span class="muted">{Encoded(otherwise)}</span>""");

    /// <summary>Text as markup.</summary>
    internal static string Encoded(string text) => encoder.Encode(text);
}
