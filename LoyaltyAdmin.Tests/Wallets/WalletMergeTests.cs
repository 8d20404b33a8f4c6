using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Wallets;

public abstract class WalletMergeTests(DatabaseKind kind) : WalletTest(kind)
{
    public sealed class OnSqlite() : WalletMergeTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : WalletMergeTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_duplicates_wallet_goes_over_as_it_is_where_the_survivor_has_none()
    {
        await TopUpAsync(100, bonus: 20);
        await Holds.HoldAsync(Till, Movement(30), minutes: null, "hold");
        var survivor = await A.Member().SaveToAsync(Db);

        await MergeAsync(survivor);

        // Under the duplicate's number too: tills may still know it.
        (await PartsAsync()).ShouldBe((70m, 20m, 30m));
        (await Db.Get<WalletDirectory>().OfNumberAsync(Till, survivor.Number)).Single().Balance.ShouldBe(90);
        (await PayAsync(90)).Balance.ShouldBe(0);
    }

    [Fact]
    public async Task Two_wallets_become_one_with_their_lots_and_what_was_paid_for_them()
    {
        await TopUpAsync(100, bonus: 20, paid: 80, bonusExpiresAt: Clock.Now.AddDays(9));
        await PayAsync(50);
        var survivor = await A.Member().SaveToAsync(Db);
        await Db.Get<WalletTopUps>().TopUpAsync(await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db), survivor.Number, 10, "USD", Store.Code, orderNumber: null, "own");

        await MergeAsync(survivor);

        (await PartsAsync()).ShouldBe((60m, 20m, 0m));
        (await WalletAsync()).Lots.Single(lot => lot.Kind == LotKind.Bonus).ExpiresAt.ShouldBe(Clock.Now.AddDays(9));
        var merged = await Db.ReadAsync(db => db.WalletTopUps.SingleAsync(t => t.Source == "merge"));
        var worksheet = await Db.Get<WalletWithdrawals>().WorksheetAsync(await A.StaffUser().With(Permission.WalletsWithdraw).SaveToAsync(Db), merged.Id);
        (worksheet.UnusedPrincipal, worksheet.PaidShare, worksheet.Amount).ShouldBe((50m, 40m, 40m));
    }

    [Fact]
    public async Task What_is_set_aside_in_a_second_wallet_stands_in_the_way()
    {
        await TopUpAsync(100);
        await Holds.HoldAsync(Till, Movement(30), minutes: null, "hold");
        var survivor = await A.Member().SaveToAsync(Db);
        await Db.Get<WalletTopUps>().TopUpAsync(await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db), survivor.Number, 10, "USD", Store.Code, orderNumber: null, "own");

        (await CodeAsync(() => MergeAsync(survivor))).ShouldBe("wallet_has_holds");
        (await PartsAsync()).ShouldBe((70m, 0m, 30m));
    }

    private async Task MergeAsync(Member survivor) =>
        await Db.Get<MemberMerges>().MergeAsync(await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db), survivor.Id, Member.Id, "Same person");
}
