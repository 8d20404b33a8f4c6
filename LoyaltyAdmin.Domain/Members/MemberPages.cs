using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>A card in the member page's header.</summary>
public sealed record MemberCard(long Id, string PlanName, string TierName, string TierColour, string Number, LoyaltyCardStatus Status, DateOnly TierSince, DateTimeOffset? ValidUntil);

/// <summary>What the member bought, in the group's currency.</summary>
public sealed record MemberPurchases(int Orders, int PurchaseDays, DateOnly? FirstOn, DateOnly? LastOn, decimal Revenue, decimal PosRevenue, decimal OnlineRevenue, DateOnly? ExpectedOn)
{
    /// <summary>Average days between distinct purchase days; null below two of them.</summary>
    public decimal? AverageGap => PurchaseDays >= 2 && FirstOn is { } first && LastOn is { } last ? Math.Round((last.DayNumber - first.DayNumber) / (decimal)(PurchaseDays - 1), 1) : null;
}

/// <summary>A member as its page shows it. Personal data is masked where <see cref="IsMasked"/>.</summary>
public sealed record MemberDetail(
    long Id, string Number, string? FullName, DateOnly? BirthDate, int? Age, int BirthDateChanges, Gender? Gender, string? Email, string? Phone, bool EmailVerified, bool PhoneVerified,
    string? Country, string? Region, string? City, string? PostalCode, string? Street, string? Street2, string? IdNumberLastFour, string? Language, string TimeZone,
    string? HomeStore, RegistrationSource RegisteredThrough, DateTimeOffset RegisteredAt, DateOnly RegisteredOn, MemberStatus Status, string Currency, bool IsMasked)
{
    public MemberPurchases Purchases { get; init; } = new(0, 0, null, null, 0, 0, 0, null);
    public IReadOnlyList<MemberCard> Cards { get; init; } = [];
    public IReadOnlyList<MemberAttributeForm> Attributes { get; init; } = [];
}

/// <summary>One order of a member.</summary>
public sealed record MemberOrderRow(long Id, string Source, string Number, OrderKind Kind, string StoreName, Channel Channel, DateTimeOffset At, DateOnly BusinessDay, string TimeZone, string Currency, decimal Total, decimal Refunded, decimal Revenue, OrderStatus Status);

/// <summary>What the tabs of a member's page show. Opening personal data leaves a trace.</summary>
public sealed class MemberPages(LoyaltyDatabase database, AccessControl access, AuditTrail audit, GroupCalendar calendar)
{
    /// <summary>Who looked at personal data stands in the audit tab; it is nothing that happened to the member.</summary>
    internal const string ViewAction = "Member.View";

    private static readonly SortColumns<Order> orderSorts = new SortColumns<Order>(o => o.Id).By("BusinessDay", o => o.BusinessDay);

    /// <summary>Header and profile.</summary>
    /// <exception cref="NotFoundException">No such member in the caller's stores.</exception>
    [Requires(Permission.MembersRead)]
    public async Task<MemberDetail> DetailAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == id, cancel) ?? throw new NotFoundException("The member");
        var group = await calendar.TodayAsync(db, cancel);
        var home = member.HomeStoreId is { } store ? await db.Stores.FirstAsync(s => s.Id == store, cancel) : null;
        var reveals = grant.May(Permission.MembersReveal);
        if (reveals && member.Status != MemberStatus.Erased)
        {
            await audit.RecordAsync(actor, ViewAction, entityType: nameof(Member), entityId: id.ToString(CultureInfo.InvariantCulture), subject: member.Number, storeId: member.HomeStoreId, cancel: cancel);
        }

        var age = member.BirthDate is { } born ? group.Today.Year - born.Year - (born.AddYears(group.Today.Year - born.Year) > group.Today ? 1 : 0) : (int?)null;
        var detail = new MemberDetail(
            member.Id, member.Number, member.FullName, member.BirthDate, age, member.BirthDateChanges, member.Gender, member.Email, member.Phone, member.EmailVerifiedAt is not null, member.PhoneVerifiedAt is not null,
            member.Country, member.Region, member.City, member.PostalCode, member.Street, member.Street2, member.IdNumberLastFour, member.Language, member.TimeZone ?? home?.TimeZone ?? group.Zone.Id,
            home?.Name, member.RegisteredThrough, member.RegisteredAt, member.RegisteredOn, member.Status, group.Currency, !reveals)
        {
            Purchases = await db.PurchaseSummaries.Where(s => s.MemberId == id).Select(s => new MemberPurchases(s.OrderCount, s.PurchaseDays, s.FirstOn, s.LastOn, s.Revenue, s.PosRevenue, s.OnlineRevenue, s.ExpectedOn)).FirstOrDefaultAsync(cancel)
                ?? new MemberPurchases(0, 0, null, null, 0, 0, 0, null),
            Cards = await (from c in db.LoyaltyCards
                           where c.MemberId == id && c.Status != LoyaltyCardStatus.Cancelled
                           join p in db.CardPlans on c.PlanId equals p.Id
                           join t in db.CardTiers on c.TierId equals t.Id
                           orderby p.Name
                           select new MemberCard(c.Id, p.Name, t.Name, t.Colour, c.Number, c.Status, c.TierSince, c.ValidUntil)).ToListAsync(cancel),
            Attributes = await db.MemberAttributes.Where(a => a.MemberId == id).OrderBy(a => a.Name).Select(a => new MemberAttributeForm { Name = a.Name, Value = a.Value }).ToListAsync(cancel),
        };

        return reveals ? detail : Masked(detail);
    }

    [Requires(Permission.OrdersRead)]
    public async Task<Page<MemberOrderRow>> OrdersAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.OrdersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        await DemandVisibleAsync(db, grant, id, cancel);

        return await OrderDirectory.Visible(db, grant).Where(o => o.MemberId == id).ToPageAsync(page with { Sort = "BusinessDay" }, orderSorts, o => new MemberOrderRow(
            o.Id, o.Source, o.Number, o.Kind, db.Stores.Where(s => s.Id == o.StoreId).Select(s => s.Name).First(), o.Channel, o.PaidAt ?? o.PlacedAt, o.BusinessDay,
            db.Stores.Where(s => s.Id == o.StoreId).Select(s => s.TimeZone).First(), o.Currency, o.Total, o.Refunded, o.Revenue, o.Status), cancel);
    }

    /// <summary>Who looked at or changed the member's record, newest first.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        await DemandVisibleAsync(db, grant, id, cancel);

        return await db.HistoryOfAsync<Member>(id, page, cancel);
    }

    private static MemberDetail Masked(MemberDetail detail) => detail with
    {
        FullName = Masks.Name(detail.FullName),
        BirthDate = null,
        Age = null,
        Phone = Masks.Phone(detail.Phone),
        Email = Masks.Email(detail.Email),
        PostalCode = detail.PostalCode is null ? null : Masks.Hidden,
        Street = detail.Street is null ? null : Masks.Hidden,
        Street2 = detail.Street2 is null ? null : Masks.Hidden,
        IdNumberLastFour = detail.IdNumberLastFour is null ? null : Masks.Hidden,
        Attributes = [.. detail.Attributes.Select(attribute => new MemberAttributeForm { Name = attribute.Name, Value = Masks.Hidden })],
    };

    private static async Task DemandVisibleAsync(LoyaltyDbContext db, Grant grant, long id, CancellationToken cancel)
    {
        if (!await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == id, cancel))
        {
            throw new NotFoundException("The member");
        }
    }
}
