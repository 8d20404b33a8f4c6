using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

internal sealed partial class OrderBatch
{
    /// <summary>One delivery of the batch on its way to its outcome.</summary>
    private sealed class Item
    {
        private readonly List<FieldError> errors;

        public Item(OrderDelivery delivery, DateTimeOffset now)
        {
            (Delivery, Hash) = (delivery, OrderChecks.Hash(delivery));
            errors = [.. OrderChecks.Check(delivery, now).All];
        }

        public OrderDelivery Delivery { get; }

        public byte[] Hash { get; }

        /// <summary>What is known under this source and number.</summary>
        public Order? Known { get; set; }

        /// <summary>The refunds that name it, waiting ones included.</summary>
        public List<OrderRefund> Refunds { get; } = [];

        /// <summary>Those of them that are in the order's currency.</summary>
        public IEnumerable<OrderRefund> Counted => Refunds.Where(refund => OrderRefunds.IsIn(refund, Delivery.Currency));

        public Store? Store { get; set; }

        /// <summary>The sales channel it came through, if it names one.</summary>
        public SalesChannel? SalesChannel { get; private set; }

        public Channel Channel => SalesChannel?.CountsAs ?? Delivery.Channel!.Value;

        public OrderMembers.Buyer? Buyer { get; set; }
        public OrderEffect Effect { get; set; } = OrderEffect.Refused;

        /// <summary>The later delivery of the same order in this batch.</summary>
        public Item? Latest { get; set; }

        public Order? Row { get; set; }
        public long? NewId { get; set; }
        public string? Warning { get; set; }

        public bool IsValid => errors.Count == 0;

        public bool SaysWhatIsKnown => Known is not null && Known.ContentHash.AsSpan().SequenceEqual(Hash);

        public long? OrderId => Latest?.OrderId ?? Known?.Id ?? NewId;

        private string? Code { get; set; }

        public void Refuse(bool holds, string code, string field, string sentence)
        {
            if (holds)
            {
                Code ??= code;
                errors.Add(new FieldError(field, sentence));
            }
        }

        /// <summary>Finds the sales channel it names: an enabled one, or the one it came through before.</summary>
        public void Come(Dictionary<string, SalesChannel> channels)
        {
            if (Delivery.SalesChannel is not { } code)
            {
                return;
            }

            SalesChannel = channels.GetValueOrDefault(code) is { } named && (named.IsEnabled || named.Id == Known?.SalesChannelId) ? named : null;
            Refuse(SalesChannel is null, "unknown_channel", nameof(OrderDelivery.Channel), SalesChannels.Unknown(code));
        }

        /// <summary>Holds the delivery against what is known. Equal content moves the time forward: an earlier change that comes late must not win.</summary>
        public void Decide()
        {
            if (Known is null)
            {
                Effect = OrderEffect.Created;
            }
            else if (SaysWhatIsKnown)
            {
                Effect = OrderEffect.Unchanged;
                Known.SourceChangedAt = Delivery.ChangedAt > Known.SourceChangedAt ? Delivery.ChangedAt : Known.SourceChangedAt;
            }
            else
            {
                var isLater = Delivery.ChangedAt > Known.SourceChangedAt || (Delivery.ChangedAt == Known.SourceChangedAt && Hash.AsSpan().SequenceCompareTo(Known.ContentHash) > 0);
                Effect = isLater ? OrderEffect.Updated : OrderEffect.Older;
            }
        }

        /// <summary>A row to be filled with what was delivered.</summary>
        public Order NewOrder(DateTimeOffset now, long? importId) => new()
        {
            Source = Delivery.Source,
            Number = Delivery.Number,
            Kind = Delivery.Kind,
            StoreId = Store!.Id,
            Channel = Channel,
            Currency = Delivery.Currency,
            PlacedAt = Delivery.PlacedAt,
            BusinessDay = default,
            Total = Delivery.Total,
            SourceChangedAt = Delivery.ChangedAt,
            ContentHash = Hash,
            RecordedAt = now,
            ImportId = importId,
        };

        public OrderOutcome Outcome() => IsValid
            ? new OrderOutcome(Delivery.Source, Delivery.Number, Effect, OrderId, []) { Warning = Warning }
            : new OrderOutcome(Delivery.Source, Delivery.Number, OrderEffect.Refused, OrderId: null, [.. errors]) { Code = Code ?? "invalid_input" };
    }
}
