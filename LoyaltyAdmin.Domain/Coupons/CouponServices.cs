using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Coupons;

internal static class CouponServices
{
    /// <summary>Adds coupons: what they are, giving them and using them.</summary>
    public static IServiceCollection AddCoupons(this IServiceCollection services) => services
        .AddSingleton<CouponCodes>()
        .AddSingleton<CouponDefinitions>()
        .AddSingleton<CouponIssuing>()
        .AddSingleton<CouponNews>()
        .AddSingleton<CouponCatalog>()
        .AddSingleton<CouponLookup>()
        .AddSingleton<CouponPackages>()
        .AddSingleton<MemberCoupons>()
        .AddSingleton<CouponTill>()
        .AddSingleton<CouponRedeeming>()
        .AddSingleton<CouponExpiry>()
        .AddSingleton<IssuedCoupons>()
        .AddSingleton<CouponRedemptionList>()
        .AddSingleton<CouponImages>()
        .AddSingleton<CouponItems>()
        .AddSingleton<CouponIssues>()
        .AddSingleton<CouponIssueWork>()
        .AddSingleton<BackgroundWork>(services => services.GetRequiredService<CouponIssueWork>())
        .AddSingleton<ExportSource, CouponExport>()
        .AddSingleton<ExportSource, CouponPackageExport>()
        .AddSingleton<ExportSource, CouponPerformanceExport>()
        .AddSingleton<ExportSource, IssuedCouponExport>()
        .AddSingleton<ExportSource, CouponRedemptionExport>()
        .AddSingleton<CouponCodeImports>()
        .AddSingleton<ImportFlow>(services => services.GetRequiredService<CouponCodeImports>())
        .AddSingleton<ImportDefinition, CouponCodeImport>();
}
