using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>Idempotency keys and reversals (reliability 2.1, V4, V5, V7).</summary>
public abstract class LedgerRepeatTests(DatabaseKind kind) : LedgerTest(kind)
{
    public sealed class OnSqlite() : LedgerRepeatTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : LedgerRepeatTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task V5_A_key_used_for_another_request_is_refused_and_nothing_happens()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        await Ledger.PostAsync(Spending(card, 5_00, key: "order-1"));

        var refused = await Should.ThrowAsync<RuleViolationException>(() => Ledger.PostAsync(Spending(card, 6_00, key: "order-1")));

        refused.Code.ShouldBe("idempotency_key_reused");
        (await BalanceAsync(card)).ShouldBe(95_00);
    }

    [Fact]
    public async Task V5_Keys_of_two_clients_never_meet()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var posting = Spending(card, 5_00, key: "order-1");
        var other = posting.Operation with { Actor = Actor.ApiClient(2, "Other"), Source = "api:2" };

        await Ledger.PostAsync(posting);
        await Ledger.PostAsync(posting with { Operation = other });

        (await BalanceAsync(card)).ShouldBe(90_00);
    }

    [Fact]
    public async Task A_key_in_another_case_is_another_key()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);

        await Ledger.PostAsync(Spending(card, 5_00, key: "order-a"));
        await Ledger.PostAsync(Spending(card, 5_00, key: "order-A"));

        (await BalanceAsync(card)).ShouldBe(90_00);
    }

    [Fact]
    public async Task A_repeat_gets_the_first_answer_whatever_happened_to_the_card_since()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var first = await Ledger.PostAsync(Spending(card, 95_00, key: "order-1"));
        await Ledger.PostAsync(Spending(card, 5_00));
        await Ledger.PostAsync(Freezing(card));

        var again = await Ledger.PostAsync(Spending(card, 95_00, key: "order-1"));

        again.WasRepeated.ShouldBeTrue();
        again.Transaction.ShouldBeEquivalentTo(first.Transaction);
    }

    [Fact]
    public async Task A_refused_request_stays_refused_under_its_key_and_gets_its_balance_again()
    {
        var card = await A.GiftCard().Holding(3m).SaveToAsync(Db);
        var first = await Ledger.PostAsync(Spending(card, 5_00, key: "order-1"));
        await Ledger.PostAsync(Loading(card, 100_00));

        var again = await Ledger.PostAsync(Spending(card, 5_00, key: "order-1"));

        again.Transaction.ShouldBeEquivalentTo(first.Transaction);
        (again.Transaction.Refusal, again.Transaction.BalanceAfter).ShouldBe((Refusals.InsufficientBalance, 3_00));
        (await Ledger.PostAsync(Spending(card, 5_00, key: "order-2"))).Transaction.Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_refusal_that_is_not_kept_is_decided_anew()
    {
        var card = await A.GiftCard().Holding(3m).SaveToAsync(Db);
        await Ledger.PostAsync(Spending(card, 5_00, key: "order-1"), keepRefusal: false);
        await Ledger.PostAsync(Loading(card, 100_00));

        (await Ledger.PostAsync(Spending(card, 5_00, key: "order-1"))).Transaction.Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_spender_whose_money_arrives_while_he_is_refused_is_served()
    {
        var cards = await A.GiftCard().SaveToAsync(Db, 100);

        var refusals = await AllAtOnceAsync(cards.Count * 2, async i => i % 2 == 0
            ? (await Ledger.PostAsync(Loading(cards[i / 2], 5_00))).Transaction.Refusal
            : (await Ledger.PostAsync(Spending(cards[i / 2], 5_00), keepRefusal: false)).Transaction.Refusal);

        // Either came first; but nobody is told that the card changed meanwhile when he asked for nothing in particular.
        refusals.ShouldAllBe(refusal => refusal == null || refusal == Refusals.InsufficientBalance);
    }

    [Fact]
    public async Task V7_Parts_of_a_payment_are_given_back_up_to_what_it_took()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var spent = (await Ledger.PostAsync(Spending(card, 50_00))).Transaction;

        (await Ledger.PostAsync(Reversing(card, spent, 20_00))).Transaction.BalanceAfter.ShouldBe(70_00);
        (await Ledger.PostAsync(Reversing(card, spent, 20_00))).Transaction.BalanceAfter.ShouldBe(90_00);
        (await Should.ThrowAsync<RuleViolationException>(() => Ledger.PostAsync(Reversing(card, spent, 10_01)))).Code.ShouldBe(Refusals.ExceedsCapture);
        (await Ledger.PostAsync(Reversing(card, spent, 10_00))).Transaction.BalanceAfter.ShouldBe(100_00);
        (await Should.ThrowAsync<RuleViolationException>(() => Ledger.PostAsync(Reversing(card, spent, 1)))).Code.ShouldBe(Refusals.ExceedsCapture);
    }

    [Fact]
    public async Task V7_64_partial_refunds_at_once_never_give_back_more_than_was_taken()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var spent = (await Ledger.PostAsync(Spending(card, 50_00))).Transaction;

        var done = await AllAtOnceAsync(64, async i =>
        {
            try
            {
                return (await Ledger.PostAsync(Reversing(card, spent, 7_00))).Transaction.Amount;
            }
            catch (RuleViolationException refused) when (refused.Code == Refusals.ExceedsCapture)
            {
                return 0;
            }
        });

        done.Sum().ShouldBe(49_00);
        (await BalanceAsync(card)).ShouldBe(99_00);
    }

    [Fact]
    public async Task V7_A_repeated_refund_is_the_same_refund()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var spent = (await Ledger.PostAsync(Spending(card, 50_00))).Transaction;

        var answers = await AllAtOnceAsync(64, _ => Ledger.PostAsync(Reversing(card, spent, 50_00, key: "refund-1")));

        answers.Select(a => a.Transaction.Id).Distinct().Count().ShouldBe(1);
        (await BalanceAsync(card)).ShouldBe(100_00);
    }
}
