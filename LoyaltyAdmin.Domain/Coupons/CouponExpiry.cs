using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>Marks coupons whose validity has ended. They could not be used any more before: this is for lists.</summary>
public sealed class CouponExpiry(LoyaltyDatabase database, TimeProvider clock)
{
    private const int Batch = 2_000;

    /// <summary>Safe to run twice and on two nodes.</summary>
    /// <returns>How many coupons expired.</returns>
    public async Task<int> RunAsync(CancellationToken cancel = default)
    {
        var expired = 0;
        while (true)
        {
            var now = clock.GetUtcNow();
            await using var db = await database.ReadAsync(cancel);
            var due = await db.MemberCoupons.Where(c => c.Status == MemberCouponStatus.Active && c.UsableUntil <= now).OrderBy(c => c.UsableUntil).Select(c => c.Id).Take(Batch).ToArrayAsync(cancel);
            if (due.Length == 0)
            {
                return expired;
            }

            expired += await database.WriteAsync(Actor.System, write => write.MemberCoupons.Where(c => EF.Parameter(due).Contains(c.Id) && c.Status == MemberCouponStatus.Active && c.UsableUntil <= now)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, MemberCouponStatus.Expired), cancel), cancel);
            if (due.Length < Batch)
            {
                return expired;
            }
        }
    }
}
