using System.IO.Compression;
using System.Security;
using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Writes an xlsx file row by row with flat memory; ADR-010 says why it is our own.</summary>
/// <remarks>
/// The file is complete only after <see cref="FinishAsync"/>: an export that fails half-way leaves a file that does not open,
/// instead of one that opens and lacks rows. The stream may be write-only, and is written to asynchronously only.
/// </remarks>
/// <example>
/// <code>
/// await using var workbook = new XlsxWriter(stream);
/// var sheet = await workbook.AddSheetAsync(GiftCardSheet.Columns, cancel: cancel);
/// await sheet.WriteAllAsync(rows, cancel);
/// await workbook.FinishAsync(cancel);
/// </code>
/// </example>
public sealed class XlsxWriter : IAsyncDisposable
{
    private readonly Stream output;
    private readonly StagedStream staged;
    private readonly ZipArchive archive;
    private readonly List<XlsxPart> parts = [];
    private readonly SheetNames names = new();
    private object? openSheet;
    private Func<CancellationToken, Task> endOpenSheet = _ => Task.CompletedTask;
    private Stream? part;
    private bool finished;

    public XlsxWriter(Stream output)
    {
        this.output = output;
        staged = new(output);
        archive = new(staged, ZipArchiveMode.Create, leaveOpen: true);
    }

    internal Utf8Buffer Xml { get; } = new();

    /// <summary>Begins a sheet and ends the one before it: sheets are written one after the other.</summary>
    public async Task<XlsxSheetWriter<TRow>> AddSheetAsync<TRow>(Sheet<TRow> sheet, SheetLayout? layout = null, CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(finished, this);
        await EndSheetAsync(cancel);

        var writer = new XlsxSheetWriter<TRow>(this, sheet, layout ?? SheetLayout.Plain);
        (openSheet, endOpenSheet) = (writer, writer.EndPartAsync);
        writer.BeginPart();
        return writer;
    }

    /// <summary>Ends the last sheet and writes what makes the parts one workbook. Without any sheet the file would not open, so that is refused.</summary>
    public async Task FinishAsync(CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(finished, this);
        await EndSheetAsync(cancel);

        if (parts.Count == 0)
        {
            throw new InvalidOperationException("A workbook needs a sheet.");
        }

        AddPart("xl/styles.xml", XlsxStyles.Part);
        AddPart("xl/workbook.xml", XlsxPackage.Workbook(parts));
        AddPart("xl/_rels/workbook.xml.rels", XlsxPackage.WorkbookLinks(parts.Count));
        AddPart("_rels/.rels", XlsxPackage.Links);
        AddPart("[Content_Types].xml", XlsxPackage.ContentTypes(parts.Count));
        finished = true;
        archive.Dispose();
        await staged.HandOnAsync(cancel);
        await output.FlushAsync(cancel);
    }

    /// <summary>Releases the compressor. The archive itself is closed by <see cref="FinishAsync"/> only.</summary>
    public async ValueTask DisposeAsync()
    {
        if (part is not null)
        {
            await part.DisposeAsync();
        }

        await staged.DisposeAsync();
    }

    internal void BeginPart(string sheetName)
    {
        parts.Add(new(names.Unique(sheetName)));
        part = Open($"xl/worksheets/sheet{parts.Count}.xml");
    }

    internal bool IsOpen(object sheet) => ReferenceEquals(openSheet, sheet);

    internal Task FlushAsync(CancellationToken cancel)
    {
        part!.Write(Xml.Written.Span);
        Xml.Clear();
        return staged.HandOnAsync(cancel);
    }

    internal async Task EndPartAsync(string filterRange, CancellationToken cancel)
    {
        await FlushAsync(cancel);
        part!.Dispose();
        part = null;
        parts[^1] = parts[^1] with { FilterRange = filterRange };
    }

    private async Task EndSheetAsync(CancellationToken cancel)
    {
        if (openSheet is not null)
        {
            await endOpenSheet(cancel);
            openSheet = null;
        }
    }

    private Stream Open(string name)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
        // Equal content makes equal files: an import recognises a file by its bytes.
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

        return entry.Open();
    }

    private void AddPart(string name, string content)
    {
        using var stream = Open(name);
        stream.Write(Encoding.UTF8.GetBytes(content));
    }
}

/// <summary>One worksheet part: its tab and the range of its filter.</summary>
internal sealed record XlsxPart(string Name, string FilterRange = "")
{
    /// <summary>For a formula: the name in quotes, the range absolute.</summary>
    public string FilterReference =>
        SecurityElement.Escape($"'{Name.Replace("'", "''", StringComparison.Ordinal)}'!{FilterRange}");
}
