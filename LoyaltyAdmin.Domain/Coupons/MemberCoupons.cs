using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>A member's coupon as its program shows it.</summary>
/// <param name="Code">What the member presents; null: nothing that could be.</param>
public sealed record HeldCoupon(long Id, string CouponCode, string Name, CouponType Type, MemberCouponStatus Status, DateTimeOffset UsableFrom, DateTimeOffset UsableUntil, string? Code, string? Description, string Currency, CouponValue Value, decimal? Threshold);

/// <summary>What is wanted for a member: a coupon by its definition's code, a package, or what a code stands for (a claim).</summary>
public sealed record CouponWish(string? CouponCode = null, string? PackageCode = null, string? Code = null, int Quantity = 1, string? Reason = null);

/// <summary>Coupons of one member: listed, given, claimed and taken back.</summary>
public sealed class MemberCoupons(LoyaltyDatabase database, AccessControl access, CouponIssuing issuing, CouponLookup lookup, CouponCodes codes, CouponNews news, Receipts receipts, GroupCalendar calendar)
{
    public const int MostAtOnce = 100;
    private const int MostListed = 500;

    /// <summary>A member's coupons, newest first: usable ones only, or all of the last 500.</summary>
    [Requires(ApiScope.CouponsRead)]
    public async Task<IReadOnlyList<HeldCoupon>> OfMemberAsync(Actor actor, string memberNumber, bool all = false, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.CouponsRead, cancel);
        await using var db = await database.ReadAsync(cancel);
        var member = await CouponLookup.MemberAsync(db, grant, memberNumber, cancel);
        var now = (await calendar.TodayAsync(db, cancel)).Now;

        return await HeldAsync(db, db.MemberCoupons.Where(c => c.MemberId == member.Id && (all || (c.Status == MemberCouponStatus.Active && c.UsableUntil > now))), now, cancel);
    }

    /// <summary>Gives a member a coupon or package, or lets it claim what a code stands for. The same request gives the same coupons.</summary>
    /// <exception cref="RuleViolationException">Not active, none left, as many as allowed, or the member is not active.</exception>
    [Requires(Permission.CouponsIssue, ApiScope.CouponsIssue)]
    public async Task<IReadOnlyList<HeldCoupon>> IssueAsync(Actor actor, string memberNumber, CouponWish wish, Operation operation, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsIssue, ApiScope.CouponsIssue, cancel);
        new FieldErrors()
            .Require(new[] { wish.CouponCode, wish.PackageCode, wish.Code }.Count(way => Inputs.Clean(way) is not null) == 1, nameof(wish.CouponCode), "Name a coupon, a package or a code: exactly one of them.")
            .Require(wish.Quantity is >= 1 and <= MostAtOnce, nameof(wish.Quantity), $"The quantity is 1 to {MostAtOnce}.")
            .Text(nameof(wish.Reason), "Reason", wish.Reason, 400).ThrowIfAny();
        await lookup.DemandUnlockedAsync(actor, cancel);
        try
        {
            return await database.WriteAsync(actor, db => receipts.OnceAsync(db, operation, () => IssueAsync(db, grant, memberNumber, wish, operation, cancel), cancel), cancel);
        }
        catch (NotFoundException) when (wish.Code is not null)
        {
            await lookup.FailedAsync(actor, cancel);
            throw;
        }
    }

    /// <summary>Takes a coupon back that was not used.</summary>
    /// <exception cref="RuleViolationException">It was redeemed, has expired or was taken back before.</exception>
    [Requires(Permission.CouponsIssue)]
    public async Task VoidAsync(Actor actor, long id, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsIssue, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 400, required: true).ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var found = await db.MemberCoupons.Where(c => c.Id == id && MemberQueries.Members(db, grant).Any(m => m.Id == c.MemberId))
                .Select(c => new { c.LastFour, Name = db.Coupons.Where(d => d.Id == c.CouponId).Select(d => d.Name).First() }).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The coupon");
            var now = (await calendar.TodayAsync(db, cancel)).Now;
            if (await db.MemberCoupons.Where(c => c.Id == id && c.Status == MemberCouponStatus.Active && c.UsableUntil > now).ExecuteUpdateAsync(set => set
                .SetProperty(c => c.Status, MemberCouponStatus.Voided).SetProperty(c => c.VoidedAt, now).SetProperty(c => c.VoidedBy, actor.Name).SetProperty(c => c.VoidReason, reason.Trim()), cancel) != 1)
            {
                throw new RuleViolationException("coupon_not_active", "Only a coupon that can still be used can be voided.");
            }

            db.AuditEntries.Add(new AuditEntry(db.Actor, now, "MemberCoupon.Void") { EntityType = nameof(MemberCoupon), EntityId = id.ToString(CultureInfo.InvariantCulture), Subject = found.Name, Reason = reason.Trim() });
        }, cancel);
    }

    private async Task<IReadOnlyList<HeldCoupon>> IssueAsync(LoyaltyDbContext db, Grant grant, string memberNumber, CouponWish wish, Operation operation, CancellationToken cancel)
    {
        var member = await CouponLookup.MemberAsync(db, grant, memberNumber, cancel);
        if (member.Status != MemberStatus.Active)
        {
            throw new RuleViolationException("member_not_active", "The member is frozen or gone: it gets no coupons.");
        }

        var now = (await calendar.TodayAsync(db, cancel)).Now;
        var origin = operation.Actor.Kind == ActorKind.ApiClient ? CouponOrigin.Api : CouponOrigin.Hand;
        var (issued, source) = (new List<IssuedCoupon>(), CouponRedeeming.SourceOf(operation));
        foreach (var order in await OrdersAsync(db, grant, member, wish, new CouponOrder { CouponId = 0, Source = source, Origin = origin, Reason = Inputs.Clean(wish.Reason) }, now, cancel))
        {
            issued.AddRange(await issuing.IssueOneAsync(db, member.Id, order, cancel));
        }

        await news.TellAsync(db, issued, source, Inputs.Clean(wish.Reason), cancel);
        var ids = issued.ConvertAll(c => c.Id);

        return await HeldAsync(db, db.MemberCoupons.Where(c => EF.Parameter(ids).Contains(c.Id)), now, cancel);
    }

    private async Task<IEnumerable<CouponOrder>> OrdersAsync(LoyaltyDbContext db, Grant grant, Member member, CouponWish wish, CouponOrder order, DateTimeOffset now, CancellationToken cancel)
    {
        if (Inputs.Clean(wish.Code) is { } code)
        {
            var found = await lookup.FindAsync(db, grant, code, member.Number, now, cancel);
            // A code of the member's own needs no claim; one that everybody has may be claimed again while the limit allows.
            if (found is { Held: not null, Coupon.CodeKind: not CouponCodeKind.Universal })
            {
                throw new RuleViolationException("already_claimed", "This code was claimed already.");
            }

            return [order with { CouponId = found.Coupon.Id, CodeId = found.CodeId, Origin = CouponOrigin.Claim }];
        }

        if (Inputs.Clean(wish.PackageCode) is { } packageCode)
        {
            var package = await db.CouponPackages.AsNoTracking().FirstOrDefaultAsync(p => p.Code == packageCode, cancel) ?? throw new RuleViolationException("unknown_package", "There is no coupon package with this code.") { Field = nameof(wish.PackageCode) };

            return CouponPackages.OrdersOf(package, order with { Quantity = wish.Quantity });
        }

        var couponCode = Inputs.Clean(wish.CouponCode);
        var coupon = await db.Coupons.Where(c => c.Code == couponCode).Select(c => (long?)c.Id).FirstOrDefaultAsync(cancel) ?? throw new RuleViolationException("unknown_coupon", "There is no coupon with this code.") { Field = nameof(wish.CouponCode) };

        return [order with { CouponId = coupon, Quantity = wish.Quantity }];
    }

    /// <summary>Coupons the caller was let to, newest first.</summary>
    internal async Task<IReadOnlyList<HeldCoupon>> HeldAsync(LoyaltyDbContext db, IQueryable<MemberCoupon> coupons, DateTimeOffset now, CancellationToken cancel)
    {
        var rows = await (from held in coupons.OrderByDescending(c => c.Id).Take(MostListed)
                          join coupon in db.Coupons on held.CouponId equals coupon.Id
                          join terms in db.CouponTerms on held.TermsId equals terms.Id
                          orderby held.Id descending
                          select new { held.Id, coupon.Code, coupon.Name, coupon.Type, held.Status, held.UsableFrom, held.UsableUntil, held.SealedCode, coupon.UniversalCode, coupon.Currency, terms.Rules }).AsNoTracking().ToListAsync(cancel);

        return rows.ConvertAll(row => new HeldCoupon(row.Id, row.Code, row.Name, row.Type, MemberCouponStatuses.Of(row.Status, row.UsableUntil, now), row.UsableFrom, row.UsableUntil,
            row.SealedCode is { } code ? codes.Open(code) : row.UniversalCode, row.Rules.Description, row.Currency, row.Rules.Value, row.Rules.Threshold));
    }
}

public static class MemberCouponStatuses
{
    /// <summary>What people see: past its validity a coupon has expired, whether or not the job has said so.</summary>
    public static MemberCouponStatus Of(MemberCouponStatus status, DateTimeOffset usableUntil, DateTimeOffset now) =>
        status == MemberCouponStatus.Active && usableUntil <= now ? MemberCouponStatus.Expired : status;
}
