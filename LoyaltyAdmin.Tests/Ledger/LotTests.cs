using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>Lots of principal, bonus and points: which are used, what comes back to them, what expires. Minor units.</summary>
public abstract class LotTests(DatabaseKind kind) : LedgerTest(kind)
{
    private LedgerAccount account = null!;

    public sealed class OnSqlite() : LotTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : LotTests(DatabaseKind.PostgreSql);

    [Theory]
    [InlineData(LotOrder.PrincipalFirst, 30, "P late 20, P never 50, B soon 30")]
    [InlineData(LotOrder.PrincipalFirst, 60, "P never 40, B soon 30")]
    [InlineData(LotOrder.BonusFirst, 40, "P late 40, P never 50")]
    [InlineData(LotOrder.ProRata, 65, "P never 50, B soon 15")]
    [InlineData(LotOrder.ProRata, 1, "P late 49, P never 50, B soon 30")]
    public async Task A_payment_uses_the_lots_in_the_declared_order_and_the_soonest_first(LotOrder order, long amount, string left)
    {
        await OpenWalletAsync();
        await ToppedUpAsync();

        await SpendAsync(amount, order);

        (await LeftAsync()).ShouldBe(left);
    }

    [Fact]
    public async Task A_refund_goes_back_to_the_lots_the_payment_took_what_was_taken_last_first()
    {
        await OpenWalletAsync();
        await ToppedUpAsync();
        var spent = await SpendAsync(110, LotOrder.PrincipalFirst);
        (await LeftAsync()).ShouldBe("B soon 20");

        await GiveBackAsync(spent, 15);
        (await LeftAsync()).ShouldBe("P never 5, B soon 30");

        await GiveBackAsync(spent, 95);
        (await LeftAsync()).ShouldBe("P late 50, P never 50, B soon 30");
        (await Should.ThrowAsync<RuleViolationException>(() => GiveBackAsync(spent, 1))).Code.ShouldBe(Refusals.ExceedsCapture);
    }

    [Fact]
    public async Task What_cannot_be_used_yet_or_any_more_pays_nothing()
    {
        await OpenWalletAsync();
        await PutAsync(new NewLot(LotKind.Principal, 50, UsableFrom: Clock.Now.AddDays(1)), new NewLot(LotKind.Bonus, 30, ExpiresAt: Clock.Now.AddHours(1)));

        (await Should.ThrowAsync<InsufficientBalanceException>(() => SpendAsync(31, LotOrder.PrincipalFirst))).Balance.ShouldBe(0.30m);
        Clock.Advance(TimeSpan.FromHours(2));
        (await Should.ThrowAsync<InsufficientBalanceException>(() => SpendAsync(1, LotOrder.PrincipalFirst))).Balance.ShouldBe(0m);
        Clock.Advance(TimeSpan.FromDays(1));
        await SpendAsync(50, LotOrder.BonusFirst);

        (await LeftAsync()).ShouldBe("B soon 30");
        (await Db.Get<LotExpiry>().RunAsync()).ShouldBe(1);
        (await Db.Get<LotExpiry>().RunAsync()).ShouldBe(0);
        (await Db.ReadAsync(db => db.LedgerAccounts.SingleAsync())).Balance.ShouldBe(0);
    }

    [Fact]
    public async Task Points_taken_back_after_they_were_spent_leave_a_debt_that_later_points_pay_off()
    {
        account = await OpenAsync(AccountKind.Points, Currency.Points.Code);
        await PutAsync(new NewLot(LotKind.Points, 100));
        await SpendAsync(80, LotOrder.PrincipalFirst);

        await PostAsync(Change(TransactionType.EarningReversal, -100, House.PromotionCost, new LotChange.Take { WhateverDates = true }) with { AllowsDebt = true });
        (await BalanceAsync()).ShouldBe(-80);
        await PutAsync(new NewLot(LotKind.Points, 30));
        (await LeftAsync()).ShouldBe("");
        await PutAsync(new NewLot(LotKind.Points, 70));

        (await BalanceAsync()).ShouldBe(20);
        (await LeftAsync()).ShouldBe("N never 20");
        (await Should.ThrowAsync<InsufficientBalanceException>(() => SpendAsync(21, LotOrder.PrincipalFirst))).Balance.ShouldBe(0.20m);
    }

    [Fact]
    public async Task Sixty_four_tills_share_one_wallet_and_its_lots_to_the_cent()
    {
        await OpenWalletAsync();
        await PutAsync([.. Enumerable.Range(0, 10).Select(i => new NewLot(i % 2 == 0 ? LotKind.Principal : LotKind.Bonus, 10))]);

        var paid = await AllAtOnceAsync(64, async _ =>
        {
            try
            {
                await SpendAsync(5, LotOrder.ProRata);

                return true;
            }
            catch (InsufficientBalanceException)
            {
                return false;
            }
        });

        paid.Count(done => done).ShouldBe(20);
        (await LeftAsync()).ShouldBe("");
    }

    [Fact]
    public async Task Two_openers_open_one_account()
    {
        var member = await A.Member().SaveToAsync(Db);
        var store = await A.Store().SaveToAsync(Db);
        var accounts = Db.Get<MemberAccounts>();

        var ids = await AllAtOnceAsync(16, async _ => (await Db.Database.WriteAsync(Till, db => accounts.OpenAsync(db, member.Id, AccountKind.Wallet, "USD", store.Id))).Id);

        ids.Distinct().ShouldHaveSingleItem();
    }

    private async Task OpenWalletAsync() => account = await OpenAsync(AccountKind.Wallet, "USD");

    private async Task<LedgerAccount> OpenAsync(AccountKind kind, string currency)
    {
        var member = await A.Member().SaveToAsync(Db);
        var store = await A.Store().SaveToAsync(Db);

        return await Db.Database.WriteAsync(Till, db => Db.Get<MemberAccounts>().OpenAsync(db, member.Id, kind, currency, store.Id));
    }

    private Task ToppedUpAsync() => PutAsync(
        new NewLot(LotKind.Principal, 50),
        new NewLot(LotKind.Bonus, 30, ExpiresAt: Clock.Now.AddDays(1)),
        new NewLot(LotKind.Principal, 50, ExpiresAt: Clock.Now.AddDays(300)));

    private Task<LedgerTransaction> PutAsync(params NewLot[] lots) => PostAsync(Change(TransactionType.Recharge, lots.Sum(lot => lot.Amount), House.CashIn, new LotChange.Open(lots)));

    private Task<LedgerTransaction> SpendAsync(long amount, LotOrder order) => PostAsync(Change(TransactionType.Consumption, -amount, House.Redemptions, new LotChange.Take { Order = order }));

    private Task<LedgerTransaction> GiveBackAsync(LedgerTransaction spent, long amount) =>
        PostAsync(Change(TransactionType.ConsumptionReversal, amount, House.Redemptions, new LotChange.GiveBack(spent.Id)) with { ReversesId = spent.Id, ReversibleAmount = -spent.Amount });

    private Posting Change(TransactionType type, long amount, House house, LotChange lots) => new()
    {
        Operation = Operation.For(Till, Guid.NewGuid().ToString("N"), type, amount),
        Type = type,
        AccountKind = account.Kind,
        AccountId = account.Id,
        Currency = account.Currency,
        Amount = amount,
        House = [new HouseLeg(house, -amount)],
        HomeStoreId = account.StoreId,
        StoreId = account.StoreId,
        Channel = Channel.Pos,
        BusinessDay = DateOnly.FromDateTime(Clock.Now.UtcDateTime),
        At = Clock.Now,
        Lots = lots,
    };

    private async Task<LedgerTransaction> PostAsync(Posting posting)
    {
        var transaction = (await Ledger.PostAsync(posting)).Transaction;

        return transaction.Refusal is { } refusal ? throw Refusals.Exception(refusal, transaction.BalanceAfter, posting.Currency, posting.AccountKind) : transaction;
    }

    private Task<long> BalanceAsync() => Db.ReadAsync(db => db.LedgerAccounts.Select(a => a.Balance).SingleAsync());

    // E.g. "P late 20": the kind's letter, when it expires, what is left.
    private async Task<string> LeftAsync()
    {
        var lots = await Db.ReadAsync(db => db.LedgerLots.Where(lot => lot.Remaining > 0).ToListAsync());

        return string.Join(", ", lots.OrderBy(lot => lot.Kind == LotKind.Bonus).ThenBy(lot => lot.ExpiresAt ?? DateTimeOffset.MaxValue)
            .Select(lot => $"{lot.Kind switch { LotKind.Principal => "P", LotKind.Bonus => "B", _ => "N" }} {(lot.ExpiresAt is null ? "never" : lot.ExpiresAt > Clock.Now.AddDays(100) ? "late" : "soon")} {lot.Remaining}"));
    }
}
