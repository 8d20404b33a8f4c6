using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Wallets;

internal static class WalletServices
{
    /// <summary>Adds prepaid wallets.</summary>
    public static IServiceCollection AddWallets(this IServiceCollection services) => services
        .AddSingleton<WalletRules>()
        .AddSingleton<WalletSettingsService>()
        .AddSingleton<WalletAccounts>()
        .AddSingleton<WalletDirectory>()
        .AddSingleton<WalletTopUps>()
        .AddSingleton<WalletPayments>()
        .AddSingleton<WalletHolds>()
        .AddSingleton<MemberTransfers, WalletTransfers>()
        .AddSingleton<WalletCare>()
        .AddSingleton<WalletWithdrawals>()
        .AddSingleton<WalletTransactions>()
        .AddSingleton<WalletReconciliation>()
        .AddSingleton<Exports.ExportSource, WalletTransactionExport>()
        .AddSingleton<ApprovalHandler>(provider => provider.GetRequiredService<WalletWithdrawals>());
}
