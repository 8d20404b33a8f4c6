namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Reads the rows of an uploaded xlsx or CSV file as a sheet declares them, one at a time with flat memory.</summary>
/// <example>
/// <code>
/// var upload = await UploadGuard.CheckAsync(stream, fileName, cancel: cancel);
/// using var reader = SheetReader.Open(upload, GiftCardSheet.Columns, zone);
/// foreach (var row in reader.Rows(cancel)) { ... row.Text("Card number") ... row.Errors ... }
/// </code>
/// </example>
public sealed class SheetReader : IDisposable
{
    // The lines an export writes above its table, and then some.
    private const int HeaderWithin = 20;

    private readonly RowSource source;
    private readonly SheetHeader header;
    private readonly CellParser parser;
    private readonly UploadLimits limits;

    private SheetReader(RowSource source, SheetHeader header, TimeZoneInfo zone, UploadLimits limits)
    {
        (this.source, this.header, this.limits) = (source, header, limits);
        parser = new(zone, source.TakesDecimalComma);
    }

    /// <summary>The named columns of the file, in the order of <see cref="OriginalRow.Cells"/>.</summary>
    public IReadOnlyList<string> Headers => [.. header.Kept.Select(cell => cell.Name)];

    /// <summary>Columns of the file that are not in the declaration: worth telling the operator, because a typing error looks like this.</summary>
    public IReadOnlyList<string> IgnoredHeaders => [.. header.Kept.Where(cell => !header.Places.Contains(cell.At)).Select(cell => cell.Name)];

    /// <summary>Finds the sheet and its header: the sheet of this name, or else the declared one, or else the first that is visible.</summary>
    /// <exception cref="UploadRefusedException">The sheet, its header or a required column is missing, a column is there twice, or the file is damaged.</exception>
    public static SheetReader Open(CheckedUpload upload, Sheet sheet, TimeZoneInfo? zone = null, string? sheetName = null)
    {
        RowSource source = upload.IsCsv ? new CsvRows(upload) : WorkbookRows.Open(upload, sheetName, sheet.Name);

        try
        {
            return new(source, FindHeader(source, sheet), zone ?? TimeZoneInfo.Utc, upload.Limits);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The rows below the header, once; empty ones are skipped.</summary>
    /// <exception cref="UploadRefusedException">There are too many rows, or the file is damaged further down.</exception>
    public IEnumerable<SheetRow> Rows(CancellationToken cancel = default)
    {
        var count = 0;

        while (source.Read())
        {
            cancel.ThrowIfCancellationRequested();

            if (Original() is not { } original)
            {
                continue;
            }

            if (++count > limits.Rows)
            {
                throw Refusals.TooManyRows(limits);
            }

            yield return Parse(original);
        }
    }

    public void Dispose() => source.Dispose();

    private static SheetHeader FindHeader(RowSource source, Sheet sheet)
    {
        SheetHeader? nearest = null;

        while (source.Read() && source.RowNumber <= HeaderWithin)
        {
            var candidate = SheetHeader.Of(sheet, source);

            if (candidate.IsHeader)
            {
                return candidate;
            }

            nearest = candidate.Found > (nearest?.Found ?? 0) ? candidate : nearest;
        }

        throw nearest is null || !nearest.Missing.Any() ? Refusals.NoHeader(sheet.ImportColumns) : Refusals.NoColumn([.. nearest.Missing]);
    }

    private OriginalRow? Original()
    {
        var cells = new object?[header.Kept.Count];
        var isEmpty = true;

        for (var index = 0; index < cells.Length; index++)
        {
            var cell = source.Cell(header.Kept[index].At);
            cells[index] = cell.Value;
            isEmpty &= cell.Value is null || (cell.Value is string text && CellText.Trimmed(text) is null);
        }

        return isEmpty ? null : new(source.RowNumber, cells);
    }

    private SheetRow Parse(OriginalRow original)
    {
        var values = new object?[header.Columns.Count];
        List<CellError>? errors = null;

        for (var index = 0; index < values.Length; index++)
        {
            var column = header.Columns[index];
            var cell = header.Places[index] < 0 ? default : source.Cell(header.Places[index]);
            values[index] = parser.Parse(column, cell, out var fault);

            if (fault is not null)
            {
                (errors ??= []).Add(new(original.RowNumber, column.Header, fault.Code, fault.Sentence));
            }
        }

        return new(header, values, original, errors ?? (IReadOnlyList<CellError>)[]);
    }
}
