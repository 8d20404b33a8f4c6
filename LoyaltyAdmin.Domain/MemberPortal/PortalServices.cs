using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.MemberPortal;

internal static class PortalServices
{
    /// <summary>Adds the members' own pages and what they accept there.</summary>
    public static IServiceCollection AddMemberPortal(this IServiceCollection services) => services
        .AddSingleton<AgreementAcceptances>()
        .AddSingleton<PortalTokens>()
        .AddSingleton<PortalSettingsService>()
        .AddSingleton<PortalLinks>()
        .AddSingleton<PortalSessions>()
        .AddSingleton<PortalSignIn>()
        .AddSingleton<PortalCodeWork>()
        .AddSingleton<BackgroundWork>(provider => provider.GetRequiredService<PortalCodeWork>())
        .AddSingleton<PortalHome>()
        .AddSingleton<PortalBalances>()
        .AddSingleton<PortalGiftCards>()
        .AddSingleton<PortalConsents>();
}
