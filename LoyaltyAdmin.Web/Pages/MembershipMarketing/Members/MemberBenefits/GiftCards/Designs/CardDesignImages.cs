using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Designs;

/// <summary>Serves uploaded card faces to signed-in staff: a fixed type, nothing sniffed, nothing run.</summary>
public static class CardDesignImages
{
    public const string Path = "/card-designs";

    public static void MapCardDesigns(this WebApplication app) => app.MapGet(Path + "/{token}", ImageAsync);

    private static async Task<Results<FileContentHttpResult, NotFound, ForbidHttpResult>> ImageAsync(string token, HttpContext http, GiftCardDesigns designs, CancellationToken cancel)
    {
        if (StaffClaims.ActorOf(http.User) is not { } actor)
        {
            return TypedResults.Forbid();
        }

        try
        {
            var (bytes, type) = await designs.ImageAsync(actor, token, cancel);
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers.CacheControl = "private, max-age=86400, immutable";
            http.Response.Headers.ContentDisposition = "inline; filename=\"card-design\"";

            return TypedResults.File(bytes, type);
        }
        catch (NotFoundException)
        {
            return TypedResults.NotFound();
        }
        catch (AccessDeniedException)
        {
            return TypedResults.Forbid();
        }
    }
}
