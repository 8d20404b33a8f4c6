using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Agreements;

/// <summary>An acceptance that a till or shop tells of.</summary>
public sealed record AcceptanceWish
{
    public required long AgreementId { get; init; }

    /// <summary>The version that was shown; null: the newest.</summary>
    public int? Version { get; init; }

    /// <summary>Null: now.</summary>
    public DateTimeOffset? At { get; init; }

    public AcceptanceSource Source { get; init; } = AcceptanceSource.Online;
    public string? StoreCode { get; init; }
    public string? IpAddress { get; init; }
}

/// <summary>An acceptance as programs see it.</summary>
public sealed record AcceptedAgreement(long AgreementId, string Title, int Version, DateTimeOffset At, AcceptanceSource Source);

/// <summary>An agreement and how one member stands to it.</summary>
/// <param name="Accepted">The newest version the member accepted; null: none.</param>
public sealed record AgreementStanding(long Id, AgreementKind Kind, string Title, int Version, DateTimeOffset PublishedAt, int? Accepted, DateTimeOffset? AcceptedAt, AcceptanceSource? Source, string? ActorName, bool HasEvidence)
{
    /// <summary>The newest version is what the member accepted.</summary>
    public bool IsCurrent => Accepted == Version;

    /// <summary>The member is asked for it: terms and privacy always, anything else once an older version was accepted. A list of questions is agreed to by nobody.</summary>
    public bool IsAsked => !IsCurrent && Kind != AgreementKind.Faq && (Kind is AgreementKind.TermsOfUse or AgreementKind.PrivacyPolicy || Accepted is not null);
}

/// <summary>An agreement as tills and shops show it.</summary>
public sealed record AgreementText(long Id, AgreementKind Kind, string Title, int Version, DateTimeOffset PublishedAt, string Body);

/// <summary>How many members accepted a version.</summary>
public sealed record AcceptanceCount(int Version, int Members);

/// <summary>Which version of which agreement members accepted, where and when: append-only, the first acceptance of a version counts.</summary>
public sealed class AgreementAcceptances(LoyaltyDatabase database, AccessControl access, Receipts receipts, TimeProvider clock)
{
    /// <summary>The member accepts what the own page shows.</summary>
    /// <param name="actor">The member.</param>
    /// <param name="agreementId">The agreement.</param>
    /// <param name="version">The version that was shown: when a newer one came meanwhile, it must be read first.</param>
    /// <param name="cancel">Stops before the write.</param>
    [Requires(ActorKind.Member)]
    public async Task AcceptAsync(Actor actor, long agreementId, int version, CancellationToken cancel = default)
    {
        var grant = await access.DemandMemberAsync(actor, cancel);
        await WriteAsync(actor, grant.MemberId, new AcceptanceWish { AgreementId = agreementId, Version = version, Source = AcceptanceSource.MemberPage, IpAddress = actor.IpAddress }, mustBeNewest: true, cancel);
    }

    /// <summary>Staff write down that a member accepted the newest version in front of them.</summary>
    [Requires(Permission.MembersEdit)]
    public async Task RecordAsync(Actor actor, long memberId, long agreementId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        await using (var db = await database.ReadAsync(cancel))
        {
            if (!await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel))
            {
                throw new NotFoundException("The member");
            }
        }

        await WriteAsync(actor, memberId, new AcceptanceWish { AgreementId = agreementId, Source = AcceptanceSource.Counter }, mustBeNewest: false, cancel);
    }

    /// <summary>A till or shop tells of an acceptance, once per key.</summary>
    [Requires(ApiScope.ConsentsWrite)]
    public async Task<AcceptedAgreement> RecordOnceAsync(Actor actor, string memberNumber, AcceptanceWish wish, Operation operation, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.ConsentsWrite, cancel);
        // Only the member's own page can say that it was there.
        new FieldErrors().Require(wish.Source != AcceptanceSource.MemberPage, "source", "Use COUNTER, POS or ONLINE.").ThrowIfAny();
        Check(wish, clock.GetUtcNow());

        return await database.WriteAsync(actor, db => receipts.OnceAsync(db, operation, async () =>
        {
            var member = await MemberLookups.ByNumberAsync(db.Members, memberNumber, cancel) ?? throw new NotFoundException("The member");
            var store = Inputs.Clean(wish.StoreCode) is { } code ? await db.Stores.Where(s => s.Code == code).Select(s => (long?)s.Id).FirstOrDefaultAsync(cancel) ?? throw new RuleViolationException("unknown_store", "There is no store with this code.") { Field = "storeCode" } : (long?)null;
            if (store is { } named)
            {
                grant.DemandStore(named, "The store");
            }

            return await AddAsync(db, member.Id, wish, store, mustBeNewest: false, cancel);
        }, cancel), cancel);
    }

    /// <summary>The agreements in force, with the text a till or shop shows before it tells of an acceptance.</summary>
    [Requires(ApiScope.ConsentsWrite)]
    public async Task<IReadOnlyList<AgreementText>> ActiveAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.ConsentsWrite, cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (from a in db.Agreements
                      where a.IsActive
                      join v in db.AgreementVersions on new { a.Id, Number = a.CurrentVersion } equals new { Id = v.AgreementId, v.Number }
                      orderby a.Id
                      select new AgreementText(a.Id, a.Kind, a.Title, a.CurrentVersion, v.PublishedAt, v.Body)).Take(PageRequest.MaximumSize).ToListAsync(cancel);
    }

    /// <summary>Every active agreement and those accepted before, with how the member stands to it.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<IReadOnlyList<AgreementStanding>> OfMemberAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel) ? await StandingsAsync(db, memberId, cancel) : throw new NotFoundException("The member");
    }

    /// <summary>How many members accepted each version, newest first.</summary>
    [Requires(Permission.AgreementsManage)]
    public async Task<IReadOnlyList<AcceptanceCount>> CountsAsync(Actor actor, long agreementId, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.AgreementsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        // A merged duplicate and its survivor are one member.
        return await db.AgreementAcceptances.Where(a => a.AgreementId == agreementId)
            .Select(a => new { a.VersionNumber, Member = db.Members.Where(m => m.Id == a.MemberId).Select(m => m.MergedIntoId ?? m.Id).First() }).Distinct()
            .GroupBy(a => a.VersionNumber).OrderByDescending(g => g.Key).Select(g => new AcceptanceCount(g.Key, g.Count())).Take(PageRequest.MaximumSize).ToListAsync(cancel);
    }

    /// <summary>How a member stands to every agreement; what merged duplicates accepted counts as the survivor's.</summary>
    internal static async Task<IReadOnlyList<AgreementStanding>> StandingsAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel)
    {
        var accepted = (await OfMembers(db, memberId).Select(a => new { a.Id, a.AgreementId, a.VersionNumber, a.At, a.Source, a.ActorName, HasEvidence = db.AcceptanceEvidence.Any(e => e.AcceptanceId == a.Id) }).ToListAsync(cancel))
            .GroupBy(a => a.AgreementId).ToDictionary(g => g.Key, g => g.OrderByDescending(a => a.VersionNumber).ThenBy(a => a.At).First());
        var known = accepted.Keys.ToArray();
        var agreements = await (from a in db.Agreements
                                where a.IsActive || known.Contains(a.Id)
                                join v in db.AgreementVersions on new { a.Id, Number = a.CurrentVersion } equals new { Id = v.AgreementId, v.Number }
                                orderby a.Title, a.Id
                                select new { a.Id, a.Kind, a.Title, a.CurrentVersion, a.IsActive, v.PublishedAt }).Take(PageRequest.MaximumSize).ToListAsync(cancel);

        return agreements.ConvertAll(a => accepted.GetValueOrDefault(a.Id) is var mine && mine is null
            ? new AgreementStanding(a.Id, a.Kind, a.Title, a.CurrentVersion, a.PublishedAt, null, null, null, null, false)
            // What is not offered any more is not asked for again either.
            : new AgreementStanding(a.Id, a.Kind, a.Title, a.IsActive ? a.CurrentVersion : mine.VersionNumber, a.PublishedAt, mine.VersionNumber, mine.At, mine.Source, mine.ActorName, mine.HasEvidence));
    }

    private async Task WriteAsync(Actor actor, long memberId, AcceptanceWish wish, bool mustBeNewest, CancellationToken cancel)
    {
        Check(wish, clock.GetUtcNow());
        await database.WriteAsync(actor, db => AddAsync(db, memberId, wish, storeId: null, mustBeNewest, cancel), cancel);
    }

    private async Task<AcceptedAgreement> AddAsync(LoyaltyDbContext db, long memberId, AcceptanceWish wish, long? storeId, bool mustBeNewest, CancellationToken cancel)
    {
        // Two at once are one acceptance: the second waits and finds the first.
        await database.Provider.LockRowsAsync(db, "Members", [memberId], cancel);
        if (!await db.Members.AnyAsync(m => m.Id == memberId && (m.Status == MemberStatus.Active || m.Status == MemberStatus.Frozen), cancel))
        {
            throw new RuleViolationException("member_erased", "The member's data was erased for good.");
        }

        var agreement = await db.Agreements.AsNoTracking().FirstOrDefaultAsync(a => a.Id == wish.AgreementId && a.IsActive, cancel) ?? throw new NotFoundException("The agreement");
        if (agreement.Kind == AgreementKind.Faq)
        {
            throw new RuleViolationException("nothing_to_accept", "Questions and answers are there to be read; nobody accepts them.");
        }

        var version = wish.Version ?? agreement.CurrentVersion;
        if (version < 1 || version > agreement.CurrentVersion)
        {
            throw new RuleViolationException("unknown_version", $"There is no version {version} of this agreement.") { Field = "version" };
        }

        if (mustBeNewest && version != agreement.CurrentVersion)
        {
            throw new RuleViolationException("newer_version", "A newer version was published meanwhile. Please read it before you accept.");
        }

        var now = clock.GetUtcNow();
        var known = await OfMembers(db, memberId).Where(a => a.AgreementId == agreement.Id && a.VersionNumber == version).OrderBy(a => a.Id).FirstOrDefaultAsync(cancel);
        if (known is null)
        {
            known = new AgreementAcceptance { MemberId = memberId, AgreementId = agreement.Id, VersionNumber = version, At = wish.At ?? now, RecordedAt = now, Source = wish.Source, StoreId = storeId, ActorKey = db.Actor.Key, ActorName = db.Actor.Name };
            db.AgreementAcceptances.Add(known);
            await db.SaveChangesAsync(cancel);
            if (Inputs.Clean(wish.IpAddress) is { } address)
            {
                db.AcceptanceEvidence.Add(new AcceptanceEvidence { AcceptanceId = known.Id, MemberId = memberId, IpAddress = address });
            }
        }

        return new AcceptedAgreement(agreement.Id, agreement.Title, version, known.At, known.Source);
    }

    private static IQueryable<AgreementAcceptance> OfMembers(LoyaltyDbContext db, long memberId) =>
        db.AgreementAcceptances.Where(a => a.MemberId == memberId || db.Members.Any(m => m.MergedIntoId == memberId && m.Id == a.MemberId));

    private static void Check(AcceptanceWish wish, DateTimeOffset now) => new FieldErrors()
        .Require(Enum.IsDefined(wish.Source), "source", "Choose a source of the list.")
        .Require(wish.At is null || wish.At <= now.AddMinutes(5), "at", "The time lies in the future.")
        .Require(wish.At is null || wish.At >= new DateTimeOffset(1990, 1, 1, 0, 0, 0, TimeSpan.Zero), "at", "The time lies before 1990.")
        .Require(string.IsNullOrWhiteSpace(wish.IpAddress) || IPAddress.TryParse(wish.IpAddress.Trim(), out _), "ipAddress", "Enter an IP address.")
        .ThrowIfAny();
}
