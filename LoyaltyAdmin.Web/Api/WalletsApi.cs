using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;

namespace LoyaltyAdmin.Web.Api;

/// <summary>What tills and online stores do with members' prepaid wallets. Value moves once per idempotency key, whether or not the caller waits for the answer.</summary>
public static class WalletsApi
{
    public static void MapWalletsApi(this IEndpointRouteBuilder api)
    {
        api.MapGet("/members/{number}/wallet", GetAsync).RequireScope(ApiScope.WalletsRead)
            .Describe("getWallet", "Wallets", "The member's wallets, one per currency, with what is usable now, what is set aside and the lots of principal and bonus.")
            .Answers<IReadOnlyList<WalletAnswer>>(200).Fails(404);

        api.MapPost("/members/{number}/wallet/payments", PayAsync).RequireScope(ApiScope.WalletsPay)
            .Describe("payWithWallet", "Wallets", "Pays with the wallet in the group's declared order of principal and bonus. When what is usable does not cover the amount nothing is taken (409 insufficient_balance, with what is usable).")
            .Reads<WalletPaymentRequest>().Answers<WalletMovementAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapPost("/wallet-payments/{paymentId}/refunds", RefundAsync).RequireScope(ApiScope.WalletsRefund)
            .Describe("refundWalletPayment", "Wallets", "Gives a payment back to the lots it came from, wholly or partly, never more than it took.")
            .Reads<ReversalRequest>(isOptional: true).Answers<WalletMovementAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapPost("/members/{number}/wallet/holds", HoldAsync).RequireScope(ApiScope.WalletsPay)
            .Describe("holdWallet", "Wallets", "Sets an amount aside for a payment that is not final yet. It comes back by itself when its time is over.")
            .Reads<WalletHoldRequest>().Answers<WalletHoldAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapPost("/wallet-holds/{holdId}/captures", CaptureAsync).RequireScope(ApiScope.WalletsPay)
            .Describe("captureWalletHold", "Wallets", "Pays with a hold, wholly or partly; the rest comes back. The payment can be refunded as any other.")
            .Reads<WalletCaptureRequest>(isOptional: true).Answers<WalletHoldAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapPost("/wallet-holds/{holdId}/releases", ReleaseAsync).RequireScope(ApiScope.WalletsPay)
            .Describe("releaseWalletHold", "Wallets", "Gives a hold back.")
            .Reads<WalletReleaseRequest>(isOptional: true).Answers<WalletHoldAnswer>(201).Fails(400, 404, 409, 415, 422);
    }

    private static async Task<IResult> GetAsync(ApiCall call, string number, WalletDirectory wallets, CancellationToken cancel)
    {
        IReadOnlyList<WalletAnswer> answer =
        [
            .. (await wallets.OfNumberAsync(call.Actor, number, cancel)).Select(wallet => new WalletAnswer(
                wallet.Currency, wallet.Status == AccountStatus.Open ? "ACTIVE" : "FROZEN", wallet.Balance, wallet.Usable, wallet.Held, wallet.Principal, wallet.Bonus,
                [.. wallet.Lots.Select(lot => new WalletLotAnswer(ApiRules.Word(lot.Kind), lot.Remaining, lot.UsableFrom, lot.ExpiresAt))])),
        ];

        return ApiAnswer.Ok(answer, ApiJson.Default.IReadOnlyListWalletAnswer);
    }

    private static async Task<IResult> PayAsync(ApiCall call, string number, WalletPayments payments)
    {
        var request = await call.ReadAsync(ApiJson.Default.WalletPaymentRequest);

        return Moved(await payments.PayAsync(call.Actor, Movement(number, request.Amount, request.Currency, request.StoreCode, request.Channel, request.OrderNumber), call.IdempotencyKey));
    }

    private static async Task<IResult> RefundAsync(ApiCall call, string paymentId, WalletPayments payments)
    {
        var request = await call.ReadAsync(ApiJson.Default.ReversalRequest, new ReversalRequest());

        return Moved(await payments.RefundAsync(call.Actor, Id(paymentId, "The payment"), request.Amount, call.IdempotencyKey));
    }

    private static async Task<IResult> HoldAsync(ApiCall call, string number, WalletHolds holds)
    {
        var request = await call.ReadAsync(ApiJson.Default.WalletHoldRequest);

        return Held(await holds.HoldAsync(call.Actor, Movement(number, request.Amount, request.Currency, request.StoreCode, request.Channel, request.OrderNumber), request.Minutes, call.IdempotencyKey));
    }

    private static async Task<IResult> CaptureAsync(ApiCall call, string holdId, WalletHolds holds)
    {
        var request = await call.ReadAsync(ApiJson.Default.WalletCaptureRequest, new WalletCaptureRequest());

        return Held(await holds.CaptureAsync(call.Actor, Id(holdId, "The hold"), request.Amount, request.OrderNumber, call.IdempotencyKey));
    }

    private static async Task<IResult> ReleaseAsync(ApiCall call, string holdId, WalletHolds holds)
    {
        var request = await call.ReadAsync(ApiJson.Default.WalletReleaseRequest, new WalletReleaseRequest());

        return Held(await holds.ReleaseAsync(call.Actor, Id(holdId, "The hold"), request.Reason, call.IdempotencyKey));
    }

    private static WalletMovement Movement(string number, decimal? amount, string? currency, string? storeCode, string? channel, string? orderNumber)
    {
        ApiRules.Demand(("amount", amount), ("currency", currency), ("storeCode", storeCode), ("channel", channel));

        return new WalletMovement { MemberNumber = number, Amount = amount!.Value, Currency = currency!, StoreCode = storeCode!, Channel = ApiRules.ChannelOf(channel), OrderNumber = orderNumber };
    }

    private static long Id(string text, string what) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw new NotFoundException(what);

    private static IResult Moved(WalletMoved moved) =>
        ApiAnswer.Created(new WalletMovementAnswer(moved.TransactionId, moved.Amount, moved.Principal, moved.Balance, moved.Currency), ApiJson.Default.WalletMovementAnswer);

    private static IResult Held(WalletHeld held) =>
        ApiAnswer.Created(new WalletHoldAnswer(held.HoldId, ApiRules.Word(held.Status), held.Amount, held.Captured, held.Balance, held.Currency, held.ExpiresAt, held.PaymentId), ApiJson.Default.WalletHoldAnswer);
}
