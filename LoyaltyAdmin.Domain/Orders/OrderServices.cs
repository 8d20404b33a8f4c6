using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Orders;

internal static class OrderServices
{
    /// <summary>Adds orders, refunds, products and what they add up to.</summary>
    public static IServiceCollection AddOrders(this IServiceCollection services) => services
        .AddSingleton<PurchaseSummaries>()
        .AddSingleton<PurchaseRecount>()
        .AddSingleton<OrderIngest>()
        .AddSingleton<OrderRefunds>()
        .AddSingleton<OrderDirectory>()
        .AddSingleton<ProductService>()
        .AddSingleton<ProductCategories>()
        .AddSingleton<Exports.ExportSource, OrderExport>();
}
