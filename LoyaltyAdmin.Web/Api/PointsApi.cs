using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>What tills and shops do with points. Orders earn them by themselves; here they are shown, spent, given back and given.</summary>
public static class PointsApi
{
    private const int MostRows = 100;

    public static void MapPointsApi(this IEndpointRouteBuilder api)
    {
        api.MapGet("/members/{memberNumber}/points", SummaryAsync).RequireScope(ApiScope.PointsRead)
            .Describe("getPoints", "Points", "What the member has, what of it can be spent now and when it expires.")
            .Answers<PointsAnswer>(200).Fails(404);

        api.MapGet("/members/{memberNumber}/points/transactions", TransactionsAsync).RequireScope(ApiScope.PointsRead)
            .Describe("listPointsTransactions", "Points", "The member's movements of points in the stores of the key, newest first.")
            .Query("limit", "1 to 100; 50 by default.").Query("cursor", "The answer's next, for the page after it.")
            .Answers<PointsTransactionsAnswer>(200).Fails(400, 404);

        api.MapPost("/members/{memberNumber}/points/spendings", SpendAsync).RequireScope(ApiScope.PointsWrite)
            .Describe("spendPoints", "Points", "Spends points, the soonest to expire first. When what is usable does not cover them nothing is taken (409 insufficient_balance, with what is usable).")
            .Reads<PointsSpendingRequest>().Answers<PointsMovedAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapPost("/members/{memberNumber}/points/grants", GrantAsync).RequireScope(ApiScope.PointsWrite)
            .Describe("grantPoints", "Points", "Gives points for a reason of your own. Orders earn theirs by themselves: never grant those again.")
            .Reads<PointsGrantRequest>().Answers<PointsMovedAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapPost("/points-transactions/{transactionId}/reversals", ReverseAsync).RequireScope(ApiScope.PointsWrite)
            .Describe("reverseSpending", "Points", "Gives spent points back, wholly or partly, with the expiry they had; never more than were spent.")
            .Reads<PointsReversalRequest>(isOptional: true).Answers<PointsMovedAnswer>(201).Fails(400, 404, 409, 415, 422);
    }

    private static async Task<IResult> SummaryAsync(ApiCall call, string memberNumber, PointsAccounts points, CancellationToken cancel)
    {
        var summary = await points.FindAsync(call.Actor, memberNumber, cancel);

        return ApiAnswer.Ok(new PointsAnswer(summary.Balance, summary.Usable, [.. summary.Lots.Select(lot => new PointsLotAnswer(lot.Points, lot.UsableFrom, lot.ExpiresAt))]), ApiJson.Default.PointsAnswer);
    }

    private static async Task<IResult> TransactionsAsync(ApiCall call, string memberNumber, PointsAccounts points, HttpRequest request, CancellationToken cancel)
    {
        var limit = 50;
        new FieldErrors().Require(ApiRules.Query(request, "limit") is not { } text || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MostRows), "limit", $"The limit is 1 to {MostRows}.").ThrowIfAny();
        var page = await points.OfMemberAsync(call.Actor, memberNumber, new PageRequest { Size = limit, Cursor = ApiRules.Query(request, "cursor") }, cancel);

        return ApiAnswer.Ok(new PointsTransactionsAnswer(
            [.. page.Rows.Select(row => new PointsTransactionAnswer(row.Id, ApiRules.Word(row.Type), row.Points, row.BalanceAfter, row.At, row.BusinessDay, row.StoreCode, row.Channel.Name(), row.OrderNumber, row.Reason, row.ReversesId))],
            page.Next), ApiJson.Default.PointsTransactionsAnswer);
    }

    private static async Task<IResult> SpendAsync(ApiCall call, string memberNumber, PointsSpending spending)
    {
        var request = await call.ReadAsync(ApiJson.Default.PointsSpendingRequest);
        ApiRules.Demand(("points", request.Points), ("storeCode", request.StoreCode), ("channel", request.Channel));

        return Moved(await spending.SpendAsync(call.Actor, new PointsMovement
        {
            MemberNumber = memberNumber,
            Points = request.Points!.Value,
            StoreCode = request.StoreCode!,
            Channel = ApiRules.ChannelOf(request.Channel),
            OrderNumber = request.OrderNumber,
        }, call.IdempotencyKey));
    }

    private static async Task<IResult> GrantAsync(ApiCall call, string memberNumber, PointsSpending spending)
    {
        var request = await call.ReadAsync(ApiJson.Default.PointsGrantRequest);
        ApiRules.Demand(("points", request.Points), ("reason", request.Reason));

        return Moved(await spending.GrantAsync(call.Actor, new PointsGift(memberNumber, request.Points!.Value, request.Reason!, request.StoreCode), call.IdempotencyKey));
    }

    private static async Task<IResult> ReverseAsync(ApiCall call, string transactionId, PointsSpending spending)
    {
        var request = await call.ReadAsync(ApiJson.Default.PointsReversalRequest, new PointsReversalRequest());

        return long.TryParse(transactionId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? Moved(await spending.GiveBackAsync(call.Actor, id, request.Points, call.IdempotencyKey))
            : throw new NotFoundException("The transaction");
    }

    private static IResult Moved(PointsMoved moved) => ApiAnswer.Created(new PointsMovedAnswer(moved.TransactionId, moved.Points, moved.Balance), ApiJson.Default.PointsMovedAnswer);
}
