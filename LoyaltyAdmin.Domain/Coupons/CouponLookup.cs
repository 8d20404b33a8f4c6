using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>What a presented code stands for: a member's coupon, or one the member may claim.</summary>
/// <param name="Held">The member's coupon; null: to be claimed.</param>
/// <param name="CodeId">The free imported code to claim with.</param>
internal sealed record FoundCoupon(Coupon Coupon, MemberCoupon? Held, Member Member, long? CodeId);

/// <summary>Finds a coupon by what a member presents. Failed look-ups are counted: codes are worth guessing.</summary>
public sealed class CouponLookup(CouponCodes codes, AttemptLimits attempts)
{
    private static readonly AttemptLimit failedLookups = new(Failures: 100, Window: TimeSpan.FromHours(1), LockFor: TimeSpan.FromHours(1));

    /// <exception cref="TooManyAttemptsException">This client failed 100 look-ups within an hour.</exception>
    internal ValueTask DemandUnlockedAsync(Actor actor, CancellationToken cancel) => attempts.DemandUnlockedAsync(Counter(actor), cancel);

    /// <summary>Counts a code nobody has.</summary>
    internal Task FailedAsync(Actor actor, CancellationToken cancel) => attempts.FailAsync(Counter(actor), failedLookups, new Suspicion(actor,
        $"{failedLookups.Failures} look-ups of coupons failed within an hour: somebody may be guessing coupon codes. This client's look-ups are refused for an hour."), cancel);

    /// <exception cref="NotFoundException">Nobody has the code, it is another member's, or the member is not known.</exception>
    /// <exception cref="RuleViolationException">The code is everybody's or still free, and no member was named.</exception>
    internal async Task<FoundCoupon> FindAsync(LoyaltyDbContext db, Grant grant, string code, string? memberNumber, DateTimeOffset now, CancellationToken cancel)
    {
        var hash = codes.Hash(code);
        if (await db.MemberCoupons.AsNoTracking().FirstOrDefaultAsync(c => c.CodeHash == hash, cancel) is { } own)
        {
            var owner = await db.Members.AsNoTracking().FirstAsync(m => m.Id == own.MemberId, cancel);
            if (Inputs.Clean(memberNumber) is { } named && (await MemberLookups.ByNumberAsync(db.Members.AsNoTracking(), named, cancel))?.Id != owner.Id)
            {
                throw new NotFoundException("The coupon");
            }

            return new FoundCoupon(await CouponAsync(db, own.CouponId, cancel), own, owner, CodeId: null);
        }

        var coupon = await db.Coupons.AsNoTracking().FirstOrDefaultAsync(c => c.CodeHash == hash, cancel);
        var free = coupon is null ? await db.CouponCodes.AsNoTracking().FirstOrDefaultAsync(c => c.CodeHash == hash && c.MemberCouponId == null, cancel) : null;
        coupon ??= free is null ? throw new NotFoundException("The coupon") : await CouponAsync(db, free.CouponId, cancel);
        var member = await MemberAsync(db, grant, memberNumber, cancel);

        return new FoundCoupon(coupon, free is null ? await HeldAsync(db, coupon.Id, member.Id, now, cancel) : null, member, free?.Id);
    }

    /// <exception cref="NotFoundException">No such member in the caller's stores.</exception>
    internal static async Task<Member> MemberAsync(LoyaltyDbContext db, Grant grant, string? number, CancellationToken cancel)
    {
        var named = Inputs.Clean(number) ?? throw new RuleViolationException("member_required", "Name the member: this code is not a member's own.") { Field = "memberNumber" };
        var member = await MemberLookups.ByNumberAsync(db.Members.AsNoTracking(), named, cancel);

        return member is not null && await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == member.Id, cancel) ? member : throw new NotFoundException("The member");
    }

    // The one that ends first.
    private static async Task<MemberCoupon?> HeldAsync(LoyaltyDbContext db, long couponId, long memberId, DateTimeOffset now, CancellationToken cancel) =>
        await db.MemberCoupons.AsNoTracking().Where(c => c.CouponId == couponId && c.MemberId == memberId && c.Status == MemberCouponStatus.Active && c.UsableUntil > now)
            .OrderBy(c => c.UsableUntil).ThenBy(c => c.Id).FirstOrDefaultAsync(cancel);

    private static Task<Coupon> CouponAsync(LoyaltyDbContext db, long id, CancellationToken cancel) => db.Coupons.AsNoTracking().FirstAsync(c => c.Id == id, cancel);

    private static string Counter(Actor actor) => $"coupon-lookup:{actor.Key}";
}
