using System.Globalization;
using CsvHelper;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Writes the cells of one row as CSV fields. The writer itself puts an apostrophe before text that looks like a formula.</summary>
internal sealed class CsvCells(CsvWriter csv, TimeZoneInfo zone) : CellSink
{
    // Some spreadsheets drop a leading NUL and read on; the writer does not know it.
    public override void Text(string? value) => csv.WriteField(value is ['\0', ..] ? $"'{value}" : value);

    public override void Integer(long? value) => csv.WriteField(value);

    public override void Money(decimal? value, int scale) => csv.WriteField(value);

    public override void Date(DateOnly? value) => Plain(value?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    public override void DateTime(DateTimeOffset? value) =>
        Plain(value is { } moment ? TimeZoneInfo.ConvertTime(moment, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : null);

    public override void Boolean(bool? value) => Plain(value switch { true => "Yes", false => "No", null => null });

    public override void Original(object? value) => throw new NotSupportedException("Rows of an upload are written back as a workbook only.");

    private void Plain(string? value) => csv.WriteField(value);
}
