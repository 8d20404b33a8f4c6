using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>Reads and raises the generation of a member's links and sessions, within the caller's reads and writes.</summary>
internal static class PortalStandings
{
    /// <summary>0 until links were first revoked.</summary>
    public static Task<int> GenerationAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel) =>
        db.PortalStandings.Where(s => s.MemberId == memberId).Select(s => s.Generation).FirstOrDefaultAsync(cancel);

    /// <summary>From here on nothing made before opens the member's page.</summary>
    public static async Task RaiseAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel)
    {
        if (await db.PortalStandings.Where(s => s.MemberId == memberId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Generation, s => s.Generation + 1), cancel) == 0)
        {
            db.PortalStandings.Add(new PortalStanding { MemberId = memberId, Generation = 1 });
            await db.SaveChangesAsync(cancel);
        }
    }

    /// <summary>The members were erased: nothing of links, codes and sessions stays.</summary>
    public static async Task ForgetAsync(LoyaltyDbContext db, long[] memberIds, CancellationToken cancel)
    {
        await db.PortalSessions.Where(s => memberIds.Contains(s.MemberId)).ExecuteDeleteAsync(cancel);
        await db.PortalLinks.Where(l => memberIds.Contains(l.MemberId)).ExecuteDeleteAsync(cancel);
        await db.PortalCodes.Where(c => c.MemberId != null && memberIds.Contains(c.MemberId.Value)).ExecuteDeleteAsync(cancel);
        await db.PortalStandings.Where(s => memberIds.Contains(s.MemberId)).ExecuteDeleteAsync(cancel);
    }
}
