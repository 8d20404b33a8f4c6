using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>What a link is to do.</summary>
/// <param name="Target">One of <see cref="PortalTargets.Names"/>; null: the overview.</param>
/// <param name="Minutes">How long it opens the page; null: a day.</param>
public sealed record PortalLinkWish(string? Target = null, int? Minutes = null);

/// <summary>A link as it is shown once: nobody can read its address again.</summary>
/// <param name="Path">The address within this installation.</param>
public sealed record NewPortalLink(string Url, string Path, string Target, DateTimeOffset ExpiresAt);

/// <summary>A link of a member's list.</summary>
public sealed record PortalLinkRow(long Id, string Target, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, string? RevokedBy, int Opened, DateTimeOffset? LastOpenedAt)
{
    public bool IsOpenAt(DateTimeOffset now) => RevokedAt is null && now < ExpiresAt;
}

/// <summary>Makes, lists and revokes links to a member's own page.</summary>
public sealed class PortalLinks(LoyaltyDatabase database, AccessControl access, PortalTokens tokens, ProviderAddresses addresses, Receipts receipts, TimeProvider clock)
{
    public const int DefaultMinutes = 24 * 60;
    public const int MostMinutes = 30 * 24 * 60;

    private const int MostListed = 50;

    /// <summary>Makes a link for a member the staff user sees.</summary>
    [Requires(Permission.MembersLink)]
    public async Task<NewPortalLink> CreateAsync(Actor actor, long memberId, PortalLinkWish wish, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersLink, cancel: cancel);
        Check(wish);

        return await database.WriteAsync(actor, async db =>
            await AddAsync(db, await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == memberId, cancel), wish, cancel), cancel);
    }

    /// <summary>Makes a link for a till or shop, once per key: the same request again answers the same link.</summary>
    [Requires(ApiScope.PortalLinksWrite)]
    public async Task<NewPortalLink> CreateOnceAsync(Actor actor, string memberNumber, PortalLinkWish wish, Operation operation, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.PortalLinksWrite, cancel);
        Check(wish);

        return await database.WriteAsync(actor, db => receipts.OnceAsync(db, operation, async () => await AddAsync(db, await MemberLookups.ByNumberAsync(db.Members, memberNumber, cancel), wish, cancel), cancel), cancel);
    }

    /// <summary>The member's links, of merged duplicates too, newest first.</summary>
    [Requires(Permission.MembersLink)]
    public async Task<IReadOnlyList<PortalLinkRow>> ListAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersLink, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var ids = await IdsAsync(db, grant, memberId, cancel);
        var links = await db.PortalLinks.Where(l => ids.Contains(l.MemberId)).OrderByDescending(l => l.Id).Take(MostListed)
            .Select(l => new { Link = l, Opened = db.PortalSessions.Count(s => s.LinkId == l.Id), Last = db.PortalSessions.Where(s => s.LinkId == l.Id).Max(s => (DateTimeOffset?)s.StartedAt) }).AsNoTracking().ToListAsync(cancel);

        return links.ConvertAll(l => new PortalLinkRow(l.Link.Id, l.Link.Target ?? PortalTargets.Overview, l.Link.CreatedAt, l.Link.CreatedBy, l.Link.ExpiresAt, l.Link.RevokedAt, l.Link.RevokedBy, l.Opened, l.Last));
    }

    /// <summary>The link opens nothing any more, and what it opened is closed.</summary>
    [Requires(Permission.MembersLink)]
    public async Task RevokeAsync(Actor actor, long memberId, long linkId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersLink, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var ids = await IdsAsync(db, grant, memberId, cancel);
            var link = await db.PortalLinks.FirstOrDefaultAsync(l => l.Id == linkId && ids.Contains(l.MemberId), cancel) ?? throw new NotFoundException("The link");
            (link.RevokedAt, link.RevokedBy) = (link.RevokedAt ?? clock.GetUtcNow(), link.RevokedBy ?? actor.Name);
        }, cancel);
    }

    /// <summary>Ends every link and every open session of the member, those of messages too: a lost phone, a mailbox somebody else reads.</summary>
    [Requires(Permission.MembersLink)]
    public async Task RevokeAllAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersLink, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var now = clock.GetUtcNow();
            var ids = await IdsAsync(db, grant, memberId, cancel);
            foreach (var id in ids)
            {
                await PortalStandings.RaiseAsync(db, id, cancel);
            }

            foreach (var link in await db.PortalLinks.Where(l => ids.Contains(l.MemberId) && l.RevokedAt == null && l.ExpiresAt > now).ToListAsync(cancel))
            {
                (link.RevokedAt, link.RevokedBy) = (now, actor.Name);
            }

            db.AuditEntries.Add(new AuditEntry(db.Actor, now, "Member.RevokeLinks") { EntityType = nameof(Member), EntityId = memberId.ToString(System.Globalization.CultureInfo.InvariantCulture), Subject = "Member page" });
        }, cancel);
    }

    private async Task<NewPortalLink> AddAsync(LoyaltyDbContext db, Member? member, PortalLinkWish wish, CancellationToken cancel)
    {
        if (member is not { Status: MemberStatus.Active or MemberStatus.Frozen })
        {
            throw new NotFoundException("The member");
        }

        if (await db.PortalSettings.AnyAsync(s => !s.IsOn, cancel))
        {
            throw new RuleViolationException("member_page_off", "The member page is switched off (System Configuration > Member Page).");
        }

        var now = clock.GetUtcNow();
        var token = PortalTokens.New();
        var link = db.PortalLinks.Add(new PortalLink
        {
            MemberId = member.Id,
            TokenHash = tokens.HashOf(token)!,
            Target = wish.Target,
            CreatedAt = now,
            CreatedByKey = db.Actor.Key,
            CreatedBy = db.Actor.Name,
            ExpiresAt = now.AddMinutes(wish.Minutes ?? DefaultMinutes),
        }).Entity;
        var path = PortalTokens.LinkRoot + token;

        return new NewPortalLink(await BaseAsync(db, addresses, cancel) + path, path, link.Target ?? PortalTargets.Overview, link.ExpiresAt);
    }

    /// <summary>Where members reach this installation.</summary>
    internal static async Task<string> BaseAsync(LoyaltyDbContext db, ProviderAddresses addresses, CancellationToken cancel) =>
        (await db.MessageSettings.Select(s => s.PublicUrl).FirstOrDefaultAsync(cancel) ?? addresses.PublicUrl).TrimEnd('/');

    private static void Check(PortalLinkWish wish) => new FieldErrors()
        .Require(wish.Target is null || PortalTargets.Names.Contains(wish.Target), "target", $"Use one of {string.Join(", ", PortalTargets.Names)}.")
        .Require(wish.Minutes is null or (>= 1 and <= MostMinutes), "validMinutes", "A link is valid for 1 minute to 30 days (43,200 minutes).")
        .ThrowIfAny();

    private static async Task<long[]> IdsAsync(LoyaltyDbContext db, Grant grant, long memberId, CancellationToken cancel) =>
        await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel)
            ? [memberId, .. await db.Members.Where(m => m.MergedIntoId == memberId).Select(m => m.Id).ToListAsync(cancel)]
            : throw new NotFoundException("The member");
}
