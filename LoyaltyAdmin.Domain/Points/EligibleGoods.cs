using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Orders;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>
/// The part of orders that earns points: goods in the group's currency, less refunds, without what the settings exclude. Gift cards, top-ups and
/// packages sold are not goods. An order's own discount and refunds concern all its goods alike.
/// </summary>
internal sealed class EligibleGoods
{
    private readonly Dictionary<long, (decimal All, decimal Eligible)> goods = [];

    public static async Task<EligibleGoods> ReadAsync(LoyaltyDbContext db, PointSettings settings, IReadOnlyCollection<long> orderIds, CancellationToken cancel)
    {
        var excludedProducts = settings.ExcludedProductIds.ToHashSet();
        var excludedCategories = settings.ExcludedCategoryIds.IsEmpty ? [] : await WithBelowAsync(db, settings.ExcludedCategoryIds, cancel);
        var lines = await (from line in db.OrderLines
                           where orderIds.Contains(line.OrderId) && line.Kind == OrderLineKind.Goods
                           join product in db.Products on line.ProductId equals product.Id into products
                           from product in products.DefaultIfEmpty()
                           select new { line.OrderId, line.Total, line.ProductId, CategoryId = product == null ? null : product.CategoryId }).ToListAsync(cancel);
        var read = new EligibleGoods();
        foreach (var order in lines.GroupBy(line => line.OrderId))
        {
            read.goods[order.Key] = (order.Sum(line => line.Total), order
                .Where(line => line.ProductId is not { } product || !excludedProducts.Contains(product))
                .Where(line => line.CategoryId is not { } category || !excludedCategories.Contains(category))
                .Sum(line => line.Total));
        }

        return read;
    }

    /// <summary>What of the order earns points, in the group's currency.</summary>
    public decimal Of(Order order, PointSettings settings)
    {
        if (order.GroupRevenue <= 0 || order.GroupRevenue < settings.MinimumOrder)
        {
            return 0;
        }

        // An order without lines is taken as goods, as its revenue is.
        return !goods.TryGetValue(order.Id, out var lines) || lines.All == lines.Eligible ? order.GroupRevenue
            : lines.All <= 0 ? 0
            // Lines of returned goods may be below zero on either side.
            : order.GroupRevenue * Math.Clamp(lines.Eligible, 0, lines.All) / lines.All;
    }

    private static async Task<HashSet<long>> WithBelowAsync(LoyaltyDbContext db, IReadOnlyCollection<long> roots, CancellationToken cancel)
    {
        var parents = await db.ProductCategories.Where(c => c.ParentId != null).Select(c => new { c.Id, Parent = c.ParentId!.Value }).ToListAsync(cancel);
        var children = parents.ToLookup(c => c.Parent, c => c.Id);
        var found = new HashSet<long>();
        var open = new Stack<long>(roots);
        while (open.TryPop(out var id))
        {
            if (found.Add(id))
            {
                foreach (var child in children[id])
                {
                    open.Push(child);
                }
            }
        }

        return found;
    }
}
