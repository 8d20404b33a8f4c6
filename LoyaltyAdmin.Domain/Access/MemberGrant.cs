using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>The member an actor is, right now.</summary>
/// <param name="MemberId">The survivor, where the member was merged.</param>
/// <param name="IsFrozen">Sees everything and may withdraw, but takes part in nothing.</param>
public sealed record MemberGrant(Actor Actor, long MemberId, string Number, bool IsFrozen)
{
    /// <summary>Null: not a member any more.</summary>
    internal static async Task<MemberGrant?> FindAsync(LoyaltyDbContext db, Actor actor, CancellationToken cancel)
    {
        var member = await db.Members.Where(m => m.Id == actor.Id).Select(m => new { m.Id, m.Number, m.Status, m.MergedIntoId }).FirstOrDefaultAsync(cancel);
        if (member?.MergedIntoId is { } into)
        {
            member = await db.Members.Where(m => m.Id == into).Select(m => new { m.Id, m.Number, m.Status, m.MergedIntoId }).FirstOrDefaultAsync(cancel);
        }

        return member is { Status: MemberStatus.Active or MemberStatus.Frozen } ? new MemberGrant(actor, member.Id, member.Number, member.Status == MemberStatus.Frozen) : null;
    }
}
