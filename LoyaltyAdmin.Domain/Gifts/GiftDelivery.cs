using System.Globalization;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>
/// Delivers what is due through the doors for points, coupons and messages, set-based and within the caller's transaction: the state of an item, what it
/// gives and what the member is told are saved together or not at all.
/// </summary>
public sealed class GiftDelivery(PointsGifts points, CouponIssuing issuing, MessageOutbox outbox)
{
    /// <summary>The owner of the ledger's keys: an item's identifier is its key.</summary>
    private const string LedgerSource = "gifts";

    /// <summary>Delivers; the caller holds the members and marks the items.</summary>
    internal async Task<GiftOutcome> DeliverAsync(LoyaltyDbContext db, IReadOnlyList<DueGift> due, GroupDay day, CancellationToken cancel)
    {
        if (due.Count == 0)
        {
            return new GiftOutcome([], false);
        }

        var failures = new Dictionary<long, string>();
        var told = await GivePointsAsync(db, [.. due.Where(gift => gift.Line!.Kind == GiftItemKind.Points)], failures, cancel);
        var catalog = await GiftCoupons.LoadAsync(db, due, cancel);
        var stockUsedUp = await GiveCouponsAsync(db, catalog, [.. due.Where(gift => gift.Line!.Kind != GiftItemKind.Points)], failures, cancel);
        told.AddRange(CouponMessages(catalog, due.Where(gift => gift.Line!.Kind != GiftItemKind.Points && !failures.ContainsKey(gift.ItemId)), day));
        await outbox.AddAsync(db, told, cancel);

        return new GiftOutcome([.. failures.Select(failure => new GiftFailure(failure.Key, failure.Value))], stockUsedUp);
    }

    /// <summary>Marks items as failed, for a reason in words.</summary>
    /// <param name="db">The write.</param>
    /// <param name="itemIds">Which.</param>
    /// <param name="from">The state they must be in.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancel">Stops it.</param>
    internal static Task<int> FailAsync(LoyaltyDbContext db, long[] itemIds, GiftItemStatus from, string reason, CancellationToken cancel)
    {
        var why = reason.Length <= 400 ? reason : reason[..400];

        return db.GiftItems.Where(i => EF.Parameter(itemIds).Contains(i.Id) && i.Status == from).ExecuteUpdateAsync(set => set
            .SetProperty(i => i.Status, GiftItemStatus.Failed).SetProperty(i => i.NextAt, (DateTimeOffset?)null).SetProperty(i => i.DeliveredAt, (DateTimeOffset?)null).SetProperty(i => i.Reason, why), cancel);
    }

    private async Task<List<MessageRequest>> GivePointsAsync(LoyaltyDbContext db, List<DueGift> due, Dictionary<long, string> failures, CancellationToken cancel)
    {
        if (due.Count == 0)
        {
            return [];
        }

        var given = await points.GiveAsync(db, [.. due.Select(gift => new PointsToGive(
            Operation.For(db.Actor, Key(gift.ItemId), "gift", gift.MemberId, gift.Line!.Points) with { Source = LedgerSource }, gift.MemberId, gift.Line!.Points!.Value, $"Gift: {gift.SourceName}"))], cancel);
        var told = new List<MessageRequest>();
        for (var i = 0; i < due.Count; i++)
        {
            if (given[i].Refusal is { } refusal)
            {
                failures.Add(due[i].ItemId, refusal);
            }
            else
            {
                told.Add(new MessageRequest(MessageScenario.PointsEarned, due[i].MemberId, $"gift:{Key(due[i].ItemId)}")
                {
                    Variables = new Dictionary<string, string?> { ["points"] = Number(due[i].Line!.Points!.Value), ["balance"] = Number(given[i].Balance), ["reason"] = due[i].SourceName },
                    MiniProgramIds = due[i].MiniProgramIds,
                });
            }
        }

        return told;
    }

    // Coupons are issued in the order of their identifiers, whoever they are for: see CouponIssuing.
    private async Task<bool> GiveCouponsAsync(LoyaltyDbContext db, GiftCoupons catalog, List<DueGift> due, Dictionary<long, string> failures, CancellationToken cancel)
    {
        var orders = due.SelectMany(gift => catalog.OrdersOf(gift).Select(order => (Gift: gift, Order: order))).ToList();
        foreach (var gift in due.Where(gift => catalog.RefusalOf(gift) is not null))
        {
            failures.Add(gift.ItemId, catalog.RefusalOf(gift)!);
        }

        var empty = false;
        foreach (var group in orders.Where(o => !failures.ContainsKey(o.Gift.ItemId)).GroupBy(o => o.Order, o => o.Gift).OrderBy(group => group.Key.CouponId).ToList())
        {
            // Each member once per issue; nearly always one round is all.
            for (var waiting = group.ToList(); waiting.Count > 0;)
            {
                var round = waiting.DistinctBy(gift => gift.MemberId).ToList();
                empty |= await IssueAsync(db, catalog, group.Key, round, failures, cancel);
                waiting = [.. waiting.Except(round)];
            }
        }

        return empty;
    }

    private async Task<bool> IssueAsync(LoyaltyDbContext db, GiftCoupons catalog, CouponOrder order, List<DueGift> round, Dictionary<long, string> failures, CancellationToken cancel)
    {
        var name = catalog.NameOf(order.CouponId);
        try
        {
            var issued = await issuing.IssueAsync(db, [.. round.Select(gift => gift.MemberId)], order with { Sources = round.ToDictionary(gift => gift.MemberId, gift => $"gift:{Key(gift.ItemId)}") }, cancel);
            Refuse(issued.OutOfStock, $"The stock of the coupon “{name}” is used up.");
            Refuse(issued.AtLimit, $"The member has as many of the coupon “{name}” as one member may get.");

            return issued.OutOfStock.Count > 0;
        }
        catch (RuleViolationException refused)
        {
            Refuse([.. round.Select(gift => gift.MemberId)], refused.Message);

            return false;
        }

        // What came before it in the item's package stays with the member: trying again gives only the rest.
        void Refuse(IReadOnlyCollection<long> members, string why)
        {
            foreach (var gift in round.Where(gift => members.Contains(gift.MemberId)))
            {
                failures.TryAdd(gift.ItemId, why);
            }
        }
    }

    // One message tells of everything a member gets of one gift at one time.
    private static IEnumerable<MessageRequest> CouponMessages(GiftCoupons catalog, IEnumerable<DueGift> delivered, GroupDay day) => delivered.GroupBy(gift => gift.GrantId).Select(gifts =>
    {
        var (first, orders) = (gifts.First(), gifts.SelectMany(catalog.OrdersOf).ToList());
        var until = orders.Select(order => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(catalog.ValidityOf(order).PeriodFor(day.Now, day.Zone).Until.AddSeconds(-1), day.Zone).DateTime)).Distinct().Order();

        return new MessageRequest(MessageScenario.CouponArrival, first.MemberId, $"gift:{Key(first.ItemId)}")
        {
            Variables = new Dictionary<string, string?>
            {
                ["coupon"] = string.Join(", ", orders.GroupBy(order => order.CouponId).Select(same => (Count: same.Sum(order => order.Quantity), Name: catalog.NameOf(same.Key))).Select(same => same.Count == 1 ? same.Name : $"{same.Count} × {same.Name}")),
                ["quantity"] = orders.Sum(order => order.Quantity).ToString(CultureInfo.InvariantCulture),
                ["validUntil"] = string.Join(" / ", until.Select(last => last.ToString("d MMM yyyy", CultureInfo.InvariantCulture))),
                ["source"] = first.SourceName,
            },
            MiniProgramIds = first.MiniProgramIds,
        };
    });

    private static string Key(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static string Number(decimal points) => points.ToString("#,##0.##", CultureInfo.InvariantCulture);
}
