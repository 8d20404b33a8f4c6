using System.ComponentModel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Stores;

namespace LoyaltyAdmin.Web.Api;

public sealed record StoreAnswer(
    [property: Description("Names the store in every other request.")] string Code,
    string Name,
    [property: Description("IANA time zone; decides which business day a transaction belongs to.")] string TimeZone,
    string? City);

public static class StoresApi
{
    public static void MapStoresApi(this IEndpointRouteBuilder api) =>
        api.MapGet("/stores", ListAsync).RequireScope(ApiScope.StoresRead)
            .Describe("listStores", "Stores", "The open stores this key may act in.").Answers<IReadOnlyList<StoreAnswer>>(200);

    private static async Task<IResult> ListAsync(ApiCall call, StoreDirectory stores, CancellationToken cancel) =>
        ApiAnswer.Ok([.. (await stores.OpenAsync(call.Actor, cancel)).Select(s => new StoreAnswer(s.Code, s.Name, s.TimeZone, s.City))], ApiJson.Default.IReadOnlyListStoreAnswer);
}
