using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>
/// Gift Card Import (2.5.4): template, upload with a dry run, confirm, history, cancel and roll back. What is confirmed is applied by
/// <see cref="GiftCardImportWork"/>; no card exists for anybody before the import is committed.
/// </summary>
public sealed class GiftCardImports(LoyaltyDatabase database, AccessControl access, AuditTrail audit, JobLeases leases, CardNumbers numbers, SecretKeys keys, GiftCardImportWork work, TimeProvider clock)
{
    /// <summary>Uploads of one user within 24 hours.</summary>
    public const int DailyLimit = 10;

    private static readonly SortColumns<ImportJob> jobSorts = new(job => job.Id);
    private static readonly SortColumns<ImportRow> rowSorts = new SortColumns<ImportRow>(row => row.Id).By("RowNumber", row => row.RowNumber);
    private static readonly ImportStatus[] alreadyIn = [ImportStatus.Committed, ImportStatus.AwaitingApproval, ImportStatus.Applying, ImportStatus.RollingBack];

    /// <summary>STEP 2: the Excel template with today's gift cards and the caller's stores to choose from.</summary>
    [Requires(Permission.GiftCardsImport)]
    public async Task<byte[]> TemplateAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var plans = await db.GiftCardPlans.Where(plan => plan.Status == GiftCardPlanStatus.Active).OrderBy(plan => plan.Code).Select(plan => plan.Code).ToListAsync(cancel);
        var stores = await db.Stores.Where(store => store.IsOpen).OrderBy(store => store.Code).Select(store => new { store.Id, store.Code }).ToListAsync(cancel);
        using var output = new MemoryStream();
        TemplateWriter.Write(GiftCardImportSheet.With(plans, stores.Where(store => grant.Sees(store.Id)).Select(store => store.Code)), output);

        return output.ToArray();
    }

    /// <summary>STEP 4, first half: takes the file and answers the dry run. Nothing becomes a card yet.</summary>
    /// <exception cref="UploadRefusedException">The file is not safe or not readable.</exception>
    /// <exception cref="RuleViolationException">The same file is in already, another import is running, or the day's limit is reached.</exception>
    [Requires(Permission.GiftCardsImport)]
    public async Task<ImportSummary> UploadAsync(Actor actor, Stream content, string fileName, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);
        await DemandDailyLimitAsync(actor, cancel);
        var upload = await UploadGuard.CheckAsync(content, fileName, cancel: cancel);
        await DemandNewFileAsync(upload.Hash, cancel);
        var lease = await leases.TryTakeAsync(GiftCardImportWork.Lease, GiftCardImportWork.LeaseFor, cancel)
            ?? throw new RuleViolationException("import_running", "Another import is running. Try again when it has finished (see Import History).");
        try
        {
            await DemandNothingAppliedAsync(cancel);

            return await StageAsync(grant, upload, lease, cancel);
        }
        finally
        {
            await leases.ReleaseAsync(lease, CancellationToken.None);
        }
    }

    /// <summary>STEP 4, second half: starts the import, or asks a second person when its value is above the role's limit.</summary>
    [Requires(Permission.GiftCardsImport)]
    public async Task<ImportSummary> ConfirmAsync(Actor actor, long id, ImportMode mode, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var job = await FindAsync(db, grant, id, cancel);
            if (job.Status != ImportStatus.Validated)
            {
                throw new RuleViolationException("not_confirmable", "This import was confirmed or cancelled already.");
            }

            if (job.ValidRows == 0 || (mode == ImportMode.AllOrNothing && job.ErrorRows > 0))
            {
                throw new RuleViolationException("has_errors", string.Create(CultureInfo.InvariantCulture, $"{job.ErrorRows} rows have errors. Correct them and upload the file again, or choose Valid rows only."));
            }

            job.Mode = mode;
            job.Status = ImportStatus.Applying;
            if (grant.ImportLimit is { } limit && job.Value > limit)
            {
                job.Status = ImportStatus.AwaitingApproval;
                await RequestApprovalAsync(db, actor, job, cancel);
            }
        }, cancel);
        work.Wake();

        return await ReadAsync(grant, id, cancel);
    }

    /// <summary>Stops an import before it is committed; what was applied is reversed.</summary>
    [Requires(Permission.GiftCardsImport)]
    public async Task CancelAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var job = await FindAsync(db, grant, id, cancel);
            if (job.Status is not (ImportStatus.Validated or ImportStatus.AwaitingApproval or ImportStatus.Applying))
            {
                throw new RuleViolationException("not_cancellable", job.Status == ImportStatus.Committed ? "The import is finished. Use Roll back while its cards are unused." : "This import cannot be cancelled any more.");
            }

            job.Status = ImportStatus.Cancelling;
        }, cancel);
        work.Wake();
    }

    /// <summary>Takes a finished import back while all of its cards are unused.</summary>
    [Requires(Permission.GiftCardsImport)]
    public async Task RollBackAsync(Actor actor, long id, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var job = await FindAsync(db, grant, id, cancel);
            if (job.Status != ImportStatus.Committed)
            {
                throw new RuleViolationException("not_committed", "Only a finished import can be rolled back.");
            }

            if (await GiftCardImportUndo.UsedAsync(db, id, cancel) is > 0 and var used)
            {
                throw new RuleViolationException("cards_used", GiftCardImportUndo.UsedSentence(used));
            }

            (job.Status, job.Failure) = (ImportStatus.RollingBack, null);
        }, cancel);
        await audit.RecordAsync(actor, "ImportJob.RollBack", entityType: nameof(ImportJob), entityId: id.ToString(CultureInfo.InvariantCulture), reason: reason.Trim(), cancel: cancel);
        work.Wake();
    }

    /// <summary>STEP 5: the import history, newest first. Users of single stores see their own imports only.</summary>
    [Requires(Permission.GiftCardsImport)]
    public async Task<Page<ImportSummary>> ListAsync(Actor actor, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Visible(db, grant).ToPageAsync(page, jobSorts, Summary(db), cancel);
    }

    [Requires(Permission.GiftCardsImport)]
    public async Task<ImportSummary> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);

        return await ReadAsync(grant, id, cancel);
    }

    /// <summary>The rows with errors, in the order of the file.</summary>
    [Requires(Permission.GiftCardsImport)]
    public async Task<Page<ImportVerdict>> VerdictsAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);
        await ReadAsync(grant, id, cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.ImportRows.Where(row => row.ImportId == id && !row.IsValid && row.RowNumber > 0)
            .ToPageAsync(page with { Sort = "RowNumber", Descending = false }, rowSorts, row => new ImportVerdict(row.Id, row.RowNumber, row.ErrorColumn, row.ErrorCode, row.Error), cancel);
    }

    /// <summary>Writes the rows with errors back as an Excel file with the errors beside them, to be corrected and uploaded again.</summary>
    [Requires(Permission.GiftCardsImport)]
    public async Task WriteErrorRowsAsync(Actor actor, long id, Stream output, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsImport, cancel: cancel);
        var job = await ReadAsync(grant, id, cancel);
        await audit.RecordAsync(actor, "ImportJob.DownloadErrors", entityType: nameof(ImportJob), entityId: id.ToString(CultureInfo.InvariantCulture), subject: job.FileName, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var failed = db.ImportRows.Where(row => row.ImportId == id && !row.IsValid && row.RowNumber > 0).OrderBy(row => row.RowNumber);
        var first = await failed.FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("A row with an error");
        var headers = Open(first).Headers;
        await CorrectedRowsWriter.WriteAsync(output, GiftCardImportSheet.Columns, headers, RowsAsync(failed, headers, cancel), cancel);
    }

    private async IAsyncEnumerable<FailedRow> RowsAsync(IQueryable<ImportRow> failed, IReadOnlyList<string> headers, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in failed.AsAsyncEnumerable().WithCancellation(cancel))
        {
            var (own, json) = Open(row);
            var cells = OriginalRow.FromJson(row.RowNumber, json).Cells;
            // A row found wrong while it was applied has the template's columns, the others those of the file.
            var byHeader = own.Zip(cells).ToDictionary(cell => cell.First, cell => cell.Second, StringComparer.OrdinalIgnoreCase);
            yield return new FailedRow(new OriginalRow(row.RowNumber, [.. headers.Select(header => byHeader.GetValueOrDefault(header))]), row.Error ?? "");
        }
    }

    private GiftCardImportStaging.FailedCells Open(ImportRow row) => JsonSerializer.Deserialize<GiftCardImportStaging.FailedCells>(keys.Open(row.SealedValues))!;

    private async Task<ImportSummary> StageAsync(Grant grant, CheckedUpload upload, HeldLease lease, CancellationToken cancel)
    {
        var id = await database.WriteAsync(grant.Actor, async db =>
        {
            var job = new ImportJob
            {
                Kind = ImportKind.GiftCards,
                FileName = upload.FileName.Length <= 255 ? upload.FileName : upload.FileName[..255],
                FileHash = upload.Hash,
                FileSize = upload.Length,
                UploadedByKey = grant.Actor.Key,
                UploadedByName = grant.Actor.Name,
                UploadedAt = clock.GetUtcNow(),
            };
            db.ImportJobs.Add(job);
            await db.SaveChangesAsync(cancel);

            return job.Id;
        }, cancel);
        try
        {
            // Off the caller's thread, which is a page's.
            await Task.Run(() => new GiftCardImportStaging(database, leases, numbers, keys, clock).StageAsync(grant, id, upload, lease, cancel), cancel);
        }
        catch (Exception exception)
        {
            await work.FailAsync(id, exception is RuleViolationException refusal ? refusal.Message : "The file could not be read to its end. Nothing was imported.");
            throw;
        }

        return await ReadAsync(grant, id, cancel);
    }

    private async Task DemandDailyLimitAsync(Actor actor, CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - TimeSpan.FromDays(1);
        await using var db = await database.ReadAsync(cancel);
        if (await db.ImportJobs.CountAsync(job => job.UploadedByKey == actor.Key && job.UploadedAt > since, cancel) >= DailyLimit)
        {
            throw new RuleViolationException("too_many_imports", $"You uploaded {DailyLimit} files within 24 hours. Continue tomorrow, or put the rows into fewer files.");
        }
    }

    private async Task DemandNewFileAsync(string hash, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        if (await db.ImportJobs.Where(job => job.FileHash == hash && alreadyIn.Contains(job.Status)).OrderBy(job => job.Id).FirstOrDefaultAsync(cancel) is { } earlier)
        {
            throw new RuleViolationException("file_already_imported", string.Create(CultureInfo.InvariantCulture,
                $"This very file was already imported by {earlier.UploadedByName} on {earlier.UploadedAt:yyyy-MM-dd HH:mm} UTC (import {earlier.Id}). No card was created again."));
        }
    }

    // The lease is free between the chunks of nobody; work that waits goes first.
    private async Task DemandNothingAppliedAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        if (await db.ImportJobs.AnyAsync(job => job.Status == ImportStatus.Applying || job.Status == ImportStatus.Cancelling || job.Status == ImportStatus.RollingBack, cancel))
        {
            throw new RuleViolationException("import_running", "Another import is running. Try again when it has finished (see Import History).");
        }
    }

    private Task RequestApprovalAsync(LoyaltyDbContext db, Actor actor, ImportJob job, CancellationToken cancel) => Approvals.RequestAsync(db, new Approval
    {
        Kind = ApprovalKind.GiftCardImport,
        Subject = job.FileName,
        SubjectId = job.Id,
        Amount = job.Value,
        Request = JsonSerializer.Serialize(new { job.Id, job.FileHash, job.ValueSummary, job.ValidRows, job.Mode }, Json.Options),
        Reason = string.Create(CultureInfo.InvariantCulture, $"Import of {job.ValidRows} cards worth {job.ValueSummary}."),
        RequestedByKey = actor.Key,
        RequestedByName = actor.Name,
        RequestedAt = clock.GetUtcNow(),
    }, cancel);

    private async Task<ImportSummary> ReadAsync(Grant grant, long id, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await Visible(db, grant).Where(job => job.Id == id).Select(Summary(db)).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The import");
    }

    private static async Task<ImportJob> FindAsync(LoyaltyDbContext db, Grant grant, long id, CancellationToken cancel) =>
        await Visible(db, grant).FirstOrDefaultAsync(job => job.Id == id, cancel) ?? throw new NotFoundException("The import");

    private static IQueryable<ImportJob> Visible(LoyaltyDbContext db, Grant grant)
    {
        var jobs = db.ImportJobs.Where(job => job.Kind == ImportKind.GiftCards);
        var me = grant.Actor.Key;

        return grant.Stores.Kind == StoreScopeKind.All ? jobs : jobs.Where(job => job.UploadedByKey == me);
    }

    private static System.Linq.Expressions.Expression<Func<ImportJob, ImportSummary>> Summary(LoyaltyDbContext db) => job => new ImportSummary(
        job.Id, job.FileName, job.UploadedByName, job.UploadedAt, job.Status, job.Mode, job.TotalRows, job.ValidRows, job.ErrorRows, job.AppliedRows,
        job.ValueSummary, job.FinishedAt, job.Failure, db.ImportRows.Where(row => row.ImportId == job.Id && row.RowNumber == 0).Select(row => row.Error).FirstOrDefault());
}
