using System.ComponentModel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;

namespace LoyaltyAdmin.Web.Api;

public sealed record IssueCardRequest
{
    [Description("The card plan's code.")]
    public string? PlanCode { get; init; }

    [Description("The number printed on the card, 4 to 30 letters and digits; without it a number is made.")]
    public string? CardNumber { get; init; }

    [Description("The store that hands the card out; without it the member's home store.")]
    public string? StoreCode { get; init; }
}

public sealed record IssuedCardAnswer(
    string CardNumber,
    string PlanCode,
    string Plan,
    string Tier,
    [property: Description("ACTIVE, FROZEN")] string Status,
    [property: Description("UTC; null: valid permanently.")] DateTimeOffset? ValidUntil);

public sealed record MemberCardAnswer(
    string CardNumber,
    string PlanCode,
    string Plan,
    [property: Description("ACTIVE, FROZEN, EXPIRED, CANCELLED")] string Status,
    string Tier,
    [property: Description("What the rules give underneath a tier that is granted for a term.")] string EarnedTier,
    DateOnly TierSince,
    [property: Description("The day the tier is looked at again.")] DateOnly PeriodEnd,
    [property: Description("UTC; null: valid permanently.")] DateTimeOffset? ValidUntil,
    [property: Description("Points earned per unit of the currency.")] decimal EarningRate,
    [property: Description("Null in the highest tier.")] NextTierAnswer? NextTier);

public sealed record NextTierAnswer(
    string Tier,
    [property: Description("SPEND, VISITS, POINTS")] string Basis,
    [property: Description("Reached so far in the plan's period.")] decimal Reached,
    decimal Needed,
    decimal Missing);

/// <summary>Members' loyalty cards.</summary>
public static class CardsApi
{
    public static void MapCardsApi(this IEndpointRouteBuilder api)
    {
        api.MapGet("/members/{number}/cards", ListAsync).RequireScope(ApiScope.MembersRead)
            .Describe("listMemberCards", "Loyalty cards", "A member's cards with tier and progress to the next one.")
            .Answers<IReadOnlyList<MemberCardAnswer>>(200).Fails(404);

        api.MapPost("/members/{number}/cards", IssueAsync).RequireScope(ApiScope.MembersWrite)
            .Describe("issueMemberCard", "Loyalty cards", "Issues the card of a plan. A member holds one card per plan: asked for again, it answers the same card.")
            .Reads<IssueCardRequest>().Answers<IssuedCardAnswer>(201).Fails(400, 404, 409, 415, 422);
    }

    private static async Task<IResult> ListAsync(ApiCall call, string number, MemberCardReader cards, CancellationToken cancel)
    {
        IReadOnlyList<MemberCardAnswer> answer =
        [
            .. (await cards.OfMemberAsync(call.Actor, number, cancel)).Select(card => new MemberCardAnswer(
                card.Number, card.PlanCode, card.Plan, ApiRules.Word(card.Status), card.Tier, card.EarnedTier, card.TierSince, card.PeriodEnd, card.ValidUntil, card.EarningRate,
                card.Progress.NextTier is { } next ? new NextTierAnswer(next, ApiRules.Word(card.Progress.Basis), card.Progress.Figure, card.Progress.NextAt ?? 0, card.Progress.Missing ?? 0) : null)),
        ];

        return ApiAnswer.Ok(answer, ApiJson.Default.IReadOnlyListMemberCardAnswer);
    }

    private static async Task<IResult> IssueAsync(ApiCall call, string number, LoyaltyCards cards)
    {
        var request = await call.ReadAsync(ApiJson.Default.IssueCardRequest);
        ApiRules.Demand(("planCode", request.PlanCode));
        var card = await cards.IssueAsync(call.Actor, number, request.PlanCode!, request.CardNumber, request.StoreCode, call.Operation);

        return ApiAnswer.Created(new IssuedCardAnswer(card.Number, card.PlanCode, card.Plan, card.Tier, ApiRules.Word(card.Status), card.ValidUntil), ApiJson.Default.IssuedCardAnswer);
    }
}
