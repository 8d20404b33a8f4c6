using System.Collections.Concurrent;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>What coupons are held against: their terms, which never change and are remembered, and the products of a basket.</summary>
public sealed class CouponCatalog
{
    private readonly ConcurrentDictionary<long, CouponRules> terms = new();

    internal async ValueTask<CouponRules> RulesAsync(LoyaltyDatabase database, long termsId, CancellationToken cancel)
    {
        if (terms.TryGetValue(termsId, out var rules))
        {
            return rules;
        }

        await using var db = await database.ReadAsync(cancel);

        return await RulesAsync(db, termsId, cancel);
    }

    internal async Task<CouponRules> RulesAsync(LoyaltyDbContext db, long termsId, CancellationToken cancel)
    {
        if (terms.TryGetValue(termsId, out var rules))
        {
            return rules;
        }

        rules = await db.CouponTerms.Where(t => t.Id == termsId).Select(t => t.Rules).SingleAsync(cancel);

        return terms.GetOrAdd(termsId, rules);
    }

    /// <summary>As below, in a context of its own.</summary>
    internal static async ValueTask<IReadOnlyList<BasketLine>> LinesAsync(LoyaltyDatabase database, IReadOnlyList<CouponLine> lines, ItemScope items, Currency currency, CancellationToken cancel)
    {
        if (items.Kind == ItemScopeKind.All)
        {
            return WithoutProducts(lines, currency);
        }

        await using var db = await database.ReadAsync(cancel);

        return await LinesAsync(db, lines, items, currency, cancel);
    }

    /// <summary>The lines with their products and categories; not looked up where the coupon applies to every item.</summary>
    internal static async Task<IReadOnlyList<BasketLine>> LinesAsync(LoyaltyDbContext db, IReadOnlyList<CouponLine> lines, ItemScope items, Currency currency, CancellationToken cancel)
    {
        if (items.Kind == ItemScopeKind.All)
        {
            return WithoutProducts(lines, currency);
        }

        string[] codes = [.. lines.Select(line => line.ProductCode).Distinct()];
        var products = await db.Products.Where(p => EF.Parameter(codes).Contains(p.Code)).Select(p => new { p.Code, p.Id, p.CategoryId }).ToDictionaryAsync(p => p.Code, StringComparer.Ordinal, cancel);
        var above = items.CategoryIds.IsEmpty ? [] : await db.ProductCategories.ToDictionaryAsync(c => c.Id, c => c.ParentId, cancel);

        return
        [
            .. lines.Select(line => products.GetValueOrDefault(line.ProductCode) is { } product
                ? Line(line, currency, product.Id, Path(product.CategoryId, above))
                : Line(line, currency, null, [])),
        ];
    }

    private static BasketLine[] WithoutProducts(IReadOnlyList<CouponLine> lines, Currency currency) => [.. lines.Select(line => Line(line, currency, null, []))];

    private static BasketLine Line(CouponLine line, Currency currency, long? productId, IReadOnlyCollection<long> path) =>
        new(line.ProductCode, line.Quantity, line.UnitPrice, currency.Round(line.Quantity * line.UnitPrice), productId, path);

    private static List<long> Path(long? category, Dictionary<long, long?> above)
    {
        var path = new List<long>();
        for (var at = category; at is { } id && !path.Contains(id); at = above.GetValueOrDefault(id))
        {
            path.Add(id);
        }

        return path;
    }
}
