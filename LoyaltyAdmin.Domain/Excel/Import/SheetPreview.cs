namespace LoyaltyAdmin.Domain.Excel;

/// <summary>The beginning of an uploaded file before anybody said what its columns mean.</summary>
/// <param name="Headers">The named columns, in their order.</param>
/// <param name="Rows">Cells below them: null, text, a double, a moment, a span or a truth value.</param>
/// <param name="Separator">What separates the cells of a CSV file; null: a workbook.</param>
public sealed record SheetPreview(IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<object?>> Rows, char? Separator)
{
    // The lines an export writes above its table, and then some.
    private const int HeaderWithin = 20;

    /// <summary>Reads the header, the first row with two or more texts, and at most so many rows below it.</summary>
    /// <exception cref="UploadRefusedException">There is no such row, or the file is damaged.</exception>
    public static SheetPreview Read(CheckedUpload upload, Sheet declared, int most)
    {
        using RowSource source = upload.IsCsv ? new CsvRows(upload) : WorkbookRows.Open(upload, sheetName: null, declared.Name);
        while (source.Read() && source.RowNumber <= HeaderWithin)
        {
            var named = Named(source);
            if (named.Count > 1)
            {
                return new SheetPreview([.. named.Select(cell => cell.Name)], Below(source, named, most), (source as CsvRows)?.Separator);
            }
        }

        throw Refusals.NoHeader(declared.ImportColumns);
    }

    private static List<(string Name, int At)> Named(RowSource source)
    {
        var named = new List<(string, int)>();
        for (var at = 0; at < source.Count; at++)
        {
            if (source.Cell(at).Value is string text && HeaderName.Normalize(text) is { Length: > 0 } name)
            {
                named.Add((name, at));
            }
        }

        return named;
    }

    private static List<IReadOnlyList<object?>> Below(RowSource source, List<(string Name, int At)> named, int most)
    {
        var rows = new List<IReadOnlyList<object?>>();
        while (rows.Count < most && source.Read())
        {
            object?[] cells = [.. named.Select(cell => source.Cell(cell.At).Value is string text ? CellText.Trimmed(text) : source.Cell(cell.At).Value)];
            if (Array.Exists(cells, cell => cell is not null))
            {
                rows.Add(cells);
            }
        }

        return rows;
    }
}
