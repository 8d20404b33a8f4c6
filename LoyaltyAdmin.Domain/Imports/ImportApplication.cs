using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Imports;

/// <summary>Turns the valid rows of one confirmed import into what they stand for, a few hundred to a transaction: a till waits milliseconds, never seconds.</summary>
internal sealed class ImportApplication<TRow, TReady>(ImportTools tools, ImportDefinition<TRow, TReady> definition) where TRow : class
{
    private sealed record Prepared(long RowId, TRow Row, TReady Ready);

    public async Task RunAsync(ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel)
    {
        ImportApply<TRow, TReady> apply;
        await using (var db = await tools.Database.ReadAsync(cancel))
        {
            apply = await definition.ApplierAsync(db, job, cancel);
        }

        var next = PrepareAsync(job, apply, 0, cancel);
        while (await next is var (chunk, lastRow) && lastRow is { } readTo)
        {
            // The next chunk is opened, hashed and sealed while this one is written.
            next = PrepareAsync(job, apply, readTo, cancel);
            try
            {
                // A chunk written before an interruption is passed over: it is no progress.
                if (chunk.Count > 0)
                {
                    if (!await WriteAsync(job, apply, chunk, lease, cancel))
                    {
                        return;
                    }

                    progressed(readTo);
                }
            }
            catch (Exception exception) when (tools.Database.Provider.IsUniqueViolation(exception))
            {
                if (!await MarkClashesAsync(job, apply, chunk, lease, cancel))
                {
                    return;
                }

                next = PrepareAsync(job, apply, 0, cancel);
            }
        }

        await CommitAsync(job, apply, lease, cancel);
    }

    /// <summary>The next rows of the file that are to be applied, and the last row looked at; null: the file has no more.</summary>
    /// <remarks>What is done already is sorted out here: a condition on it would lead the database away from the index by row number, to all rows of the file for every chunk.</remarks>
    private Task<(List<Prepared> Rows, int? LastRow)> PrepareAsync(ImportJob job, ImportApply<TRow, TReady> apply, int afterRow, CancellationToken cancel) => Task.Run(async () =>
    {
        await using var db = await tools.Database.ReadAsync(cancel);
        var rows = await db.ImportRows.Where(row => row.ImportId == job.Id && row.RowNumber > afterRow).OrderBy(row => row.RowNumber).Take(tools.ChunkRows)
            .Select(row => new { row.Id, row.RowNumber, Values = row.IsValid && row.CreatedId == null ? row.SealedValues : null }).ToListAsync(cancel);
        var prepared = new List<Prepared>(rows.Count);
        foreach (var row in rows.Where(row => row.Values is not null))
        {
            var value = JsonSerializer.Deserialize<TRow>(tools.Keys.Open(row.Values!))!;
            prepared.Add(new Prepared(row.Id, value, apply.Prepare(row.RowNumber, value)));
        }

        return (prepared, rows.Count == 0 ? (int?)null : rows[^1].RowNumber);
    }, cancel);

    /// <summary>False: the import was cancelled meanwhile.</summary>
    private Task<bool> WriteAsync(ImportJob job, ImportApply<TRow, TReady> apply, List<Prepared> chunk, HeldLease lease, CancellationToken cancel) => tools.Database.WriteAsync(Actor.System, async db =>
    {
        await tools.Leases.DemandAsync(db, lease, cancel);

        // Progress is no change worth auditing. The condition holds the row: a cancellation waits for this chunk or stops it.
        var applying = await db.ImportJobs.Where(j => j.Id == job.Id && j.Status == ImportStatus.Applying).ExecuteUpdateAsync(set => set.SetProperty(j => j.AppliedRows, j => j.AppliedRows + chunk.Count), cancel);
        if (applying == 0)
        {
            return false;
        }

        var created = await apply.WriteAsync(db, chunk.ConvertAll(row => row.Ready), cancel);
        await tools.Database.Provider.Bulk.SetAsync(db, "ImportRows", nameof(ImportRow.CreatedId), [.. chunk.Select((row, i) => (row.RowId, created[i]))], cancel);

        return true;
    }, cancel);

    /// <summary>Something with a row's number was made elsewhere since the dry run. False: all or nothing, so the import ends.</summary>
    private async Task<bool> MarkClashesAsync(ImportJob job, ImportApply<TRow, TReady> apply, List<Prepared> chunk, HeldLease lease, CancellationToken cancel)
    {
        IReadOnlyDictionary<int, RowFault> clashes;
        await using (var db = await tools.Database.ReadAsync(cancel))
        {
            clashes = await apply.ClashesAsync(db, chunk.ConvertAll(row => row.Ready), cancel);
        }

        if (clashes.Count == 0)
        {
            throw new InvalidOperationException("A unique index refused an import's row that has no double.");
        }

        return await tools.Database.WriteAsync(Actor.System, async db =>
        {
            await tools.Leases.DemandAsync(db, lease, cancel);
            var current = await db.ImportJobs.SingleAsync(j => j.Id == job.Id, cancel);
            if (current.Status != ImportStatus.Applying)
            {
                return false;
            }

            foreach (var (at, fault) in clashes)
            {
                var (rowId, cells) = (chunk[at].RowId, FailedCells.Seal(tools.Keys, definition.Rows, chunk[at].Row));
                await db.ImportRows.Where(r => r.Id == rowId).ExecuteUpdateAsync(set => set
                    .SetProperty(r => r.IsValid, false).SetProperty(r => r.SealedValues, cells).SetProperty(r => r.ErrorColumn, fault.Column)
                    .SetProperty(r => r.ErrorCode, fault.Code).SetProperty(r => r.Error, fault.Sentence), cancel);
            }

            current.ValidRows -= clashes.Count;
            current.ErrorRows += clashes.Count;
            if (current.Mode == ImportMode.AllOrNothing)
            {
                current.Status = ImportStatus.Cancelling;
                current.Failure = string.Create(CultureInfo.InvariantCulture, $"{clashes.Count} rows name something that was taken since the file was checked. All or nothing: no {definition.Things} were imported.");

                return false;
            }

            return true;
        }, cancel);
    }

    /// <summary>The one step that ends the import; gift cards become visible and spendable by it.</summary>
    private Task CommitAsync(ImportJob job, ImportApply<TRow, TReady> apply, HeldLease lease, CancellationToken cancel) => tools.Database.WriteAsync(Actor.Of(job.UploadedByKey, job.UploadedByName), async db =>
    {
        await tools.Leases.DemandAsync(db, lease, cancel);
        var current = await db.ImportJobs.SingleAsync(j => j.Id == job.Id, cancel);
        if (current.Status != ImportStatus.Applying)
        {
            return;
        }

        if (current.AppliedRows != current.ValidRows)
        {
            throw new InvalidOperationException($"Import {job.Id} applied {current.AppliedRows} of {current.ValidRows} rows.");
        }

        await apply.CompleteAsync(db, current, cancel);
        (current.Status, current.FinishedAt) = (ImportStatus.Committed, tools.Clock.GetUtcNow());
    }, cancel);
}
