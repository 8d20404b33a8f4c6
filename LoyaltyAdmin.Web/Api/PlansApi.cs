using System.ComponentModel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

public sealed record PlanAnswer(
    [property: Description("Names the plan in a sale.")] string Code,
    string Name,
    string Currency,
    [property: Description("ELECTRONIC or PHYSICAL")] string CardType,
    IReadOnlyList<DenominationAnswer> Denominations,
    [property: Description("Any amount in this range is sold at face value; null: only the denominations are sold.")] CustomAmountAnswer? CustomAmount,
    [property: Description("Which buyer information a sale must, may or must not carry: MANDATORY, OPTIONAL, HIDDEN.")] PurchaseInformationAnswer PurchaseInformation);

public sealed record DenominationAnswer(
    [property: Description("The card's value.")] decimal Amount,
    [property: Description("What the buyer pays for it.")] decimal Price);

public sealed record CustomAmountAnswer(decimal Minimum, decimal Maximum);

public sealed record PurchaseInformationAnswer(string Name, string Phone, string Email, string CardNumber);

public static class PlansApi
{
    public static void MapPlansApi(this IEndpointRouteBuilder api) =>
        api.MapGet("/gift-card-plans", ListAsync).RequireScope(ApiScope.PlansRead)
            .Describe("listGiftCardPlans", "Gift card plans", "What can be sold in a store and channel right now.")
            .Query("store", "The store's code.", required: true).Query("channel", "POS (the default) or ONLINE.")
            .Answers<IReadOnlyList<PlanAnswer>>(200).Fails(400, 404);

    private static async Task<IResult> ListAsync(ApiCall call, GiftCardPlans plans, HttpRequest request, CancellationToken cancel)
    {
        var store = ApiRules.Query(request, "store");
        new FieldErrors().Require(store is not null, "store", "Name the store: ?store=CODE.").ThrowIfAny();
        var channel = ApiRules.ChannelOf(ApiRules.Query(request, "channel") ?? Channel.Pos.Name());

        return ApiAnswer.Ok([.. (await plans.SellableAsync(call.Actor, store!, channel, cancel)).Select(plan => Answer(plan, channel))], ApiJson.Default.IReadOnlyListPlanAnswer);
    }

    private static PlanAnswer Answer(SellablePlan plan, Channel channel)
    {
        var currency = Currency.Of(plan.Currency);
        var (rules, asked) = (plan.Rules, plan.Rules.PurchaseInformation);

        return new PlanAnswer(plan.Code, plan.Name, plan.Currency, ApiRules.Word(plan.CardType),
            [.. rules.Denominations.Select(d => new DenominationAnswer(currency.Exact(d.FaceValue), currency.Exact(d.Price)))],
            rules.CustomAmount is { } range ? new CustomAmountAnswer(currency.Exact(range.Minimum), currency.Exact(range.Maximum)) : null,
            new PurchaseInformationAnswer(ApiRules.Word(asked.BuyerName), ApiRules.Word(asked.BuyerPhone), ApiRules.Word(asked.BuyerEmail),
                ApiRules.Word(channel == Channel.Pos ? asked.CardNumber : FieldRequirement.Hidden)));
    }
}
