using System.Globalization;
using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>
/// Finds out whose address a code was asked for, makes the code and puts it into the Message Center, all in one write per request: two nodes at once
/// send one code. What nobody owns is forgotten without a trace to the outside.
/// </summary>
public sealed class PortalCodeWork(LoyaltyDatabase database, SecretKeys keys, MessageOutbox outbox, MessageSender sender, TimeProvider clock) : BackgroundWork
{
    /// <summary>Against guessing over days: at five tries each, fifty in a million.</summary>
    public const int MostCodesPerDay = 10;

    private const int Batch = 50;
    private static readonly TimeSpan kept = TimeSpan.FromDays(2);
    private static readonly TimeSpan sessionsKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan linksKept = TimeSpan.FromDays(365);

    public override string Name => "Member page codes";

    public override string Purpose => "Sends the one-time codes that members asked for on their own pages.";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(2);

    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        List<Guid> waiting;
        do
        {
            await using (var db = await database.ReadAsync(cancel))
            {
                waiting = await db.PortalCodes.Where(c => c.SealedAddress != null).OrderBy(c => c.CreatedAt).Select(c => c.Id).Take(Batch).ToListAsync(cancel);
            }

            foreach (var id in waiting)
            {
                await database.WriteAsync(Actor.System, db => SendAsync(db, id, cancel), cancel);
                sender.Wake();
            }
        }
        while (waiting.Count == Batch);

        // The message log has it all.
        return null;
    }

    /// <summary>Forgets codes after two days, sessions after 30 days and links a year after their end.</summary>
    public Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        var (codes, sessions, links) = (now - kept, now - sessionsKept, now - linksKept);

        return database.WriteAsync(Actor.System, async db =>
            await db.PortalCodes.Where(c => c.ExpiresAt < codes).ExecuteDeleteAsync(cancel)
            + await db.PortalSessions.Where(s => s.EndsAt < sessions).ExecuteDeleteAsync(cancel)
            + await db.PortalLinks.Where(l => l.ExpiresAt < links).ExecuteDeleteAsync(cancel), cancel);
    }

    private async Task SendAsync(LoyaltyDbContext db, Guid id, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var request = await db.PortalCodes.AsNoTracking().FirstAsync(c => c.Id == id, cancel);
        // Whoever takes the address away is the one that sends.
        if (request.SealedAddress is null || await db.PortalCodes.Where(c => c.Id == id && c.SealedAddress != null).ExecuteUpdateAsync(set => set.SetProperty(c => c.SealedAddress, (byte[]?)null), cancel) != 1)
        {
            return;
        }

        var address = keys.Open(request.SealedAddress);
        var memberId = request.ExpiresAt <= now ? null : await db.Members
            .Where(m => (request.Channel == ConsentChannel.Email ? m.Email == address : m.Phone == address) && (m.Status == MemberStatus.Active || m.Status == MemberStatus.Frozen))
            .Select(m => (long?)m.Id).FirstOrDefaultAsync(cancel);
        var dayAgo = now.AddDays(-1);
        if (memberId is not { } owner || await db.PortalSettings.AnyAsync(s => !s.IsOn, cancel) || await db.PortalCodes.CountAsync(c => c.MemberId == owner && c.CreatedAt > dayAgo, cancel) >= MostCodesPerDay)
        {
            return;
        }

        var code = RandomNumberGenerator.GetString("0123456789", 6);
        var hash = PortalSignIn.CodeHash(keys, id, code);
        await db.PortalCodes.Where(c => c.Id == id).ExecuteUpdateAsync(set => set.SetProperty(c => c.MemberId, owner).SetProperty(c => c.CodeHash, hash), cancel);
        await outbox.AddAsync(db, new MessageRequest(MessageScenario.Verification, owner, $"member-page-code:{id:N}")
        {
            Variables = new Dictionary<string, string?> { ["minutes"] = PortalSignIn.CodeLifetime.TotalMinutes.ToString("0", CultureInfo.InvariantCulture) },
            Secrets = new Dictionary<string, string?> { ["code"] = code },
            OnlyChannel = request.Channel,
            NotAfter = request.ExpiresAt,
        }, cancel);
    }
}
