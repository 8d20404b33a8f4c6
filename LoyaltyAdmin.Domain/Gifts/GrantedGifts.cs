using System.Globalization;
using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>What the Grants tab is filtered by; null or empty: not filtered.</summary>
public sealed record GiftFilter
{
    /// <summary>The whole number.</summary>
    public string? MemberNumber { get; init; }

    public long? MemberId { get; init; }
    public long? CampaignId { get; init; }

    /// <summary>Part of the source's name.</summary>
    public string? Source { get; init; }

    public GiftItemKind? Kind { get; init; }
    public GiftItemStatus? Status { get; init; }
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }
}

/// <summary>One line of the Grants tab: one thing of one gift.</summary>
/// <param name="Given">The coupon or package; null: points.</param>
public sealed record GiftRow(
    long Id, long MemberId, string MemberNumber, GiftSourceKind SourceKind, long SourceId, string SourceName, GiftItemKind Kind, decimal? Points, string? Given, int Quantity,
    DateTimeOffset GrantedAt, string GrantedBy, DateTimeOffset DueAt, GiftItemStatus Status, DateTimeOffset? DeliveredAt, int Attempts, DateTimeOffset? NextAt, string? Reason)
{
    /// <summary>“100 points”, “2 × Coffee”.</summary>
    public string What => Points is { } points ? GiftSpec.PointsInWords(points) : string.Create(CultureInfo.InvariantCulture, $"{Quantity} × {Given}");
}

/// <summary>Finds what was granted, due, delivered or failed, and tries again what failed.</summary>
public sealed class GrantedGifts(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, GiftDeliveryWork work)
{
    private const int MostAtOnce = 500;
    private const int MostOfMember = 500;

    private static readonly SortColumns<GiftItem> sorts = new(item => item.Id);

    /// <summary>One page, newest first.</summary>
    [Requires(Permission.GiftsRead)]
    public async Task<Page<GiftRow>> ListAsync(Actor actor, GiftFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, grant, filter).ToPageAsync(page, sorts, Row(db), cancel);
    }

    /// <summary>How many the filter finds, counted up to 10,000.</summary>
    [Requires(Permission.GiftsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, GiftFilter filter, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, grant, filter).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>What a member was given, newest first; at most 500 things. A merged duplicate's number leads to its survivor.</summary>
    [Requires(ApiScope.GiftsRead)]
    public async Task<IReadOnlyList<GiftRow>> OfMemberAsync(Actor actor, string number, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.GiftsRead, cancel);
        await using var db = await database.ReadAsync(cancel);
        var id = (await MemberLookups.ResolveAsync(db, new MemberSought(Number: number), cancel) ?? throw new NotFoundException("The member")).Id;

        return await db.GiftItems.Where(i => i.MemberId == id).OrderByDescending(i => i.Id).Take(MostOfMember).Select(Row(db)).ToListAsync(cancel);
    }

    /// <summary>Lets things that failed be tried again.</summary>
    /// <returns>How many: what did not fail, or is not the caller's to see, is left alone.</returns>
    [Requires(Permission.GiftsManage)]
    public async Task<int> RetryAsync(Actor actor, IReadOnlyCollection<long> itemIds, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftsManage, cancel: cancel);
        if (itemIds.Count is 0 or > MostAtOnce)
        {
            throw new RuleViolationException("too_many", itemIds.Count == 0 ? "Select what to try again." : $"At most {MostAtOnce} can be tried again at once.");
        }

        long[] ids = [.. itemIds];
        var retried = await database.WriteAsync(actor, async db =>
        {
            var now = (await calendar.TodayAsync(db, cancel)).Now;
            long[] failed = [.. await Filtered(db, grant, new GiftFilter { Status = GiftItemStatus.Failed }).Where(i => ids.Contains(i.Id)).Select(i => i.Id).ToListAsync(cancel)];
            var again = await db.GiftItems.Where(i => failed.Contains(i.Id) && i.Status == GiftItemStatus.Failed).ExecuteUpdateAsync(set => set
                .SetProperty(i => i.Status, GiftItemStatus.Pending).SetProperty(i => i.NextAt, now).SetProperty(i => i.Attempts, 0).SetProperty(i => i.Reason, (string?)null), cancel);
            if (again > 0)
            {
                db.AuditEntries.Add(new AuditEntry(db.Actor, now, "Gift.Retry") { EntityType = nameof(GiftItem), Subject = string.Create(CultureInfo.InvariantCulture, $"{again} {(again == 1 ? "gift" : "gifts")}"), After = System.Text.Json.JsonSerializer.Serialize(failed) });
            }

            return again;
        }, cancel);
        work.Wake();

        return retried > 0 ? retried : throw new RuleViolationException("not_failed", "Only what has failed can be tried again.");
    }

    internal static IQueryable<GiftItem> Filtered(LoyaltyDbContext db, Grant grant, GiftFilter filter)
    {
        var items = db.GiftItems
            .Where(i => filter.MemberId == null || i.MemberId == filter.MemberId)
            .Where(i => filter.Kind == null || i.Kind == filter.Kind)
            .Where(i => filter.Status == null || i.Status == filter.Status);
        if (grant.Stores.Kind != StoreScopeKind.All)
        {
            items = items.Where(i => MemberQueries.Members(db, grant, null).Any(m => m.Id == i.MemberId));
        }

        if (Inputs.Clean(filter.MemberNumber) is { } number)
        {
            items = items.Where(i => db.Members.Any(m => m.Id == i.MemberId && m.Number == number));
        }

        if (filter is { CampaignId: null, From: null, To: null } && Inputs.Clean(filter.Source) is null)
        {
            return items;
        }

        var source = Inputs.Clean(filter.Source)?.ToLowerInvariant();

        return items.Where(i => db.GiftGrants.Any(g => g.Id == i.GrantId
            && (filter.CampaignId == null || (g.SourceKind == GiftSourceKind.Campaign && g.SourceId == filter.CampaignId))
            && (source == null || g.SourceName.ToLower().Contains(source))
            && (filter.From == null || g.GrantedOn >= filter.From) && (filter.To == null || g.GrantedOn <= filter.To)));
    }

    internal static Expression<Func<GiftItem, GiftRow>> Row(LoyaltyDbContext db) => i => new GiftRow(
        i.Id, i.MemberId, db.Members.Where(m => m.Id == i.MemberId).Select(m => m.Number).First(),
        db.GiftGrants.Where(g => g.Id == i.GrantId).Select(g => g.SourceKind).First(), db.GiftGrants.Where(g => g.Id == i.GrantId).Select(g => g.SourceId).First(), db.GiftGrants.Where(g => g.Id == i.GrantId).Select(g => g.SourceName).First(),
        i.Kind, i.Points, db.Coupons.Where(c => c.Id == i.CouponId).Select(c => c.Name).FirstOrDefault() ?? db.CouponPackages.Where(p => p.Id == i.PackageId).Select(p => p.Name).FirstOrDefault(), i.Quantity,
        db.GiftGrants.Where(g => g.Id == i.GrantId).Select(g => g.GrantedAt).First(), db.GiftGrants.Where(g => g.Id == i.GrantId).Select(g => g.ActorName).First(),
        i.DueAt, i.Status, i.DeliveredAt, i.Attempts, i.NextAt, i.Reason);
}
