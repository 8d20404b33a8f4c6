using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>A session that was opened, and the page it begins with.</summary>
public sealed record PortalEntry(Guid SessionId, string Path);

/// <summary>Opens sessions of members' pages and says at every request whether one still stands: revocation, freezing out and erasure hold at once.</summary>
public sealed class PortalSessions(LoyaltyDatabase database, PortalTokens tokens, TimeProvider clock)
{
    /// <summary>However busy the member is, a session ends after this.</summary>
    public static readonly TimeSpan AbsoluteLifetime = TimeSpan.FromHours(4);

    /// <summary>An idle session ends after this; kept by the cookie.</summary>
    public static readonly TimeSpan IdleLifetime = TimeSpan.FromMinutes(30);

    private const int LongestName = 120;

    /// <summary>Opens the page by a link that somebody made. Null, alike for all: unknown, over, revoked, its member gone, or members' pages switched off.</summary>
    public async Task<PortalEntry?> OpenLinkAsync(string? token, CancellationToken cancel = default)
    {
        if (tokens.HashOf(token) is not { } hash)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        // Guessers never reach the write gate, which tills wait for.
        await using (var read = await database.ReadAsync(cancel))
        {
            if (!await read.PortalLinks.AnyAsync(l => l.TokenHash == hash, cancel))
            {
                return null;
            }
        }

        return await database.WriteAsync(Actor.System, async db =>
            await db.PortalLinks.AsNoTracking().FirstOrDefaultAsync(l => l.TokenHash == hash && l.RevokedAt == null && l.ExpiresAt > now, cancel) is { } link
            && await OpenAsync(db, link.MemberId, PortalDoor.Link, link.Id, now, cancel) is { } session
                ? new PortalEntry(session, PortalTargets.PathOf(link.Target))
                : null, cancel);
    }

    /// <summary>Opens the page by a link of a message.</summary>
    public async Task<PortalEntry?> OpenMessageLinkAsync(string? token, string? target, CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        if (tokens.Read(token) is not { } link || link.ExpiresAt <= now)
        {
            return null;
        }

        return await database.WriteAsync(Actor.System, async db =>
            await PortalStandings.GenerationAsync(db, link.MemberId, cancel) == link.Generation && await OpenAsync(db, link.MemberId, PortalDoor.Message, linkId: null, now, cancel) is { } session
                ? new PortalEntry(session, PortalTargets.PathOf(target))
                : null, cancel);
    }

    /// <summary>The member of a session that stands, as the services know it; null: it is over.</summary>
    public async Task<Actor?> ActorOfAsync(Guid sessionId, CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        await using var db = await database.ReadAsync(cancel);
        var session = await db.PortalSessions.Where(s => s.Id == sessionId && s.EndedAt == null && s.EndsAt > now)
            .Select(s => new
            {
                s.MemberId,
                s.Door,
                s.Generation,
                Standing = db.PortalStandings.Where(p => p.MemberId == s.MemberId).Select(p => (int?)p.Generation).FirstOrDefault(),
                IsRevoked = db.PortalLinks.Any(l => l.Id == s.LinkId && l.RevokedAt != null),
                IsOff = db.PortalSettings.Any(p => !p.IsOn),
                LinkBy = db.PortalLinks.Where(l => l.Id == s.LinkId).Select(l => l.CreatedBy).FirstOrDefault(),
            }).FirstOrDefaultAsync(cancel);
        if (session is null || session.IsRevoked || session.IsOff || session.Generation != (session.Standing ?? 0)
            || await MemberGrant.FindAsync(db, Actor.Member(session.MemberId, ""), cancel) is not { } member)
        {
            return null;
        }

        // Who made the link stands beside the member in every proof: a consent given at a counter is not one given at home.
        var name = session.LinkBy is { } by ? $"Member {member.Number}, link made by {by}" : $"Member {member.Number}";

        return Actor.Member(member.MemberId, name.Length > LongestName ? name[..LongestName] : name) with { AuthenticationMethod = MethodOf(session.Door) };
    }

    /// <summary>The member signed out.</summary>
    public Task EndAsync(Guid sessionId, CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();

        return database.WriteAsync(Actor.System, db => db.PortalSessions.Where(s => s.Id == sessionId && s.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancel), cancel);
    }

    /// <summary>Opens a session within the caller's write; null: the member is gone, or members' pages are switched off.</summary>
    internal static async Task<Guid?> OpenAsync(LoyaltyDbContext db, long memberId, PortalDoor door, long? linkId, DateTimeOffset now, CancellationToken cancel)
    {
        if (await MemberGrant.FindAsync(db, Actor.Member(memberId, ""), cancel) is null || await db.PortalSettings.AnyAsync(s => !s.IsOn, cancel))
        {
            return null;
        }

        var session = new PortalSession
        {
            Id = Guid.NewGuid(),
            MemberId = memberId,
            Door = door,
            LinkId = linkId,
            Generation = await PortalStandings.GenerationAsync(db, memberId, cancel),
            StartedAt = now,
            EndsAt = now + AbsoluteLifetime,
        };
        db.PortalSessions.Add(session);

        return session.Id;
    }

    private static string MethodOf(PortalDoor door) => door switch
    {
        PortalDoor.Link => "link",
        PortalDoor.Message => "message-link",
        _ => "one-time-code",
    };
}
