using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

public enum TimelineKind
{
    Order,
    Refund,
    Tier,
    Consent,
    Tag,
    Record,
    Wallet,
    Coupon,
    CouponUse,
    Gift,
}

/// <summary>One thing that happened to a member.</summary>
/// <param name="Text">In words, without personal data.</param>
/// <param name="Amount">Of orders, refunds, top-ups and payouts.</param>
public sealed record TimelineEvent(TimelineKind Kind, long Id, DateTimeOffset At, string Text, string? Detail, decimal? Amount, string? Currency);

/// <summary>Everything that happened to a member, newest first: orders, refunds, tiers, consents, tags, the record itself, top-ups and payouts of wallets, coupons, gifts; of merged duplicates too.</summary>
public sealed class MemberTimeline(LoyaltyDatabase database, AccessControl access)
{
    /// <summary>One page; a page costs what its length costs, however long the history is.</summary>
    /// <param name="before">The position a page before ended at (see <see cref="Page{T}.Next"/>); null: the newest.</param>
    [Requires(Permission.MembersRead)]
    public async Task<Page<TimelineEvent>> ListAsync(Actor actor, long memberId, string? before = null, int size = 30, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        if (!await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel))
        {
            throw new NotFoundException("The member");
        }

        var members = await db.Members.Where(m => m.Id == memberId || m.MergedIntoId == memberId).Select(m => m.Id).ToArrayAsync(cancel);
        var from = Position.Read(before);
        var take = Math.Clamp(size, 1, PageRequest.MaximumSize) + 1;
        var found = new List<TimelineEvent>();
        if (grant.May(Permission.OrdersRead))
        {
            found.AddRange(await OrdersAsync(db, grant, members, from, take, cancel));
            found.AddRange(await RefundsAsync(db, grant, members, from, take, cancel));
        }

        if (grant.May(Permission.WalletsRead))
        {
            found.AddRange(await WalletsAsync(db, grant, members, from, take, cancel));
        }

        if (grant.May(Permission.CouponsRead))
        {
            found.AddRange(await CouponTimeline.IssuedAsync(db, members, from.Of(TimelineKind.Coupon), take, cancel));
            found.AddRange(await CouponTimeline.UsedAsync(db, grant, members, from.Of(TimelineKind.CouponUse), take, cancel));
        }

        if (grant.May(Permission.GiftsRead))
        {
            found.AddRange(await GiftsAsync(db, members, from, take, cancel));
        }

        found.AddRange(await TiersAsync(db, members, from, take, cancel));
        found.AddRange(await ConsentsAsync(db, members, from, take, cancel));
        found.AddRange(await TagsAsync(db, members, from, take, cancel));
        found.AddRange(await RecordAsync(db, members, from, take, cancel));
        var page = found.OrderByDescending(e => e.At).ThenBy(e => e.Kind).ThenByDescending(e => e.Id).Take(take).ToList();
        var more = page.Count == take;
        if (more)
        {
            page.RemoveAt(page.Count - 1);
        }

        return new Page<TimelineEvent>(page, more ? Position.Write(page[^1]) : null, null);
    }

    private static async Task<IEnumerable<TimelineEvent>> OrdersAsync(LoyaltyDbContext db, Grant grant, long[] members, Position from, int take, CancellationToken cancel)
    {
        var (at, id) = from.Of(TimelineKind.Order);
        var rows = await OrderDirectory.Visible(db, grant).Where(o => o.MemberId != null && members.Contains(o.MemberId.Value))
            .Select(o => new { o.Id, At = o.PaidAt ?? o.PlacedAt, o.Number, o.Status, o.Total, o.Currency, Store = db.Stores.Where(s => s.Id == o.StoreId).Select(s => s.Name).First() })
            .Where(o => o.At < at || (o.At == at && o.Id < id)).OrderByDescending(o => o.At).ThenByDescending(o => o.Id).Take(take).ToListAsync(cancel);

        return rows.Select(o => new TimelineEvent(TimelineKind.Order, o.Id, o.At, $"Order {o.Number} at {o.Store}", o.Status.ToString(), o.Total, o.Currency));
    }

    private static async Task<IEnumerable<TimelineEvent>> RefundsAsync(LoyaltyDbContext db, Grant grant, long[] members, Position from, int take, CancellationToken cancel)
    {
        var (at, id) = from.Of(TimelineKind.Refund);
        var rows = await (from r in db.OrderRefunds
                          join o in OrderDirectory.Visible(db, grant) on r.OrderId equals o.Id
                          where o.MemberId != null && members.Contains(o.MemberId.Value) && (r.RefundedAt < at || (r.RefundedAt == at && r.Id < id))
                          orderby r.RefundedAt descending, r.Id descending
                          select new { r.Id, At = r.RefundedAt, o.Number, r.Reason, r.Amount, o.Currency }).Take(take).ToListAsync(cancel);

        return rows.Select(r => new TimelineEvent(TimelineKind.Refund, r.Id, r.At, $"Refund of order {r.Number}", r.Reason, -r.Amount, r.Currency));
    }

    private static async Task<IEnumerable<TimelineEvent>> TiersAsync(LoyaltyDbContext db, long[] members, Position from, int take, CancellationToken cancel)
    {
        var (at, id) = from.Of(TimelineKind.Tier);
        var rows = await (from c in db.TierChanges
                          where members.Contains(c.MemberId) && (c.At < at || (c.At == at && c.Id < id))
                          join t in db.CardTiers on c.ToTierId equals t.Id
                          orderby c.At descending, c.Id descending
                          select new { c.Id, c.At, t.Name, c.Reason, c.Detail, c.ActorName }).Take(take).ToListAsync(cancel);

        return rows.Select(c => new TimelineEvent(TimelineKind.Tier, c.Id, c.At, $"Tier {c.Name} ({c.Reason})", c.Detail ?? c.ActorName, null, null));
    }

    private static async Task<IEnumerable<TimelineEvent>> ConsentsAsync(LoyaltyDbContext db, long[] members, Position from, int take, CancellationToken cancel)
    {
        var (at, id) = from.Of(TimelineKind.Consent);
        var rows = await db.ConsentEvents.Where(c => members.Contains(c.MemberId) && (c.At < at || (c.At == at && c.Id < id)))
            .OrderByDescending(c => c.At).ThenByDescending(c => c.Id).Take(take).ToListAsync(cancel);

        return rows.Select(c => new TimelineEvent(TimelineKind.Consent, c.Id, c.At, $"{c.Channel} {(c.Purpose == ConsentPurpose.Marketing ? "marketing" : "loyalty notification")}: {c.Status.ToString().ToLowerInvariant()}", $"{c.Source}, {c.ActorName}", null, null));
    }

    private static async Task<IEnumerable<TimelineEvent>> TagsAsync(LoyaltyDbContext db, long[] members, Position from, int take, CancellationToken cancel)
    {
        var (at, id) = from.Of(TimelineKind.Tag);
        var rows = await (from c in db.TagChanges
                          where members.Contains(c.MemberId) && (c.At < at || (c.At == at && c.Id < id))
                          join t in db.Tags on c.TagId equals t.Id
                          orderby c.At descending, c.Id descending
                          select new { c.Id, c.At, t.Name, c.Given, c.Source, c.ActorName }).Take(take).ToListAsync(cancel);

        return rows.Select(c => new TimelineEvent(TimelineKind.Tag, c.Id, c.At, $"Tag {c.Name} {(c.Given ? "given" : "taken")}", $"{c.Source}, {c.ActorName}", null, null));
    }

    private static async Task<IEnumerable<TimelineEvent>> RecordAsync(LoyaltyDbContext db, long[] members, Position from, int take, CancellationToken cancel)
    {
        var (at, id) = from.Of(TimelineKind.Record);
        var keys = members.Select(member => member.ToString(CultureInfo.InvariantCulture)).ToArray();
        var rows = await db.AuditEntries.Where(e => e.EntityType == nameof(Member) && e.Action != MemberPages.ViewAction && keys.Contains(e.EntityId) && (e.At < at || (e.At == at && e.Id < id)))
            .OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(take).Select(e => new { e.Id, e.At, e.Action, e.ActorName, e.Reason }).ToListAsync(cancel);

        return rows.Select(e => new TimelineEvent(TimelineKind.Record, e.Id, e.At, e.Action, e.Reason is null ? e.ActorName : $"{e.ActorName}: {e.Reason}", null, null));
    }

    private static async Task<IEnumerable<TimelineEvent>> WalletsAsync(LoyaltyDbContext db, Grant grant, long[] members, Position from, int take, CancellationToken cancel)
    {
        var (at, id) = from.Of(TimelineKind.Wallet);
        var wallets = db.LedgerAccounts.Where(a => a.Kind == AccountKind.Wallet && members.Contains(a.MemberId!.Value)).Select(a => a.Id);
        var rows = await WalletTransactions.InStores(db.LedgerTransactions, grant)
            .Where(t => wallets.Contains(t.AccountId) && t.Refusal == null && (t.Type == TransactionType.Recharge || t.Type == TransactionType.Withdrawal) && (t.At < at || (t.At == at && t.Id < id)))
            .OrderByDescending(t => t.At).ThenByDescending(t => t.Id).Take(take)
            .Select(t => new { t.Id, t.At, t.Type, t.Amount, t.Currency, t.ActorName, Store = db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Name).First() }).ToListAsync(cancel);

        return rows.Select(t => new TimelineEvent(TimelineKind.Wallet, t.Id, t.At, $"{WalletWords.Of(t.Type)} at {t.Store}", t.ActorName, Currency.Of(t.Currency).ToMajor(t.Amount), t.Currency));
    }

    private static async Task<IEnumerable<TimelineEvent>> GiftsAsync(LoyaltyDbContext db, long[] members, Position from, int take, CancellationToken cancel)
    {
        var (at, id) = from.Of(TimelineKind.Gift);

        return (await GiftTimeline.ReadAsync(db, members, at, id, take, cancel)).Select(g => new TimelineEvent(TimelineKind.Gift, g.Id, g.At, $"Gift: {g.SourceName}", g.Text, null, null));
    }

    // Where a page ended. Of one moment, kinds follow in their order and newer rows come first.
    private sealed record Position(DateTimeOffset At, TimelineKind Kind, long Id)
    {
        /// <summary>The bound for rows of a kind: before the moment, or at it and below the identifier.</summary>
        public (DateTimeOffset At, long Id) Of(TimelineKind kind) => (At, kind < Kind ? long.MinValue : kind > Kind ? long.MaxValue : Id);

        public static string Write(TimelineEvent last) => string.Create(CultureInfo.InvariantCulture, $"{last.At.UtcTicks}.{(int)last.Kind}.{last.Id}");

        public static Position Read(string? text) => text?.Split('.') is [var ticks, var kind, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTimeOffset.MaxValue.Ticks
            && int.TryParse(kind, NumberStyles.None, CultureInfo.InvariantCulture, out var which) && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var row)
                ? new Position(new DateTimeOffset(at, TimeSpan.Zero), (TimelineKind)which, row)
                : new Position(new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero), TimelineKind.Order, long.MaxValue);
    }
}
