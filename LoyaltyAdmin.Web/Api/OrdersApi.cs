using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>The purchase history as tills and shops tell it. Orders name themselves, so that whatever arrives twice, late or out of order ends as one truth.</summary>
public static class OrdersApi
{
    /// <summary>A thousand orders with a few lines each.</summary>
    private const int MostBatchBytes = 8 * 1024 * 1024;

    public static void MapOrdersApi(this IEndpointRouteBuilder api)
    {
        api.MapPost("/orders", PutAsync).RequireScope(ApiScope.OrdersWrite)
            .Describe("putOrder", "Orders", "Takes an order as it is now, complete: a bill or an online voucher. Sent again, late or out of order, the latest changedAt stands; the answer is the order as known. Every change of an order needs an idempotency key of its own.")
            .Reads<OrderRequest>().Answers<OrderAnswer>(201).Fails(400, 404, 413, 415, 422).WithMetadata(new ApiBodyLimit(256 * 1024));

        api.MapPost("/orders/batch", PutManyAsync).RequireScope(ApiScope.OrdersWrite)
            .Describe("putOrders", "Orders", "Takes 1 to 1,000 orders. Each has its own outcome; those refused stand in nobody's way.")
            .Reads<OrderBatchRequest>().Answers<OrderBatchAnswer>(201).Fails(400, 413, 415).WithMetadata(new ApiBodyLimit(MostBatchBytes));

        api.MapPost("/orders/{source}/{number}/refunds", RefundAsync).RequireScope(ApiScope.OrdersWrite)
            .Describe("refundOrder", "Orders", "Records money given back. It may come before its order (for keys of all stores) and waits for it. The same number and content is one refund.")
            .Reads<OrderRefundRequest>().Answers<RefundAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapGet("/orders/{source}/{number}", FindAsync).RequireScope(ApiScope.OrdersRead)
            .Describe("getOrder", "Orders", "The order as known, with lines, payments and refunds.").Answers<OrderAnswer>(200).Fails(404);
    }

    private static async Task<IResult> PutAsync(ApiCall call, OrderIngest ingest)
    {
        var request = await call.ReadAsync(ApiJson.Default.OrderRequest);
        var delivery = Delivery(request, out var errors) ?? throw new InvalidInputException(errors.All);
        var answer = Answer(await ingest.PutOnceAsync(call.Actor, delivery, call.Operation));

        return ApiAnswer.Created(answer, ApiJson.Default.OrderAnswer, $"{LoyaltyApi.Prefix}/orders/{Uri.EscapeDataString(answer.Source)}/{Uri.EscapeDataString(answer.Number)}");
    }

    private static async Task<IResult> PutManyAsync(ApiCall call, OrderIngest ingest)
    {
        var request = await call.ReadAsync(ApiJson.Default.OrderBatchRequest);
        ApiRules.Demand(("orders", request.Orders));
        new FieldErrors().Require(request.Orders!.Count is > 0 and <= OrderIngest.MostOrders && request.Orders.All(order => order is not null), "orders", $"Send 1 to {OrderIngest.MostOrders} orders.").ThrowIfAny();
        var outcomes = new OrderOutcomeAnswer[request.Orders.Count];
        var sent = new List<(int Place, OrderDelivery Delivery)>(outcomes.Length);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (Delivery(request.Orders[i], out var errors) is { } delivery)
            {
                sent.Add((i, delivery));
            }
            else
            {
                outcomes[i] = new OrderOutcomeAnswer(request.Orders[i].Source ?? "", request.Orders[i].Number ?? "", ApiRules.Word(OrderEffect.Refused), "invalid_input", ByField(errors.All), Warning: null);
            }
        }

        var done = sent.Count == 0 ? [] : await ingest.PutManyOnceAsync(call.Actor, sent.ConvertAll(one => one.Delivery), call.Operation);
        for (var i = 0; i < sent.Count; i++)
        {
            var outcome = done[i];
            outcomes[sent[i].Place] = new OrderOutcomeAnswer(outcome.Source, outcome.Number, ApiRules.Word(outcome.Effect), outcome.Code, outcome.Errors.IsEmpty ? null : ByField(outcome.Errors), outcome.Warning);
        }

        return ApiAnswer.Created(new OrderBatchAnswer(outcomes), ApiJson.Default.OrderBatchAnswer);
    }

    private static async Task<IResult> RefundAsync(ApiCall call, string source, string number, OrderRefunds refunds)
    {
        var request = await call.ReadAsync(ApiJson.Default.OrderRefundRequest);
        ApiRules.Demand(("number", request.Number), ("amount", request.Amount), ("currency", request.Currency), ("refundedAt", request.RefundedAt));
        var refund = new RefundDelivery
        {
            Number = request.Number!,
            Amount = request.Amount!.Value,
            GoodsAmount = request.GoodsAmount,
            Currency = request.Currency!,
            Reason = request.Reason,
            RefundedAt = request.RefundedAt!.Value,
        };
        var outcome = await refunds.RefundAsync(call.Actor, source, number, refund, call.Operation);

        return ApiAnswer.Created(new RefundAnswer(source.Trim().ToLowerInvariant(), number.Trim(), refund.Number.Trim(), refund.Amount, refund.Currency.Trim().ToUpperInvariant(), outcome.IsWaiting ? "WAITING" : "RECORDED"), ApiJson.Default.RefundAnswer);
    }

    private static async Task<IResult> FindAsync(ApiCall call, string source, string number, OrderDirectory orders, CancellationToken cancel) =>
        ApiAnswer.Ok(Answer(await orders.FindAsync(call.Actor, source, number, cancel)), ApiJson.Default.OrderAnswer);

    private static OrderDelivery? Delivery(OrderRequest order, out FieldErrors faults)
    {
        var errors = faults = new FieldErrors();
        foreach (var (field, value) in new (string, object?)[]
        {
            ("source", order.Source), ("number", order.Number), ("storeCode", order.StoreCode), ("channel", order.Channel), ("currency", order.Currency), ("placedAt", order.PlacedAt),
            ("total", order.Total), ("changedAt", order.ChangedAt),
        })
        {
            errors.Require(value is not (null or ""), field, $"“{field}” is required.");
        }

        var (lines, payments) = (order.Lines ?? [], order.Payments ?? []);
        var channel = ChannelNames.Parse(order.Channel);
        errors.Require(lines.All(line => line is not null), "lines", "A line is an object.").Require(payments.All(payment => payment is not null), "payments", "A payment is an object.");
        var kind = Word(errors, "kind", order.Kind, OrderKind.Bill);
        var status = Word(errors, "status", order.Status, DeliveredStatus.Paid);
        var ifUnknown = Word(errors, "member.ifUnknown", order.Member?.IfUnknown, Unknown.Refuse);
        var kinds = lines.Select((line, i) => (line, i)).Where(one => one.line is not null).Select(one => Word(errors, $"lines[{one.i}].kind", one.line.Kind, OrderLineKind.Goods)).ToList();
        if (errors.All.Count > 0)
        {
            return null;
        }

        return new OrderDelivery
        {
            Source = order.Source!,
            Number = order.Number!,
            Kind = kind,
            Member = order.Member is { } member ? new MemberReference(member.Number, member.Phone, member.Email, member.CardNumber, ifUnknown == Unknown.Create) : null,
            StoreCode = order.StoreCode!,
            Channel = channel,
            SalesChannel = channel is null ? order.Channel : null,
            Currency = order.Currency!,
            PlacedAt = order.PlacedAt!.Value,
            PaidAt = order.PaidAt,
            Status = status,
            Total = order.Total!.Value,
            Discount = order.Discount ?? 0,
            Lines = [.. lines.Select((line, i) => new DeliveredLine
            {
                Kind = kinds[i],
                ProductCode = line.ProductCode,
                CategoryCode = line.CategoryCode,
                Description = line.Description,
                Quantity = line.Quantity ?? 1,
                UnitPrice = line.UnitPrice ?? 0,
                Discount = line.Discount ?? 0,
            })],
            Payments = [.. payments.Select(payment => new OrderPayment(payment.Method ?? "", payment.Amount ?? 0, payment.Reference))],
            ChangedAt = order.ChangedAt!.Value,
        };
    }

    private enum Unknown
    {
        Refuse,
        Create,
    }

    private static T Word<T>(FieldErrors errors, string field, string? word, T otherwise) where T : struct, Enum
    {
        if (string.IsNullOrWhiteSpace(word))
        {
            return otherwise;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(ApiRules.Word(value), word.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        errors.Require(false, field, $"This is one of {string.Join(", ", Enum.GetValues<T>().Select(ApiRules.Word))}.");

        return otherwise;
    }

    private static OrderAnswer Answer(OrderDetail known)
    {
        var order = known.Order;
        var currency = Currency.Of(order.Currency);

        return new OrderAnswer(order.Source, order.Number, ApiRules.Word(order.Kind), order.MemberNumber, order.StoreCode, order.Channel.Name(), order.SalesChannelCode, order.Currency, order.PlacedAt, order.PaidAt, order.BusinessDay,
            ApiRules.Word(order.Status), currency.Exact(order.Total), currency.Exact(order.Discount), currency.Exact(order.Refunded), currency.Exact(order.Revenue), known.ChangedAt,
            [.. known.Lines.Select(line => new OrderLineAnswer(ApiRules.Word(line.Kind), line.ProductCode, line.Description, line.Quantity, line.UnitPrice, line.Discount, line.Total))],
            [.. known.Payments.Select(payment => new OrderPaymentAnswer(payment.Method, payment.Amount, payment.Reference))],
            [.. known.Refunds.Select(refund => new OrderRefundAnswer(refund.Number, refund.Amount, refund.GoodsAmount, refund.Reason, refund.RefundedAt))]);
    }

    private static Dictionary<string, string[]> ByField(IEnumerable<FieldError> errors) =>
        errors.GroupBy(error => ApiProblems.JsonPath(error.Field), error => error.Message, StringComparer.Ordinal).ToDictionary(field => field.Key, field => field.ToArray(), StringComparer.Ordinal);
}
