using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>A coupon to give, with the validity a new line starts from.</summary>
public sealed record GiftCouponChoice(long Id, string Code, string Name, CouponStatus Status, ValidityRule Validity);

/// <summary>What the editor of gifts offers.</summary>
public sealed record GiftChoices(IReadOnlyList<GiftCouponChoice> Coupons, IReadOnlyList<CouponPackageChoice> Packages)
{
    public static readonly GiftChoices Nothing = new([], []);

    /// <summary>Whose notice tells of the gift; by name.</summary>
    public IReadOnlyList<KeyValuePair<long, string>> MiniPrograms { get; init; } = [];
}

/// <summary>Finds what gifts can be made of.</summary>
public sealed class GiftCatalog(LoyaltyDatabase database, AccessControl access, CouponPackages packages)
{
    private const int MostChoices = 500;

    /// <summary>Every coupon and package that is not archived, by name.</summary>
    [Requires(Permission.CouponsRead)]
    public async Task<GiftChoices> ChoicesAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.CouponsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var coupons = await db.Coupons.Where(c => c.Status != CouponStatus.Archived).OrderBy(c => c.Name).ThenBy(c => c.Id).Take(MostChoices).Select(c => new { c.Id, c.Code, c.Name, c.Status, c.Rules }).ToListAsync(cancel);

        return new GiftChoices([.. coupons.Select(c => new GiftCouponChoice(c.Id, c.Code, c.Name, c.Status, c.Rules.Validity))], await packages.ChoicesAsync(actor, cancel))
        {
            MiniPrograms = await db.MiniPrograms.OrderBy(p => p.Name).Select(p => KeyValuePair.Create(p.Id, p.Name)).ToListAsync(cancel),
        };
    }
}
