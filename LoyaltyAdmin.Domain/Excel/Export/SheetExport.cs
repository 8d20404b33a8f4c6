using CsvHelper;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Writes a whole export in one call.</summary>
public static class SheetExport
{
    /// <summary>Writes the rows as an xlsx file and answers how many there were.</summary>
    public static async Task<long> WriteXlsxAsync<TRow>(
        this Sheet<TRow> sheet, Stream output, IAsyncEnumerable<TRow> rows, SheetLayout? layout = null, CancellationToken cancel = default)
    {
        await using var workbook = new XlsxWriter(output);
        var writer = await workbook.AddSheetAsync(sheet, layout, cancel);
        await writer.WriteAllAsync(rows, cancel);
        await workbook.FinishAsync(cancel);
        return writer.Count;
    }

    /// <summary>Writes the rows as a CSV file (RFC 4180, UTF-8 with its mark) and answers how many there were. The lines of the layout are left out: CSV is for programs.</summary>
    public static async Task<long> WriteCsvAsync<TRow>(
        this Sheet<TRow> sheet, Stream output, IAsyncEnumerable<TRow> rows, SheetLayout? layout = null, CancellationToken cancel = default)
    {
        await using var csv = CsvWriter.Create(output, new CsvWriterOptions { Injection = CsvInjection.Escape, WriteByteOrderMark = true }, leaveOpen: true);
        var cells = new CsvCells(csv, (layout ?? SheetLayout.Plain).Zone);
        var count = 0L;
        csv.WriteRecord([.. sheet.Columns.Select(column => column.Header)]);

        await foreach (var row in rows.WithCancellation(cancel))
        {
            foreach (var column in sheet.Columns)
            {
                ((SheetColumn<TRow>)column).Write(row, cells);
            }

            await csv.EndRecordAsync(cancel);
            count++;
        }

        await csv.FlushAsync(cancel);
        return count;
    }
}
