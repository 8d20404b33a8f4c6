using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Exports;

/// <summary>
/// Makes the requested files, one at a time over all nodes. A file is ready only when it is complete: whatever was interrupted is made again
/// from the start. What the owner may see is asked afresh when the file is made.
/// </summary>
public sealed class ExportWork(LoyaltyDatabase database, AccessControl access, JobLeases leases, SecretKeys keys, IEnumerable<ExportSource> sources, ExportSettings settings, TimeProvider clock) : BackgroundWork
{
    private const string Lease = "exports";

    private static readonly TimeSpan leaseFor = TimeSpan.FromMinutes(5);

    public override string Name => "Export";

    public override string Purpose => "Makes the Excel files people ask for, one at a time.";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(3);

    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        await using (var db = await database.ReadAsync(cancel))
        {
            if (!await Waiting(db).AnyAsync(cancel))
            {
                return null;
            }
        }

        if (await leases.TryTakeAsync(Lease, leaseFor, cancel) is not { } lease)
        {
            return null;
        }

        try
        {
            return await NextAsync(lease, cancel);
        }
        finally
        {
            await leases.ReleaseAsync(lease, CancellationToken.None);
        }
    }

    /// <summary>Deletes files older than 24 hours and what interrupted runs left behind. Answers how many exports expired.</summary>
    public async Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        var expired = await database.WriteAsync(Actor.System, async db =>
        {
            var jobs = await db.ExportJobs.Where(job => job.Status == ExportStatus.Ready && job.ExpiresAt <= now).ToListAsync(cancel);
            jobs.ForEach(job => job.Status = ExportStatus.Expired);

            return jobs.ConvertAll(job => job.FileName!);
        }, cancel);
        expired.ForEach(file => File.Delete(settings.PathOf(file)));
        await DeleteStrayFilesAsync(cancel);

        return expired.Count;
    }

    private static IQueryable<ExportJob> Waiting(LoyaltyDbContext db) => db.ExportJobs.Where(job => job.Status == ExportStatus.Waiting || job.Status == ExportStatus.Running);

    private async Task<JobResult?> NextAsync(HeldLease lease, CancellationToken cancel)
    {
        ExportJob? job;
        await using (var db = await database.ReadAsync(cancel))
        {
            job = await Waiting(db).OrderBy(j => j.Id).FirstOrDefaultAsync(cancel);
        }

        if (job is null)
        {
            return null;
        }

        var file = $"{Guid.NewGuid():N}.xlsx";
        try
        {
            await EndAsync(job.Id, lease, j => j.Status = ExportStatus.Running, cancel);
            var rows = await WriteAsync(job, file, lease, cancel);
            var (size, hash) = await ReadBackAsync(file, cancel);
            await EndAsync(job.Id, lease, j =>
            {
                (j.Status, j.Rows, j.TotalRows, j.FileName, j.FileSize, j.FileHash) = (ExportStatus.Ready, rows, rows, file, size, hash);
                (j.FinishedAt, j.ExpiresAt) = (clock.GetUtcNow(), clock.GetUtcNow() + ExportSettings.KeptFor);
            }, cancel);

            return new JobResult(string.Create(CultureInfo.InvariantCulture, $"Export {job.Id}: {rows} rows."), rows);
        }
        catch (Exception exception)
        {
            File.Delete(settings.PathOf(file));
            if (exception is OperationCanceledException or LeaseLostException or DatabaseUnavailableException)
            {
                // Made again by the next run.
                throw;
            }

            await EndAsync(job.Id, lease, j => (j.Status, j.Failure, j.FinishedAt) =
                (ExportStatus.Failed, exception is RuleViolationException refusal ? refusal.Message : exception is IOException ? "The file could not be written: the disk may be full." : "The file could not be made because of an error in the program.", clock.GetUtcNow()), CancellationToken.None);
            throw;
        }
    }

    private async Task<long> WriteAsync(ExportJob job, string file, HeldLease lease, CancellationToken cancel)
    {
        var request = JsonSerializer.Deserialize<ExportRequest>(keys.Open(Convert.FromBase64String(job.Filter)), Json.Options)! with { WithFullNumbers = job.WithFullNumbers };
        var owner = Actor.Of(job.OwnerKey, job.OwnerName);
        var grant = await access.FindAsync(owner, cancel);
        var source = sources.Single(s => s.Kind == request.Kind);
        if (grant?.May(Permission.TransactionsExport) != true || !grant.May(source.Needs) || (job.WithFullNumbers && !grant.May(Permission.GiftCardNumbersExport)))
        {
            throw new AccessDeniedException("You may no longer export.");
        }

        var stream = settings.Create(file);
        await using (stream)
        {
            await using var workbook = new XlsxWriter(stream);
            await using var db = await database.ReadAsync(cancel);
            await using var snapshot = await database.Provider.BeginSnapshotAsync(db, cancel);
            db.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
            var heading = await ExportHeading.ReadAsync(db, request, job.FilterText, grant.Actor.Name, clock.GetUtcNow(), cancel);
            var rows = await source.WriteAsync(new ExportWriting(workbook, db, grant, heading, written => ProgressAsync(job.Id, written, lease, cancel)), request, cancel);
            await workbook.FinishAsync(cancel);

            return rows;
        }
    }

    // Progress is no change worth auditing.
    private Task ProgressAsync(long id, long rows, HeldLease lease, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        await db.ExportJobs.Where(job => job.Id == id).ExecuteUpdateAsync(set => set.SetProperty(job => job.Rows, rows), cancel);
    }, cancel);

    private Task EndAsync(long id, HeldLease lease, Action<ExportJob> change, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        change(await db.ExportJobs.SingleAsync(job => job.Id == id, cancel));
    }, cancel);

    private async Task<(long Size, string Hash)> ReadBackAsync(string file, CancellationToken cancel)
    {
        await using var written = File.OpenRead(settings.PathOf(file));

        return (written.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(written, cancel)));
    }

    private async Task DeleteStrayFilesAsync(CancellationToken cancel)
    {
        if (!Directory.Exists(settings.Folder))
        {
            return;
        }

        await using var db = await database.ReadAsync(cancel);
        var known = (await db.ExportJobs.Where(job => job.Status == ExportStatus.Ready).Select(job => job.FileName!).ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        foreach (var file in new DirectoryInfo(settings.Folder).EnumerateFiles("*.xlsx").Where(file => !known.Contains(file.Name) && file.LastWriteTimeUtc < TimeProvider.System.GetUtcNow().UtcDateTime - ExportSettings.KeptFor))
        {
            file.Delete();
        }
    }
}
