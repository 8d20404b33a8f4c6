using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
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

    [Fact]
    public async Task What_a_duplicate_paid_comes_back_to_the_survivor_each_time_with_its_dates()
    {
        await TopUpAsync(100, bonus: 20, bonusExpiresAt: Clock.Now.AddDays(9));
        var paid = await PayAsync(115);
        var survivor = await WithWalletAsync();
        await MergeAsync(survivor);

        var first = await Payments.RefundAsync(Till, paid.TransactionId, 10, "back-1");
        var second = await Payments.RefundAsync(Till, paid.TransactionId, amount: null, "back-2");

        // The balances are what the member has, not the closed wallet's.
        (first.Amount, first.Balance, second.Amount, second.Balance).ShouldBe((10m, 25m, 105m, 130m));
        (await Payments.RefundAsync(Till, paid.TransactionId, 10, "back-1")).ShouldBe(first);
        (await CodeAsync(() => Payments.RefundAsync(Till, paid.TransactionId, 1, "back-3"))).ShouldBe("exceeds_captured_amount");
        (await PartsAsync()).ShouldBe((110m, 20m, 0m));
        (await WalletAsync()).Lots.Where(lot => lot.Kind == LotKind.Bonus).ShouldAllBe(lot => lot.ExpiresAt == Clock.Now.AddDays(9));
        (await PayAsync(130)).Balance.ShouldBe(0);
    }

    [Fact]
    public async Task Through_a_chain_of_merges_a_refund_and_a_captured_hold_reach_the_last_survivor()
    {
        await TopUpAsync(100);
        var paid = await PayAsync(30);
        var hold = await Holds.HoldAsync(Till, Movement(20), minutes: null, "hold");
        var captured = await Holds.CaptureAsync(Till, hold.HoldId, 15, orderNumber: null, "capture");
        var (second, last) = (await WithWalletAsync(), await WithWalletAsync());
        var own = await Payments.PayAsync(Till, Movement(1) with { MemberNumber = second.Number }, "own");
        await MergeAsync(second);
        await Payments.RefundAsync(Till, paid.TransactionId, 5, "back-1");
        await MergeAsync(second.Id, last);

        (await Payments.RefundAsync(Till, paid.TransactionId, 25, "back-2")).Balance.ShouldBe(10 + 9 + 55 + 5 + 25);
        await Payments.RefundAsync(Till, captured.PaymentId!.Value, amount: null, "back-3");
        (await Payments.RefundAsync(Till, own.TransactionId, amount: null, "back-4")).Balance.ShouldBe(120);

        foreach (var number in new[] { Member.Number, second.Number, last.Number })
        {
            (await Db.Get<WalletDirectory>().OfNumberAsync(Till, number)).ShouldHaveSingleItem().Balance.ShouldBe(120);
        }

        (await StrandedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_hold_in_a_wallet_that_went_over_as_it_is_is_captured_and_released_as_before()
    {
        await TopUpAsync(100);
        var (taken, free) = (await Holds.HoldAsync(Till, Movement(30), minutes: null, "a"), await Holds.HoldAsync(Till, Movement(20), minutes: null, "b"));
        var (second, last) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        await MergeAsync(second);
        await MergeAsync(second.Id, last);

        var captured = await Holds.CaptureAsync(Till, taken.HoldId, 10, orderNumber: null, "c");
        await Holds.ReleaseAsync(Till, free.HoldId, reason: null, "d");
        await Payments.RefundAsync(Till, captured.PaymentId!.Value, 4, "e");

        (await Db.Get<WalletDirectory>().OfNumberAsync(Till, last.Number)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(w => w.Balance.ShouldBe(94), w => w.Held.ShouldBe(0));
    }

    [Fact]
    public async Task A_frozen_wallet_does_not_become_spendable_by_a_merge()
    {
        await TopUpAsync(100);
        var survivor = await WithWalletAsync();
        var (care, keeper) = (Db.Get<WalletCare>(), await A.StaffUser().With(Permission.WalletsFreeze, Permission.MembersErase).SaveToAsync(Db));
        var wallet = await WalletAsync();
        await care.FreezeAsync(keeper, wallet.AccountId, "Stolen phone", "freeze");

        (await CodeAsync(() => Db.Get<MemberMerges>().PreviewAsync(keeper, survivor.Id, Member.Number))).ShouldBe("account_frozen");
        (await CodeAsync(() => MergeAsync(survivor))).ShouldBe("account_frozen");
        (await PartsAsync()).ShouldBe((100m, 0m, 0m));

        await care.RestoreAsync(keeper, wallet.AccountId, "Found again", "restore");
        (await Db.Get<MemberMerges>().PreviewAsync(keeper, survivor.Id, Member.Number)).Balances.ShouldBe([new MoneyOf(100, "USD")]);
        await MergeAsync(survivor);
        (await PayAsync(110)).Balance.ShouldBe(0);
    }

    [Fact]
    public async Task A_frozen_wallet_that_goes_over_as_it_is_stays_frozen()
    {
        await TopUpAsync(100);
        await Db.Get<WalletCare>().FreezeAsync(await A.StaffUser().With(Permission.WalletsFreeze).SaveToAsync(Db), (await WalletAsync()).AccountId, "Stolen phone", "freeze");

        await MergeAsync(await A.Member().SaveToAsync(Db));

        (await CodeAsync(() => PayAsync(1))).ShouldBe("account_frozen");
    }

    [Fact]
    public async Task Refunds_payments_and_top_ups_that_meet_a_merge_lose_nothing()
    {
        await TopUpAsync(100);
        var paid = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PayAsync(10, $"pay-{i}")));
        var survivor = await WithWalletAsync();
        var (clerk, keeper) = (await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db), await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db));
        await using var other = Db.OpenAgain();

        var refunds = paid.Select((payment, i) => RepeatedAsync(() => (i % 2 == 0 ? Db : other).Get<WalletPayments>().RefundAsync(Till, payment.TransactionId, amount: null, $"back-{i}")));
        var topUps = Enumerable.Range(0, 4).Select(i => RepeatedAsync(() => (i % 2 == 0 ? Db : other).Get<WalletTopUps>().TopUpAsync(clerk, Member.Number, 5, "USD", Store.Code, orderNumber: null, $"top-up-{i}")));
        var merge = RepeatedAsync(async () =>
        {
            await Db.Get<MemberMerges>().MergeAsync(keeper, survivor.Id, Member.Id, "Same person");

            return true;
        });
        await Task.WhenAll([merge, .. refunds, .. topUps]);

        (await Db.Get<WalletDirectory>().OfNumberAsync(Till, survivor.Number)).ShouldHaveSingleItem().Balance.ShouldBe(10 + 100 + 20);
        (await StrandedAsync()).ShouldBe(0);
    }

    // As a client does after a refusal or an outage: again, with the same key.
    private static async Task RepeatedAsync<T>(Func<Task<T>> request)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await request();

                return;
            }
            catch (Exception exception) when (attempt < 5 && exception is RuleViolationException { Code: "account_closed" } or DatabaseUnavailableException)
            {
            }
        }
    }

    private async Task<Member> WithWalletAsync()
    {
        var member = await A.Member().SaveToAsync(Db);
        await Db.Get<WalletTopUps>().TopUpAsync(await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db), member.Number, 10, "USD", Store.Code, orderNumber: null, "own");

        return member;
    }

    private Task MergeAsync(Member survivor) => MergeAsync(Member.Id, survivor);

    private async Task MergeAsync(long fromId, Member survivor) =>
        await Db.Get<MemberMerges>().MergeAsync(await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db), survivor.Id, fromId, "Same person");

    /// <summary>What lies in accounts of merged members, where nobody can reach it.</summary>
    private Task<long> StrandedAsync() => Db.ReadAsync(db => db.LedgerAccounts.Where(a => db.Members.Any(m => m.Id == a.MemberId && m.Status == MemberStatus.Merged)).SumAsync(a => a.Balance));
}
