using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Imports;

/// <summary>
/// Applies, cancels and rolls back confirmed imports, one of a kind at a time over all nodes. Each chunk commits on its own; the import goes on
/// from the first row that is not applied yet, whatever happened to the process before.
/// </summary>
public sealed class ImportWork(ImportTools tools) : BackgroundWork
{
    // Payments under way when a roll-back begins are let finish, so that the check for used cards sees them.
    private static readonly TimeSpan settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan forgetUnconfirmedAfter = TimeSpan.FromDays(7);
    private static readonly TimeSpan keepRowsFor = TimeSpan.FromDays(30);

    /// <summary>Raised after every committed chunk with the import and how many rows are done.</summary>
    public event Action<long, int>? Progressed;

    public override string Name => "Import";

    public override string Purpose => "Applies, cancels and rolls back confirmed imports, one of a kind at a time.";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(3);

    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        foreach (var kind in await WaitingKindsAsync(cancel))
        {
            if (await tools.Leases.TryTakeAsync(ImportTools.LeaseOf(kind), ImportTools.LeaseFor, cancel) is not { } lease)
            {
                continue;
            }

            try
            {
                if (await WorkAsync(kind, lease, cancel) is { } done)
                {
                    return done;
                }
            }
            finally
            {
                await tools.Leases.ReleaseAsync(lease, CancellationToken.None);
            }
        }

        return null;
    }

    /// <summary>Forgets uploads nobody confirmed within 7 days, and the rows (buyers, numbers) of imports finished 30 days ago; the history stays.</summary>
    public async Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var (unconfirmed, finished) = (tools.Clock.GetUtcNow() - forgetUnconfirmedAfter, tools.Clock.GetUtcNow() - keepRowsFor);
        await tools.Database.WriteAsync(Actor.System, async db =>
        {
            foreach (var job in await db.ImportJobs.Where(j => j.Status == ImportStatus.Validated && j.UploadedAt < unconfirmed).ToListAsync(cancel))
            {
                (job.Status, job.FinishedAt, job.Failure) = (ImportStatus.Cancelled, tools.Clock.GetUtcNow(), "Not confirmed within 7 days.");
            }
        }, cancel);

        return await tools.Database.WriteAsync(Actor.System, db => db.ImportRows
            .Where(row => db.ImportJobs.Any(job => job.Id == row.ImportId && job.FinishedAt < finished)).ExecuteDeleteAsync(cancel), cancel);
    }

    /// <summary>Ends an import whose file could not be read; its rows are forgotten.</summary>
    internal async Task FailAsync(long importId, string sentence)
    {
        await tools.Database.WriteAsync(Actor.System, async db =>
        {
            var job = await db.ImportJobs.SingleAsync(j => j.Id == importId);
            (job.Status, job.Failure, job.FinishedAt) = (ImportStatus.Failed, sentence, tools.Clock.GetUtcNow());
            await db.ImportRows.Where(row => row.ImportId == importId).ExecuteDeleteAsync();
        });
    }

    private async Task<List<ImportKind>> WaitingKindsAsync(CancellationToken cancel)
    {
        await using var db = await tools.Database.ReadAsync(cancel);

        return [.. (await Waiting(db).Select(job => new { job.Id, job.Kind }).ToListAsync(cancel)).Concat(await Refused(db).Select(job => new { job.Id, job.Kind }).ToListAsync(cancel)).OrderBy(job => job.Id).Select(job => job.Kind).Distinct()];
    }

    private static IQueryable<ImportJob> Waiting(LoyaltyDbContext db) => db.ImportJobs.Where(job =>
        job.Status == ImportStatus.Applying || job.Status == ImportStatus.Cancelling || job.Status == ImportStatus.RollingBack || job.Status == ImportStatus.Uploaded);

    private static IQueryable<ImportJob> Refused(LoyaltyDbContext db) => db.ImportJobs.Where(job => job.Status == ImportStatus.AwaitingApproval
        && !db.Approvals.Any(a => a.Kind == ApprovalKind.GiftCardImport && a.SubjectId == job.Id && (a.Status == ApprovalStatus.Pending || a.Status == ApprovalStatus.Approved)));

    private async Task<string?> WorkAsync(ImportKind kind, HeldLease lease, CancellationToken cancel)
    {
        await SettleRefusedAsync(cancel);
        ImportJob? job;
        await using (var db = await tools.Database.ReadAsync(cancel))
        {
            job = await Waiting(db).Where(j => j.Kind == kind).OrderBy(j => j.Id).FirstOrDefaultAsync(cancel);
        }

        var definition = tools.Of(kind);
        switch (job?.Status)
        {
            case null:
                return null;
            case ImportStatus.Uploaded:
                // Nobody reads it any more, or this lease would not have been free.
                await FailAsync(job.Id, "The server stopped while the file was being read. Upload it again.");
                break;
            case ImportStatus.Applying:
                await definition.ApplyAsync(tools, job, lease, rows => Progressed?.Invoke(job.Id, rows), cancel);
                break;
            case ImportStatus.Cancelling:
                var kept = await definition.UndoAsync(tools, job, lease, rows => Progressed?.Invoke(job.Id, rows), cancel);
                await EndAsync(job.Id, ImportStatus.Cancelled, job.Failure ?? (definition.CanRollBack ? Left(definition, kept) : Stays(definition, job)), lease, cancel);
                break;
            default:
                await RollBackAsync(definition, job, lease, cancel);
                break;
        }

        return string.Create(CultureInfo.InvariantCulture, $"Import {job.Id}: {job.Status} done.");
    }

    private async Task RollBackAsync(ImportDefinition definition, ImportJob job, HeldLease lease, CancellationToken cancel)
    {
        await Task.Delay(settling, tools.Clock, cancel);
        await using (var db = await tools.Database.ReadAsync(cancel))
        {
            if (await definition.RollBackRefusalAsync(db, job.Id, cancel) is { } refusal)
            {
                await EndAsync(job.Id, ImportStatus.Committed, refusal, lease, cancel);

                return;
            }
        }

        var left = await definition.UndoAsync(tools, job, lease, rows => Progressed?.Invoke(job.Id, rows), cancel);
        await EndAsync(job.Id, ImportStatus.RolledBack, Left(definition, left), lease, cancel);
    }

    private static string? Left(ImportDefinition definition, int left) =>
        left == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{left} {definition.Things} were used while the import was taken back and were left as they are.");

    private static string? Stays(ImportDefinition definition, ImportJob job) =>
        job.AppliedRows == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{job.AppliedRows} rows were imported before it was cancelled; their {definition.Things} stay.");

    private async Task SettleRefusedAsync(CancellationToken cancel) => await tools.Database.WriteAsync(Actor.System, async db =>
    {
        foreach (var job in await Refused(db).ToListAsync(cancel))
        {
            (job.Status, job.Failure, job.FinishedAt) = (ImportStatus.Cancelled, "The import was not approved (see Approvals).", tools.Clock.GetUtcNow());
        }
    }, cancel);

    private Task EndAsync(long importId, ImportStatus status, string? failure, HeldLease lease, CancellationToken cancel) => tools.Database.WriteAsync(Actor.System, async db =>
    {
        await tools.Leases.DemandAsync(db, lease, cancel);
        var job = await db.ImportJobs.SingleAsync(j => j.Id == importId, cancel);
        (job.Status, job.Failure, job.FinishedAt) = (status, failure, tools.Clock.GetUtcNow());
    }, cancel);
}
