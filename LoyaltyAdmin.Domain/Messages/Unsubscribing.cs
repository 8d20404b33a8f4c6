using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>What the link in a message does: looking changes nothing, posting withdraws the consent, as often as it is posted (RFC 8058).</summary>
public sealed class Unsubscribing(LoyaltyDatabase database, UnsubscribeTokens tokens, TimeProvider clock)
{
    /// <summary>What a link is about, without saying whose it is; null: it is not one of ours.</summary>
    public UnsubscribeToken? Read(string? token) => tokens.Read(token);

    /// <summary>Withdraws the consent. True also when it was withdrawn before, or when there is nobody any more: the answer tells nothing about members.</summary>
    public async Task<bool> WithdrawAsync(string? token, string? ipAddress, CancellationToken cancel = default)
    {
        if (tokens.Read(token) is not { } link)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        await database.WriteAsync(Actor.System, async db =>
        {
            var member = await db.Members.Where(m => m.Id == link.MemberId).Select(m => new { m.Id, m.MergedIntoId, m.Status }).FirstOrDefaultAsync(cancel);
            if (member is null || member.Status == MemberStatus.Erased)
            {
                return;
            }

            var id = member.MergedIntoId ?? member.Id;
            if (await db.MemberConsents.AnyAsync(c => c.MemberId == id && c.Channel == link.Channel && c.Purpose == link.Purpose && c.Status == ConsentStatus.Withdrawn, cancel))
            {
                return;
            }

            await Consents.AppendAsync(db, [(id, new ConsentStatement { Channel = link.Channel, Purpose = link.Purpose, Status = ConsentStatus.Withdrawn, Source = ConsentSource.UnsubscribeLink, IpAddress = ipAddress })], Actor.System, now, cancel);
        }, cancel);

        return true;
    }
}
