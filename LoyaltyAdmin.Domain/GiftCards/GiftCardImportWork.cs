using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>
/// Applies, cancels and rolls back confirmed imports, one at a time over all nodes. Each chunk commits on its own; the import goes on from the
/// first row that is not a card yet, whatever happened to the process before. The step to Committed is one row: all cards appear at once.
/// </summary>
public sealed class GiftCardImportWork(LoyaltyDatabase database, Ledger.Ledger ledger, JobLeases leases, GiftCardCatalog catalog, CardNumbers numbers, SecretKeys keys, TimeProvider clock) : BackgroundWork
{
    internal const string Lease = "gift-card-import";
    internal static readonly TimeSpan LeaseFor = TimeSpan.FromMinutes(2);

    // Payments under way when a roll-back begins are let finish, so that the check for used cards sees them.
    private static readonly TimeSpan settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan forgetUnconfirmedAfter = TimeSpan.FromDays(7);
    private static readonly TimeSpan keepRowsFor = TimeSpan.FromDays(30);

    /// <summary>Raised after every committed chunk with the import and how many rows are done.</summary>
    public event Action<long, int>? Progressed;

    public override string Name => "Gift card import";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(3);

    public override async Task<string?> RunOnceAsync(CancellationToken cancel = default)
    {
        if (!await AnythingWaitsAsync(cancel) || await leases.TryTakeAsync(Lease, LeaseFor, cancel) is not { } lease)
        {
            return null;
        }

        try
        {
            return await WorkAsync(lease, cancel);
        }
        finally
        {
            await leases.ReleaseAsync(lease, CancellationToken.None);
        }
    }

    /// <summary>Forgets uploads nobody confirmed within 7 days, and the rows (buyers, numbers) of imports finished 30 days ago; the history stays.</summary>
    public async Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var (unconfirmed, finished) = (clock.GetUtcNow() - forgetUnconfirmedAfter, clock.GetUtcNow() - keepRowsFor);
        await database.WriteAsync(Actor.System, async db =>
        {
            foreach (var job in await db.ImportJobs.Where(j => j.Status == ImportStatus.Validated && j.UploadedAt < unconfirmed).ToListAsync(cancel))
            {
                (job.Status, job.FinishedAt, job.Failure) = (ImportStatus.Cancelled, clock.GetUtcNow(), "Not confirmed within 7 days.");
            }
        }, cancel);

        return await database.WriteAsync(Actor.System, db => db.ImportRows
            .Where(row => db.ImportJobs.Any(job => job.Id == row.ImportId && job.FinishedAt < finished)).ExecuteDeleteAsync(cancel), cancel);
    }

    /// <summary>Ends an import whose file could not be read; its rows are forgotten.</summary>
    internal async Task FailAsync(long importId, string sentence)
    {
        await database.WriteAsync(Actor.System, async db =>
        {
            var job = await db.ImportJobs.SingleAsync(j => j.Id == importId);
            (job.Status, job.Failure, job.FinishedAt) = (ImportStatus.Failed, sentence, clock.GetUtcNow());
            await db.ImportRows.Where(row => row.ImportId == importId).ExecuteDeleteAsync();
        });
    }

    private async Task<bool> AnythingWaitsAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await Waiting(db).AnyAsync(cancel) || await Refused(db).AnyAsync(cancel);
    }

    private static IQueryable<ImportJob> Waiting(LoyaltyDbContext db) => db.ImportJobs.Where(job =>
        job.Status == ImportStatus.Applying || job.Status == ImportStatus.Cancelling || job.Status == ImportStatus.RollingBack || job.Status == ImportStatus.Uploaded);

    private static IQueryable<ImportJob> Refused(LoyaltyDbContext db) => db.ImportJobs.Where(job => job.Status == ImportStatus.AwaitingApproval
        && !db.Approvals.Any(a => a.Kind == ApprovalKind.GiftCardImport && a.SubjectId == job.Id && (a.Status == ApprovalStatus.Pending || a.Status == ApprovalStatus.Approved)));

    private async Task<string?> WorkAsync(HeldLease lease, CancellationToken cancel)
    {
        await SettleRefusedAsync(cancel);
        ImportJob? job;
        await using (var db = await database.ReadAsync(cancel))
        {
            job = await Waiting(db).OrderBy(j => j.Id).FirstOrDefaultAsync(cancel);
        }

        switch (job?.Status)
        {
            case null:
                return null;
            case ImportStatus.Uploaded:
                // Nobody reads it any more, or this lease would not have been free.
                await FailAsync(job.Id, "The server stopped while the file was being read. Upload it again.");
                break;
            case ImportStatus.Applying:
                await new GiftCardImportApply(database, leases, numbers, keys, clock).RunAsync(job, lease, rows => Progressed?.Invoke(job.Id, rows), cancel);
                break;
            case ImportStatus.Cancelling:
                await Undo().RunAsync(job, lease, rows => Progressed?.Invoke(job.Id, rows), cancel);
                await EndAsync(job.Id, ImportStatus.Cancelled, job.Failure, lease, cancel);
                break;
            default:
                await RollBackAsync(job, lease, cancel);
                break;
        }

        return string.Create(CultureInfo.InvariantCulture, $"Import {job.Id}: {job.Status} done.");
    }

    private GiftCardImportUndo Undo() => new(database, ledger, leases, catalog, keys, clock);

    private async Task RollBackAsync(ImportJob job, HeldLease lease, CancellationToken cancel)
    {
        await using (var db = await database.ReadAsync(cancel))
        {
            if (!await GiftCardImportUndo.HasBegunAsync(db, job.Id, cancel))
            {
                await Task.Delay(settling, clock, cancel);
                if (await GiftCardImportUndo.UsedAsync(db, job.Id, cancel) is > 0 and var used)
                {
                    await EndAsync(job.Id, ImportStatus.Committed, GiftCardImportUndo.UsedSentence(used), lease, cancel);

                    return;
                }
            }
        }

        var left = await Undo().RunAsync(job, lease, rows => Progressed?.Invoke(job.Id, rows), cancel);
        await EndAsync(job.Id, ImportStatus.RolledBack, left == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{left} cards moved while the import was rolled back and were left as they are."), lease, cancel);
    }

    private async Task SettleRefusedAsync(CancellationToken cancel) => await database.WriteAsync(Actor.System, async db =>
    {
        foreach (var job in await Refused(db).ToListAsync(cancel))
        {
            (job.Status, job.Failure, job.FinishedAt) = (ImportStatus.Cancelled, "The import was not approved (see Approvals).", clock.GetUtcNow());
        }
    }, cancel);

    private Task EndAsync(long importId, ImportStatus status, string? failure, HeldLease lease, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        var job = await db.ImportJobs.SingleAsync(j => j.Id == importId, cancel);
        (job.Status, job.Failure, job.FinishedAt) = (status, failure, clock.GetUtcNow());
    }, cancel);
}
