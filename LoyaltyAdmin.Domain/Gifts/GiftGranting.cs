using System.Text.Json;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>
/// The one door for gifts: within the caller's write, a member gets a gift once per source and episode; what is due at once is delivered in the same
/// transaction, the rest waits for <see cref="GiftDeliveryWork"/>. Members are held until the transaction ends, so that two who grant the same thing do so
/// one after the other; what that lets through by mistake, the unique index refuses.
/// </summary>
public sealed class GiftGranting(LoyaltyDatabase database, GiftDelivery delivery, GroupCalendar calendar)
{
    private const int Batch = 500;

    private static readonly BulkColumn[] grantColumns =
    [
        new("SourceKind", BulkType.Text), new("SourceId", BulkType.Long), new("SourceName", BulkType.Text), new("MemberId", BulkType.Long), new("Episode", BulkType.Text),
        new("GrantedAt", BulkType.Instant), new("GrantedOn", BulkType.Day), new("ActorName", BulkType.Text), new("MiniProgramIds", BulkType.Text),
    ];

    private static readonly BulkColumn[] itemColumns =
    [
        new("GrantId", BulkType.Long), new("MemberId", BulkType.Long), new("Line", BulkType.Int), new("Kind", BulkType.Text), new("Points", BulkType.Decimal),
        new("CouponId", BulkType.Long), new("PackageId", BulkType.Long), new("Quantity", BulkType.Int), new("Validity", BulkType.Text), new("DueAt", BulkType.Instant),
        new("Status", BulkType.Text), new("NextAt", BulkType.Instant), new("Attempts", BulkType.Int), new("DeliveredAt", BulkType.Instant),
    ];

    /// <summary>Grants to one member. A merged duplicate's survivor gets it.</summary>
    public async Task<GiftAnswer> GrantAsync(LoyaltyDbContext db, long memberId, GiftOrder order, CancellationToken cancel = default) => await GrantAsync(db, [memberId], order, cancel) switch
    {
        { Members.Count: > 0 } => GiftAnswer.Granted,
        { Earlier: > 0 } => GiftAnswer.Earlier,
        _ => GiftAnswer.LeftOut,
    };

    /// <summary>Grants to many, set-based. Give some hundreds of members to a transaction: what it holds, tills may wait for.</summary>
    public async Task<GiftsGranted> GrantAsync(LoyaltyDbContext db, IReadOnlyCollection<long> memberIds, GiftOrder order, CancellationToken cancel = default)
    {
        await db.SaveChangesAsync(cancel);
        var (granted, earlier, leftOut, empty) = (new List<long>(), 0, new List<long>(), false);
        var day = await calendar.TodayAsync(db, cancel);
        foreach (var batch in memberIds.Distinct().Chunk(Batch))
        {
            var (targets, left) = await TargetsAsync(db, batch, order, cancel);
            leftOut.AddRange(left);
            long[] ids = [.. targets.Keys];
            var had = await db.GiftGrants.Where(g => g.SourceKind == order.SourceKind && g.SourceId == order.SourceId && EF.Parameter(ids).Contains(g.MemberId)).Select(g => new { g.MemberId, g.Episode }).ToListAsync(cancel);
            var fresh = targets.Where(target => !had.Exists(g => g.MemberId == target.Key && g.Episode == target.Value)).ToList();
            earlier += targets.Count - fresh.Count;
            if (fresh.Count > 0)
            {
                granted.AddRange(fresh.Select(target => target.Key));
                empty |= await InsertAsync(db, fresh, order, day, cancel);
            }
        }

        return new GiftsGranted(granted, earlier, leftOut, empty);
    }

    /// <summary>Cancels what a source granted and has not delivered: the policy of sources that are archived.</summary>
    /// <returns>How many things will not come.</returns>
    public static Task<int> CancelPendingAsync(LoyaltyDbContext db, GiftSourceKind kind, long sourceId, string reason, CancellationToken cancel = default) =>
        GiftMoves.CancelAsync(db, db.GiftItems.Where(i => db.GiftGrants.Any(g => g.Id == i.GrantId && g.SourceKind == kind && g.SourceId == sourceId)), reason, cancel);

    /// <summary>Whom to give, held until the transaction ends, with the episode of each: the survivor instead of a duplicate, nobody who takes no part.</summary>
    private async Task<(Dictionary<long, string> Targets, List<long> LeftOut)> TargetsAsync(LoyaltyDbContext db, long[] asked, GiftOrder order, CancellationToken cancel)
    {
        var (targets, left) = (new Dictionary<long, string>(), new List<long>());
        // A member may be merged while one waits for it: then its survivor is looked at in another round.
        var waiting = asked.ToDictionary(member => member, order.EpisodeOf);
        for (var round = 1; waiting.Count > 0 && round <= 5; round++)
        {
            long[] ids = [.. waiting.Keys];
            await database.Provider.LockRowsAsync(db, "Members", ids, cancel);
            var members = await db.Members.Where(m => EF.Parameter(ids).Contains(m.Id)).Select(m => new { m.Id, m.Status, m.MergedIntoId }).ToListAsync(cancel);
            left.AddRange(ids.Except(members.Select(m => m.Id)));
            var survivors = new Dictionary<long, string>();
            foreach (var member in members)
            {
                switch (member)
                {
                    case { Status: MemberStatus.Active }:
                        targets.TryAdd(member.Id, waiting[member.Id]);
                        break;
                    case { Status: MemberStatus.Merged, MergedIntoId: { } survivor }:
                        survivors.TryAdd(survivor, waiting[member.Id]);
                        break;
                    default:
                        left.Add(member.Id);
                        break;
                }
            }

            waiting = survivors.Where(survivor => !targets.ContainsKey(survivor.Key)).ToDictionary();
        }

        return (targets, left);
    }

    private async Task<bool> InsertAsync(LoyaltyDbContext db, List<KeyValuePair<long, string>> members, GiftOrder order, GroupDay day, CancellationToken cancel)
    {
        var bulk = database.Provider.Bulk;
        var name = order.SourceName.Length <= 120 ? order.SourceName : order.SourceName[..120];
        var programs = JsonSerializer.Serialize(order.MiniProgramIds, Json.Options);
        await db.Database.OpenConnectionAsync(cancel);
        var grants = await bulk.InsertReturningIdsAsync(db, "GiftGrants", grantColumns,
            [.. members.Select(member => new object?[] { order.SourceKind.ToString(), order.SourceId, name, member.Key, member.Value, day.Now, day.Today, db.Actor.Name, programs })], cancel);
        var lines = GiftLine.Of(order.Gift);
        var rows = new List<object?[]>(members.Count * lines.Count);
        var due = new List<DueGift>();
        for (var i = 0; i < members.Count; i++)
        {
            foreach (var line in lines)
            {
                var at = line.Distribution.DueAt(day.Now, day.Zone);
                var isDue = at <= day.Now;
                // What is due is delivered below, in this transaction; where it cannot be, the row says so before anybody sees it.
                rows.Add([
                    grants[i], members[i].Key, line.Number, line.Kind.ToString(), line.Points, line.CouponId, line.PackageId, line.Quantity,
                    line.Validity is null ? null : JsonSerializer.Serialize(line.Validity, Json.Options), at,
                    isDue ? nameof(GiftItemStatus.Delivered) : nameof(GiftItemStatus.Pending), isDue ? null : at, isDue ? 1 : 0, isDue ? day.Now : null,
                ]);
                due.Add(isDue ? new DueGift(0, grants[i], members[i].Key, line, order.SourceName, order.MiniProgramIds) : DueGift.Later);
            }
        }

        if (rows.Count == 0)
        {
            return false;
        }

        var ids = await bulk.InsertReturningIdsAsync(db, "GiftItems", itemColumns, rows, cancel);
        var outcome = await delivery.DeliverAsync(db, [.. due.Select((gift, i) => gift with { ItemId = ids[i] }).Where(gift => gift.Line is not null)], day, cancel);
        foreach (var failed in outcome.Failed.GroupBy(failure => failure.Reason, failure => failure.ItemId))
        {
            await GiftDelivery.FailAsync(db, [.. failed], GiftItemStatus.Delivered, failed.Key, cancel);
        }

        return outcome.StockUsedUp;
    }
}
