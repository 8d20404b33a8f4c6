using System.Globalization;
using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Turns the cells of one row into XML. Every row and cell names its place, because readers without that see nothing.</summary>
internal sealed class XlsxCells(Utf8Buffer xml, int columns, TimeZoneInfo zone) : CellSink
{
    // Excel counts a 29 February 1900 that never was; from the day after it, serial numbers are what .NET says.
    private static readonly DateOnly FirstSafeDay = new(1900, 3, 1);
    private static readonly int SerialZero = new DateOnly(1899, 12, 30).DayNumber;

    private static readonly byte[][] CellEnds = [.. Enumerable.Range(0, 16).Select(style => Encoding.ASCII.GetBytes($"\" s=\"{style}\"><v>"))];
    private static readonly byte[][] TextEnds = [.. Enumerable.Range(0, 16).Select(style => Encoding.ASCII.GetBytes($"\" s=\"{style}\" t=\"inlineStr\"><is><t>"))];
    private static readonly byte[][] SpacedTextEnds =
        [.. Enumerable.Range(0, 16).Select(style => Encoding.ASCII.GetBytes($"\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"))];

    private readonly byte[][] cellStarts = [.. Enumerable.Range(0, columns).Select(column => Encoding.ASCII.GetBytes($"<c r=\"{CellPlace.Letters(column)}"))];
    private readonly byte[] rowNumber = new byte[8];
    private int rowNumberLength;
    private int column;

    public void BeginRow(int row)
    {
        row.TryFormat(rowNumber, out rowNumberLength, provider: CultureInfo.InvariantCulture);
        column = 0;
        xml.Raw("<row r=\""u8);
        xml.Raw(rowNumber.AsSpan(0, rowNumberLength));
        xml.Raw("\">"u8);
    }

    public void EndRow() => xml.Raw("</row>"u8);

    // The header of a file that was uploaded may look like a formula, too.
    public void Header(string text) => Text(text, FormulaText.LooksLikeFormula(text) ? XlsxStyles.QuotedText : XlsxStyles.Header);

    public override void Text(string? value) => Text(value, FormulaText.LooksLikeFormula(value) ? XlsxStyles.QuotedText : XlsxStyles.Text);

    public override void Integer(long? value)
    {
        switch (value)
        {
            case null:
                column++;
                break;
            case > SheetLimits.ExactNumber or < -SheetLimits.ExactNumber:
                // As a number the last digits would become zeros.
                Text(value.Value.ToString(CultureInfo.InvariantCulture), XlsxStyles.Text);
                break;
            default:
                Begin(CellEnds[XlsxStyles.Integer]);
                xml.Number(value.Value);
                End();
                break;
        }
    }

    public override void Money(decimal? value, int scale)
    {
        switch (value)
        {
            case null:
                column++;
                break;
            case { } amount when IsExact(amount):
                Begin(CellEnds[XlsxStyles.Money(scale)]);
                xml.Number(amount);
                End();
                break;
            default:
                Text(value.Value.ToString(CultureInfo.InvariantCulture), XlsxStyles.Text);
                break;
        }
    }

    public override void Date(DateOnly? value)
    {
        switch (value)
        {
            case null:
                column++;
                break;
            case { } day when day >= FirstSafeDay:
                Begin(CellEnds[XlsxStyles.Date]);
                xml.Number(day.DayNumber - SerialZero);
                End();
                break;
            default:
                Text(value.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), XlsxStyles.Text);
                break;
        }
    }

    public override void DateTime(DateTimeOffset? value)
    {
        if (value is null)
        {
            column++;
            return;
        }

        LocalTime(TimeZoneInfo.ConvertTime(value.Value, zone).DateTime);
    }

    public override void Boolean(bool? value)
    {
        if (value is null)
        {
            column++;
            return;
        }

        Begin("\" t=\"b\"><v>"u8);
        xml.Raw(value.Value ? "1"u8 : "0"u8);
        End();
    }

    public override void Original(object? value)
    {
        switch (value)
        {
            case null:
                column++;
                break;
            case string text:
                Text(text);
                break;
            case double number when double.IsFinite(number):
                // The stored digits, damaged or not: reading them again finds the same fault.
                Begin(CellEnds[0]);
                xml.Number(number);
                End();
                break;
            case bool flag:
                Boolean(flag);
                break;
            case System.DateTime moment when moment.TimeOfDay == TimeSpan.Zero:
                Date(DateOnly.FromDateTime(moment));
                break;
            case System.DateTime moment:
                LocalTime(moment);
                break;
            default:
                Text(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static bool IsExact(decimal amount) =>
        amount is <= SheetLimits.ExactNumber and >= -SheetLimits.ExactNumber && (decimal)(double)amount == amount;

    private void LocalTime(System.DateTime moment)
    {
        if (DateOnly.FromDateTime(moment) < FirstSafeDay)
        {
            Text(moment.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture), XlsxStyles.Text);
            return;
        }

        Begin(CellEnds[XlsxStyles.DateTime]);
        xml.Number(moment.ToOADate());
        End();
    }

    private void Text(string? value, int style)
    {
        if (string.IsNullOrEmpty(value))
        {
            column++;
            return;
        }

        var text = Fitting(value);
        // Without the attribute a reader may drop the blanks around a text.
        var spaced = char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]);
        Begin(spaced ? SpacedTextEnds[style] : TextEnds[style]);
        xml.Text(text);
        xml.Raw("</t></is></c>"u8);
    }

    private static ReadOnlySpan<char> Fitting(string text)
    {
        if (text.Length <= SheetLimits.CellLength)
        {
            return text;
        }

        var length = SheetLimits.CellLength;
        return text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);
    }

    private void Begin(ReadOnlySpan<byte> end)
    {
        xml.Raw(cellStarts[column++]);
        xml.Raw(rowNumber.AsSpan(0, rowNumberLength));
        xml.Raw(end);
    }

    private void End() => xml.Raw("</v></c>"u8);
}
