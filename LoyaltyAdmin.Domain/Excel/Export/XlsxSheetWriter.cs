using System.Globalization;
using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Writes the rows of one sheet, and continues on a further sheet where Excel's last row is reached.</summary>
public sealed class XlsxSheetWriter<TRow>
{
    // Large enough to keep the compressor busy, small enough to be no part of the memory figure.
    private const int FlushAt = 64 * 1024;

    private readonly XlsxWriter workbook;
    private readonly Sheet<TRow> sheet;
    private readonly SheetLayout layout;
    private readonly XlsxCells cells;
    private readonly int headerRow;
    private int row;

    internal XlsxSheetWriter(XlsxWriter workbook, Sheet<TRow> sheet, SheetLayout layout)
    {
        if (sheet.Cells.IsEmpty)
        {
            throw new ArgumentException($"The sheet {sheet.Name} has no columns.", nameof(sheet));
        }

        headerRow = layout.Lines.Count == 0 ? 1 : layout.Lines.Count + 2;

        if (layout.RowsPerSheet <= headerRow || layout.RowsPerSheet > SheetLimits.Rows)
        {
            throw new ArgumentException($"A sheet holds {headerRow + 1} to {SheetLimits.Rows} rows.", nameof(layout));
        }

        (this.workbook, this.sheet, this.layout) = (workbook, sheet, layout);
        cells = new(workbook.Xml, sheet.Cells.Length, layout.Zone);
    }

    /// <summary>Rows written so far, headers and lines above them not counted.</summary>
    public long Count { get; private set; }

    /// <summary>Writes one row. Completes at once unless a block of rows is due to go to the stream.</summary>
    public ValueTask WriteAsync(TRow item, CancellationToken cancel = default)
    {
        if (row < layout.RowsPerSheet && workbook.Xml.Length < FlushAt)
        {
            Append(item);
            return ValueTask.CompletedTask;
        }

        return new(WriteSlowlyAsync(item, cancel));
    }

    /// <summary>Writes every row of a query as it arrives.</summary>
    public async Task WriteAllAsync(IAsyncEnumerable<TRow> items, CancellationToken cancel = default)
    {
        await foreach (var item in items.WithCancellation(cancel))
        {
            await WriteAsync(item, cancel);
        }
    }

    /// <summary>Writes every row of a list.</summary>
    public async Task WriteAllAsync(IEnumerable<TRow> items, CancellationToken cancel = default)
    {
        foreach (var item in items)
        {
            await WriteAsync(item, cancel);
        }
    }

    internal void BeginPart()
    {
        workbook.BeginPart(sheet.Name);
        row = 0;
        Append(XlsxSheetXml.Head(sheet, headerRow));

        foreach (var line in layout.Lines)
        {
            cells.BeginRow(++row);
            cells.Text(line);
            cells.EndRow();
        }

        row = headerRow;
        cells.BeginRow(row);

        foreach (var column in sheet.Columns)
        {
            cells.Header(column.Header);
        }

        cells.EndRow();
    }

    internal Task EndPartAsync(CancellationToken cancel)
    {
        var last = CellPlace.Letters(sheet.Columns.Count - 1);
        Append(XlsxSheetXml.Foot(headerRow, row, last));

        return workbook.EndPartAsync(string.Create(CultureInfo.InvariantCulture, $"$A${headerRow}:${last}${row}"), cancel);
    }

    private async Task WriteSlowlyAsync(TRow item, CancellationToken cancel)
    {
        if (row == layout.RowsPerSheet)
        {
            await EndPartAsync(cancel);
            BeginPart();
        }
        else
        {
            await workbook.FlushAsync(cancel);
        }

        Append(item);
    }

    private void Append(TRow item)
    {
        if (!workbook.IsOpen(this))
        {
            throw new InvalidOperationException("This sheet has ended: the workbook is finished, or its next sheet has begun.");
        }

        var before = workbook.Xml.Length;

        try
        {
            cells.BeginRow(row + 1);

            foreach (var column in sheet.Cells)
            {
                column.Write(item, cells);
            }

            cells.EndRow();
        }
        catch
        {
            // Half a row would make the whole file unreadable for a caller that goes on with the next one.
            workbook.Xml.CutTo(before);
            throw;
        }

        row++;
        Count++;
    }

    private void Append(string xml) => workbook.Xml.Raw(Encoding.UTF8.GetBytes(xml));
}
