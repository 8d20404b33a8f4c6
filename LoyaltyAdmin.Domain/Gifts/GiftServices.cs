using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Segments;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Gifts;

internal static class GiftServices
{
    /// <summary>Adds gifts: granting, delivering, campaigns and who may look.</summary>
    public static IServiceCollection AddGifts(this IServiceCollection services) => services
        .AddSingleton<GiftDelivery>()
        .AddSingleton<GiftGranting>()
        .AddSingleton<GiftCatalog>()
        .AddSingleton<GiftCampaigns>()
        .AddSingleton<GrantedGifts>()
        .AddSingleton<GiftDeliveryWork>()
        .AddSingleton<BackgroundWork>(services => services.GetRequiredService<GiftDeliveryWork>())
        .AddSingleton<GiftCampaignWork>()
        .AddSingleton<BackgroundWork>(services => services.GetRequiredService<GiftCampaignWork>())
        .AddSingleton<AudienceUses, GiftAudienceUses>()
        .AddSingleton<ExportSource, GiftExport>();
}

/// <summary>The audiences of campaigns that may still give.</summary>
internal sealed class GiftAudienceUses : AudienceUses
{
    public override async Task<IReadOnlyList<AudienceUse>> FindAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var campaigns = await db.GiftCampaigns.AsNoTracking().Where(c => c.Status != GiftCampaignStatus.Finished && c.Status != GiftCampaignStatus.Archived).Select(c => new { c.Name, c.Audience }).ToListAsync(cancel);

        return [.. campaigns.SelectMany(c => Of(c.Audience, $"gift campaign “{c.Name}”"))];
    }
}
