using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Exports;

/// <summary>
/// Excel files of exactly what a list shows, made in the background by <see cref="ExportWork"/>, opened by their owner only, for 24 hours.
/// Who exported what with how many rows is in the audit trail.
/// </summary>
public sealed class Exports(LoyaltyDatabase database, AccessControl access, AuditTrail audit, SecretKeys keys, IEnumerable<ExportSource> sources, ExportWork work, ExportSettings settings, TimeProvider clock)
{
    private static readonly SortColumns<ExportJob> sorts = new(job => job.Id);

    /// <summary>Asks for a file. With full card numbers it waits for a second person.</summary>
    /// <exception cref="RuleViolationException">Too many rows, or too many exports within an hour.</exception>
    [Requires(Permission.TransactionsExport)]
    public async Task<ExportTicket> RequestAsync(Actor actor, ExportRequest request, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.TransactionsExport, cancel: cancel);
        var source = sources.Single(s => s.Kind == request.Kind);
        grant = await access.DemandAsync(actor, source.Needs, cancel: cancel);
        if (request.WithFullNumbers)
        {
            grant = await access.DemandAsync(actor, Permission.GiftCardNumbersExport, cancel: cancel);
            new FieldErrors().Text(nameof(request.Reason), "Reason", request.Reason, 1000, required: true).ThrowIfAny();
        }

        await DemandHourlyLimitAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var rows = await source.CountAsync(db, grant, request, settings.MostRows + 1, cancel);
        if (rows > settings.MostRows)
        {
            throw new RuleViolationException("too_many_rows", string.Create(CultureInfo.InvariantCulture, $"The list has more than {settings.MostRows:N0} rows. Narrow the filter, for example to fewer months, and export in parts."));
        }

        var words = new FilterWords(db);
        await words.StoreAsync("View", request.StoreView, cancel);
        await source.DescribeAsync(db, request, words, cancel);
        var job = Job(actor, request, words.ToString(), Pack(request), rows);
        if (request.WithFullNumbers)
        {
            return new ExportTicket(null, await RequestApprovalAsync(actor, job, request.Reason!, cancel));
        }

        await database.WriteAsync(actor, db =>
        {
            db.ExportJobs.Add(job);

            return Task.CompletedTask;
        }, cancel);
        work.Wake();

        return new ExportTicket(job.Id, null);
    }

    /// <summary>The caller's own exports, newest first.</summary>
    [Requires(Permission.TransactionsExport)]
    public async Task<Page<ExportSummary>> ListAsync(Actor actor, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.TransactionsExport, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Own(db, actor).ToPageAsync(page, sorts, summary, cancel);
    }

    /// <exception cref="NotFoundException">No such export of the caller's own.</exception>
    [Requires(Permission.TransactionsExport)]
    public async Task<ExportSummary> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.TransactionsExport, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Own(db, actor).Where(job => job.Id == id).Select(summary).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The export");
    }

    /// <summary>Opens a finished file for its owner; the download is audited.</summary>
    /// <exception cref="NotFoundException">Somebody else's, not ready, or older than 24 hours.</exception>
    [Requires(Permission.TransactionsExport)]
    public async Task<ExportFile> OpenAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.TransactionsExport, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var now = clock.GetUtcNow();
        var job = await Own(db, actor).FirstOrDefaultAsync(j => j.Id == id && j.Status == ExportStatus.Ready && j.ExpiresAt > now, cancel) ?? throw new NotFoundException("The file");
        FileStream content;
        try
        {
            content = new FileStream(settings.PathOf(job.FileName!), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (IOException)
        {
            throw new NotFoundException("The file");
        }

        await audit.RecordAsync(actor, "ExportJob.Download", entityType: nameof(ExportJob), entityId: id.ToString(CultureInfo.InvariantCulture), subject: ((IAudited)job).AuditName, details: JsonSerializer.Serialize(new { job.Rows, job.FileHash }, Json.Options), cancel: cancel);

        return new ExportFile(content, summary.Compile()(job).DownloadName);
    }

    internal static ExportJob Job(Actor owner, ExportRequest request, string words, string filter, long rows, DateTimeOffset requestedAt) => new()
    {
        Kind = request.Kind,
        Filter = filter,
        FilterText = words.Length <= 360 ? words : words[..359] + "…",
        WithFullNumbers = request.WithFullNumbers,
        OwnerKey = owner.Key,
        OwnerName = owner.Name,
        RequestedAt = requestedAt,
        TotalRows = rows,
    };

    private ExportJob Job(Actor owner, ExportRequest request, string words, string filter, long rows) => Job(owner, request, words, filter, rows, clock.GetUtcNow());

    // Sealed: the filter may name a buyer or a card.
    private string Pack(ExportRequest request) => Convert.ToBase64String(keys.Seal(JsonSerializer.Serialize(request, Json.Options)));

    private async Task<long> RequestApprovalAsync(Actor actor, ExportJob job, string reason, CancellationToken cancel) =>
        await database.WriteAsync(actor, async db => (await Approvals.RequestAsync(db, new Approval
        {
            Kind = ApprovalKind.GiftCardNumberExport,
            Subject = string.Create(CultureInfo.InvariantCulture, $"{job.TotalRows} full card numbers: {job.FilterText}"),
            SubjectId = actor.Id,
            Request = JsonSerializer.Serialize(new NumberExport(job.Kind, job.Filter, job.FilterText, job.TotalRows), Json.Options),
            Reason = reason.Trim(),
            RequestedByKey = actor.Key,
            RequestedByName = actor.Name,
            RequestedAt = clock.GetUtcNow(),
        }, cancel)).Id, cancel);

    private async Task DemandHourlyLimitAsync(Actor actor, CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - TimeSpan.FromHours(1);
        await using var db = await database.ReadAsync(cancel);
        if (await Own(db, actor).CountAsync(job => job.RequestedAt > since, cancel) >= settings.HourlyLimit)
        {
            throw new RuleViolationException("too_many_exports", $"You asked for {settings.HourlyLimit} exports within an hour. Earlier files are in Export History; try again later.");
        }
    }

    private static IQueryable<ExportJob> Own(LoyaltyDbContext db, Actor actor)
    {
        var me = actor.Key;

        return db.ExportJobs.Where(job => job.OwnerKey == me);
    }

    private static readonly System.Linq.Expressions.Expression<Func<ExportJob, ExportSummary>> summary = job => new ExportSummary(
        job.Id, job.Kind, job.FilterText, job.WithFullNumbers, job.RequestedAt, job.Status, job.Rows, job.TotalRows, job.FileSize, job.FileHash, job.FinishedAt, job.ExpiresAt, job.Failure);
}

/// <summary>What a second person approves: the export as it was asked for.</summary>
internal sealed record NumberExport(ExportKind Kind, string Filter, string FilterText, long TotalRows);

/// <summary>Starts an export of full card numbers that a second person approved.</summary>
public sealed class NumberExportApprovals(ExportWork work, TimeProvider clock) : ApprovalHandler
{
    public override ApprovalKind Kind => ApprovalKind.GiftCardNumberExport;

    public override Permission ApproverNeeds => Permission.GiftCardNumbersExport;

    public override Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel)
    {
        var request = JsonSerializer.Deserialize<NumberExport>(approval.Request, Json.Options)!;
        var owner = Actor.Of(approval.RequestedByKey, approval.RequestedByName);
        db.ExportJobs.Add(Exports.Job(owner, new ExportRequest { Kind = request.Kind, WithFullNumbers = true }, request.FilterText, request.Filter, request.TotalRows, clock.GetUtcNow()));
        work.Wake();

        return Task.CompletedTask;
    }
}
