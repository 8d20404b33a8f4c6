using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Exports;

/// <summary>
/// One list that can be exported: which rows its filter finds and the sheets they make. A module adds a source, a value of <see cref="ExportKind"/>,
/// its filter in <see cref="ExportRequest"/> and a line in <see cref="ExportWords.Title"/>; asking, progress, history and download are shared.
/// </summary>
public abstract class ExportSource
{
    public abstract ExportKind Kind { get; }

    /// <summary>What the caller needs besides the permission to export, asked when the file is wanted and again when it is made.</summary>
    public virtual Permission Needs => Permission.TransactionsExport;

    /// <summary>Says the filter in words. Whom or which card was looked for is never said.</summary>
    internal abstract Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel);

    /// <summary>How many rows the export will have, counted up to the bound.</summary>
    internal abstract Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel);

    /// <summary>Writes the sheets and answers how many rows the list has.</summary>
    internal abstract Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel);
}

/// <summary>What a source writes with: one moment of the database, the owner's rights as they are now, the workbook.</summary>
internal sealed record ExportWriting(XlsxWriter Workbook, LoyaltyDbContext Db, Grant Grant, ExportHeading Heading, Func<long, Task> Progressed)
{
    private const int ProgressEvery = 5_000;

    /// <summary>Adds a sheet of rows read from a server cursor, so that memory stays flat.</summary>
    /// <param name="sheet">The columns.</param>
    /// <param name="rows">How many there are, for the header lines.</param>
    /// <param name="source">The rows.</param>
    /// <param name="cancel">Stops writing.</param>
    /// <param name="more">Further header lines.</param>
    public async Task<long> AddSheetAsync<TRow>(Sheet<TRow> sheet, long rows, IAsyncEnumerable<TRow> source, CancellationToken cancel, params string[] more)
    {
        var writer = await Workbook.AddSheetAsync(sheet, Heading.Layout(rows, more), cancel);
        await foreach (var chunk in source.InChunksAsync(cancel))
        {
            foreach (var row in chunk)
            {
                await writer.WriteAsync(row, cancel);
                if (writer.Count % ProgressEvery == 0)
                {
                    await Progressed(writer.Count);
                }
            }
        }

        return writer.Count;
    }
}

/// <summary>The header lines of every exported sheet: whose figures, which filter, who exported them and when, in which zone.</summary>
internal sealed record ExportHeading(string Company, string Title, string FilterText, string User, DateTimeOffset At, TimeZoneInfo Zone)
{
    public static async Task<ExportHeading> ReadAsync(LoyaltyDbContext db, ExportRequest request, string filterText, string user, DateTimeOffset now, CancellationToken cancel)
    {
        var company = await db.CompanySettings.FirstOrDefaultAsync(cancel);
        var zone = request.StoreView is { } store ? await db.Stores.Where(s => s.Id == store).Select(s => s.TimeZone).FirstOrDefaultAsync(cancel) : company?.TimeZone;

        return new ExportHeading(company?.Name ?? "Loyalty Admin", ExportWords.Title(request.Kind), filterText, user, now, Values.Calendar.Zone(zone ?? "UTC"));
    }

    public SheetLayout Layout(long rows, params string[] more) => new()
    {
        Zone = Zone,
        Lines =
        [
            Company,
            Title,
            $"Filter: {FilterText}",
            string.Create(CultureInfo.InvariantCulture, $"Exported by {User} on {TimeZoneInfo.ConvertTime(At, Zone):yyyy-MM-dd HH:mm:ss}"),
            $"Times are in {Zone.Id}; business days are those of the store",
            string.Create(CultureInfo.InvariantCulture, $"Rows: {rows}"),
            .. more,
        ],
    };
}
