using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>Coupons to be issued to an audience.</summary>
public sealed class CouponIssueForm
{
    /// <summary>Made with the form: a form sent twice issues once.</summary>
    public string OperationId { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>Either a coupon or a package.</summary>
    public long? CouponId { get; set; }

    public long? PackageId { get; set; }
    public int Quantity { get; set; } = 1;
    public AudienceScope Audience { get; set; } = AudienceScope.Nobody;
    public string? Reason { get; set; }

    public FieldErrors Validate() => new FieldErrors()
        .Require(CouponId is null != PackageId is null, nameof(CouponId), "Select a coupon or a coupon package.")
        .Require(Quantity is >= 1 and <= MemberCoupons.MostAtOnce, nameof(Quantity), $"The quantity is 1 to {MemberCoupons.MostAtOnce}.")
        .Require(!Audience.IsEmpty, nameof(Audience), "Choose whom it is for.")
        .Text(nameof(Reason), "Reason", Reason, 400, required: true);
}

/// <summary>One line of what was issued to audiences.</summary>
public sealed record CouponIssueRow(long Id, string What, int Quantity, string Reason, string ActorName, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt, int Members, int Coupons, int AtLimit, string? Stopped);

/// <summary>Issues coupons to audiences: asked for here, done by <see cref="CouponIssueWork"/>.</summary>
public sealed class CouponIssues(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, CouponIssueWork work)
{
    private static readonly SortColumns<CouponIssue> sorts = new(issue => issue.Id);

    [Requires(Permission.CouponsRead)]
    public async Task<Page<CouponIssueRow>> ListAsync(Actor actor, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.CouponIssues.ToPageAsync(page, sorts, i => new CouponIssueRow(i.Id,
            db.Coupons.Where(c => c.Id == i.CouponId).Select(c => c.Name).FirstOrDefault() ?? db.CouponPackages.Where(p => p.Id == i.PackageId).Select(p => p.Name).First(),
            i.Quantity, i.Reason, i.ActorName, i.CreatedAt, i.FinishedAt, i.Members, i.Coupons, i.AtLimit, i.Stopped), cancel);
    }

    /// <summary>Asks for the issue; the members are those the audience means while it is done. Staff of single stores issue to members one by one.</summary>
    [Requires(Permission.CouponsIssue)]
    public async Task<long> AskAsync(Actor actor, CouponIssueForm form, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsIssue, cancel: cancel);
        form.Validate().ThrowIfAny();
        if (grant.Stores.Kind != StoreScopeKind.All)
        {
            throw new RuleViolationException("all_stores_needed", "Only staff of all stores issue coupons to an audience.");
        }

        var id = await database.WriteAsync(actor, async db =>
        {
            if (await db.CouponIssues.Where(i => i.OperationId == form.OperationId).Select(i => (long?)i.Id).FirstOrDefaultAsync(cancel) is { } made)
            {
                return made;
            }

            var isActive = form.CouponId is { } coupon
                ? await db.Coupons.AnyAsync(c => c.Id == coupon && c.Status == CouponStatus.Active, cancel)
                : await db.CouponPackages.AnyAsync(p => p.Id == form.PackageId && p.Status == CouponStatus.Active, cancel);
            new FieldErrors().Require(isActive, nameof(form.CouponId), "Only an active coupon or package can be issued.").ThrowIfAny();
            var issue = db.CouponIssues.Add(new CouponIssue
            {
                OperationId = form.OperationId,
                CouponId = form.CouponId,
                PackageId = form.PackageId,
                Quantity = form.Quantity,
                Audience = form.Audience,
                Reason = form.Reason!.Trim(),
                ActorKey = actor.Key,
                ActorName = actor.Name,
                CreatedAt = (await calendar.TodayAsync(db, cancel)).Now,
            }).Entity;
            await db.SaveChangesAsync(cancel);

            return issue.Id;
        }, cancel);
        work.Wake();

        return id;
    }
}

/// <summary>Issues to audiences in chunks of members; goes on after a restart where it stopped, and the source key lets nothing be issued twice.</summary>
public sealed class CouponIssueWork(LoyaltyDatabase database, CouponIssuing issuing, CouponNews news, Audiences audiences, JobLeases leases, TimeProvider clock) : BackgroundWork
{
    private const string Lease = "coupon-issues";
    private const int Chunk = 500;

    private static readonly TimeSpan leaseFor = TimeSpan.FromMinutes(2);

    public override string Name => "Coupon issue";

    public override string Purpose => "Issues coupons to audiences.";

    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        long? waiting;
        await using (var db = await database.ReadAsync(cancel))
        {
            waiting = await db.CouponIssues.Where(i => i.FinishedAt == null).OrderBy(i => i.Id).Select(i => (long?)i.Id).FirstOrDefaultAsync(cancel);
        }

        if (waiting is not { } id || await leases.TryTakeAsync(Lease, leaseFor, cancel) is not { } lease)
        {
            return null;
        }

        try
        {
            while (!await StepAsync(id, lease, cancel))
            {
            }
        }
        catch (RuleViolationException refused)
        {
            await EndAsync(id, refused.Message, cancel);
        }
        finally
        {
            await leases.ReleaseAsync(lease, CancellationToken.None);
        }

        return $"Issue {id.ToString(CultureInfo.InvariantCulture)} done.";
    }

    // One chunk in one transaction: the coupons and how far it is.
    private Task<bool> StepAsync(long id, HeldLease lease, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        var issue = await db.CouponIssues.FirstAsync(i => i.Id == id, cancel);
        if (issue.FinishedAt is not null)
        {
            return true;
        }

        db.Actor = Actor.Of(issue.ActorKey, issue.ActorName);
        var members = await (await audiences.MembersAsync(db, issue.Audience, cancel)).Where(m => m.Id > issue.LastMemberId).OrderBy(m => m.Id).Select(m => m.Id).Take(Chunk).ToListAsync(cancel);
        var (got, atLimit, empty) = (new List<IssuedCoupon>(), new HashSet<long>(), false);
        foreach (var order in await OrdersAsync(db, issue, cancel))
        {
            var issued = await issuing.IssueAsync(db, members, order, cancel);
            issue.Coupons += issued.New;
            got.AddRange(issued.Coupons);
            atLimit.UnionWith(issued.AtLimit);
            empty |= issued.OutOfStock.Count > 0;
        }

        await news.TellAsync(db, got, $"issue:{issue.Id.ToString(CultureInfo.InvariantCulture)}", issue.Reason, cancel);
        issue.Members += got.DistinctBy(c => c.MemberId).Count();
        issue.AtLimit += atLimit.Count;
        issue.LastMemberId = members.Count > 0 ? members[^1] : issue.LastMemberId;
        if (empty || members.Count < Chunk)
        {
            (issue.FinishedAt, issue.Stopped) = (clock.GetUtcNow(), empty ? "The stock was used up." : null);
        }

        return issue.FinishedAt is not null;
    }, cancel);

    private static async Task<IEnumerable<CouponOrder>> OrdersAsync(LoyaltyDbContext db, CouponIssue issue, CancellationToken cancel)
    {
        var order = new CouponOrder { CouponId = issue.CouponId ?? 0, Quantity = issue.Quantity, Source = $"issue:{issue.Id.ToString(CultureInfo.InvariantCulture)}", Origin = CouponOrigin.Audience, Reason = issue.Reason };

        return issue.PackageId is { } package ? CouponPackages.OrdersOf(await db.CouponPackages.AsNoTracking().FirstAsync(p => p.Id == package, cancel), order) : [order];
    }

    private Task EndAsync(long id, string why, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        var issue = await db.CouponIssues.FirstAsync(i => i.Id == id, cancel);
        (issue.FinishedAt, issue.Stopped) = (clock.GetUtcNow(), why.Length <= 400 ? why : why[..400]);
    }, cancel);
}
