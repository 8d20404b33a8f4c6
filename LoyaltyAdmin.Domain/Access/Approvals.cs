using System.Text.Json;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>What an approved request of one kind does. Runs inside the transaction that records the decision: both happen or neither.</summary>
public abstract class ApprovalHandler
{
    public abstract ApprovalKind Kind { get; }

    /// <summary>What the second person needs.</summary>
    public abstract Permission ApproverNeeds { get; }

    public abstract Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel);

    /// <summary>After the decision and what it did are stored.</summary>
    public virtual Task DoneAsync(Approval approval, CancellationToken cancel) => Task.CompletedTask;
}

/// <summary>One line of the Approvals page.</summary>
public sealed record ApprovalRow(long Id, ApprovalKind Kind, string Subject, long SubjectId, decimal? Amount, string? Currency, string Reason, string RequestedByKey, string RequestedByName, DateTimeOffset RequestedAt, ApprovalStatus Status, string? DecidedByName, DateTimeOffset? DecidedAt, string? DecisionNote)
{
    /// <summary>Whether the person looking may decide: holds the permission and did not ask for it.</summary>
    public bool MayDecide { get; init; }
}

/// <summary>Four-eyes: what is above its maker's limit waits here for a second person. Nobody decides own requests.</summary>
public sealed class Approvals(LoyaltyDatabase database, AccessControl access, IEnumerable<ApprovalHandler> handlers, TimeProvider clock)
{
    /// <summary>What waits stands on top, newest first.</summary>
    public const string PendingFirst = "Pending";

    private static readonly SortColumns<Approval> sorts = new SortColumns<Approval>(approval => approval.Id).By(PendingFirst, approval => approval.Status == ApprovalStatus.Pending ? 1 : 0);

    private readonly Dictionary<ApprovalKind, ApprovalHandler> handlers = handlers.ToDictionary(handler => handler.Kind);

    /// <summary>Requests the caller made or may decide, newest first.</summary>
    [Requires(Permission.DashboardRead)]
    public async Task<Page<ApprovalRow>> ListAsync(Actor actor, ApprovalStatus? status, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.DashboardRead, cancel: cancel);
        var decidable = Decidable(grant);
        await using var db = await database.ReadAsync(cancel);
        var found = await Visible(db, grant, decidable).Where(a => status == null || a.Status == status)
            .ToPageAsync(page, sorts, a => new ApprovalRow(a.Id, a.Kind, a.Subject, a.SubjectId, a.Amount, a.Currency, a.Reason, a.RequestedByKey, a.RequestedByName, a.RequestedAt, a.Status, a.DecidedByName, a.DecidedAt, a.DecisionNote), cancel);

        return found with { Rows = [.. found.Rows.Select(row => row with { MayDecide = row.Status == ApprovalStatus.Pending && row.RequestedByKey != actor.Key && decidable.Contains(row.Kind) })] };
    }

    /// <summary>How many requests wait for this person.</summary>
    [Requires(Permission.DashboardRead)]
    public async Task<int> WaitingAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.DashboardRead, cancel: cancel);
        var decidable = Decidable(grant);
        await using var db = await database.ReadAsync(cancel);

        return await Visible(db, grant, decidable).CountAsync(a => a.Status == ApprovalStatus.Pending && a.RequestedByKey != actor.Key && decidable.Contains(a.Kind), cancel);
    }

    /// <summary>Approves and executes, or rejects.</summary>
    /// <exception cref="AccessDeniedException">Own request, or the permission is missing.</exception>
    [Requires(Permission.DashboardRead)]
    public async Task DecideAsync(Actor actor, long id, bool approve, string? note, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.DashboardRead, cancel: cancel);
        new FieldErrors().Text(nameof(note), "Note", note, 1000).ThrowIfAny();
        await using (var db = await database.ReadAsync(cancel))
        {
            var kind = await db.Approvals.Where(a => a.Id == id).Select(a => (ApprovalKind?)a.Kind).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The request");
            grant = await access.DemandAsync(actor, handlers[kind].ApproverNeeds, cancel: cancel);
        }

        var decided = await database.WriteAsync(actor, async db =>
        {
            var approval = await db.Approvals.FirstOrDefaultAsync(a => a.Id == id, cancel) ?? throw new NotFoundException("The request");
            if (approval.StoreId is { } storeId)
            {
                grant.DemandStore(storeId, "The request");
            }

            approval.Decide(approve, actor, Inputs.Clean(note), clock.GetUtcNow());
            await db.SaveChangesAsync(cancel);
            if (approve)
            {
                await handlers[approval.Kind].ExecuteAsync(db, approval, actor, cancel);
            }

            return approval;
        }, cancel);
        if (approve)
        {
            await handlers[decided.Kind].DoneAsync(decided, cancel);
        }
    }

    /// <summary>Takes back an own request that still waits.</summary>
    [Requires(Permission.DashboardRead)]
    public async Task WithdrawAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.DashboardRead, cancel: cancel);
        await database.WriteAsync(actor, async db =>
            (await db.Approvals.FirstOrDefaultAsync(a => a.Id == id, cancel) ?? throw new NotFoundException("The request")).Withdraw(actor, clock.GetUtcNow()), cancel);
    }

    /// <summary>The request this operation filed before, whatever became of it since; null: none. The same key never asks twice.</summary>
    /// <exception cref="RuleViolationException">The key was used to ask for something else.</exception>
    internal static async Task<long?> FindAsync(LoyaltyDbContext db, ApprovalKind kind, long subjectId, Operation operation, CancellationToken cancel)
    {
        var me = operation.Actor.Key;
        var asked = await db.Approvals.AsNoTracking().Where(a => a.Kind == kind && a.SubjectId == subjectId && a.RequestedByKey == me).Select(a => new { a.Id, a.Request }).ToListAsync(cancel);
        foreach (var earlier in asked)
        {
            if (JsonSerializer.Deserialize<AskedUnder>(earlier.Request, Json.Options) is { } under && under.Key == operation.Key)
            {
                return under.Hash == operation.RequestHash ? earlier.Id
                    : throw new RuleViolationException("idempotency_key_reused", "This idempotency key was already used for a different request. Use a new key for a new request.");
            }
        }

        return null;
    }

    internal static async Task<long?> FindAsync(LoyaltyDatabase database, ApprovalKind kind, long subjectId, Operation operation, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await FindAsync(db, kind, subjectId, operation, cancel);
    }

    /// <summary>What is asked for, with the operation it is asked under, as an approval stores it.</summary>
    internal static string RequestText<T>(Operation operation, T request) => JsonSerializer.Serialize(new { operation.Key, Hash = operation.RequestHash, Request = request }, Json.Options);

    private sealed record AskedUnder(string? Key, string? Hash);

    /// <summary>Files a request within the caller's own transaction; one may wait per subject and kind.</summary>
    internal static async Task<Approval> RequestAsync(LoyaltyDbContext db, Approval approval, CancellationToken cancel)
    {
        if (await db.Approvals.AnyAsync(a => a.Kind == approval.Kind && a.SubjectId == approval.SubjectId && a.Status == ApprovalStatus.Pending, cancel))
        {
            throw new RuleViolationException("already_waiting", "A request for this already waits for approval (see Approvals).");
        }

        db.Approvals.Add(approval);
        await db.SaveChangesAsync(cancel);

        return approval;
    }

    private List<ApprovalKind> Decidable(Grant grant) => [.. handlers.Values.Where(handler => grant.May(handler.ApproverNeeds)).Select(handler => handler.Kind)];

    private static IQueryable<Approval> Visible(LoyaltyDbContext db, Grant grant, List<ApprovalKind> decidable)
    {
        var me = grant.Actor.Key;
        var mine = db.Approvals.Where(a => a.RequestedByKey == me || decidable.Contains(a.Kind));
        var ids = grant.Stores.StoreIds.ToArray();

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => mine.Where(a => a.StoreId == null || ids.Contains(a.StoreId.Value)),
            StoreScopeKind.Excluded => mine.Where(a => a.StoreId == null || !ids.Contains(a.StoreId.Value)),
            _ => mine,
        };
    }
}
