using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Coupons;

internal static class CouponServices
{
    /// <summary>Adds coupons: what they are, giving them and using them.</summary>
    public static IServiceCollection AddCoupons(this IServiceCollection services) => services
        .AddSingleton<CouponCodes>()
        .AddSingleton<CouponDefinitions>()
        .AddSingleton<CouponIssuing>();
}
