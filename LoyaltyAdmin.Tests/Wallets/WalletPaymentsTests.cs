using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Wallets;

public abstract class WalletPaymentsTests(DatabaseKind kind) : WalletTest(kind)
{
    public sealed class OnSqlite() : WalletPaymentsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : WalletPaymentsTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_payment_takes_principal_first_and_its_refund_goes_back_to_the_same_lots()
    {
        await TopUpAsync(100, bonus: 20);

        var paid = await PayAsync(110);
        (paid.Amount, paid.Principal, paid.Balance, paid.Currency).ShouldBe((110m, 100m, 10m, "USD"));
        (await PartsAsync()).ShouldBe((0m, 10m, 0m));

        var back = await Payments.RefundAsync(Till, paid.TransactionId, 15, "refund-1");
        (back.Amount, back.Principal, back.Balance).ShouldBe((15m, 5m, 25m));
        (await PartsAsync()).ShouldBe((5m, 20m, 0m));

        await Payments.RefundAsync(Till, paid.TransactionId, amount: null, "refund-2");
        (await PartsAsync()).ShouldBe((100m, 20m, 0m));
        (await CodeAsync(() => Payments.RefundAsync(Till, paid.TransactionId, 0.01m, "refund-3"))).ShouldBe("exceeds_captured_amount");
    }

    [Theory]
    [InlineData(LotOrder.BonusFirst, 30, 100, 0)]
    [InlineData(LotOrder.ProRata, 60, 50, 10)]
    public async Task The_settings_declare_the_order(LotOrder order, decimal amount, decimal principal, decimal bonus)
    {
        var administrator = await A.StaffUser().With(Permission.SettingsManage).SaveToAsync(Db);
        var settings = Db.Get<WalletSettingsService>();
        var form = await settings.FormAsync(administrator);
        form.SpendOrder = order;
        await settings.SaveAsync(administrator, form);
        await TopUpAsync(100, bonus: order == LotOrder.BonusFirst ? 30 : 20);

        await PayAsync(amount);

        (await PartsAsync()).ShouldBe((principal, bonus, 0m));
        (await CodeAsync(() => settings.SaveAsync(administrator, form))).ShouldBe("changed_meanwhile");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(16)]
    public async Task A_refusal_is_repeated_under_its_key_also_when_there_is_enough_by_then(decimal amount)
    {
        await TopUpAsync(10, bonus: 5, bonusUsableFrom: Clock.Now.AddDays(1));
        await Should.ThrowAsync<InsufficientBalanceException>(() => PayAsync(amount, "k"));
        await TopUpAsync(100);

        (await Should.ThrowAsync<InsufficientBalanceException>(() => PayAsync(amount, "k"))).Balance.ShouldBe(10);
        (await PayAsync(amount, "new")).Balance.ShouldBe(115 - amount);
    }

    [Fact]
    public async Task A_store_is_known_by_its_code_whatever_its_case_where_one_pays_and_where_one_tops_up()
    {
        var here = Movement(5) with { StoreCode = Store.Code.ToLowerInvariant() };
        await Db.Get<WalletTopUps>().TopUpAsync(await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db), Member.Number, 10, "USD", Store.Code.ToLowerInvariant(), orderNumber: null, "top-up");

        (await Payments.PayAsync(Till, here, "pay")).Balance.ShouldBe(5);
        (await Holds.HoldAsync(Till, here with { StoreCode = Store.Code.ToUpperInvariant() }, minutes: null, "hold")).Balance.ShouldBe(0);
    }

    [Fact]
    public async Task Top_ups_of_other_stores_do_not_crowd_out_those_of_ones_own()
    {
        var elsewhere = await A.Store().SaveToAsync(Db);
        await TopUpAsync(1);
        var account = (await WalletAsync()).AccountId;
        var own = await Db.ReadAsync(db => db.WalletTopUps.SingleAsync());
        await Db.AddAsync([.. Enumerable.Range(0, 100).Select(i => new WalletTopUp { AccountId = account, MemberId = Member.Id, TransactionId = own.TransactionId + 1000 + i, Source = "counter", Principal = 1, Bonus = 0, Paid = 1, StoreId = elsewhere.Id, Channel = Channel.Pos, At = Clock.Now })]);

        (await Db.Get<WalletDirectory>().TopUpsAsync(await A.StaffUser().With(Permission.WalletsRead).In(Store).SaveToAsync(Db), Member.Id)).ShouldHaveSingleItem().Id.ShouldBe(own.Id);
    }

    [Fact]
    public async Task What_is_left_of_a_top_up_is_told_apart_from_what_can_be_paid_out()
    {
        await TopUpAsync(10, bonus: 5);
        await PayAsync(12);

        (await Db.Get<WalletDirectory>().TopUpsAsync(Actor.System, Member.Id)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(t => t.Left.ShouldBe(3), t => t.PrincipalLeft.ShouldBe(0));
    }

    [Fact]
    public async Task The_same_key_pays_once_and_another_request_under_it_is_refused()
    {
        await TopUpAsync(100);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => PayAsync(30, "one-sale"))));

        answers.Distinct().ShouldHaveSingleItem().Balance.ShouldBe(70);
        (await CodeAsync(() => PayAsync(31, "one-sale"))).ShouldBe("idempotency_key_reused");
    }

    [Fact]
    public async Task Sixty_four_payments_of_5_from_100_are_twenty()
    {
        await TopUpAsync(60, bonus: 40);

        var paid = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            try
            {
                await PayAsync(5);

                return true;
            }
            catch (InsufficientBalanceException)
            {
                return false;
            }
        })));

        paid.Count(done => done).ShouldBe(20);
        (await PartsAsync()).ShouldBe((0m, 0m, 0m));
    }

    [Fact]
    public async Task Sixty_four_refunds_of_one_payment_give_back_what_it_took()
    {
        await TopUpAsync(100);
        var paid = await PayAsync(100);

        var done = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            try
            {
                return (await Payments.RefundAsync(Till, paid.TransactionId, 10, A.Unique("refund"))).Amount;
            }
            catch (RuleViolationException)
            {
                return 0;
            }
        })));

        done.Sum().ShouldBe(100);
        (await PartsAsync()).ShouldBe((100m, 0m, 0m));
    }

    [Fact]
    public async Task Bonus_that_is_not_usable_yet_or_over_pays_nothing_and_the_answer_says_what_is_usable()
    {
        await TopUpAsync(10, bonus: 5, bonusUsableFrom: Clock.Now.AddDays(1), bonusExpiresAt: Clock.Now.AddDays(2));

        (await Should.ThrowAsync<InsufficientBalanceException>(() => PayAsync(11))).Balance.ShouldBe(10);
        (await Should.ThrowAsync<InsufficientBalanceException>(() => PayAsync(16))).ShouldSatisfyAllConditions(e => e.Balance.ShouldBe(10), e => e.Message.ShouldContain("usable"));
        (await Should.ThrowAsync<InsufficientBalanceException>(() => Holds.HoldAsync(Till, Movement(16), minutes: null, "hold"))).Balance.ShouldBe(10);
        Clock.Advance(TimeSpan.FromDays(1));
        await PayAsync(11);
        Clock.Advance(TimeSpan.FromDays(1));
        (await WalletAsync()).Usable.ShouldBe(0);
        await Db.Get<LotExpiry>().RunAsync();

        (await PartsAsync()).ShouldBe((0m, 0m, 0m));
    }

    [Fact]
    public async Task Who_cannot_pay_is_told_why()
    {
        await TopUpAsync(10);
        var foreign = await A.Store().SaveToAsync(Db);
        var bound = await A.ApiClient().With(ApiScope.WalletsPay).In(foreign).SaveToAsync(Db);

        (await CodeAsync(() => Payments.PayAsync(Till, Movement(5, "EUR"), A.Unique()))).ShouldBe("insufficient_balance");
        (await CodeAsync(() => Payments.PayAsync(Till, Movement(0.001m), A.Unique()))).ShouldBe("invalid_input");
        (await CodeAsync(() => Payments.PayAsync(Till, Movement(5) with { MemberNumber = "nobody" }, A.Unique()))).ShouldBe("not_found");
        (await CodeAsync(() => Payments.PayAsync(bound, Movement(5), A.Unique()))).ShouldBe("not_found");
        await Db.Database.WriteAsync(Actor.System, db => db.Members.ExecuteUpdateAsync(set => set.SetProperty(m => m.Status, MemberStatus.Frozen)));
        (await CodeAsync(() => PayAsync(5))).ShouldBe("member_frozen");
    }

    [Fact]
    public async Task A_frozen_wallet_pays_nothing_and_still_takes_refunds()
    {
        await TopUpAsync(10);
        var paid = await PayAsync(4);
        var staff = await A.StaffUser().With(Permission.WalletsFreeze).SaveToAsync(Db);
        var wallet = await WalletAsync();

        await Db.Get<WalletCare>().FreezeAsync(staff, wallet.AccountId, "Reported stolen", "freeze");
        (await CodeAsync(() => PayAsync(1))).ShouldBe("account_frozen");
        await Payments.RefundAsync(Till, paid.TransactionId, 4, "refund");
        await Db.Get<WalletCare>().RestoreAsync(staff, wallet.AccountId, "Found again", "restore");

        (await PayAsync(10)).Balance.ShouldBe(0);
    }
}
