using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>What the ledger's movements are called where they are about wallets.</summary>
public static class WalletWords
{
    public static string Of(TransactionType type) => type switch
    {
        TransactionType.Recharge => "Top-up",
        TransactionType.Consumption => "Payment",
        TransactionType.ConsumptionReversal => "Refund of a payment",
        TransactionType.Hold => "Set aside",
        TransactionType.HoldRelease => "Released",
        TransactionType.Withdrawal => "Payout",
        TransactionType.Grant => "Bonus given",
        _ => ExportWords.Text(type),
    };
}
