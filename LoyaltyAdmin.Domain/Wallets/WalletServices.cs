using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Wallets;

internal static class WalletServices
{
    /// <summary>Adds prepaid wallets.</summary>
    public static IServiceCollection AddWallets(this IServiceCollection services) => services
        .AddSingleton<WalletRules>()
        .AddSingleton<WalletAccounts>()
        .AddSingleton<WalletPayments>();
}
