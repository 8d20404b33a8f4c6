namespace LoyaltyAdmin.Domain.Excel;

/// <summary>A row that was not imported, and why.</summary>
public sealed record FailedRow(OriginalRow Row, string Error)
{
    /// <summary>A row with its errors, each behind the name of its column.</summary>
    public static FailedRow Of(OriginalRow row, IEnumerable<CellError> errors) =>
        new(row, string.Join(" ", errors.Select(error => $"{error.Column}: {error.Sentence}")));
}

/// <summary>The column the errors are written to; an import of the corrected file skips it.</summary>
internal static class ErrorColumn
{
    public const string Header = "Error";
    public const double Width = 80;
}

/// <summary>Writes the failing rows of an upload back as they were, with the errors beside them, to be corrected and uploaded again.</summary>
public static class CorrectedRowsWriter
{
    /// <param name="output">Receives the xlsx file.</param>
    /// <param name="sheet">The declaration the file was read with.</param>
    /// <param name="headers">The headers of the file: <see cref="SheetReader.Headers"/>.</param>
    /// <param name="rows">The failing rows.</param>
    /// <param name="cancel">Stops the writing; the file then does not open.</param>
    public static async Task WriteAsync(
        Stream output, Sheet sheet, IReadOnlyList<string> headers, IAsyncEnumerable<FailedRow> rows, CancellationToken cancel = default)
    {
        var columns = headers.Select((header, index) => ColumnOf(sheet, header, index))
            .Append(new(ErrorColumn.Header, CellKind.Text, (row, cells) => cells.Text(row.Error), new() { Width = ErrorColumn.Width }));

        await using var workbook = new XlsxWriter(output);
        var writer = await workbook.AddSheetAsync(Sheet<FailedRow>.Of(sheet.Name, columns), cancel: cancel);
        await writer.WriteAllAsync(rows, cancel);
        await workbook.FinishAsync(cancel);
    }

    private static SheetColumn<FailedRow> ColumnOf(Sheet sheet, string header, int index)
    {
        var known = sheet.ImportColumns.FirstOrDefault(column => column.Names.Any(name => HeaderName.Normalize(name).Equals(header, StringComparison.OrdinalIgnoreCase)));

        return new(
            header,
            known?.Kind ?? CellKind.Text,
            (failed, cells) => cells.Original(index < failed.Row.Cells.Count ? failed.Row.Cells[index] : null),
            new() { Width = known?.Width },
            known?.Scale ?? 0);
    }
}
