using System.Buffers.Text;
using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Images;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>The pictures of coupons.</summary>
public sealed class CouponImages(LoyaltyDatabase database, AccessControl access, SecretKeys keys, TimeProvider clock)
{
    /// <summary>Keeps an uploaded picture, rebuilt by <see cref="ImageUploads"/>.</summary>
    /// <exception cref="ImageNotAcceptedException">Not a picture this product accepts.</exception>
    [Requires(Permission.CouponsEdit)]
    public async Task<long> UploadAsync(Actor actor, byte[] file, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsEdit, cancel: cancel);
        var clean = ImageUploads.Clean(file);
        var image = new CouponImage { Image = clean.Bytes, ContentType = clean.ContentType, CreatedAt = clock.GetUtcNow() };
        await database.WriteAsync(actor, db =>
        {
            db.CouponImages.Add(image);

            return Task.CompletedTask;
        }, cancel);

        return image.Id;
    }

    /// <summary>A picture by its token.</summary>
    /// <exception cref="NotFoundException">No such picture; tokens cannot be guessed or counted up.</exception>
    [Requires(Permission.CouponsRead)]
    public async Task<(byte[] Bytes, string ContentType)> ImageAsync(Actor actor, string token, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        var dash = token.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !long.TryParse(token[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || TokenOf(id) != token)
        {
            throw new NotFoundException("The image");
        }

        await using var db = await database.ReadAsync(cancel);
        var found = await db.CouponImages.Where(i => i.Id == id).Select(i => new { i.Image, i.ContentType }).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The image");

        return (found.Image, found.ContentType);
    }

    /// <summary>The address part under which a picture is served.</summary>
    public string TokenOf(long imageId)
    {
        var id = imageId.ToString(CultureInfo.InvariantCulture);

        return $"{id}-{Base64Url.EncodeToString(keys.Hash("coupon-image", id).AsSpan(0, 16))}";
    }
}
