using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>What a batch of orders runs within.</summary>
/// <param name="Grant">Whose stores may be named.</param>
/// <param name="ImportId">The import the orders come from, if any.</param>
/// <param name="TakesClosedStores">History names stores that are closed by now.</param>
internal sealed record BatchSetting(Grant Grant, long? ImportId = null, bool TakesClosedStores = false);

/// <summary>
/// Brings a batch of deliveries into the orders within one transaction, in few statements however many there are: what is new, what is later than
/// what is known, and what says nothing new.
/// </summary>
internal sealed partial class OrderBatch(LoyaltyDbContext db, LoyaltyDatabase database, GroupDay group, BatchSetting setting, TimeProvider clock)
{
    private static readonly BulkColumn[] orderColumns =
    [
        new("Source", BulkType.Text), new("Number", BulkType.Text), new("Kind", BulkType.Text), new("MemberId", BulkType.Long), new("StoreId", BulkType.Long), new("Channel", BulkType.Text),
        new("Currency", BulkType.Text), new("PlacedAt", BulkType.Instant), new("PaidAt", BulkType.Instant), new("BusinessDay", BulkType.Day), new("Total", BulkType.Decimal),
        new("Discount", BulkType.Decimal), new("Refunded", BulkType.Decimal), new("Revenue", BulkType.Decimal), new("GroupRevenue", BulkType.Decimal), new("IsPurchase", BulkType.Boolean),
        new("Status", BulkType.Text), new("Payments", BulkType.Text), new("SourceChangedAt", BulkType.Instant), new("ContentHash", BulkType.Bytes), new("RecordedAt", BulkType.Instant),
        new("ImportId", BulkType.Long), new("PointsDueAt", BulkType.Instant), new("SalesChannelId", BulkType.Long),
    ];

    private static readonly BulkColumn[] lineColumns =
    [
        new("OrderId", BulkType.Long), new("Position", BulkType.Int), new("Kind", BulkType.Text), new("ProductId", BulkType.Long), new("Description", BulkType.Text),
        new("Quantity", BulkType.Decimal), new("UnitPrice", BulkType.Decimal), new("Discount", BulkType.Decimal), new("Total", BulkType.Decimal),
    ];

    private readonly DateTimeOffset now = clock.GetUtcNow();

    /// <summary>The members whose orders changed, before or after.</summary>
    public HashSet<long> Members { get; } = [];

    /// <summary>The members made because an order named them.</summary>
    public IReadOnlyList<long> MadeMembers { get; private set; } = [];

    /// <summary>What they bought more, and what changed of what they had bought.</summary>
    public PurchaseChanges Purchases { get; } = new();

    public async Task<OrderOutcome[]> ApplyAsync(IReadOnlyList<OrderDelivery> delivered, CancellationToken cancel)
    {
        var items = delivered.Select(order => new Item(OrderChecks.Normalise(order), now)).ToList();
        await database.Provider.LockNamesAsync(db, [.. items.Where(item => item.IsValid).Select(item => OrderChecks.LockOf(item.Delivery.Source, item.Delivery.Number))], cancel);
        await ReadKnownAsync(items, cancel);
        var stores = await db.Stores.AsNoTracking().ToDictionaryAsync(store => store.Code, StringComparer.OrdinalIgnoreCase, cancel);
        items.ForEach(item => FindStore(item, stores));
        if (items.Exists(item => item.Delivery.SalesChannel is not null))
        {
            var channels = await db.SalesChannels.AsNoTracking().ToDictionaryAsync(channel => channel.Code, StringComparer.Ordinal, cancel);
            items.ForEach(item => item.Come(channels));
        }

        var buyers = new OrderMembers(db, database.Provider, clock);
        await FindMembersAsync(items, buyers, cancel);

        var changes = ChooseLatest(items);
        await CreateMembersAsync(changes, buyers, cancel);
        changes.ForEach(Fill);
        await InsertAsync(changes.FindAll(item => item.Known is null), cancel);
        await WriteLinesAsync(changes, cancel);
        await db.SaveChangesAsync(cancel);

        return [.. items.Select(item => item.Outcome())];
    }

    private async Task ReadKnownAsync(List<Item> items, CancellationToken cancel)
    {
        foreach (var source in items.Where(item => item.IsValid).GroupBy(item => item.Delivery.Source, StringComparer.Ordinal))
        {
            foreach (var numbers in source.Select(item => item.Delivery.Number).Distinct(StringComparer.Ordinal).Chunk(500))
            {
                var known = await db.Orders.Where(order => order.Source == source.Key && numbers.Contains(order.Number)).ToDictionaryAsync(order => order.Number, StringComparer.Ordinal, cancel);
                var refunds = (await db.OrderRefunds.Where(refund => refund.Source == source.Key && numbers.Contains(refund.OrderNumber)).ToListAsync(cancel)).ToLookup(refund => refund.OrderNumber, StringComparer.Ordinal);
                foreach (var item in source.Where(item => known.ContainsKey(item.Delivery.Number)))
                {
                    item.Known = known[item.Delivery.Number];
                }

                if (refunds.Count > 0)
                {
                    foreach (var item in source)
                    {
                        item.Refunds.AddRange(refunds[item.Delivery.Number]);
                    }
                }
            }
        }
    }

    private void FindStore(Item item, Dictionary<string, Store> stores)
    {
        if (!item.IsValid)
        {
            return;
        }

        var store = stores.GetValueOrDefault(item.Delivery.StoreCode);
        var isTaken = store is not null && setting.Grant.Sees(store.Id) && (store.IsOpen || setting.TakesClosedStores || item.Known?.StoreId == store.Id);
        item.Store = store;
        item.Refuse(!isTaken, "unknown_store", nameof(OrderDelivery.StoreCode), $"There is no open store with the code “{item.Delivery.StoreCode}”.");
        item.Refuse(isTaken && item.Known is { } known && !setting.Grant.Sees(known.StoreId), "order_of_other_store", nameof(OrderDelivery.Number), "An order with this source and number belongs to another store.");
    }

    private async Task FindMembersAsync(List<Item> items, OrderMembers buyers, CancellationToken cancel)
    {
        // What says nothing new is not asked for its member again: the member may have been merged or erased since.
        var named = items.FindAll(item => item.IsValid && item.Delivery.Member is not null && !item.SaysWhatIsKnown);
        await buyers.LoadAsync(named.ConvertAll(item => item.Delivery.Member!), cancel);
        foreach (var item in named)
        {
            var errors = new FieldErrors();
            item.Buyer = buyers.Find(item.Delivery.Member!, errors);
            foreach (var error in errors.All)
            {
                item.Refuse(true, "unknown_member", error.Field, error.Message);
            }
        }
    }

    // The latest of a batch's deliveries of one order is held against what is known.
    private static List<Item> ChooseLatest(List<Item> items)
    {
        var changes = new List<Item>();
        foreach (var same in items.Where(item => item.IsValid).GroupBy(item => (item.Delivery.Source, item.Delivery.Number)))
        {
            var ordered = same.OrderByDescending(item => item.Delivery.ChangedAt).ThenByDescending(item => Convert.ToHexString(item.Hash), StringComparer.Ordinal).ToList();
            var latest = ordered[0];
            foreach (var other in ordered.Skip(1))
            {
                (other.Effect, other.Latest) = (other.Hash.AsSpan().SequenceEqual(latest.Hash) ? OrderEffect.Unchanged : OrderEffect.Older, latest);
            }

            latest.Decide();
            if (latest.Effect is OrderEffect.Created or OrderEffect.Updated)
            {
                changes.Add(latest);
            }
        }

        return changes;
    }

    private async Task CreateMembersAsync(List<Item> changes, OrderMembers buyers, CancellationToken cancel)
    {
        foreach (var item in changes.Where(item => item.Buyer is { Id: null }))
        {
            var (buyer, at) = (item.Buyer!, item.Delivery.PlacedAt);
            if (at < buyer.FirstAt)
            {
                (buyer.FirstAt, buyer.FirstOn, buyer.StoreId) = (at, item.Store!.Zone.DayOf(at), item.Store.Id);
            }
        }

        MadeMembers = await buyers.CreateAsync(setting.ImportId, cancel);
    }

    private void Fill(Item item)
    {
        var delivery = item.Delivery;
        var currency = Currency.Of(delivery.Currency);
        var order = item.Known ?? item.NewOrder(now, setting.ImportId);
        if (item.Known is { } before)
        {
            Touch(before);
            Purchases.Changing(before);
        }

        (order.Kind, order.MemberId, order.StoreId, order.Currency) = (delivery.Kind, item.Buyer?.Id, item.Store!.Id, delivery.Currency);
        (order.Channel, order.SalesChannelId) = (item.Channel, item.SalesChannel?.Id);
        (order.PlacedAt, order.PaidAt, order.BusinessDay) = (delivery.PlacedAt, delivery.PaidAt, item.Store.Zone.DayOf(delivery.PaidAt ?? delivery.PlacedAt));
        (order.Total, order.Discount, order.Payments) = (delivery.Total, delivery.Discount, delivery.Payments);
        (order.SourceChangedAt, order.ContentHash, order.RecordedAt) = (delivery.ChangedAt, item.Hash, now);
        var goods = OrderWorth.Goods(delivery.Total, delivery.Discount, [.. delivery.Lines.Select(line => (line.Kind, OrderChecks.LineTotal(line, currency)))]);
        var refunds = item.Counted.ToList();
        item.Refunds.ForEach(refund => refund.OrderId = refunds.Contains(refund) ? item.Known?.Id : null);
        OrderWorth.Settle(order, delivery.Status, goods, refunds.Sum(refund => refund.Amount), refunds.Sum(refund => refund.GoodsAmount), group);
        item.Row = order;
        Touch(order);
        Purchases.Added(order);
        if (refunds.Count < item.Refunds.Count)
        {
            item.Warning = OrderRefunds.OtherCurrency;
            db.AuditEntries.Add(OrderRefunds.Entry(db.Actor, now, order, "Order.RefundNotCounted", OrderRefunds.OtherCurrency));
        }

        if (OrderWorth.IsOverRefunded(order.Total, order.Refunded))
        {
            item.Warning = OrderRefunds.OverRefunded;
            db.AuditEntries.Add(OrderRefunds.Entry(db.Actor, now, order, "Order.OverRefunded", OrderRefunds.OverRefunded));
        }
    }

    private void Touch(Order order)
    {
        if (order.MemberId is { } id)
        {
            Members.Add(id);
        }
    }

    private async Task InsertAsync(List<Item> news, CancellationToken cancel)
    {
        var ids = news.Count == 0 ? [] : await database.Provider.Bulk.InsertReturningIdsAsync(db, "Orders", orderColumns, news.ConvertAll(item => Values(item.Row!)), cancel);
        for (var i = 0; i < news.Count; i++)
        {
            news[i].NewId = ids[i];
            foreach (var waiting in news[i].Counted)
            {
                waiting.OrderId = ids[i];
            }
        }
    }

    private async Task WriteLinesAsync(List<Item> changes, CancellationToken cancel)
    {
        foreach (var replaced in changes.Where(item => item.Known is not null).Select(item => item.OrderId!.Value).Chunk(500))
        {
            await db.OrderLines.Where(line => replaced.Contains(line.OrderId)).ExecuteDeleteAsync(cancel);
        }

        var products = await OrderProducts.EnsureAsync(db, changes.SelectMany(item => item.Delivery.Lines), cancel);
        var rows = new List<object?[]>();
        foreach (var item in changes)
        {
            var currency = Currency.Of(item.Delivery.Currency);
            rows.AddRange(item.Delivery.Lines.Select((line, i) => new object?[]
            {
                item.OrderId!.Value, i + 1, line.Kind.ToString(), Inputs.Clean(line.ProductCode) is { } code ? products[code] : null,
                Inputs.Clean(line.Description) ?? line.ProductCode!.Trim(), line.Quantity, line.UnitPrice, line.Discount, OrderChecks.LineTotal(line, currency),
            }));
        }

        if (rows.Count > 0)
        {
            await database.Provider.Bulk.InsertAsync(db, "OrderLines", lineColumns, rows, cancel);
        }
    }

    private static object?[] Values(Order o) =>
    [
        o.Source, o.Number, o.Kind.ToString(), o.MemberId, o.StoreId, o.Channel.ToString(), o.Currency, o.PlacedAt, o.PaidAt, o.BusinessDay, o.Total, o.Discount, o.Refunded, o.Revenue,
        o.GroupRevenue, o.IsPurchase, o.Status.ToString(), JsonSerializer.Serialize(o.Payments, Json.Options), o.SourceChangedAt, o.ContentHash, o.RecordedAt, o.ImportId, o.PointsDueAt, o.SalesChannelId,
    ];
}
