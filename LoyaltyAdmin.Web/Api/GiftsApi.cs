using System.ComponentModel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Gifts;

namespace LoyaltyAdmin.Web.Api;

/// <summary>Members' gifts: what was granted, what of it came and what is still to come.</summary>
public static class GiftsApi
{
    public static void MapGiftsApi(this IEndpointRouteBuilder api) => api.MapGet("/members/{number}/gifts", ListAsync).RequireScope(ApiScope.GiftsRead)
        .Describe("listMemberGifts", "Gifts", "What a member was given, newest first: each of the last 500 things with its time and whether it came.")
        .Answers<IReadOnlyList<MemberGiftAnswer>>(200).Fails(404);

    private static async Task<IResult> ListAsync(ApiCall call, string number, GrantedGifts gifts, CancellationToken cancel)
    {
        IReadOnlyList<MemberGiftAnswer> answer = [.. (await gifts.OfMemberAsync(call.Actor, number, cancel)).Select(gift => new MemberGiftAnswer(
            gift.Id, gift.SourceName, ApiRules.Word(gift.Kind), gift.Given, gift.Points, gift.Quantity, ApiRules.Word(gift.Status), gift.GrantedAt, gift.DueAt, gift.DeliveredAt, gift.Reason))];

        return ApiAnswer.Ok(answer, ApiJson.Default.IReadOnlyListMemberGiftAnswer);
    }
}

public sealed record MemberGiftAnswer(
    long Id,
    [property: Description("What it was given for, e.g. the campaign's name.")] string Source,
    [property: Description("POINTS, COUPON, PACKAGE")] string Kind,
    [property: Description("The coupon's or package's name.")] string? Name,
    decimal? Points,
    int Quantity,
    [property: Description("PENDING, DELIVERED, FAILED, CANCELLED")] string Status,
    [property: Description("UTC")] DateTimeOffset GrantedAt,
    [property: Description("UTC")] DateTimeOffset DueAt,
    [property: Description("UTC")] DateTimeOffset? DeliveredAt,
    [property: Description("Why it failed or was cancelled.")] string? Reason);
