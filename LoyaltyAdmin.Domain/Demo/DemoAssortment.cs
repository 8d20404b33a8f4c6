using LoyaltyAdmin.Domain.Orders;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>What the demo company sells.</summary>
internal static class DemoAssortment
{
    private static readonly (string Code, string Name, string Category, decimal Price)[] bar =
    [
        ("ESP", "Espresso", "Drinks", 3.25m), ("CAP", "Cappuccino", "Drinks", 4.75m), ("FLAT", "Flat white", "Drinks", 4.75m), ("COLD", "Cold brew", "Drinks", 5.25m),
        ("CHAI", "Chai latte", "Drinks", 5.50m), ("MATCHA", "Matcha latte", "Drinks", 5.95m), ("CROIS", "Butter croissant", "Food", 4.25m), ("BAGEL", "Bagel with cream cheese", "Food", 5.75m),
        ("BANANA", "Banana bread", "Food", 4.50m), ("SALAD", "Lunch salad", "Food", 12.50m),
    ];

    private static readonly (string Code, string Name, string Category, decimal Price)[] shelf =
    [
        ("BEAN-E", "House espresso beans, 1 lb", "Coffee", 18.00m), ("BEAN-K", "Kenya Kirinyaga beans, 12 oz", "Coffee", 22.00m), ("BEAN-D", "Decaf beans, 12 oz", "Coffee", 17.50m),
        ("TEA-EG", "Earl Grey, 20 bags", "Tea", 11.00m), ("DRIP", "Pour-over dripper", "Equipment", 26.00m), ("GRIND", "Hand grinder", "Equipment", 79.00m),
        ("MUG", "Aurora mug", "Gifts", 16.00m), ("TUMB", "Travel tumbler", "Gifts", 32.00m), ("SET", "Tasting set", "Gifts", 48.00m),
    ];

    /// <summary>One to three things; a till sells mostly what is drunk at once, the online store what is sent.</summary>
    public static IReadOnlyList<DeliveredLine> Basket(Random random, bool isOnline)
    {
        var lines = new List<DeliveredLine>();
        for (var count = 1 + random.Next(3); count > 0; count--)
        {
            var from = isOnline || random.Next(7) == 0 ? shelf : bar;
            var product = from[random.Next(from.Length)];
            if (lines.Exists(line => line.ProductCode == product.Code))
            {
                continue;
            }

            var quantity = random.Next(6) == 0 ? 2 : 1;
            lines.Add(new DeliveredLine
            {
                Kind = OrderLineKind.Goods,
                ProductCode = product.Code,
                CategoryCode = product.Category,
                Description = product.Name,
                Quantity = quantity,
                UnitPrice = product.Price,
                Discount = isOnline && random.Next(8) == 0 ? Math.Round(product.Price * quantity * 0.1m, 2) : 0,
            });
        }

        return lines;
    }
}
