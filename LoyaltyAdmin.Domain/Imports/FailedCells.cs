using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Imports;

/// <summary>What is sealed for a row that failed: the file's headers and its cells.</summary>
internal sealed record FailedCells(IReadOnlyList<string> Headers, string Cells)
{
    /// <summary>Seals the cells as they were uploaded. What must never be stored is not stored sealed either.</summary>
    public static byte[] Seal(SecretKeys keys, IReadOnlyList<string> headers, IReadOnlyList<object?> cells) => keys.Seal(JsonSerializer.Serialize(
        new FailedCells(headers, new OriginalRow(0, [.. cells.Select(cell => IsPaymentCard(cell) ? null : cell)]).ToJson())));

    /// <summary>Seals a row that was valid when read, as the template would hold it.</summary>
    public static byte[] Seal<TRow>(SecretKeys keys, Sheet<TRow> sheet, TRow row)
    {
        var columns = sheet.Cells.ToArray().Where(column => !column.Options.ExportOnly).ToArray();
        var cells = new Collected();
        foreach (var column in columns)
        {
            column.Write(row, cells);
        }

        return Seal(keys, [.. columns.Select(column => column.Header)], cells.Values);
    }

    public static FailedCells Open(SecretKeys keys, ImportRow row) => JsonSerializer.Deserialize<FailedCells>(keys.Open(row.SealedValues))!;

    /// <summary>Whether a cell of an uploaded row holds a payment card's number.</summary>
    public static bool IsPaymentCard(object? cell) => cell switch
    {
        string text => PaymentCards.Contains(text),
        double number when number is >= 1e12 and < 1e19 => PaymentCards.Contains(number.ToString("F0", CultureInfo.InvariantCulture)),
        _ => false,
    };

    private sealed class Collected : CellSink
    {
        public List<object?> Values { get; } = [];

        public override void Text(string? value) => Values.Add(value);

        public override void Integer(long? value) => Values.Add((double?)value);

        public override void Money(decimal? value, int scale) => Values.Add((double?)value);

        public override void Date(DateOnly? value) => Values.Add(value?.ToDateTime(TimeOnly.MinValue));

        public override void DateTime(DateTimeOffset? value) => Values.Add(value?.UtcDateTime);

        public override void Boolean(bool? value) => Values.Add(value switch { true => "Yes", false => "No", null => null });

        public override void Original(object? value) => Values.Add(value);
    }
}
