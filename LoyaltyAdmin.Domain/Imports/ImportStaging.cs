using System.Text.Json;
using System.Threading.Channels;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Imports;

/// <summary>
/// The dry run: reads a checked file row by row and keeps each with its verdict, sealed. Reading and writing run side by side, 100 rows to a
/// transaction (more where writers run side by side), so that tills are never kept waiting and memory stays flat.
/// </summary>
internal sealed class ImportStaging<TRow, TReady>(ImportTools tools, ImportDefinition<TRow, TReady> definition) where TRow : class
{
    private const int MostErrorText = 400;

    private static readonly BulkColumn[] columns =
    [
        new("ImportId", BulkType.Long), new("RowNumber", BulkType.Int), new("SealedValues", BulkType.Bytes), new("IsValid", BulkType.Boolean),
        new("ErrorColumn", BulkType.Text), new("ErrorCode", BulkType.Text), new("Error", BulkType.Text),
    ];

    private sealed record StagedRow(int RowNumber, TRow? Value, byte[] Sealed, string? ErrorColumn, string? ErrorCode, string? Error);

    // What a valid row does stands where a fault would.
    private static StagedRow WithEffect(StagedRow row, ImportChecks<TRow> checks) =>
        row.Value is { } value && checks.EffectOf(value) is { } effect ? row with { ErrorCode = effect.Effect.ToString(), Error = effect.Sentence } : row;

    private int valid;
    private int errors;

    /// <summary>Reads, checks and keeps every row, and sets the job's figures.</summary>
    public async Task StageAsync(Grant grant, long importId, CheckedUpload upload, string? settings, HeldLease lease, CancellationToken cancel)
    {
        ImportChecks<TRow> checks;
        await using (var db = await tools.Database.ReadAsync(cancel))
        {
            checks = await definition.ChecksAsync(db, grant, settings, cancel);
        }

        var chunks = Channel.CreateBounded<List<StagedRow>>(2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => ReadAsync(upload, settings, checks, chunks.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var chunk in chunks.Reader.ReadAllAsync(cancel))
            {
                await KeepAsync(importId, chunk, checks, lease, cancel);
            }

            await reading;
        }
        finally
        {
            await stop.CancelAsync();
        }

        await FinishAsync(grant.Actor, importId, checks, lease, cancel);
    }

    private async Task ReadAsync(CheckedUpload upload, string? settings, ImportChecks<TRow> checks, ChannelWriter<List<StagedRow>> chunks, CancellationToken cancel)
    {
        try
        {
            using var reader = definition.Open(upload, settings);
            var headers = reader.Headers;
            var chunk = new List<StagedRow>(tools.ChunkRows);
            foreach (var row in reader.Rows(cancel))
            {
                chunk.Add(Stage(row, headers, checks));
                if (chunk.Count == tools.ChunkRows)
                {
                    await chunks.WriteAsync(chunk, cancel);
                    chunk = new List<StagedRow>(tools.ChunkRows);
                }
            }

            if (chunk.Count > 0)
            {
                await chunks.WriteAsync(chunk, cancel);
            }

            chunks.Complete();
        }
        catch (Exception exception)
        {
            chunks.Complete(exception);
        }
    }

    private StagedRow Stage(SheetRow row, IReadOnlyList<string> headers, ImportChecks<TRow> checks)
    {
        var found = new List<CellError>(row.Errors);
        void Error(string column, string code, string sentence)
        {
            if (!found.Exists(error => error.Column == column))
            {
                found.Add(row.Error(column, code, sentence));
            }
        }

        if (row.Original.Cells.Any(FailedCells.IsPaymentCard))
        {
            Error("Row", "payment_card", "A cell looks like it holds a payment card number. Remove it: payment cards must never be entered here. The cell was not kept.");
        }

        var value = checks.Check(row, Error);

        return value is null || found.Count > 0
            ? new StagedRow(row.RowNumber, null, FailedCells.Seal(tools.Keys, headers, row.Original.Cells), found[0].Column, found[0].Code, Sentence(found))
            : new StagedRow(row.RowNumber, value, tools.Keys.Seal(JsonSerializer.Serialize(value)), null, null, null);
    }

    private static string Sentence(List<CellError> errors)
    {
        var text = errors.Count == 1 ? errors[0].Sentence : string.Join(" ", errors.Select(error => $"{error.Column}: {error.Sentence}"));

        return text.Length <= MostErrorText ? text : text[..(MostErrorText - 1)] + "…";
    }

    private async Task KeepAsync(long importId, List<StagedRow> chunk, ImportChecks<TRow> checks, HeldLease lease, CancellationToken cancel)
    {
        await AgainstDatabaseAsync(chunk, checks, cancel);
        chunk = chunk.ConvertAll(row => WithEffect(row, checks));
        await tools.Database.WriteAsync(Actor.System, async db =>
        {
            await tools.Leases.DemandAsync(db, lease, cancel);
            await db.Database.OpenConnectionAsync(cancel);
            await tools.Database.Provider.Bulk.InsertAsync(db, "ImportRows", columns,
                chunk.ConvertAll(row => new object?[] { importId, row.RowNumber, row.Sealed, row.Value is not null, row.ErrorColumn, row.ErrorCode, row.Error }), cancel);
        }, cancel);
        foreach (var row in chunk)
        {
            if (row.Value is null)
            {
                errors++;
            }
            else
            {
                valid++;
                checks.Add(row.Value);
            }
        }
    }

    private async Task AgainstDatabaseAsync(List<StagedRow> chunk, ImportChecks<TRow> checks, CancellationToken cancel)
    {
        var places = Enumerable.Range(0, chunk.Count).Where(i => chunk[i].Value is not null).ToArray();
        if (places.Length == 0)
        {
            return;
        }

        await using var db = await tools.Database.ReadAsync(cancel);
        foreach (var (at, fault) in await checks.AgainstDatabaseAsync(db, [.. places.Select(place => chunk[place].Value!)], cancel))
        {
            var row = chunk[places[at]];
            chunk[places[at]] = new StagedRow(row.RowNumber, null, FailedCells.Seal(tools.Keys, definition.Rows, row.Value!), fault.Column, fault.Code, fault.Sentence);
        }
    }

    private Task FinishAsync(Actor actor, long importId, ImportChecks<TRow> checks, HeldLease lease, CancellationToken cancel) => tools.Database.WriteAsync(actor, async db =>
    {
        await tools.Leases.DemandAsync(db, lease, cancel);
        var job = await db.ImportJobs.SingleAsync(j => j.Id == importId, cancel);
        (job.TotalRows, job.ValidRows, job.ErrorRows) = (valid + errors, valid, errors);
        (job.Value, job.ValueSummary) = (checks.Value, checks.ValueSummary);
        job.Status = job.TotalRows == 0 ? ImportStatus.Failed : ImportStatus.Validated;
        if (job.TotalRows == 0)
        {
            (job.Failure, job.FinishedAt) = ("The file has no rows below its header.", tools.Clock.GetUtcNow());
        }
        else if (checks.Warning is { } warning)
        {
            // The verdict on the file as a whole stands in row 0.
            db.ImportRows.Add(new ImportRow { ImportId = importId, RowNumber = 0, SealedValues = [], IsValid = false, ErrorCode = warning.Code, ErrorColumn = warning.Column, Error = warning.Sentence });
        }
    }, cancel);
}
