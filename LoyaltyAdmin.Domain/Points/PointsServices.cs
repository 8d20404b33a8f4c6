using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Points;

internal static class PointsServices
{
    /// <summary>Adds points: their settings, what earns and takes them, and who may look.</summary>
    public static IServiceCollection AddPoints(this IServiceCollection services) => services
        .AddSingleton<PointsPostings>()
        .AddSingleton<LedgerGrants>()
        .AddSingleton<PointsGifts>()
        .AddSingleton<PointSettingsService>()
        .AddSingleton<PointsAccounts>()
        .AddSingleton<PointsSpending>()
        .AddSingleton<MemberTransfers, PointsTransfers>()
        .AddSingleton<PointsAdjustments>()
        .AddSingleton<ApprovalHandler>(provider => provider.GetRequiredService<PointsAdjustments>())
        .AddSingleton<ExportSource, PointsExport>()
        .AddSingleton<PointsExpiryNotices>()
        .AddSingleton<PointsEarning>()
        .AddSingleton<BackgroundWork>(provider => provider.GetRequiredService<PointsEarning>());
}
