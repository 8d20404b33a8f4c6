using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>Members' coupons: listed, given, claimed, held against a basket, redeemed and given back.</summary>
public static class CouponsApi
{
    public static void MapCouponsApi(this IEndpointRouteBuilder api)
    {
        api.MapGet("/members/{number}/coupons", ListAsync).RequireScope(ApiScope.CouponsRead)
            .Describe("listMemberCoupons", "Coupons", "A member's coupons, newest first: those that can still be used, or with all=true every one of the last 500.")
            .Query("all", "true: used and expired ones too.")
            .Answers<IReadOnlyList<MemberCouponAnswer>>(200).Fails(404);

        api.MapPost("/members/{number}/coupons", IssueAsync).RequireScope(ApiScope.CouponsIssue)
            .Describe("issueMemberCoupon", "Coupons", "Gives a member a coupon or a coupon package, or claims what a code stands for.")
            .Reads<CouponIssueRequest>().Answers<IReadOnlyList<MemberCouponAnswer>>(201).Fails(400, 404, 409, 415, 422, 429);

        api.MapPost("/coupons/{code}/validations", ValidateAsync).RequireScope(ApiScope.CouponsRedeem)
            .Describe("validateCoupon", "Coupons", "What a coupon would do to a basket, or which rule stands in the way. Nothing is redeemed or claimed.")
            .Reads<CouponUseRequest>().Answers<CouponValidationAnswer>(201).Fails(400, 404, 415, 422, 429);

        api.MapPost("/coupons/{code}/redemptions", RedeemAsync).RequireScope(ApiScope.CouponsRedeem)
            .Describe("redeemCoupon", "Coupons", "Redeems a coupon for a basket and answers the discount, line by line. A coupon is redeemed once; the rule that refuses is the problem's code.")
            .Reads<CouponUseRequest>().Answers<CouponRedemptionAnswer>(201).Fails(400, 404, 409, 415, 422, 429);

        api.MapPost("/coupon-redemptions/{redemptionId}/reversals", ReverseAsync).RequireScope(ApiScope.CouponsRedeem)
            .Describe("reverseCouponRedemption", "Coupons", "Gives a redeemed coupon back: it can be used again while it is valid.")
            .Reads<CouponReversalRequest>(isOptional: true).Answers<CouponRedemptionAnswer>(201).Fails(400, 404, 409, 415, 422);
    }

    private static async Task<IResult> ListAsync(ApiCall call, string number, MemberCoupons coupons, HttpRequest request, CancellationToken cancel)
    {
        IReadOnlyList<MemberCouponAnswer> answer = [.. (await coupons.OfMemberAsync(call.Actor, number, ApiRules.Query(request, "all") == "true", cancel)).Select(Answer)];

        return ApiAnswer.Ok(answer, ApiJson.Default.IReadOnlyListMemberCouponAnswer);
    }

    private static async Task<IResult> IssueAsync(ApiCall call, string number, MemberCoupons coupons)
    {
        var request = await call.ReadAsync(ApiJson.Default.CouponIssueRequest);
        IReadOnlyList<MemberCouponAnswer> answer =
        [
            .. (await coupons.IssueAsync(call.Actor, number, new CouponWish(request.Coupon, request.Package, request.Code, request.Quantity ?? 1, request.Reason), call.Operation)).Select(Answer),
        ];

        return ApiAnswer.Created(answer, ApiJson.Default.IReadOnlyListMemberCouponAnswer);
    }

    private static async Task<IResult> ValidateAsync(ApiCall call, string code, CouponRedeeming coupons, ApiLimits limits)
    {
        limits.DemandBalanceCheck(call.Caller, code);
        var check = await coupons.ValidateAsync(call.Actor, await UseAsync(call, code), call.Operation);
        var answer = new CouponValidationAnswer(check.Rule is null, check.Rule, check.Sentence, check.CouponCode, check.Name, ApiRules.Word(check.Type), Currency.Of(check.Currency).Exact(check.Discount), check.Currency, Lines(check.Lines, check.Currency));

        return ApiAnswer.Created(answer, ApiJson.Default.CouponValidationAnswer);
    }

    private static async Task<IResult> RedeemAsync(ApiCall call, string code, CouponRedeeming coupons, ApiLimits limits)
    {
        limits.DemandRedemption(call.Caller, code);

        return Redeemed(await coupons.RedeemAsync(call.Actor, await UseAsync(call, code), call.Operation));
    }

    private static async Task<IResult> ReverseAsync(ApiCall call, string redemptionId, CouponRedeeming coupons)
    {
        var request = await call.ReadAsync(ApiJson.Default.CouponReversalRequest, new CouponReversalRequest());

        return long.TryParse(redemptionId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? Redeemed(await coupons.ReverseAsync(call.Actor, id, request.Reason, call.Operation))
            : throw new NotFoundException("The redemption");
    }

    private static async Task<CouponUse> UseAsync(ApiCall call, string code)
    {
        var request = await call.ReadAsync(ApiJson.Default.CouponUseRequest);
        ApiRules.Demand(("storeCode", request.StoreCode), ("channel", request.Channel), ("currency", request.Currency));
        var lines = request.Lines ?? [];
        var errors = new FieldErrors();
        for (var i = 0; i < lines.Count; i++)
        {
            errors.Require(lines[i] is { ProductCode: not null, Quantity: not null, UnitPrice: not null }, $"lines[{i}]", "A line has a productCode, a quantity and a unitPrice.");
        }

        errors.ThrowIfAny();

        return new CouponUse
        {
            Code = code,
            MemberNumber = request.MemberNumber,
            StoreCode = request.StoreCode!,
            Channel = ApiRules.ChannelOf(request.Channel),
            Currency = request.Currency!,
            OrderNumber = request.OrderNumber,
            Lines = [.. lines.Select(line => new CouponLine(line.ProductCode!, line.Quantity!.Value, line.UnitPrice!.Value))],
        };
    }

    private static IResult Redeemed(CouponRedeemed done) => ApiAnswer.Created(
        new CouponRedemptionAnswer(done.RedemptionId, done.CouponCode, done.Name, ApiRules.Word(done.Type), Currency.Of(done.Currency).Exact(done.Discount), done.Currency, Lines(done.Lines, done.Currency)), ApiJson.Default.CouponRedemptionAnswer);

    private static IReadOnlyList<CouponLineAnswer> Lines(IReadOnlyList<LineDiscount> lines, string currency) =>
        [.. lines.Select(line => new CouponLineAnswer(line.ProductCode, Currency.Of(currency).Exact(line.Amount), Currency.Of(currency).Exact(line.Discount)))];

    private static MemberCouponAnswer Answer(HeldCoupon coupon) => new(
        coupon.Id, coupon.CouponCode, coupon.Name, ApiRules.Word(coupon.Type), ApiRules.Word(coupon.Status), coupon.UsableFrom, coupon.UsableUntil, coupon.Code, coupon.Description, coupon.Currency,
        (coupon.Value as AmountOff)?.Amount, (coupon.Value as PercentOff)?.Percent, (coupon.Value as FreeItem)?.Quantity, (coupon.Value as GiftVoucher)?.Gift, coupon.Threshold);
}
