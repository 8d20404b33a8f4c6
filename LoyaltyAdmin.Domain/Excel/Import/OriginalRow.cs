using System.Text.Json;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>The cells of an uploaded row exactly as they were read, to be stored and written back. They may hold personal data: seal what is stored.</summary>
public sealed record OriginalRow(int RowNumber, IReadOnlyList<object?> Cells)
{
    /// <summary>The cells as a JSON array; numbers keep all their digits, and moments stay apart from text.</summary>
    public string ToJson() => JsonSerializer.Serialize(Cells.Select(cell => cell switch
    {
        DateTime moment => new { moment },
        double number when !double.IsFinite(number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => cell,
    }));

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static OriginalRow FromJson(int rowNumber, string json)
    {
        using var document = JsonDocument.Parse(json);

        return new(rowNumber, [.. document.RootElement.EnumerateArray().Select(Cell)]);
    }

    private static object? Cell(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.String => cell.GetString(),
        JsonValueKind.Number => cell.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Object => cell.GetProperty("moment").GetDateTime(),
        _ => null,
    };
}
