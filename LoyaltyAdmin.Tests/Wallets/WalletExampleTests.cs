using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;

namespace LoyaltyAdmin.Tests.Wallets;

public sealed class WalletExampleTests
{
    [Theory]
    [InlineData(LotOrder.PrincipalFirst, 90, 90, 0, 10)]
    [InlineData(LotOrder.PrincipalFirst, 110, 100, 10, 0)]
    [InlineData(LotOrder.BonusFirst, 90, 70, 20, 10)]
    [InlineData(LotOrder.ProRata, 30, 25, 5, 70)]
    public void An_example_takes_what_a_payment_would_and_says_what_could_be_paid_out(LotOrder order, decimal amount, decimal principal, decimal bonus, decimal paidOut)
    {
        var payment = WalletExample.Of(order, Currency.Of("USD"), 100, 20, amount).ShouldHaveSingleItem();

        (payment.FromPrincipal, payment.FromBonus, payment.PrincipalLeft, payment.BonusLeft, payment.PaidOut).ShouldBe((principal, bonus, 100 - principal, 20 - bonus, paidOut));
    }
}
