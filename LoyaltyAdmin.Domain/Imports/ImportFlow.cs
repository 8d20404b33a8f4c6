using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Imports;

/// <summary>
/// The way of every file into the system (2.5.4): template, upload with a dry run, confirm, history, cancel and roll back. What is confirmed is
/// applied by <see cref="ImportWork"/>. A kind is a subclass that says its kind, and by its <see cref="RequiresAttribute"/> who may.
/// </summary>
public abstract class ImportFlow(ImportTools tools, ImportWork work, ImportKind kind)
{
    /// <summary>Uploads of one user within 24 hours.</summary>
    public const int DailyLimit = 10;

    private static readonly SortColumns<ImportJob> jobSorts = new(job => job.Id);
    private static readonly SortColumns<ImportRow> rowSorts = new SortColumns<ImportRow>(row => row.Id).By("RowNumber", row => row.RowNumber);
    private static readonly ImportStatus[] alreadyIn = [ImportStatus.Committed, ImportStatus.AwaitingApproval, ImportStatus.Applying, ImportStatus.RollingBack];

    private Permission Permission => GetType().GetCustomAttribute<RequiresAttribute>()!.Permission!.Value;

    private ImportDefinition Definition => tools.Of(kind);

    public ImportKind Kind => kind;

    /// <summary>STEP 2: the Excel template with what may be chosen today.</summary>
    public async Task<byte[]> TemplateAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);
        await using var db = await tools.Database.ReadAsync(cancel);
        using var output = new MemoryStream();
        TemplateWriter.Write(await Definition.TemplateAsync(db, grant, cancel), output);

        return output.ToArray();
    }

    /// <summary>STEP 4, first half: takes the file and answers the dry run. Nothing is imported yet.</summary>
    /// <param name="settings">How the file is read (see <see cref="ImportJob.Settings"/>); null: as the template says.</param>
    /// <exception cref="UploadRefusedException">The file is not safe or not readable.</exception>
    /// <exception cref="RuleViolationException">The same file is in already, another import is running, or the day's limit is reached.</exception>
    public async Task<ImportSummary> UploadAsync(Actor actor, Stream content, string fileName, string? settings = null, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);
        await DemandDailyLimitAsync(actor, cancel);
        var upload = await UploadGuard.CheckAsync(content, fileName, cancel: cancel);
        await DemandNewFileAsync(upload.Hash, cancel);
        var lease = await tools.Leases.TryTakeAsync(ImportTools.LeaseOf(kind), ImportTools.LeaseFor, cancel)
            ?? throw new RuleViolationException("import_running", "Another import is running. Try again when it has finished (see Import History).");
        try
        {
            await DemandNothingAppliedAsync(cancel);

            return await StageAsync(grant, upload, settings, lease, cancel);
        }
        finally
        {
            await tools.Leases.ReleaseAsync(lease, CancellationToken.None);
        }
    }

    /// <summary>STEP 4, second half: starts the import, or asks a second person when its value is above the role's limit.</summary>
    public async Task<ImportSummary> ConfirmAsync(Actor actor, long id, ImportMode mode, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);
        await tools.Database.WriteAsync(actor, async db =>
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
            await Definition.ConfirmedAsync(db, grant, job, tools.Clock.GetUtcNow(), cancel);
        }, cancel);
        work.Wake();

        return await ReadAsync(grant, id, cancel);
    }

    /// <summary>Stops an import before it is committed; what was applied is reversed where the kind can be taken back.</summary>
    public async Task CancelAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);
        await tools.Database.WriteAsync(actor, async db =>
        {
            var job = await FindAsync(db, grant, id, cancel);
            if (job.Status is not (ImportStatus.Validated or ImportStatus.AwaitingApproval or ImportStatus.Applying))
            {
                throw new RuleViolationException("not_cancellable", job.Status == ImportStatus.Committed && Definition.CanRollBack ? $"The import is finished. Use Roll back while its {Definition.Things} are unused." : "This import cannot be cancelled any more.");
            }

            job.Status = ImportStatus.Cancelling;
        }, cancel);
        work.Wake();
    }

    /// <summary>Takes a finished import back while all it made is unused.</summary>
    public async Task RollBackAsync(Actor actor, long id, string reason, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await tools.Database.WriteAsync(actor, async db =>
        {
            var job = await FindAsync(db, grant, id, cancel);
            if (job.Status != ImportStatus.Committed || !Definition.CanRollBack)
            {
                throw new RuleViolationException("not_committed", $"Only a finished import can be rolled back{(Definition.CanRollBack ? "" : $", and {Definition.Things} cannot")}.");
            }

            if (await Definition.RollBackRefusalAsync(db, id, cancel) is { } refusal)
            {
                throw new RuleViolationException($"{Definition.Things}_used", refusal);
            }

            (job.Status, job.Failure) = (ImportStatus.RollingBack, null);
        }, cancel);
        await tools.Audit.RecordAsync(actor, "ImportJob.RollBack", entityType: nameof(ImportJob), entityId: id.ToString(CultureInfo.InvariantCulture), reason: reason.Trim(), cancel: cancel);
        work.Wake();
    }

    /// <summary>STEP 5: the import history, newest first. Users of single stores see their own imports only.</summary>
    public async Task<Page<ImportSummary>> ListAsync(Actor actor, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);
        await using var db = await tools.Database.ReadAsync(cancel);

        return await Visible(db, grant).ToPageAsync(page, jobSorts, Summary(db), cancel);
    }

    public async Task<ImportSummary> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);

        return await ReadAsync(grant, id, cancel);
    }

    /// <summary>The rows with errors, in the order of the file; or those that do something else, or (null) all of which is told what they do.</summary>
    public async Task<Page<ImportVerdict>> VerdictsAsync(Actor actor, long id, PageRequest page, ImportEffect? effect = ImportEffect.Refused, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);
        await ReadAsync(grant, id, cancel);
        await using var db = await tools.Database.ReadAsync(cancel);

        var rows = db.ImportRows.Where(row => row.ImportId == id && row.RowNumber > 0);
        var code = effect?.ToString();
        rows = effect switch
        {
            null => rows.Where(row => !row.IsValid || row.ErrorCode != null),
            ImportEffect.Refused => rows.Where(row => !row.IsValid),
            _ => rows.Where(row => row.IsValid && row.ErrorCode == code),
        };

        return await rows.ToPageAsync(page with { Sort = "RowNumber", Descending = false }, rowSorts, row => new ImportVerdict(row.Id, row.RowNumber, row.ErrorColumn, row.ErrorCode, row.Error, row.IsValid), cancel);
    }

    /// <summary>Writes the rows with errors back as an Excel file with the errors beside them, to be corrected and uploaded again.</summary>
    public async Task WriteErrorRowsAsync(Actor actor, long id, Stream output, CancellationToken cancel = default)
    {
        var grant = await tools.Access.DemandAsync(actor, Permission, cancel: cancel);
        var job = await ReadAsync(grant, id, cancel);
        await tools.Audit.RecordAsync(actor, "ImportJob.DownloadErrors", entityType: nameof(ImportJob), entityId: id.ToString(CultureInfo.InvariantCulture), subject: job.FileName, cancel: cancel);
        await using var db = await tools.Database.ReadAsync(cancel);
        var failed = db.ImportRows.Where(row => row.ImportId == id && !row.IsValid && row.RowNumber > 0).OrderBy(row => row.RowNumber);
        var first = await failed.FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("A row with an error");
        var headers = Open(first).Headers;
        await CorrectedRowsWriter.WriteAsync(output, Definition.Columns, headers, RowsAsync(failed, headers, cancel), cancel);
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

    private FailedCells Open(ImportRow row) => FailedCells.Open(tools.Keys, row);

    private async Task<ImportSummary> StageAsync(Grant grant, CheckedUpload upload, string? settings, HeldLease lease, CancellationToken cancel)
    {
        var id = await tools.Database.WriteAsync(grant.Actor, async db =>
        {
            var job = new ImportJob
            {
                Kind = kind,
                FileName = upload.FileName.Length <= 255 ? upload.FileName : upload.FileName[..255],
                FileHash = upload.Hash,
                FileSize = upload.Length,
                UploadedByKey = grant.Actor.Key,
                UploadedByName = grant.Actor.Name,
                UploadedAt = tools.Clock.GetUtcNow(),
                Settings = settings,
            };
            db.ImportJobs.Add(job);
            await db.SaveChangesAsync(cancel);

            return job.Id;
        }, cancel);
        try
        {
            // Off the caller's thread, which is a page's.
            await Task.Run(() => Definition.StageAsync(tools, grant, id, upload, settings, lease, cancel), cancel);
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
        var since = tools.Clock.GetUtcNow() - TimeSpan.FromDays(1);
        await using var db = await tools.Database.ReadAsync(cancel);
        if (await db.ImportJobs.CountAsync(job => job.Kind == kind && job.UploadedByKey == actor.Key && job.UploadedAt > since, cancel) >= DailyLimit)
        {
            throw new RuleViolationException("too_many_imports", $"You uploaded {DailyLimit} files within 24 hours. Continue tomorrow, or put the rows into fewer files.");
        }
    }

    private async Task DemandNewFileAsync(string hash, CancellationToken cancel)
    {
        if (!Definition.RefusesSameFile)
        {
            return;
        }

        await using var db = await tools.Database.ReadAsync(cancel);
        if (await db.ImportJobs.Where(job => job.Kind == kind && job.FileHash == hash && alreadyIn.Contains(job.Status)).OrderBy(job => job.Id).FirstOrDefaultAsync(cancel) is { } earlier)
        {
            throw new RuleViolationException("file_already_imported", string.Create(CultureInfo.InvariantCulture,
                $"This very file was already imported by {earlier.UploadedByName} on {earlier.UploadedAt:yyyy-MM-dd HH:mm} UTC (import {earlier.Id}). No {Definition.Things} were created again."));
        }
    }

    // The lease is free between the chunks of nobody; work that waits goes first.
    private async Task DemandNothingAppliedAsync(CancellationToken cancel)
    {
        await using var db = await tools.Database.ReadAsync(cancel);
        if (await db.ImportJobs.AnyAsync(job => job.Kind == kind && (job.Status == ImportStatus.Applying || job.Status == ImportStatus.Cancelling || job.Status == ImportStatus.RollingBack), cancel))
        {
            throw new RuleViolationException("import_running", "Another import is running. Try again when it has finished (see Import History).");
        }
    }

    private async Task<ImportSummary> ReadAsync(Grant grant, long id, CancellationToken cancel)
    {
        await using var db = await tools.Database.ReadAsync(cancel);

        return await Visible(db, grant).Where(job => job.Id == id).Select(Summary(db)).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The import");
    }

    private async Task<ImportJob> FindAsync(LoyaltyDbContext db, Grant grant, long id, CancellationToken cancel) =>
        await Visible(db, grant).FirstOrDefaultAsync(job => job.Id == id, cancel) ?? throw new NotFoundException("The import");

    private IQueryable<ImportJob> Visible(LoyaltyDbContext db, Grant grant)
    {
        var jobs = db.ImportJobs.Where(job => job.Kind == kind);
        var me = grant.Actor.Key;

        return grant.Stores.Kind == StoreScopeKind.All ? jobs : jobs.Where(job => job.UploadedByKey == me);
    }

    private System.Linq.Expressions.Expression<Func<ImportJob, ImportSummary>> Summary(LoyaltyDbContext db)
    {
        var canRollBack = Definition.CanRollBack;

        return job => new ImportSummary(
            job.Id, job.FileName, job.UploadedByName, job.UploadedAt, job.Status, job.Mode, job.TotalRows, job.ValidRows, job.ErrorRows, job.AppliedRows,
            job.ValueSummary, job.FinishedAt, job.Failure, db.ImportRows.Where(row => row.ImportId == job.Id && row.RowNumber == 0).Select(row => row.Error).FirstOrDefault(), canRollBack, job.Settings);
    }
}
