using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Marketing.Coupons;

/// <summary>Serves coupons' pictures to signed-in staff: a fixed type, nothing sniffed, nothing run.</summary>
public static class CouponImageFiles
{
    public const string Path = "/coupon-images";

    public static void MapCouponImages(this WebApplication app) => app.MapGet(Path + "/{token}", ImageAsync);

    private static async Task<Results<FileContentHttpResult, NotFound, ForbidHttpResult>> ImageAsync(string token, HttpContext http, CouponImages images, CancellationToken cancel)
    {
        if (StaffClaims.ActorOf(http.User) is not { } actor)
        {
            return TypedResults.Forbid();
        }

        try
        {
            var (bytes, type) = await images.ImageAsync(actor, token, cancel);
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers.CacheControl = "private, max-age=86400, immutable";
            http.Response.Headers.ContentDisposition = "inline; filename=\"coupon\"";

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
