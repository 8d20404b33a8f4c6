using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>What the Member Directory is filtered by; null or empty: not filtered.</summary>
public sealed record MemberFilter
{
    /// <summary>A part of number, name, phone or e-mail, or a whole card number.</summary>
    public string? Text { get; init; }

    public long? CardPlanId { get; init; }
    public long? TierId { get; init; }
    public long? SegmentId { get; init; }
    public long? TagId { get; init; }
    public long? StoreId { get; init; }
    public MemberStatus? Status { get; init; }
    public DateOnly? RegisteredFrom { get; init; }
    public DateOnly? RegisteredTo { get; init; }
    public DateOnly? LastPurchaseFrom { get; init; }
    public DateOnly? LastPurchaseTo { get; init; }
    public DateOnly? FirstPurchaseFrom { get; init; }
    public DateOnly? FirstPurchaseTo { get; init; }

    /// <summary>Bought something on any of these days.</summary>
    public DateOnly? PurchasedFrom { get; init; }

    public DateOnly? PurchasedTo { get; init; }
    public bool NeverPurchased { get; init; }

    /// <summary>Says yes on this channel, for <see cref="ConsentPurpose"/>.</summary>
    public ConsentChannel? Consent { get; init; }

    public ConsentPurpose ConsentPurpose { get; init; } = ConsentPurpose.Marketing;

    /// <summary>On gift cards bought with the member's phone, in the group's currency, major units.</summary>
    public decimal? BalanceFrom { get; init; }

    public decimal? PointsFrom { get; init; }

    /// <summary>In the wallet of the group's currency, major units.</summary>
    public decimal? WalletFrom { get; init; }

    public long? ImportId { get; init; }
}

/// <summary>A tier or tag as a coloured word.</summary>
public sealed record MemberBadge(string Name, string Colour);

/// <summary>One line of the Member Directory. Revenue in the group's currency.</summary>
public sealed record MemberRow(
    long Id, string Number, string? FullName, string? Phone, string? Email, string? HomeStore, MemberStatus Status, DateOnly RegisteredOn, RegistrationSource RegisteredThrough,
    DateOnly? LastPurchaseOn, int Orders, decimal Revenue)
{
    public IReadOnlyList<MemberBadge> Tiers { get; init; } = [];
    public IReadOnlyList<MemberBadge> Tags { get; init; } = [];
}

/// <summary>What a filter offers to choose from.</summary>
public sealed record MemberChoice(long Id, string Name);

/// <summary>The choices of the directory's filters.</summary>
public sealed record MemberChoices(IReadOnlyList<MemberChoice> CardPlans, IReadOnlyList<MemberChoice> Tiers, IReadOnlyList<MemberChoice> Segments, IReadOnlyList<MemberChoice> Tags, IReadOnlyList<MemberChoice> Stores, string Currency);

/// <summary>Finds members (Membership Marketing > Members > Member Directory). Personal data is masked without the permission to reveal it.</summary>
public sealed class MemberDirectory(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, SegmentCompiler segments)
{
    public const string ByLastPurchase = "LastPurchase";
    public const string ByRevenue = "Revenue";

    private static readonly SortColumns<Member> sorts = new SortColumns<Member>(m => m.Id).By("Registered", m => m.RegisteredOn);

    // In the order of the summaries' own indexes: whoever never bought has no place in these.
    private static readonly SortColumns<PurchaseSummary> buyerSorts = new SortColumns<PurchaseSummary>(s => s.MemberId).By(ByLastPurchase, s => s.LastOn!.Value).By(ByRevenue, s => s.Revenue);

    /// <summary>One page, newest first by default. Sorted by last purchase or revenue, members who never bought are left out.</summary>
    /// <param name="storeView">The header's store switch; null: Group View.</param>
    [Requires(Permission.MembersRead)]
    public async Task<Page<MemberRow>> ListAsync(Actor actor, MemberFilter filter, PageRequest page, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var members = await FilteredAsync(db, grant, filter, storeView, cancel);
        Page<long> ids;
        if (page.Sort is ByLastPurchase or ByRevenue)
        {
            var buyers = db.PurchaseSummaries.Where(s => page.Sort == ByRevenue || s.LastOn != null).Where(s => members.Any(m => m.Id == s.MemberId));
            ids = await buyers.ToPageAsync(page, buyerSorts, s => s.MemberId, cancel);
        }
        else
        {
            ids = await members.ToPageAsync(page, sorts, m => m.Id, cancel);
        }

        return new Page<MemberRow>(await RowsAsync(db, grant, ids.Rows, cancel), ids.Next, ids.Previous);
    }

    /// <summary>How many members the filter finds, counted up to 10,000.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, MemberFilter filter, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, storeView, cancel)).BoundedCountAsync(cancel: cancel);
    }

    [Requires(Permission.MembersRead)]
    public async Task<MemberChoices> ChoicesAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var tiers = await db.CardTiers.Join(db.CardPlans, t => t.PlanId, p => p.Id, (t, p) => new { t.Id, t.Rank, Name = p.Name + ": " + t.Name, p.Code }).OrderBy(t => t.Code).ThenBy(t => t.Rank).ToListAsync(cancel);
        var stores = await db.Stores.OrderBy(s => s.Name).Select(s => new MemberChoice(s.Id, s.Name)).ToListAsync(cancel);

        return new MemberChoices(
            await db.CardPlans.OrderBy(p => p.Name).Select(p => new MemberChoice(p.Id, p.Name)).ToListAsync(cancel),
            [.. tiers.Select(t => new MemberChoice(t.Id, t.Name))],
            await db.Segments.OrderBy(s => s.Name).Select(s => new MemberChoice(s.Id, s.Name)).ToListAsync(cancel),
            await db.Tags.OrderBy(t => t.Name).Select(t => new MemberChoice(t.Id, t.Name)).ToListAsync(cancel),
            [.. stores.Where(s => grant.Sees(s.Id))],
            (await calendar.TodayAsync(db, cancel)).Currency);
    }

    /// <summary>The members a filter finds, as list, count, export and bulk changes see them.</summary>
    internal async Task<IQueryable<Member>> FilteredAsync(LoyaltyDbContext db, Grant grant, MemberFilter filter, long? storeView, CancellationToken cancel)
    {
        var members = MemberQueries.Members(db, grant, storeView)
            .Where(m => filter.StoreId == null || m.HomeStoreId == filter.StoreId)
            .Where(m => filter.Status == null || m.Status == filter.Status)
            .Where(m => filter.RegisteredFrom == null || m.RegisteredOn >= filter.RegisteredFrom)
            .Where(m => filter.RegisteredTo == null || m.RegisteredOn <= filter.RegisteredTo)
            .Where(m => filter.ImportId == null || m.ImportId == filter.ImportId);
        members = await ByTextAsync(db, members, filter.Text, cancel);
        members = ByMembership(db, members, filter);
        if (filter.SegmentId is { } segment)
        {
            // Live, like everywhere: the segment's rule of this moment, not its last count. One that is gone holds nobody.
            members = await db.Segments.AnyAsync(s => s.Id == segment, cancel)
                ? members.Where(await segments.CompileAsync(db, SegmentRule.All(new SegmentMembership(segment)), cancel: cancel))
                : members.Where(_ => false);
        }

        members = ByPurchases(db, members, filter);
        if (filter.Consent is { } channel)
        {
            var purpose = filter.ConsentPurpose;
            members = members.Where(m => db.MemberConsents.Any(c => c.MemberId == m.Id && c.Channel == channel && c.Purpose == purpose && c.Status == ConsentStatus.Granted));
        }

        if (filter.BalanceFrom is > 0 and var least)
        {
            var currency = Currency.Of((await calendar.TodayAsync(db, cancel)).Currency);
            var minor = (long)Math.Ceiling(least * currency.MinorPerMajor);
            var code = currency.Code;
            var phones = db.GiftCards.Where(c => c.BuyerPhone != null && c.Currency == code)
                .Join(db.LedgerAccounts, c => c.AccountId, a => a.Id, (c, a) => new { c.BuyerPhone, a.Balance })
                .GroupBy(c => c.BuyerPhone).Where(g => g.Sum(c => c.Balance) >= minor).Select(g => g.Key);
            members = members.Where(m => m.Phone != null && phones.Contains(m.Phone));
        }

        return await ByAccountsAsync(db, members, filter, cancel);
    }

    private async Task<IQueryable<Member>> ByAccountsAsync(LoyaltyDbContext db, IQueryable<Member> members, MemberFilter filter, CancellationToken cancel)
    {
        if (filter.PointsFrom is > 0 and var points)
        {
            var least = (long)Math.Ceiling(points * Currency.Points.MinorPerMajor);
            members = members.Where(m => db.LedgerAccounts.Any(a => a.MemberId == m.Id && a.Kind == AccountKind.Points && a.Balance >= least));
        }

        if (filter.WalletFrom is > 0 and var wallet)
        {
            var currency = Currency.Of((await calendar.TodayAsync(db, cancel)).Currency);
            var (least, code) = ((long)Math.Ceiling(wallet * currency.MinorPerMajor), currency.Code);
            members = members.Where(m => db.LedgerAccounts.Any(a => a.MemberId == m.Id && a.Kind == AccountKind.Wallet && a.Currency == code && a.Balance >= least));
        }

        return members;
    }

    // A whole card number, or the number of a duplicate that was merged away, leads to its member; anything else is looked for as a part.
    private async Task<IQueryable<Member>> ByTextAsync(LoyaltyDbContext db, IQueryable<Member> members, string? search, CancellationToken cancel)
    {
        if (Inputs.Clean(search) is not { } given)
        {
            return members;
        }

        if (await db.LoyaltyCards.Where(c => c.Number == given).Select(c => (long?)c.MemberId).FirstOrDefaultAsync(cancel) is { } holder)
        {
            var owner = await db.Members.Where(m => m.Id == holder).Select(m => m.MergedIntoId ?? m.Id).FirstAsync(cancel);

            return members.Where(m => m.Id == owner);
        }

        if (await db.Members.Where(m => m.Number == given && m.MergedIntoId != null).Select(m => m.MergedIntoId).FirstOrDefaultAsync(cancel) is { } survivor)
        {
            return members.Where(m => m.Id == survivor);
        }

        var text = given.ToLowerInvariant();
        if (text.Length < 3)
        {
            return members.Where(m => m.SearchText.StartsWith(text));
        }

        var ids = database.Provider.SearchMembers(db, (text[0] == '+' ? Inputs.NormalisePhone(text) : null) ?? text);

        return members.Where(m => ids.Contains(m.Id));
    }

    private static IQueryable<Member> ByMembership(LoyaltyDbContext db, IQueryable<Member> members, MemberFilter filter)
    {
        if (filter.CardPlanId is { } plan)
        {
            members = members.Where(m => db.LoyaltyCards.Any(c => c.MemberId == m.Id && c.PlanId == plan && c.Status != Cards.LoyaltyCardStatus.Cancelled));
        }

        if (filter.TierId is { } tier)
        {
            members = members.Where(m => db.LoyaltyCards.Any(c => c.MemberId == m.Id && c.TierId == tier && c.Status != Cards.LoyaltyCardStatus.Cancelled));
        }

        return filter.TagId is { } tag ? members.Where(m => db.MemberTags.Any(t => t.MemberId == m.Id && t.TagId == tag)) : members;
    }

    private static IQueryable<Member> ByPurchases(LoyaltyDbContext db, IQueryable<Member> members, MemberFilter filter)
    {
        if (filter.LastPurchaseFrom is not null || filter.LastPurchaseTo is not null)
        {
            members = members.Where(m => db.PurchaseSummaries.Any(s => s.MemberId == m.Id && s.LastOn != null
                && (filter.LastPurchaseFrom == null || s.LastOn >= filter.LastPurchaseFrom) && (filter.LastPurchaseTo == null || s.LastOn <= filter.LastPurchaseTo)));
        }

        if (filter.FirstPurchaseFrom is not null || filter.FirstPurchaseTo is not null)
        {
            members = members.Where(m => db.PurchaseSummaries.Any(s => s.MemberId == m.Id && s.FirstOn != null
                && (filter.FirstPurchaseFrom == null || s.FirstOn >= filter.FirstPurchaseFrom) && (filter.FirstPurchaseTo == null || s.FirstOn <= filter.FirstPurchaseTo)));
        }

        if (filter.PurchasedFrom is not null || filter.PurchasedTo is not null)
        {
            members = members.Where(m => db.Orders.Any(o => o.MemberId == m.Id && o.IsPurchase && o.Revenue > 0
                && (filter.PurchasedFrom == null || o.BusinessDay >= filter.PurchasedFrom) && (filter.PurchasedTo == null || o.BusinessDay <= filter.PurchasedTo)));
        }

        return filter.NeverPurchased ? members.Where(m => !db.PurchaseSummaries.Any(s => s.MemberId == m.Id && s.OrderCount > 0)) : members;
    }

    private static async Task<IReadOnlyList<MemberRow>> RowsAsync(LoyaltyDbContext db, Grant grant, IReadOnlyList<long> ids, CancellationToken cancel)
    {
        var rows = (await (from m in db.Members
                           where ids.Contains(m.Id)
                           join s in db.PurchaseSummaries on m.Id equals s.MemberId into summaries
                           from s in summaries.DefaultIfEmpty()
                           join h in db.Stores on m.HomeStoreId equals h.Id into homes
                           from h in homes.DefaultIfEmpty()
                           select new MemberRow(m.Id, m.Number, m.FullName, m.Phone, m.Email, h == null ? null : h.Name, m.Status, m.RegisteredOn, m.RegisteredThrough,
                               s == null ? null : s.LastOn, s == null ? 0 : s.OrderCount, s == null ? 0 : s.Revenue)).ToListAsync(cancel)).ToDictionary(row => row.Id);
        var tiers = (await (from c in db.LoyaltyCards
                            where ids.Contains(c.MemberId) && c.Status != Cards.LoyaltyCardStatus.Cancelled
                            join t in db.CardTiers on c.TierId equals t.Id
                            orderby c.PlanId
                            select new { c.MemberId, t.Name, t.Colour }).ToListAsync(cancel)).ToLookup(t => t.MemberId, t => new MemberBadge(t.Name, t.Colour));
        var tags = (await (from m in db.MemberTags
                           where ids.Contains(m.MemberId)
                           join t in db.Tags on m.TagId equals t.Id
                           orderby t.Name
                           select new { m.MemberId, t.Name, t.Colour }).Distinct().ToListAsync(cancel)).ToLookup(t => t.MemberId, t => new MemberBadge(t.Name, t.Colour));
        var reveals = grant.May(Permission.MembersReveal);

        return [.. ids.Select(id => (reveals ? rows[id] : Masked(rows[id])) with { Tiers = [.. tiers[id]], Tags = [.. tags[id]] })];
    }

    internal static MemberRow Masked(MemberRow row) => row with { FullName = Masks.Name(row.FullName), Phone = Masks.Phone(row.Phone), Email = Masks.Email(row.Email) };
}
