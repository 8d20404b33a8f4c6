using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.MemberPortal;

namespace LoyaltyAdmin.Web.Api;

/// <summary>Links to a member's own page, and the agreements members accept elsewhere.</summary>
public static class MemberPageApi
{
    public static void MapMemberPageApi(this IEndpointRouteBuilder api)
    {
        api.MapPost("/members/{memberNumber}/portal-links", LinkAsync).RequireScope(ApiScope.PortalLinksWrite)
            .Describe("createPortalLink", "Members", "Makes a link that opens the member's own page without signing in, until it ends or staff revoke it.")
            .Reads<PortalLinkRequest>().Answers<PortalLinkAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapGet("/agreements", ListAsync).RequireScope(ApiScope.ConsentsWrite)
            .Describe("listAgreements", "Members", "The agreements in force with the text of their newest version: what a till or shop shows before it tells of an acceptance.")
            .Answers<IReadOnlyList<AgreementAnswer>>(200);

        api.MapPost("/members/{memberNumber}/agreement-acceptances", AcceptAsync).RequireScope(ApiScope.ConsentsWrite)
            .Describe("recordAcceptance", "Members", "Writes down that the member accepted a version of an agreement. The first acceptance of a version counts; telling of it again answers that one.")
            .Reads<AcceptanceRequest>().Answers<AcceptanceAnswer>(201).Fails(400, 404, 409, 415, 422);
    }

    private static async Task<IResult> LinkAsync(ApiCall call, string memberNumber, PortalLinks links, CancellationToken cancel)
    {
        var request = await call.ReadAsync(ApiJson.Default.PortalLinkRequest, whenEmpty: new PortalLinkRequest());
        var link = await links.CreateOnceAsync(call.Actor, memberNumber, new PortalLinkWish(request.Target, request.ValidMinutes), call.Operation, cancel);

        return ApiAnswer.Created(new PortalLinkAnswer(link.Url, link.Target, link.ExpiresAt), ApiJson.Default.PortalLinkAnswer);
    }

    private static async Task<IResult> ListAsync(ApiCall call, AgreementAcceptances acceptances, CancellationToken cancel) =>
        ApiAnswer.Ok([.. (await acceptances.ActiveAsync(call.Actor, cancel)).Select(a => new AgreementAnswer(a.Id, ApiRules.Word(a.Kind), a.Title, a.Version, a.PublishedAt, a.Body))], ApiJson.Default.IReadOnlyListAgreementAnswer);

    private static async Task<IResult> AcceptAsync(ApiCall call, string memberNumber, AgreementAcceptances acceptances, CancellationToken cancel)
    {
        var request = await call.ReadAsync(ApiJson.Default.AcceptanceRequest);
        ApiRules.Demand(("agreementId", request.AgreementId));
        var accepted = await acceptances.RecordOnceAsync(call.Actor, memberNumber, new AcceptanceWish
        {
            AgreementId = request.AgreementId!.Value,
            Version = request.Version,
            At = request.At,
            Source = MembersApi.Word<AcceptanceSource>("source", request.Source) ?? AcceptanceSource.Online,
            StoreCode = request.StoreCode,
            IpAddress = request.IpAddress,
        }, call.Operation, cancel);

        return ApiAnswer.Created(new AcceptanceAnswer(accepted.AgreementId, accepted.Title, accepted.Version, accepted.At, ApiRules.Word(accepted.Source)), ApiJson.Default.AcceptanceAnswer);
    }
}
