using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Wallets;

/// <summary>Domain rules, Top-up 1: unused principal is paid out, used bonus deducted, unused bonus forfeited.</summary>
public abstract class WalletWithdrawalsTests(DatabaseKind kind) : WalletTest(kind)
{
    public sealed class OnSqlite() : WalletWithdrawalsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : WalletWithdrawalsTests(DatabaseKind.PostgreSql);

    private WalletWithdrawals Withdrawals => Db.Get<WalletWithdrawals>();

    [Theory]
    // principal, bonus, paid, spent -> unused, used bonus, forfeited, paid out
    [InlineData(100, 20, 100, 0, 100, 0, 20, 100)]
    [InlineData(100, 20, 100, 40, 60, 0, 20, 60)]
    [InlineData(100, 20, 80, 50, 50, 0, 20, 40)]
    public async Task The_worksheet_shows_the_arithmetic_and_the_payout_closes_the_top_up(decimal principal, decimal bonus, decimal paid, decimal spent, decimal unused, decimal usedBonus, decimal forfeited, decimal amount)
    {
        await TopUpAsync(principal, bonus, paid);
        if (spent > 0)
        {
            await PayAsync(spent);
        }

        var (finance, topUp) = (await FinanceAsync(), await TopUpIdAsync());
        var worksheet = await Withdrawals.WorksheetAsync(finance, topUp);
        (worksheet.UnusedPrincipal, worksheet.UsedBonus, worksheet.ForfeitedBonus, worksheet.Amount, worksheet.Refusal).ShouldBe((unused, usedBonus, forfeited, amount, null));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Withdrawals.WithdrawAsync(finance, topUp, amount, "Moves away", "one-dialog"))));

        answers.Distinct().ShouldHaveSingleItem().IsWaiting.ShouldBeFalse();
        (await PartsAsync()).ShouldBe((0m, 0m, 0m));
        (await HouseAsync(House.CashIn)).ShouldBe(amount - paid);
        (await CodeAsync(() => Withdrawals.WithdrawAsync(finance, topUp, amount, "Again", "again"))).ShouldBe("not_refundable");
    }

    [Fact]
    public async Task Used_bonus_is_deducted()
    {
        var administrator = await A.StaffUser().With(Permission.SettingsManage).SaveToAsync(Db);
        var settings = Db.Get<WalletSettingsService>();
        var form = await settings.FormAsync(administrator);
        form.SpendOrder = LotOrder.BonusFirst;
        await settings.SaveAsync(administrator, form);
        await TopUpAsync(100, bonus: 20);
        await PayAsync(50);

        var worksheet = await Withdrawals.WorksheetAsync(await FinanceAsync(), await TopUpIdAsync());

        (worksheet.UnusedPrincipal, worksheet.UsedBonus, worksheet.Amount).ShouldBe((70m, 20m, 50m));
    }

    [Fact]
    public async Task A_wallet_that_moved_since_it_was_read_is_not_paid_out()
    {
        await TopUpAsync(100);
        var topUp = await TopUpIdAsync();
        await PayAsync(10);

        (await CodeAsync(async () => await Withdrawals.WithdrawAsync(await FinanceAsync(), topUp, 100, "Moves away", "op"))).ShouldBe("changed_meanwhile");
        (await PartsAsync()).ShouldBe((90m, 0m, 0m));
    }

    [Fact]
    public async Task Above_the_limit_a_second_person_decides_and_it_is_paid_out_once()
    {
        await TopUpAsync(100, bonus: 10);
        var topUp = await TopUpIdAsync();
        var maker = await A.StaffUser().With(Permission.WalletsWithdraw).RefundingUpTo(50).SaveToAsync(Db);
        var checker = await A.StaffUser().With(Permission.DashboardRead, Permission.WalletsWithdrawApprove).SaveToAsync(Db);

        var asked = await Withdrawals.WithdrawAsync(maker, topUp, 100, "Moves away", "op");
        asked.IsWaiting.ShouldBeTrue();
        (await Withdrawals.WithdrawAsync(maker, topUp, 100, "Moves away", "op")).ShouldBe(asked);
        (await PartsAsync()).ShouldBe((100m, 10m, 0m));
        await Db.Get<Approvals>().DecideAsync(checker, asked.ApprovalId!.Value, approve: true, note: null);

        (await PartsAsync()).ShouldBe((0m, 0m, 0m));
    }

    private Task<Actor> FinanceAsync() => A.StaffUser().With(Permission.WalletsWithdraw).SaveToAsync(Db);

    private Task<long> TopUpIdAsync() => Db.ReadAsync(db => db.WalletTopUps.Select(t => t.Id).SingleAsync());

    private async Task<decimal> HouseAsync(House house)
    {
        var id = HouseAccount.Id(house, "USD");

        return await Db.ReadAsync(db => db.LedgerEntries.Where(e => e.AccountId == id).SumAsync(e => e.Amount)) / 100m;
    }
}
