using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>The products a batch of orders names; codes nobody knows are created with what the line says, known ones stay as people left them.</summary>
internal static class OrderProducts
{
    private const int MostCodes = 500;

    public static async Task<Dictionary<string, long>> EnsureAsync(LoyaltyDbContext db, IEnumerable<DeliveredLine> delivered, CancellationToken cancel)
    {
        var lines = delivered.Where(line => Inputs.Clean(line.ProductCode) is not null).DistinctBy(line => line.ProductCode!.Trim(), StringComparer.Ordinal).ToList();
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var codes in lines.Select(line => line.ProductCode!.Trim()).Chunk(MostCodes))
        {
            foreach (var product in await db.Products.AsNoTracking().Where(p => codes.Contains(p.Code)).Select(p => new { p.Code, p.Id }).ToListAsync(cancel))
            {
                known[product.Code] = product.Id;
            }
        }

        var news = lines.Where(line => !known.ContainsKey(line.ProductCode!.Trim())).ToList();
        if (news.Count == 0)
        {
            return known;
        }

        var categories = await CategoriesAsync(db, [.. news.Select(line => Inputs.Clean(line.CategoryCode)).OfType<string>().Distinct(StringComparer.Ordinal)], cancel);
        var created = news.ConvertAll(line => new Product
        {
            Code = line.ProductCode!.Trim(),
            Name = Inputs.Clean(line.Description) ?? line.ProductCode!.Trim(),
            CategoryId = Inputs.Clean(line.CategoryCode) is { } category ? categories[category] : null,
        });
        db.Products.AddRange(created);
        await db.SaveChangesAsync(cancel);
        foreach (var product in created)
        {
            known[product.Code] = product.Id;
        }

        return known;
    }

    private static async Task<Dictionary<string, long>> CategoriesAsync(LoyaltyDbContext db, string[] codes, CancellationToken cancel)
    {
        if (codes.Length == 0)
        {
            return [];
        }

        var known = await db.ProductCategories.AsNoTracking().Where(c => codes.Contains(c.Code)).ToDictionaryAsync(c => c.Code, c => c.Id, StringComparer.Ordinal, cancel);
        var created = codes.Where(code => !known.ContainsKey(code)).Select(code => new ProductCategory { Code = code, Name = code }).ToList();
        db.ProductCategories.AddRange(created);
        await db.SaveChangesAsync(cancel);
        foreach (var category in created)
        {
            known[category.Code] = category.Id;
        }

        return known;
    }
}
