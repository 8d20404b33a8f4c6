using System.Globalization;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Understands one cell as its column declares it. Nothing is guessed: what could mean two things is a fault.</summary>
internal sealed class CellParser(TimeZoneInfo zone, bool takesDecimalComma)
{
    private const int ExactDigits = 15;

    private static readonly string[] DayFormats = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd HH:mm:ss"];
    private static readonly string[] MomentFormats =
        ["yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-dd"];
    private static readonly string[] OffsetFormats = ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:sszzz"];

    /// <summary>The value, null for an empty cell; or the fault.</summary>
    public object? Parse(SheetColumn column, RawCell cell, out CellFault? fault)
    {
        var raw = cell.Value is string text ? CellText.Trimmed(text) : cell.Value;

        fault = raw switch
        {
            null when column.Options.Required => CellFault.Required,
            string shown when CellText.ErrorValues.Contains(shown) => CellFault.FormulaFailed,
            _ => null,
        };

        if (raw is null || fault is not null)
        {
            return null;
        }

        object? value = column.Kind switch
        {
            CellKind.Text => Text(column, raw, cell.Format, ref fault),
            CellKind.Integer => Integer(raw, ref fault),
            CellKind.Money => Money(column, raw, ref fault),
            CellKind.Date => Date(column.Options.DateFormats, raw, ref fault),
            CellKind.DateTime => Moment(raw, ref fault),
            _ => Boolean(raw, ref fault),
        };

        return fault is null ? value : null;
    }

    private static string? Text(SheetColumn column, object raw, string? format, ref CellFault? fault)
    {
        var text = raw switch
        {
            string typed => CellText.Checked(typed, ref fault),
            double number => CellText.OfNumber(number, format, ref fault),
            bool flag => flag ? "TRUE" : "FALSE",
            _ => null,
        };

        if (text is null)
        {
            fault ??= CellFault.TextExpected;
            return null;
        }

        if (text.Length > column.Options.MaxLength)
        {
            fault = CellFault.TooLong(column.Options.MaxLength);
        }

        if (column.Options.AllowedValues is { Count: > 0 } allowed)
        {
            var match = allowed.FirstOrDefault(value => value.Equals(text, StringComparison.OrdinalIgnoreCase));
            fault ??= match is null ? CellFault.NotAllowed(allowed) : null;
            return match;
        }

        return text;
    }

    private static long? Integer(object raw, ref CellFault? fault)
    {
        switch (raw)
        {
            case double number when Math.Abs(number) > SheetLimits.ExactNumber:
                fault = CellFault.NumberDamaged;
                return null;
            case double number when double.IsInteger(number):
                return (long)number;
            case string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                return whole;
            default:
                fault = CellFault.Integer;
                return null;
        }
    }

    private decimal? Money(SheetColumn column, object raw, ref CellFault? fault)
    {
        var scale = column.Scale;
        decimal amount;

        switch (raw)
        {
            // The conversion keeps 15 digits, so the 0.30000000000000004 of a formula is 0.3 again; beyond them it would lose decimals.
            case double number when Math.Abs(number) <= SheetLimits.ExactNumber && (double.IsInteger(number) || Math.Abs(number) < Math.Pow(10, ExactDigits - scale)):
                amount = (decimal)number;
                break;
            case string text when decimal.TryParse(Point(text, column.Options.DecimalMark), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount)
                && Math.Abs(amount) <= SheetLimits.ExactNumber:
                break;
            case double:
                fault = CellFault.AmountTooLarge;
                return null;
            default:
                fault = CellFault.Amount;
                return null;
        }

        if (decimal.Round(amount, scale) != amount)
        {
            fault = CellFault.TooManyDecimals(scale);
            return null;
        }

        return amount;
    }

    // Where the semicolon separates cells, the comma separates decimals; elsewhere 1,234 could be either number.
    private string Point(string text, char? mark) => mark switch
    {
        ',' => text.Replace(".", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Replace(',', '.'),
        '.' => text.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal),
        _ => takesDecimalComma && !text.Contains('.') ? text.Replace(',', '.') : text,
    };

    private static DateOnly? Date(IReadOnlyList<string> told, object raw, ref CellFault? fault)
    {
        var formats = told.Count > 0 ? [.. told] : DayFormats;
        var day = raw switch
        {
            System.DateTime moment => moment,
            string text when System.DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var typed) => typed,
            _ => (System.DateTime?)null,
        };

        if (day is { } found && (told.Count > 0 || found.TimeOfDay == TimeSpan.Zero))
        {
            return DateOnly.FromDateTime(found);
        }

        fault = CellFault.Date;
        return null;
    }

    private DateTimeOffset? Moment(object raw, ref CellFault? fault)
    {
        switch (raw)
        {
            case System.DateTime moment:
                return InZone(moment, ref fault);
            case string text when System.DateTime.TryParseExact(text, MomentFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var typed):
                return InZone(typed, ref fault);
            case string text when DateTimeOffset.TryParseExact(text, OffsetFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var absolute):
                return absolute.ToUniversalTime();
            default:
                fault = CellFault.DateTime;
                return null;
        }
    }

    private DateTimeOffset? InZone(System.DateTime moment, ref CellFault? fault)
    {
        var local = System.DateTime.SpecifyKind(moment, DateTimeKind.Unspecified);

        if (zone.IsInvalidTime(local))
        {
            fault = CellFault.TimeSkipped;
            return null;
        }

        var offset = zone.GetUtcOffset(local);

        // The first and the last hours there are, in a zone that would put them outside.
        if (local.Ticks < offset.Ticks || local.Ticks - offset.Ticks > System.DateTime.MaxValue.Ticks)
        {
            fault = CellFault.DateTime;
            return null;
        }

        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    private static bool? Boolean(object raw, ref CellFault? fault)
    {
        switch (raw)
        {
            case bool flag:
                return flag;
            case 1d:
                return true;
            case 0d:
                return false;
            case string text when text.ToUpperInvariant() is "YES" or "Y" or "TRUE" or "1":
                return true;
            case string text when text.ToUpperInvariant() is "NO" or "N" or "FALSE" or "0":
                return false;
            default:
                fault = CellFault.Boolean;
                return null;
        }
    }
}
