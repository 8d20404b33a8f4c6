using System.Globalization;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>What members are told about their wallets.</summary>
internal static class WalletNews
{
    /// <summary>The receipt of a payment.</summary>
    public static PostingNews Paid(long memberId, Currency currency, long minor, string? store, string? order) => new(MessageScenario.WalletPayment, memberId, row => new Dictionary<string, string?>
    {
        ["amount"] = Text(currency, minor),
        ["balance"] = Text(currency, row.BalanceAfter),
        ["store"] = store,
        ["order"] = order,
    });

    /// <summary>The receipt of a top-up.</summary>
    public static MessageRequest ToppedUp(LedgerTransaction transaction, long memberId, long bonus, string store) =>
        new(MessageScenario.TopUp, memberId, string.Create(CultureInfo.InvariantCulture, $"ledger:{transaction.Id}"))
        {
            Variables = new Dictionary<string, string?>
            {
                ["amount"] = Text(Currency.Of(transaction.Currency), transaction.Amount - bonus),
                ["bonus"] = bonus > 0 ? Text(Currency.Of(transaction.Currency), bonus) : null,
                ["balance"] = Text(Currency.Of(transaction.Currency), transaction.BalanceAfter),
                ["store"] = store,
            },
        };

    private static string Text(Currency currency, long minor) => currency.Format(currency.ToMajor(minor), CultureInfo.InvariantCulture);
}
