using System.Text.Json;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>Whether one person alone may give rights that move value, where nobody is left to approve: set by who holds the server, never on a page.</summary>
public sealed record TwoPeopleSettings(bool AllowsAlone = false);

/// <summary>
/// Separation of duties (ADR-017): whoever manages users cannot, alone, make somebody able to move value, or take over the account of somebody who is.
/// A new installation has one person and begins without; that ends for good when a second one could approve.
/// </summary>
public sealed class TwoPeople(TwoPeopleSettings settings, TimeProvider clock)
{
    /// <summary>In the audit trail, where nobody can remove it: from now on two people are needed.</summary>
    public const string Ended = "Access.SetUpEnded";

    /// <summary>In the audit trail: somebody gave such rights alone.</summary>
    public const string Alone = "Access.ChangedAlone";

    /// <summary>The rights that move value, show what is worth it, or decide who does.</summary>
    public static IReadOnlySet<Permission> Guarded { get; } = new HashSet<Permission>
    {
        Permission.GiftCardsSell, Permission.GiftCardsImport, Permission.GiftCardsImportApprove, Permission.GiftCardsRefund, Permission.GiftCardsRefundApprove,
        Permission.GiftCardNumbersReveal, Permission.GiftCardNumbersExport, Permission.LedgerAdjust, Permission.LedgerAdjustApprove,
        Permission.PointsAdjust, Permission.PointsAdjustApprove, Permission.WalletsTopUp, Permission.WalletsWithdraw, Permission.WalletsWithdrawApprove,
        Permission.CouponsIssue, Permission.CouponsRedeem, Permission.GiftsManage, Permission.UsersManage, Permission.AccessApprove, Permission.ApiClientsManage,
    };

    internal static bool IsGuarded(Role role) => role.Permissions.Any(Guarded.Contains);

    /// <summary>What a holder would gain that needs a second person, in words; empty: nothing.</summary>
    internal static IReadOnlyList<string> Gained(Rights before, Rights after) =>
        after.Permissions.Any(Guarded.Contains)
            ? OwnRights.Gained(before with { Permissions = [.. before.Permissions.Where(Guarded.Contains)] }, after with { Permissions = [.. after.Permissions.Where(Guarded.Contains)] })
            : [];

    /// <summary>Called before every change of users and roles: remembers for good that there are two people, so that disabling the others does not end it.</summary>
    internal async Task NoteAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        if (!await db.AuditEntries.AnyAsync(entry => entry.Action == Ended, cancel) && (await ApproversAsync(db, cancel)).Count > 1)
        {
            db.AuditEntries.Add(new AuditEntry(Actor.System, clock.GetUtcNow(), Ended) { Reason = "A second person can approve: rights that move value need two people from now on." });
            await db.SaveChangesAsync(cancel);
        }
    }

    /// <summary>Whether this change must wait for a second person; if it need not, the trail says that one person did it alone.</summary>
    /// <param name="db">The write.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="userId">Whom it is about: not the second person either. Null: a role.</param>
    /// <param name="what">What it is, in a sentence.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="RuleViolationException">It must, and there is nobody else.</exception>
    internal async Task<bool> MustWaitAsync(LoyaltyDbContext db, Actor actor, long? userId, string what, CancellationToken cancel)
    {
        if (actor.Kind == ActorKind.System)
        {
            return false;
        }

        if ((await ApproversAsync(db, cancel)).Any(id => id != actor.Id && id != userId))
        {
            return true;
        }

        if (!settings.AllowsAlone && await db.AuditEntries.AnyAsync(entry => entry.Action == Ended, cancel))
        {
            throw new RuleViolationException("no_second_person", "This needs the approval of a second person, and nobody else who may approve it is enabled. Enable one of them, or see “Two people” in the README.");
        }

        db.AuditEntries.Add(new AuditEntry(actor, clock.GetUtcNow(), Alone) { Reason = Short(what) });

        return false;
    }

    /// <summary>Files the request; its sentence is what the second person reads.</summary>
    internal async Task FileAsync<T>(LoyaltyDbContext db, Actor actor, ApprovalKind kind, long subjectId, string subject, string what, T request, CancellationToken cancel) => await Approvals.RequestAsync(db, new Approval
    {
        Kind = kind,
        Subject = subject,
        SubjectId = subjectId,
        Request = JsonSerializer.Serialize(request, Json.Options),
        Reason = Short(what),
        RequestedByKey = actor.Key,
        RequestedByName = actor.Name,
        RequestedAt = clock.GetUtcNow(),
    }, cancel);

    internal static T Request<T>(Approval approval) => JsonSerializer.Deserialize<T>(approval.Request, Json.Options)!;

    /// <summary>What waits for this user or role, as its page says it.</summary>
    internal static async Task<string?> WaitingAsync(LoyaltyDbContext db, ApprovalKind kind, long subjectId, CancellationToken cancel) =>
        await db.Approvals.Where(a => a.Kind == kind && a.SubjectId == subjectId && a.Status == ApprovalStatus.Pending).Select(a => $"{a.RequestedByName} asked: {a.Reason}").FirstOrDefaultAsync(cancel);

    private static async Task<List<long>> ApproversAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var roles = (await db.Roles.AsNoTracking().ToListAsync(cancel)).Where(role => role.Permissions.Contains(Permission.AccessApprove)).Select(role => role.Id).ToList();

        return await db.Staff.Where(user => user.IsEnabled && roles.Contains(user.RoleId)).Select(user => user.Id).ToListAsync(cancel);
    }

    private static string Short(string what) => what.Length <= 1000 ? what : what[..1000];
}
