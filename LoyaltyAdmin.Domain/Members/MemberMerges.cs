using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>What a merge would do.</summary>
/// <param name="Fills">Fields the survivor lacks and takes over.</param>
/// <param name="Coupons">Its coupons that can still be used.</param>
/// <param name="Balances">Its points and wallets.</param>
/// <param name="SamePlans">Plans both have a card of: the higher tier is kept on the survivor's card, the other card is cancelled.</param>
public sealed record MergePreview(long FromId, string FromNumber, string? FromName, string IntoNumber, string? IntoName, int Orders, decimal Revenue, string Currency, int Cards, IReadOnlyList<string> SamePlans, int Tags, int Consents, int Attributes, int Coupons, IReadOnlyList<MoneyOf> Balances, IReadOnlyList<string> Fills);

/// <summary>An amount that would move: points, or a wallet's in its currency. Major units.</summary>
public sealed record MoneyOf(decimal Amount, string Currency);

/// <summary>Two members that look like one person.</summary>
public sealed record DuplicatePair(long FirstId, string FirstNumber, string? FirstName, long SecondId, string SecondNumber, string? SecondName, string Why);

/// <summary>Makes one member of two: everything the duplicate has moves, its number leads to the survivor, nothing is lost from sums or proofs.</summary>
public sealed class MemberMerges(LoyaltyDatabase database, AccessControl access, PurchaseSummaries summaries, TierCalculation tiers, IEnumerable<MemberTransfers> transfers, WebhookOutbox webhooks, Stores.GroupCalendar calendar)
{
    private const int MostPairs = 200;

    /// <summary>What would move from the member with this number, phone, e-mail or card.</summary>
    [Requires(Permission.MembersErase)]
    public async Task<MergePreview> PreviewAsync(Actor actor, long intoId, string duplicate, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersErase, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var into = await FindAsync(db, grant, intoId, cancel);
        var from = await FindAsync(db, grant, (await SoughtAsync(db, duplicate, cancel)).Id, cancel);
        Demand(from, into);
        foreach (var transfer in transfers)
        {
            await transfer.DemandMovableAsync(db, from.Id, into.Id, cancel);
        }

        var plans = await PlansOfBothAsync(db, from.Id, into.Id).Select(p => p.Name).ToListAsync(cancel);
        var group = await calendar.TodayAsync(db, cancel);
        var reveals = grant.May(Permission.MembersReveal);

        return new MergePreview(from.Id, from.Number, reveals ? from.FullName : Masks.Name(from.FullName), into.Number, reveals ? into.FullName : Masks.Name(into.FullName),
            await db.Orders.CountAsync(o => o.MemberId == from.Id, cancel), await db.PurchaseSummaries.Where(s => s.MemberId == from.Id).Select(s => s.Revenue).FirstOrDefaultAsync(cancel), group.Currency,
            await db.LoyaltyCards.CountAsync(c => c.MemberId == from.Id && c.Status != LoyaltyCardStatus.Cancelled, cancel), plans,
            await db.MemberTags.CountAsync(t => t.MemberId == from.Id, cancel), await db.MemberConsents.CountAsync(c => c.MemberId == from.Id, cancel), await db.MemberAttributes.CountAsync(a => a.MemberId == from.Id, cancel),
            await db.MemberCoupons.CountAsync(c => c.MemberId == from.Id && c.Status == MemberCouponStatus.Active && c.UsableUntil > group.Now, cancel),
            [.. (await db.LedgerAccounts.Where(a => a.MemberId == from.Id && a.Balance != 0).OrderBy(a => a.Kind).ThenBy(a => a.Currency).Select(a => new { a.Balance, a.Currency }).ToListAsync(cancel)).Select(a => new MoneyOf(Currency.Of(a.Currency).ToMajor(a.Balance), a.Currency))],
            Fills(from, into));
    }

    /// <summary>Merges the duplicate into the survivor, in one transaction.</summary>
    [Requires(Permission.MembersErase)]
    public async Task MergeAsync(Actor actor, long intoId, long fromId, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersErase, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            await database.Provider.LockRowsAsync(db, "Members", [.. new[] { intoId, fromId }.Order()], cancel);
            var into = await FindAsync(db, grant, intoId, cancel);
            var from = await FindAsync(db, grant, fromId, cancel);
            Demand(from, into);
            var now = (await calendar.TodayAsync(db, cancel)).Now;
            var orders = await db.Orders.Where(o => o.MemberId == fromId).ExecuteUpdateAsync(set => set.SetProperty(o => o.MemberId, intoId), cancel);
            var cards = await MoveCardsAsync(db, fromId, intoId, now, cancel);
            foreach (var transfer in transfers)
            {
                await transfer.MoveAsync(db, fromId, intoId, $"Merged from {from.Number} into {into.Number}", cancel);
            }

            await MoveTagsAsync(db, fromId, intoId, cancel);
            await MoveConsentsAsync(db, fromId, intoId, cancel);
            await db.Messages.Where(m => m.MemberId == fromId).ExecuteUpdateAsync(set => set.SetProperty(m => m.MemberId, intoId), cancel);
            await db.MemberDevices.Where(d => d.MemberId == fromId).ExecuteUpdateAsync(set => set.SetProperty(d => d.MemberId, intoId), cancel);
            await MoveAttributesAsync(db, fromId, intoId, cancel);
            await MoveSegmentsAsync(db, fromId, intoId, cancel);
            await CouponMoves.MoveAsync(db, fromId, intoId, cancel);
            await GiftMoves.MoveAsync(db, fromId, intoId, cancel);
            await db.Members.Where(m => m.MergedIntoId == fromId).ExecuteUpdateAsync(set => set.SetProperty(m => m.MergedIntoId, intoId), cancel);
            await GiveUpAsync(db, from, into, cancel);
            db.MemberMerges.Add(new MemberMerge { FromId = fromId, IntoId = intoId, Orders = orders, Cards = cards, Reason = reason.Trim(), ActorKey = actor.Key, ActorName = actor.Name, At = now });
            Note(db, from, now, $"Merged into {into.Number}. {reason.Trim()}");
            Note(db, into, now, $"Took over {from.Number}. {reason.Trim()}");
            await summaries.RewriteAsync(db, [fromId, intoId], cancel);
            await tiers.RecalculateAsync(db, [intoId], TierChangeReason.Recalculation, cancel);
            await webhooks.AddAsync(db, WebhookEvents.MemberUpdated, [new { number = into.Number, change = "merged", fields = new[] { "merged" }, merged = from.Number }], cancel);
        }, cancel);
    }

    /// <summary>Members with the same name and birthday, the oldest and the newest of each group; at most 200 pairs.</summary>
    [Requires(Permission.MembersErase)]
    public async Task<IReadOnlyList<DuplicatePair>> DuplicatesAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersErase, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var groups = await MemberQueries.Members(db, grant).Where(m => m.FullName != null && m.BirthDate != null)
            .GroupBy(m => new { m.BirthDate, Name = m.FullName!.ToLower() }).Where(g => g.Count() > 1)
            .Select(g => new { First = g.Min(m => m.Id), Second = g.Max(m => m.Id) }).Take(MostPairs).ToListAsync(cancel);
        var ids = groups.SelectMany(g => new[] { g.First, g.Second }).ToArray();
        var members = await db.Members.Where(m => ids.Contains(m.Id)).Select(m => new { m.Id, m.Number, m.FullName }).ToDictionaryAsync(m => m.Id, cancel);
        var reveals = grant.May(Permission.MembersReveal);
        string? Name(long id) => reveals ? members[id].FullName : Masks.Name(members[id].FullName);

        return [.. groups.Select(g => new DuplicatePair(g.First, members[g.First].Number, Name(g.First), g.Second, members[g.Second].Number, Name(g.Second), "Same name and birthday"))];
    }

    private static async Task<Member> FindAsync(LoyaltyDbContext db, Grant grant, long id, CancellationToken cancel) =>
        await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == id, cancel) ?? throw new NotFoundException("The member");

    private static async Task<Member> SoughtAsync(LoyaltyDbContext db, string duplicate, CancellationToken cancel) =>
        await MemberLookups.ResolveAsync(db, new MemberSought(Number: duplicate), cancel)
        ?? await MemberLookups.ResolveAsync(db, new MemberSought(Phone: duplicate), cancel)
        ?? await MemberLookups.ResolveAsync(db, new MemberSought(Email: duplicate), cancel)
        ?? await MemberLookups.ResolveAsync(db, new MemberSought(Card: duplicate), cancel)
        ?? throw new RuleViolationException("not_found", "No member has exactly this number, phone, e-mail or card number.") { Field = "duplicate" };

    private static void Demand(Member from, Member into)
    {
        if (from.Id == into.Id)
        {
            throw new RuleViolationException("same_member", "This is the member itself. Name the other one.") { Field = "duplicate" };
        }

        if (from.Status == MemberStatus.Erased || into.Status == MemberStatus.Erased)
        {
            throw new RuleViolationException("member_erased", "An erased member cannot be merged.") { Field = "duplicate" };
        }

        if (from.Status == MemberStatus.Frozen && into.Status != MemberStatus.Frozen)
        {
            throw new RuleViolationException("member_frozen", $"Member {from.Number} is frozen: merging would undo that. Restore it or freeze member {into.Number} too, then merge.") { Field = "duplicate" };
        }
    }

    private static IQueryable<CardPlan> PlansOfBothAsync(LoyaltyDbContext db, long fromId, long intoId) =>
        db.CardPlans.Where(p => db.LoyaltyCards.Any(c => c.PlanId == p.Id && c.MemberId == fromId) && db.LoyaltyCards.Any(c => c.PlanId == p.Id && c.MemberId == intoId));

    private static async Task<int> MoveCardsAsync(LoyaltyDbContext db, long fromId, long intoId, DateTimeOffset now, CancellationToken cancel)
    {
        var both = await PlansOfBothAsync(db, fromId, intoId).Select(p => p.Id).ToArrayAsync(cancel);
        var moved = await db.LoyaltyCards.Where(c => c.MemberId == fromId && !both.Contains(c.PlanId)).ExecuteUpdateAsync(set => set.SetProperty(c => c.MemberId, intoId), cancel);
        var cards = await db.LoyaltyCards.Where(c => (c.MemberId == fromId || c.MemberId == intoId) && both.Contains(c.PlanId)).ToListAsync(cancel);
        var ranks = await db.CardTiers.Where(t => both.Contains(t.PlanId)).ToDictionaryAsync(t => t.Id, t => t.Rank, cancel);
        foreach (var plan in both)
        {
            var (gone, kept) = (cards.First(c => c.PlanId == plan && c.MemberId == fromId), cards.First(c => c.PlanId == plan && c.MemberId == intoId));
            if (gone.Status != LoyaltyCardStatus.Cancelled && ranks[gone.TierId] > ranks[kept.TierId])
            {
                db.TierChanges.Add(new TierChange { CardId = kept.Id, MemberId = intoId, FromTierId = kept.TierId, ToTierId = gone.TierId, Reason = TierChangeReason.Merge, Detail = $"Card {gone.Number}", ActorName = db.Actor.Name, At = now });
                (kept.TierId, kept.EarnedTierId, kept.TierSince) = (gone.TierId, ranks[gone.EarnedTierId] > ranks[kept.EarnedTierId] ? gone.EarnedTierId : kept.EarnedTierId, gone.TierSince);
                (kept.PeriodStart, kept.PeriodEnd) = (gone.PeriodStart, gone.PeriodEnd);
            }

            var keptId = kept.Id;
            var goneId = gone.Id;
            await db.TierGrants.Where(g => g.CardId == goneId && g.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(g => g.CardId, keptId), cancel);
            gone.Status = LoyaltyCardStatus.Cancelled;
        }

        return moved + both.Length;
    }

    private static async Task MoveTagsAsync(LoyaltyDbContext db, long fromId, long intoId, CancellationToken cancel)
    {
        await db.MemberTags.Where(t => t.MemberId == fromId && db.MemberTags.Any(o => o.MemberId == intoId && o.TagId == t.TagId && o.Source == t.Source)).ExecuteDeleteAsync(cancel);
        await db.MemberTags.Where(t => t.MemberId == fromId).ExecuteUpdateAsync(set => set.SetProperty(t => t.MemberId, intoId), cancel);
    }

    // The events are proofs and stay where they were said; what counts afterwards is the later word of the two.
    private static async Task MoveConsentsAsync(LoyaltyDbContext db, long fromId, long intoId, CancellationToken cancel)
    {
        var theirs = await db.MemberConsents.Where(c => c.MemberId == fromId).ToListAsync(cancel);
        var own = await db.MemberConsents.Where(c => c.MemberId == intoId).ToListAsync(cancel);
        foreach (var said in theirs)
        {
            if (own.Find(c => c.Channel == said.Channel && c.Purpose == said.Purpose) is not { } state)
            {
                db.MemberConsents.Add(new MemberConsent { MemberId = intoId, Channel = said.Channel, Purpose = said.Purpose, Status = said.Status, Since = said.Since });
            }
            else if (said.Since > state.Since || (said.Since == state.Since && said.Status == ConsentStatus.Withdrawn))
            {
                (state.Status, state.Since) = (said.Status, said.Since);
            }

            db.MemberConsents.Remove(said);
        }
    }

    private static async Task MoveAttributesAsync(LoyaltyDbContext db, long fromId, long intoId, CancellationToken cancel)
    {
        await db.MemberAttributes.Where(a => a.MemberId == fromId && db.MemberAttributes.Any(o => o.MemberId == intoId && o.Name == a.Name)).ExecuteDeleteAsync(cancel);
        var room = MemberRules.MostAttributes - await db.MemberAttributes.CountAsync(a => a.MemberId == intoId, cancel);
        var names = await db.MemberAttributes.Where(a => a.MemberId == fromId).OrderBy(a => a.Name).Select(a => a.Name).Take(Math.Max(0, room)).ToArrayAsync(cancel);
        await db.MemberAttributes.Where(a => a.MemberId == fromId && names.Contains(a.Name)).ExecuteUpdateAsync(set => set.SetProperty(a => a.MemberId, intoId), cancel);
        await db.MemberAttributes.Where(a => a.MemberId == fromId).ExecuteDeleteAsync(cancel);
    }

    private static async Task MoveSegmentsAsync(LoyaltyDbContext db, long fromId, long intoId, CancellationToken cancel)
    {
        await db.SegmentMembers.Where(s => s.MemberId == fromId && db.SegmentMembers.Any(o => o.MemberId == intoId && o.SegmentId == s.SegmentId)).ExecuteDeleteAsync(cancel);
        await db.SegmentMembers.Where(s => s.MemberId == fromId).ExecuteUpdateAsync(set => set.SetProperty(s => s.MemberId, intoId), cancel);
    }

    private static List<string> Fills(Member from, Member into)
    {
        var fills = new List<string>();
        void Fill(bool takes, string field)
        {
            if (takes)
            {
                fills.Add(field);
            }
        }

        Fill(into.FullName is null && from.FullName is not null, "Full name");
        Fill(into.Phone is null && from.Phone is not null, "Phone");
        Fill(into.Email is null && from.Email is not null, "E-mail");
        Fill(into.BirthDate is null && into.BirthDateChanges == 0 && from.BirthDate is not null, "Birthday");
        Fill(into.Gender is null && from.Gender is not null, "Gender");
        Fill(HasNoAddress(into) && !HasNoAddress(from), "Address");
        Fill(into.SealedIdNumber is null && from.SealedIdNumber is not null, "ID number");
        Fill(into.Language is null && from.Language is not null, "Language");
        Fill(into.HomeStoreId is null && from.HomeStoreId is not null, "Home store");

        return fills;
    }

    private static bool HasNoAddress(Member member) => member is { Country: null, Region: null, City: null, PostalCode: null, Street: null };

    /// <summary>The duplicate gives everything up; the survivor takes what it lacks. In two saves: phone and e-mail are unique.</summary>
    private static async Task GiveUpAsync(LoyaltyDbContext db, Member from, Member into, CancellationToken cancel)
    {
        var fills = Fills(from, into).ToHashSet();
        var had = (from.FullName, from.Phone, from.PhoneVerifiedAt, from.Email, from.EmailVerifiedAt, from.BirthDate, from.BirthDateChanges, from.Gender, from.SealedIdNumber, from.IdNumberLastFour, from.Language, from.HomeStoreId);
        var address = (from.Country, from.Region, from.City, from.PostalCode, from.Street, from.Street2);
        MemberErasure.Clear(from);
        (from.Status, from.MergedIntoId) = (MemberStatus.Merged, into.Id);
        from.Index();
        await db.SaveChangesAsync(cancel);
        if (fills.Contains("Phone"))
        {
            (into.Phone, into.PhoneVerifiedAt) = (had.Phone, had.PhoneVerifiedAt);
        }

        if (fills.Contains("E-mail"))
        {
            (into.Email, into.EmailVerifiedAt) = (had.Email, had.EmailVerifiedAt);
        }

        if (fills.Contains("Birthday"))
        {
            (into.BirthDate, into.BirthDateChanges) = (had.BirthDate, had.BirthDateChanges);
        }

        if (fills.Contains("Address"))
        {
            (into.Country, into.Region, into.City, into.PostalCode, into.Street, into.Street2) = address;
        }

        if (fills.Contains("ID number"))
        {
            (into.SealedIdNumber, into.IdNumberLastFour) = (had.SealedIdNumber, had.IdNumberLastFour);
        }

        into.FullName ??= had.FullName;
        into.Gender ??= had.Gender;
        into.Language ??= had.Language;
        into.HomeStoreId ??= had.HomeStoreId;
        into.Index();
    }

    private static void Note(LoyaltyDbContext db, Member member, DateTimeOffset now, string reason) => db.AuditEntries.Add(new AuditEntry(db.Actor, now, "Member.Merge")
    {
        EntityType = nameof(Member),
        EntityId = member.Id.ToString(CultureInfo.InvariantCulture),
        Subject = member.Number,
        StoreId = member.HomeStoreId,
        Reason = reason,
    });
}
