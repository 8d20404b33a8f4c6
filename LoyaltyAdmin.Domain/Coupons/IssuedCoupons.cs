using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>What the Issued Coupons tab is filtered by; null or empty: not filtered.</summary>
public sealed record IssuedCouponFilter
{
    public long? CouponId { get; init; }

    /// <summary>The whole number.</summary>
    public string? MemberNumber { get; init; }

    public long? MemberId { get; init; }

    /// <summary>The whole code, or its last four characters.</summary>
    public string? Code { get; init; }

    public MemberCouponStatus? Status { get; init; }
    public CouponOrigin? Origin { get; init; }
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }
}

/// <summary>One line of the Issued Coupons tab.</summary>
/// <param name="Kept">As it is kept; see <see cref="MemberCouponStatuses"/>.</param>
public sealed record IssuedCouponRow(
    long Id, long CouponId, string CouponCode, string CouponName, CouponType Type, long MemberId, string MemberNumber, MemberCouponStatus Kept, DateTimeOffset UsableFrom, DateTimeOffset UsableUntil,
    DateTimeOffset IssuedAt, DateOnly IssuedOn, CouponOrigin Origin, string? Package, string IssuedBy, string? Reason, string? LastFour, string? VoidReason)
{
    public MemberCouponStatus Status { get; init; } = Kept;

    /// <summary>“**** 1234”; a coupon of a universal code has none of its own.</summary>
    public string? MaskedCode => LastFour is null ? null : $"**** {LastFour}";
}

/// <summary>Finds coupons that members hold or held.</summary>
public sealed class IssuedCoupons(LoyaltyDatabase database, AccessControl access, AuditTrail audit, GroupCalendar calendar, CouponCodes codes)
{
    private static readonly SortColumns<MemberCoupon> sorts = new SortColumns<MemberCoupon>(c => c.Id).By("IssuedOn", c => c.IssuedOn).By("UsableUntil", c => c.UsableUntil);

    /// <summary>One page, newest first by default.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<Page<IssuedCouponRow>> ListAsync(Actor actor, IssuedCouponFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var now = (await calendar.TodayAsync(db, cancel)).Now;
        var found = await Filtered(db, grant, filter, now).ToPageAsync(page, sorts, Row(db), cancel);

        return found with { Rows = [.. found.Rows.Select(row => Shown(row, now))] };
    }

    /// <summary>How many the filter finds, counted up to 10,000.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, IssuedCouponFilter filter, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, grant, filter, (await calendar.TodayAsync(db, cancel)).Now).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>A member's own code, for a stated reason; who looked and why is in the audit trail.</summary>
    [Requires(Permission.CouponsIssue)]
    public async Task<string> RevealCodeAsync(Actor actor, long id, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsIssue, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var held = await db.MemberCoupons.FirstOrDefaultAsync(c => c.Id == id && c.SealedCode != null && MemberQueries.Members(db, grant, null).Any(m => m.Id == c.MemberId), cancel) ?? throw new NotFoundException("The coupon");
        await audit.RecordAsync(actor, "MemberCoupon.RevealCode", entityType: nameof(MemberCoupon), entityId: id.ToString(CultureInfo.InvariantCulture), subject: $"**** {held.LastFour}", reason: reason.Trim(), cancel: cancel);

        return codes.Open(held.SealedCode!);
    }

    internal static IssuedCouponRow Shown(IssuedCouponRow row, DateTimeOffset now) => row with { Status = MemberCouponStatuses.Of(row.Kept, row.UsableUntil, now) };

    internal IQueryable<MemberCoupon> Filtered(LoyaltyDbContext db, Grant grant, IssuedCouponFilter filter, DateTimeOffset now)
    {
        var coupons = db.MemberCoupons
            .Where(c => filter.CouponId == null || c.CouponId == filter.CouponId)
            .Where(c => filter.MemberId == null || c.MemberId == filter.MemberId)
            .Where(c => filter.Origin == null || c.Origin == filter.Origin)
            .Where(c => filter.From == null || c.IssuedOn >= filter.From)
            .Where(c => filter.To == null || c.IssuedOn <= filter.To);
        if (grant.Stores.Kind != StoreScopeKind.All)
        {
            coupons = coupons.Where(c => MemberQueries.Members(db, grant, null).Any(m => m.Id == c.MemberId));
        }

        if (Inputs.Clean(filter.MemberNumber) is { } number)
        {
            coupons = coupons.Where(c => db.Members.Any(m => m.Id == c.MemberId && m.Number == number));
        }

        coupons = filter.Status switch
        {
            MemberCouponStatus.Active => coupons.Where(c => c.Status == MemberCouponStatus.Active && c.UsableUntil > now),
            MemberCouponStatus.Expired => coupons.Where(c => c.Status == MemberCouponStatus.Expired || (c.Status == MemberCouponStatus.Active && c.UsableUntil <= now)),
            { } status => coupons.Where(c => c.Status == status),
            null => coupons,
        };

        return Inputs.Clean(filter.Code) is { } code ? ByCode(coupons, CouponCodes.Normalise(code)) : coupons;
    }

    internal static System.Linq.Expressions.Expression<Func<MemberCoupon, IssuedCouponRow>> Row(LoyaltyDbContext db) => c => new IssuedCouponRow(
        c.Id, c.CouponId, db.Coupons.Where(d => d.Id == c.CouponId).Select(d => d.Code).First(), db.Coupons.Where(d => d.Id == c.CouponId).Select(d => d.Name).First(), db.Coupons.Where(d => d.Id == c.CouponId).Select(d => d.Type).First(),
        c.MemberId, db.Members.Where(m => m.Id == c.MemberId).Select(m => m.Number).First(), c.Status, c.UsableFrom, c.UsableUntil,
        c.IssuedAt, c.IssuedOn, c.Origin, db.CouponPackages.Where(p => p.Id == c.PackageId).Select(p => p.Name).FirstOrDefault(), c.IssuedBy, c.Reason, c.LastFour, c.VoidReason);

    private IQueryable<MemberCoupon> ByCode(IQueryable<MemberCoupon> coupons, string code)
    {
        if (code.Length <= 4)
        {
            return coupons.Where(c => c.LastFour == code);
        }

        var hash = codes.Hash(code);

        return coupons.Where(c => c.CodeHash == hash);
    }
}
