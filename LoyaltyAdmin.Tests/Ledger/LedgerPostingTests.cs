using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Ledger;

public abstract class LedgerPostingTests(DatabaseKind kind) : LedgerTest(kind)
{
    public sealed class OnSqlite() : LedgerPostingTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : LedgerPostingTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_posting_carries_its_balance_number_and_legs()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);

        var posted = (await Ledger.PostAsync(Spending(card, 30_00))).Transaction;

        (posted.Amount, posted.BalanceAfter, posted.Sequence).ShouldBe((-30_00, 70_00, 2));
        var legs = await Db.ReadAsync(db => db.LedgerEntries.Where(e => e.TransactionId == posted.Id).OrderBy(e => e.Amount).Select(e => new { e.AccountId, e.Amount }).ToListAsync());
        legs.Select(leg => (leg.AccountId, leg.Amount)).ShouldBe([(card.AccountId, -30_00L), (HouseAccount.Id(House.Redemptions, "USD"), 30_00L)]);
    }

    [Fact]
    public async Task What_is_read_back_is_what_was_answered()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var posting = Spending(card, 30_00) with { OrderNumber = "№ 7", Reason = "Öl", SealedAnswer = [1, 2, 3], At = Clock.Now.AddTicks(10) };

        var posted = (await Ledger.PostAsync(posting)).Transaction;

        (await Ledger.FindAsync(posting.Operation)).ShouldBeEquivalentTo(posted);
    }

    [Theory]
    [InlineData(AccountStatus.Pending, Refusals.NotActive)]
    [InlineData(AccountStatus.Blocked, Refusals.Frozen)]
    [InlineData(AccountStatus.Expired, Refusals.Expired)]
    [InlineData(AccountStatus.Closed, Refusals.Closed)]
    public async Task Only_an_open_account_is_spent_from(AccountStatus status, string refusal)
    {
        var card = await A.GiftCard().Holding(100m).Being(status).SaveToAsync(Db);

        (await Ledger.PostAsync(Spending(card, 1))).Transaction.Refusal.ShouldBe(refusal);

        (await BalanceAsync(card)).ShouldBe(100_00);
    }

    [Fact]
    public async Task An_open_account_is_not_activated_again()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var activation = Posting(card, TransactionType.Activation, 0, House.CashIn) with { From = [AccountStatus.Pending], To = AccountStatus.Open };

        (await Ledger.PostAsync(activation)).Transaction.Refusal.ShouldBe(Refusals.AlreadyActive);
    }

    [Fact]
    public async Task The_end_of_validity_is_exclusive()
    {
        var card = await A.GiftCard().Holding(100m).UsableUntil(Clock.Now.AddMinutes(1)).SaveToAsync(Db);

        Clock.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromMilliseconds(1));
        (await Ledger.PostAsync(Spending(card, 1))).Transaction.Refusal.ShouldBeNull();
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await Ledger.PostAsync(Spending(card, 1))).Transaction.Refusal.ShouldBe(Refusals.Expired);
    }

    [Fact]
    public async Task A_posting_can_set_and_remove_the_end_of_validity()
    {
        var card = await A.GiftCard().Holding(100m).UsableUntil(Clock.Now).SaveToAsync(Db);
        var extension = Posting(card, TransactionType.ValidityExtension, 0, House.CashIn) with { OnlyWhileUsable = false };

        await Ledger.PostAsync(extension with { NewUsableUntil = Clock.Now.AddDays(1) });
        (await AccountAsync(card)).UsableUntil.ShouldBe(Clock.Now.AddDays(1));
        await Ledger.PostAsync(extension with { Operation = Operation.For(Till, "2"), NewUsableUntil = DateTimeOffset.MaxValue });
        (await AccountAsync(card)).UsableUntil.ShouldBeNull();
    }

    [Fact]
    public async Task What_was_computed_from_an_account_that_moved_since_is_refused_and_may_be_tried_again_under_its_key()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var refund = Posting(card, TransactionType.Refund, -100_00, House.CashIn, key: "refund") with { ExpectedSequence = 1 };
        await Ledger.PostAsync(Spending(card, 1_00));

        (await Ledger.PostAsync(refund)).Transaction.Refusal.ShouldBe(Refusals.Changed);
        (await Ledger.PostAsync(refund with { Amount = -99_00, House = [new(House.CashIn, 99_00)], ExpectedSequence = 2 })).Transaction.Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task An_unknown_account_is_refused()
    {
        var card = await A.GiftCard().SaveToAsync(Db);
        var posting = Loading(card, 1) with { AccountId = card.AccountId + 1 };

        (await Ledger.PostAsync(posting)).Transaction.Refusal.ShouldBe(Refusals.Closed);
    }

    [Fact]
    public async Task Another_currency_than_the_accounts_is_refused()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);

        (await Ledger.PostAsync(Spending(card, 1) with { Currency = "JPY" })).Transaction.Refusal.ShouldBe(Refusals.WrongCurrency);

        (await BalanceAsync(card)).ShouldBe(100_00);
    }

    [Fact]
    public async Task No_account_holds_more_than_arithmetic_can_bear()
    {
        var card = await A.GiftCard().SaveToAsync(Db);
        for (var i = 0; i < Domain.Ledger.Posting.MostBalance / Domain.Ledger.Posting.MostAmount; i++)
        {
            (await Ledger.PostAsync(Loading(card, Domain.Ledger.Posting.MostAmount))).Transaction.Refusal.ShouldBeNull();
        }

        (await Ledger.PostAsync(Loading(card, 1))).Transaction.Refusal.ShouldBe(Refusals.LimitExceeded);
        await Should.ThrowAsync<InvalidOperationException>(() => Ledger.PostAsync(Loading(card, long.MaxValue)));
    }

    [Fact]
    public async Task A_posting_whose_legs_do_not_balance_is_not_written()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);

        await Should.ThrowAsync<InvalidOperationException>(() => Ledger.PostAsync(Spending(card, 5_00) with { House = [new(House.Redemptions, 4_99)] }));

        (await AccountAsync(card)).LastSequence.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_inside_a_piece_of_work_undoes_all_of_it()
    {
        var card = await A.GiftCard().Holding(1m).SaveToAsync(Db);
        var posting = Spending(card, 5_00);

        var refused = await Should.ThrowAsync<InsufficientBalanceException>(() => Ledger.OnceAsync(posting.Operation, async db =>
        {
            db.Add(A.Store("WORK").Build());
            await db.SaveChangesAsync();

            return await Ledger.PostAsync(db, posting);
        }));

        refused.Balance.ShouldBe(1m);
        (await Db.ReadAsync(db => db.Stores.AnyAsync(s => s.Code == "WORK"))).ShouldBeFalse();
        (await Ledger.FindAsync(posting.Operation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_write_inside_a_write_is_refused_instead_of_waiting_for_itself()
    {
        var card = await A.GiftCard().Holding(1m).SaveToAsync(Db);

        await Should.ThrowAsync<InvalidOperationException>(() => Db.Database.WriteAsync(Till, _ => Ledger.PostAsync(Spending(card, 1))));
        await Should.ThrowAsync<InvalidOperationException>(() => Db.Database.WriteAsync(Till, _ => Db.AddAsync(A.Store().Build())));

        await Ledger.PostAsync(Spending(card, 1));
    }
}
