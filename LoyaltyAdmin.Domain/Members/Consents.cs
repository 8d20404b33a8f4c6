using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>What a member said about one channel and purpose.</summary>
public sealed record ConsentStatement
{
    public required ConsentChannel Channel { get; init; }
    public ConsentPurpose Purpose { get; init; } = ConsentPurpose.Marketing;
    public required ConsentStatus Status { get; init; }

    /// <summary>When it was said; null: now. Never in the future.</summary>
    public DateTimeOffset? At { get; init; }

    public ConsentSource Source { get; init; } = ConsentSource.Staff;

    /// <summary>Which edition of the text was agreed to.</summary>
    public string? TextVersion { get; init; }

    /// <summary>The address it was said from: kept apart as evidence, removed when the member is erased.</summary>
    public string? IpAddress { get; init; }
}

/// <summary>One channel and purpose of a member: what counts now, and whether its address is suppressed.</summary>
public sealed record ConsentState(ConsentChannel Channel, ConsentPurpose Purpose, ConsentStatus? Status, DateTimeOffset? Since);

/// <summary>One line of a member's consent history.</summary>
public sealed record ConsentEventRow(long Id, ConsentChannel Channel, ConsentPurpose Purpose, ConsentStatus Status, DateTimeOffset At, DateTimeOffset RecordedAt, ConsentSource Source, string? TextVersion, string ActorName, bool HasEvidence);

/// <summary>Consent per channel and purpose as events; the last by time counts (domain rules, Consent 1).</summary>
public sealed class Consents(LoyaltyDatabase database, AccessControl access, WebhookOutbox webhooks, TimeProvider clock)
{
    private static readonly SortColumns<ConsentEvent> sorts = new SortColumns<ConsentEvent>(e => e.Id).By("At", e => e.At);

    /// <summary>Writes down what a member said, from the member's page.</summary>
    [Requires(Permission.MembersEdit)]
    public async Task RecordAsync(Actor actor, long memberId, ConsentStatement statement, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        await WriteAsync(actor, statement, (db, token) => MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == memberId, token), cancel);
    }

    /// <summary>Writes down what a member said at a till or in a shop. Saying the same thing of the same moment again changes nothing.</summary>
    [Requires(ApiScope.ConsentsWrite)]
    public async Task<MemberConsentView> PutAsync(Actor actor, string number, ConsentStatement statement, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.ConsentsWrite, cancel);
        var memberId = await WriteAsync(actor, statement, (db, token) => MemberLookups.ByNumberAsync(db.Members, number, token), cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.MemberConsents.Where(c => c.MemberId == memberId && c.Channel == statement.Channel && c.Purpose == statement.Purpose)
            .Select(c => new MemberConsentView(c.Channel, c.Purpose, c.Status, c.Since)).FirstAsync(cancel);
    }

    /// <summary>Every channel and purpose with what counts now.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<IReadOnlyList<ConsentState>> StatesAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        await DemandVisibleAsync(db, grant, memberId, cancel);
        var known = await db.MemberConsents.Where(c => c.MemberId == memberId).ToListAsync(cancel);

        return [.. from purpose in Enum.GetValues<ConsentPurpose>()
                   from channel in Enum.GetValues<ConsentChannel>()
                   let state = known.Find(c => c.Channel == channel && c.Purpose == purpose)
                   where state is not null || purpose == ConsentPurpose.Marketing || channel <= ConsentChannel.MiniProgram
                   select new ConsentState(channel, purpose, state?.Status, state?.Since)];
    }

    /// <summary>Everything the member said, of duplicates merged into it too, newest first.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<Page<ConsentEventRow>> HistoryAsync(Actor actor, long memberId, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        await DemandVisibleAsync(db, grant, memberId, cancel);

        return await db.ConsentEvents.Where(e => e.MemberId == memberId || db.Members.Any(m => m.MergedIntoId == memberId && m.Id == e.MemberId))
            .ToPageAsync(page with { Sort = "At" }, sorts, e => new ConsentEventRow(e.Id, e.Channel, e.Purpose, e.Status, e.At, e.RecordedAt, e.Source, e.TextVersion, e.ActorName, db.ConsentEvidence.Any(x => x.EventId == e.Id)), cancel);
    }

    /// <summary>Adds the events and moves the states within the caller's write. An event older than the state that counts changes only the history.</summary>
    internal static async Task<int> AppendAsync(LoyaltyDbContext db, IReadOnlyList<(long MemberId, ConsentStatement Statement)> said, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        var ids = said.Select(s => s.MemberId).Distinct().ToArray();
        var states = (await db.MemberConsents.Where(c => ids.Contains(c.MemberId)).ToListAsync(cancel)).ToDictionary(c => (c.MemberId, c.Channel, c.Purpose));
        var known = (await db.ConsentEvents.AsNoTracking().Where(e => ids.Contains(e.MemberId)).Select(e => new { e.MemberId, e.Channel, e.Purpose, e.Status, e.At }).ToListAsync(cancel))
            .Select(e => (e.MemberId, e.Channel, e.Purpose, e.Status, e.At)).ToHashSet();
        var added = new List<(ConsentEvent Event, string? Ip)>();
        foreach (var (memberId, statement) in said)
        {
            var at = statement.At ?? now;
            if (!known.Add((memberId, statement.Channel, statement.Purpose, statement.Status, at)))
            {
                continue;
            }

            var happened = new ConsentEvent
            {
                MemberId = memberId,
                Channel = statement.Channel,
                Purpose = statement.Purpose,
                Status = statement.Status,
                At = at,
                RecordedAt = now,
                Source = statement.Source,
                TextVersion = Inputs.Clean(statement.TextVersion),
                ActorKey = actor.Key,
                ActorName = actor.Name,
            };
            db.ConsentEvents.Add(happened);
            added.Add((happened, Inputs.Clean(statement.IpAddress)));
            Move(db, states, happened);
        }

        await db.SaveChangesAsync(cancel);
        db.ConsentEvidence.AddRange(added.Where(a => a.Ip is not null).Select(a => new ConsentEvidence { EventId = a.Event.Id, MemberId = a.Event.MemberId, IpAddress = a.Ip! }));

        return added.Count;
    }

    internal static FieldErrors Check(ConsentStatement statement, DateTimeOffset now) => new FieldErrors()
        .Require(Enum.IsDefined(statement.Channel), nameof(statement.Channel), "Choose a channel of the list.")
        .Require(Enum.IsDefined(statement.Purpose), nameof(statement.Purpose), "Choose a purpose of the list.")
        .Require(Enum.IsDefined(statement.Status), nameof(statement.Status), "Choose Granted or Withdrawn.")
        .Require(Enum.IsDefined(statement.Source), nameof(statement.Source), "Choose a source of the list.")
        .Require(statement.At is null || statement.At <= now.AddMinutes(5), nameof(statement.At), "The time lies in the future.")
        .Require(statement.At is null || statement.At >= new DateTimeOffset(1990, 1, 1, 0, 0, 0, TimeSpan.Zero), nameof(statement.At), "The time lies before 1990.")
        .Text(nameof(statement.TextVersion), "Text version", statement.TextVersion, 60)
        .Require(string.IsNullOrWhiteSpace(statement.IpAddress) || System.Net.IPAddress.TryParse(statement.IpAddress.Trim(), out _), nameof(statement.IpAddress), "Enter an IP address.");

    private static void Move(LoyaltyDbContext db, Dictionary<(long, ConsentChannel, ConsentPurpose), MemberConsent> states, ConsentEvent happened)
    {
        var key = (happened.MemberId, happened.Channel, happened.Purpose);
        if (!states.TryGetValue(key, out var state))
        {
            states[key] = db.MemberConsents.Add(new MemberConsent { MemberId = happened.MemberId, Channel = happened.Channel, Purpose = happened.Purpose, Status = happened.Status, Since = happened.At }).Entity;
        }
        else if (happened.At >= state.Since)
        {
            // Of two events of one moment the withdrawal counts.
            if (happened.At > state.Since || happened.Status == ConsentStatus.Withdrawn)
            {
                (state.Status, state.Since) = (happened.Status, happened.At);
            }
        }
    }

    private async Task<long> WriteAsync(Actor actor, ConsentStatement statement, Func<LoyaltyDbContext, CancellationToken, Task<Member?>> find, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        Check(statement, now).ThrowIfAny();

        return await database.WriteAsync(actor, async db =>
        {
            var member = await find(db, cancel) ?? throw new NotFoundException("The member");
            if (member.Status == MemberStatus.Erased)
            {
                throw new RuleViolationException("member_erased", "The member's data was erased for good.");
            }

            if (await AppendAsync(db, [(member.Id, statement)], actor, now, cancel) > 0)
            {
                await webhooks.AddAsync(db, WebhookEvents.MemberUpdated, [new { number = member.Number, change = "consent", fields = new[] { $"consents.{statement.Channel}.{statement.Purpose}" } }], cancel);
            }

            return member.Id;
        }, cancel);
    }

    private static async Task DemandVisibleAsync(LoyaltyDbContext db, Grant grant, long memberId, CancellationToken cancel)
    {
        if (!await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel))
        {
            throw new NotFoundException("The member");
        }
    }
}
