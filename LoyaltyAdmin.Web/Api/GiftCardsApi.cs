using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>What tills and online stores do with gift cards. Value moves once per idempotency key, whether or not the caller waits for the answer.</summary>
public static class GiftCardsApi
{
    public const string CodeHeader = "X-Security-Code";

    public static void MapGiftCardsApi(this IEndpointRouteBuilder api)
    {
        api.MapPost("/gift-cards", SellAsync).RequireScope(ApiScope.GiftCardsSell)
            .Describe("sellGiftCard", "Gift cards", "Sells and activates a card. The card number and security code are for the buyer and are not shown again.")
            .Reads<SaleRequest>().Answers<SaleAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapGet("/gift-cards/{cardNumber}", BalanceAsync).RequireScope(ApiScope.GiftCardsRead)
            .Describe("getGiftCard", "Gift cards", $"Balance, status and expiry. In the ONLINE channel the security code is required, in the header {CodeHeader}: addresses end up in logs.")
            .Query("channel", "POS (the default) or ONLINE.").Header(CodeHeader, "The card's security code; required for ONLINE.")
            .Answers<CardAnswer>(200).Fails(400, 404, 429);

        api.MapPost("/gift-cards/{cardNumber}/redemptions", RedeemAsync).RequireScope(ApiScope.GiftCardsRedeem)
            .Describe("redeemGiftCard", "Gift cards", "Pays with a card. When the balance does not cover the amount nothing is taken (409 insufficient_balance, with the balance), unless allowPartial is true.")
            .Reads<RedemptionRequest>().Answers<MovementAnswer>(201).Fails(400, 404, 409, 415, 422, 429);

        api.MapPost("/gift-cards/{cardNumber}/recharges", RechargeAsync).RequireScope(ApiScope.GiftCardsRecharge)
            .Describe("rechargeGiftCard", "Gift cards", "Adds value to a card at POS, where its plan allows.")
            .Reads<RechargeRequest>().Answers<MovementAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapPost("/gift-cards/{cardNumber}/activation", ActivateAsync).RequireScope(ApiScope.GiftCardsActivate)
            .Describe("activateGiftCard", "Gift cards", "Makes a card that was imported inactive usable.")
            .Reads<ActivationRequest>().Answers<MovementAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapPost("/gift-card-transactions/{transactionId}/reversals", ReverseAsync).RequireScope(ApiScope.GiftCardsReverse)
            .Describe("reverseRedemption", "Gift card transactions", "Gives a redemption back to its card, wholly or partly, never more than it took.")
            .Reads<ReversalRequest>(isOptional: true).Answers<MovementAnswer>(201).Fails(400, 404, 409, 415, 422);
    }

    private static async Task<IResult> SellAsync(ApiCall call, GiftCardSales sales)
    {
        var request = await call.ReadAsync(ApiJson.Default.SaleRequest);
        ApiRules.Demand(("planCode", request.PlanCode), ("amount", request.Amount), ("currency", request.Currency), ("storeCode", request.StoreCode), ("channel", request.Channel));
        var sold = await sales.SellAsync(call.Actor, new GiftCardSale
        {
            PlanCode = request.PlanCode!,
            Amount = request.Amount!.Value,
            Currency = request.Currency!,
            StoreCode = request.StoreCode!,
            Channel = ApiRules.ChannelOf(request.Channel),
            OrderNumber = request.OrderNumber,
            BuyerName = request.Buyer?.Name,
            BuyerPhone = request.Buyer?.Phone,
            BuyerEmail = request.Buyer?.Email,
            CardNumber = request.CardNumber,
        }, call.IdempotencyKey);
        // A sold card is active: the answer to a repeated request says what was true at the sale.
        var answer = new SaleAnswer(sold.CardNumber, sold.SecurityCode, ApiRules.Word(GiftCardStatus.Active), sold.Balance, sold.Currency, Currency.Of(sold.Currency).Exact(sold.Paid), sold.ExpiresAt, sold.TransactionId);

        return ApiAnswer.Created(answer, ApiJson.Default.SaleAnswer, $"{LoyaltyApi.Prefix}/gift-cards/{Uri.EscapeDataString(sold.CardNumber)}");
    }

    private static async Task<IResult> BalanceAsync(ApiCall call, string cardNumber, GiftCardPayments payments, ApiLimits limits, HttpRequest request, CancellationToken cancel)
    {
        limits.DemandBalanceCheck(call.Caller, cardNumber);
        var channel = ApiRules.ChannelOf(ApiRules.Query(request, "channel") ?? Channel.Pos.Name());
        var card = await payments.BalanceAsync(call.Actor, cardNumber, request.Headers[CodeHeader], channel, cancel);

        return ApiAnswer.Ok(new CardAnswer(card.MaskedNumber, ApiRules.Word(card.Status), card.Balance, card.Currency, card.ExpiresAt), ApiJson.Default.CardAnswer);
    }

    private static async Task<IResult> RedeemAsync(ApiCall call, string cardNumber, GiftCardPayments payments, ApiLimits limits)
    {
        limits.DemandRedemption(call.Caller, cardNumber);
        var request = await call.ReadAsync(ApiJson.Default.RedemptionRequest);
        ApiRules.Demand(("amount", request.Amount), ("currency", request.Currency), ("storeCode", request.StoreCode), ("channel", request.Channel));

        return Moved(await payments.RedeemAsync(call.Actor, new GiftCardMovement
        {
            CardNumber = cardNumber,
            Amount = request.Amount!.Value,
            Currency = request.Currency!,
            StoreCode = request.StoreCode!,
            Channel = ApiRules.ChannelOf(request.Channel),
            OrderNumber = request.OrderNumber,
            SecurityCode = request.SecurityCode,
            AllowPartial = request.AllowPartial ?? false,
        }, call.IdempotencyKey));
    }

    private static async Task<IResult> RechargeAsync(ApiCall call, string cardNumber, GiftCardPayments payments)
    {
        var request = await call.ReadAsync(ApiJson.Default.RechargeRequest);
        ApiRules.Demand(("amount", request.Amount), ("currency", request.Currency), ("storeCode", request.StoreCode), ("channel", request.Channel));

        return Moved(await payments.RechargeAsync(call.Actor, new GiftCardMovement
        {
            CardNumber = cardNumber,
            Amount = request.Amount!.Value,
            Currency = request.Currency!,
            StoreCode = request.StoreCode!,
            Channel = ApiRules.ChannelOf(request.Channel),
            OrderNumber = request.OrderNumber,
            SecurityCode = request.SecurityCode,
        }, call.IdempotencyKey));
    }

    private static async Task<IResult> ActivateAsync(ApiCall call, string cardNumber, GiftCardPayments payments)
    {
        var request = await call.ReadAsync(ApiJson.Default.ActivationRequest);
        ApiRules.Demand(("storeCode", request.StoreCode), ("channel", request.Channel));

        return Moved(await payments.ActivateAsync(call.Actor, cardNumber, request.StoreCode!, ApiRules.ChannelOf(request.Channel), request.SecurityCode, request.OrderNumber, call.IdempotencyKey));
    }

    private static async Task<IResult> ReverseAsync(ApiCall call, string transactionId, GiftCardPayments payments)
    {
        var request = await call.ReadAsync(ApiJson.Default.ReversalRequest, new ReversalRequest());

        return long.TryParse(transactionId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? Moved(await payments.ReverseAsync(call.Actor, id, request.Amount, call.IdempotencyKey))
            : throw new NotFoundException("The transaction");
    }

    private static IResult Moved(GiftCardMoved moved) =>
        ApiAnswer.Created(new MovementAnswer(moved.TransactionId, moved.Amount, moved.Balance, moved.Currency), ApiJson.Default.MovementAnswer);
}
