using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Demo;

public sealed class DemoWalletsTests() : DatabaseTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task Members_have_wallets_with_payments_a_hold_and_a_frozen_one_told_once()
    {
        await Db.Get<DemoAccess>().EnsureRolesAsync(withTwoFactor: false);
        await Db.Get<DemoAccess>().CreateCompanyAsync();
        for (var i = 0; i < DemoWallets.Count; i++)
        {
            await A.Member().SaveToAsync(Db);
        }

        (await Db.Get<DemoWallets>().LoadAsync()).ShouldBeTrue();
        (await Db.Get<DemoWallets>().LoadAsync()).ShouldBeFalse();

        await using var db = await Db.ReadAsync();
        (await db.WalletTopUps.CountAsync()).ShouldBe(DemoWallets.Count);
        (await db.LedgerTransactions.CountAsync(t => t.Type == TransactionType.Consumption && t.Refusal == null)).ShouldBe(13);
        (await db.WalletHolds.SingleAsync()).Status.ShouldBe(WalletHoldStatus.Open);
        (await db.LedgerAccounts.CountAsync(a => a.Kind == AccountKind.Wallet && a.Status == AccountStatus.Blocked)).ShouldBe(1);
    }
}
