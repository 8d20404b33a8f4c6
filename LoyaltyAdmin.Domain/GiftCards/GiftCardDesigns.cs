using System.Buffers.Text;
using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Images;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>A card face to choose from: one of the library, or an uploaded image with the token it is served under.</summary>
public sealed record DesignChoice(long Id, string Name, string? LibraryKey, string? ImageToken);

/// <summary>Card faces: the product's own library and images uploaded by the merchant (2.5.2).</summary>
public sealed class GiftCardDesigns(LoyaltyDatabase database, AccessControl access, SecretKeys keys, TimeProvider clock)
{
    private const int MaximumUploads = 200;

    /// <summary>The library first, then uploaded images, newest first.</summary>
    [Requires(Permission.PlansRead)]
    public async Task<IReadOnlyList<DesignChoice>> ListAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        var library = await LibraryAsync(cancel);
        await using var db = await database.ReadAsync(cancel);
        var uploads = await db.GiftCardDesigns.Where(d => d.LibraryKey == null && d.Image != null).OrderByDescending(d => d.Id).Take(MaximumUploads).Select(d => new { d.Id, d.Name }).ToListAsync(cancel);

        return [.. CardDesignLibrary.All.Select(d => new DesignChoice(library[d.Key], d.Name, d.Key, ImageToken: null)), .. uploads.Select(d => new DesignChoice(d.Id, d.Name, LibraryKey: null, TokenOf(d.Id)))];
    }

    /// <summary>Keeps an uploaded image, rebuilt by <see cref="ImageUploads"/>.</summary>
    /// <exception cref="ImageNotAcceptedException">Not a picture this product accepts.</exception>
    [Requires(Permission.PlansEdit)]
    public async Task<DesignChoice> UploadAsync(Actor actor, string name, byte[] file, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.PlansEdit, cancel: cancel);
        var image = ImageUploads.Clean(file);
        var title = Inputs.Clean(Path.GetFileNameWithoutExtension(name)) ?? "Uploaded image";
        var design = new GiftCardDesign { Name = title.Length <= 120 ? title : title[..120], Image = image.Bytes, ContentType = image.ContentType, CreatedAt = clock.GetUtcNow() };
        new FieldErrors().Text(nameof(name), "File name", design.Name, 120).ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            if (await db.GiftCardDesigns.CountAsync(d => d.LibraryKey == null, cancel) >= MaximumUploads)
            {
                throw new RuleViolationException("too_many_designs", $"At most {MaximumUploads} images can be uploaded.");
            }

            db.GiftCardDesigns.Add(design);
        }, cancel);

        return new DesignChoice(design.Id, design.Name, LibraryKey: null, TokenOf(design.Id));
    }

    /// <summary>An uploaded image by its token.</summary>
    /// <exception cref="NotFoundException">No such image; tokens cannot be guessed or counted up.</exception>
    [Requires(Permission.GiftCardsRead)]
    public async Task<(byte[] Bytes, string ContentType)> ImageAsync(Actor actor, string token, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        var dash = token.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !long.TryParse(token[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || TokenOf(id) != token)
        {
            throw new NotFoundException("The image");
        }

        await using var db = await database.ReadAsync(cancel);
        var found = await db.GiftCardDesigns.Where(d => d.Id == id && d.Image != null).Select(d => new { d.Image, d.ContentType }).FirstOrDefaultAsync(cancel);

        return found is { Image: { } bytes, ContentType: { } type } ? (bytes, type) : throw new NotFoundException("The image");
    }

    /// <summary>The address part under which an uploaded design is served.</summary>
    public string TokenOf(long designId)
    {
        var id = designId.ToString(CultureInfo.InvariantCulture);

        return $"{id}-{Base64Url.EncodeToString(keys.Hash("card-design", id).AsSpan(0, 16))}";
    }

    /// <summary>The library's rows by key; what is missing is added, so that an updated product brings its new faces along.</summary>
    internal async Task<IReadOnlyDictionary<string, long>> LibraryAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        var known = await StoredAsync(db, cancel);

        return CardDesignLibrary.All.All(d => known.ContainsKey(d.Key)) ? known : await database.WriteAsync(Actor.System, async write =>
        {
            var stored = await StoredAsync(write, cancel);
            write.GiftCardDesigns.AddRange(CardDesignLibrary.All.Where(d => !stored.ContainsKey(d.Key)).Select(d => new GiftCardDesign { Name = d.Name, LibraryKey = d.Key, CreatedAt = clock.GetUtcNow() }));
            await write.SaveChangesAsync(cancel);

            return await StoredAsync(write, cancel);
        }, cancel);
    }

    private static Task<Dictionary<string, long>> StoredAsync(LoyaltyDbContext db, CancellationToken cancel) =>
        db.GiftCardDesigns.Where(d => d.LibraryKey != null).GroupBy(d => d.LibraryKey!).Select(g => new { g.Key, Id = g.Min(d => d.Id) }).ToDictionaryAsync(g => g.Key, g => g.Id, cancel);
}
