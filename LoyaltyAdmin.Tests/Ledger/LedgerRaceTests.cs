using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>Reliability 2.1, V1 to V7 and V11: whatever races, value is neither lost nor made.</summary>
[Long]
public abstract class LedgerRaceTests(DatabaseKind kind) : LedgerTest(kind)
{
    private const int Buyers = 64;

    public sealed class OnSqlite() : LedgerRaceTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : LedgerRaceTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task V1_Of_64_buyers_who_each_want_5_of_100_exactly_20_get_it()
    {
        var cards = await A.GiftCard().Holding(100m).SaveToAsync(Db, 50);

        foreach (var card in cards)
        {
            await ExactlyTwentySpendAsync(card, async () => (await Ledger.PostAsync(Spending(card, 5_00))).Transaction.Refusal);
        }
    }

    [Fact]
    public async Task V1_The_same_check_finds_a_ledger_that_reads_before_it_writes()
    {
        LedgerMustTieOut = false;
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var everybodyHasRead = new CountdownEvent(Buyers);
        var mayWrite = new TaskCompletionSource();

        await Assert.ThrowsAsync<ShouldAssertException>(() => ExactlyTwentySpendAsync(card, NaivelyAsync));

        async Task<string?> NaivelyAsync()
        {
            var balance = await BalanceAsync(card);
            if (everybodyHasRead.Signal())
            {
                mayWrite.SetResult();
            }

            await mayWrite.Task;
            if (balance < 5_00)
            {
                return Refusals.InsufficientBalance;
            }

            await Db.Database.WriteAsync(Till, db => db.LedgerAccounts.Where(a => a.Id == card.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.Balance, balance - 5_00)));

            return null;
        }
    }

    [Fact]
    public async Task V2_Random_amounts_never_show_a_balance_below_zero()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var seen = new List<long>();
        using var done = new CancellationTokenSource();
        var watcher = Task.Run(async () =>
        {
            do
            {
                seen.Add(await BalanceAsync(card));
            }
            while (!done.IsCancellationRequested);
        });

        var spent = await AllAtOnceAsync(Buyers, async i => (await Ledger.PostAsync(Spending(card, new Random(i).Next(1_00, 30_01)))).Transaction.Amount);
        await done.CancelAsync();
        await watcher;

        (100_00 + spent.Sum()).ShouldBe(await BalanceAsync(card));
        seen.ShouldAllBe(balance => balance >= 0 && balance <= 100_00);
        spent.Count(amount => amount < 0).ShouldBeInRange(3, Buyers - 1);
    }

    [Fact]
    public async Task V3_Every_look_at_the_bank_shows_the_same_total()
    {
        var cards = await A.GiftCard().Holding(100m).SaveToAsync(Db, 10);
        var totals = new List<long>();
        using var done = new CancellationTokenSource();
        var auditor = Task.Run(async () =>
        {
            do
            {
                totals.Add(await Db.ReadAsync(db => db.LedgerAccounts.SumAsync(a => a.Balance)));
            }
            while (!done.IsCancellationRequested);
        });

        var transfers = await AllAtOnceAsync(16, async worker =>
        {
            var (random, count) = (new Random(worker), 0);
            for (var i = 0; i < 40; i++)
            {
                count += await TransferAsync(cards[random.Next(10)], cards[random.Next(10)], random.Next(1, 90_00)) ? 1 : 0;
            }

            return count;
        });
        await done.CancelAsync();
        await auditor;

        transfers.Sum().ShouldBeInRange(100, 16 * 40 - 1);
        totals.ShouldAllBe(total => total == 1_000_00);
        (await Db.ReadAsync(db => db.LedgerAccounts.SumAsync(a => a.Balance))).ShouldBe(1_000_00);
    }

    [Fact]
    public async Task Two_writers_who_wait_for_each_others_card_both_end_well()
    {
        var cards = await A.GiftCard().Holding(100m).SaveToAsync(Db, 2);
        using var bothHoldOne = new Barrier(2);

        await AllAtOnceAsync(2, async i =>
        {
            var isFirstAttempt = true;
            await Db.Database.WriteAsync(Till, async db =>
            {
                await Ledger.PostAsync(db, Spending(cards[i], 1_00));
                // On SQLite the gate lets only one of them in here.
                if (isFirstAttempt && Db.Kind == DatabaseKind.PostgreSql)
                {
                    isFirstAttempt = false;
                    bothHoldOne.SignalAndWait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
                }

                await Ledger.PostAsync(db, Spending(cards[1 - i], 1_00));
            });

            return i;
        });

        (await BalanceAsync(cards[0])).ShouldBe(98_00);
        (await BalanceAsync(cards[1])).ShouldBe(98_00);
    }

    [Fact]
    public async Task V4_One_key_sent_64_times_at_once_is_one_transaction_with_one_answer()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);

        var answers = await AllAtOnceAsync(Buyers, _ => Ledger.PostAsync(Spending(card, 5_00, key: "order-1")));

        answers.Select(a => (a.Transaction.Id, a.Transaction.Amount, a.Transaction.BalanceAfter, a.Transaction.Sequence, a.Transaction.Refusal)).Distinct().Count().ShouldBe(1);
        answers.Count(a => !a.WasRepeated).ShouldBe(1);
        (await BalanceAsync(card)).ShouldBe(95_00);
    }

    [Fact]
    public async Task V4_One_refused_key_sent_64_times_at_once_is_one_refusal()
    {
        var card = await A.GiftCard().Holding(1m).SaveToAsync(Db);

        var answers = await AllAtOnceAsync(Buyers, _ => Ledger.PostAsync(Spending(card, 5_00, key: "order-1")));

        answers.Select(a => (a.Transaction.Id, a.Transaction.Refusal, a.Transaction.BalanceAfter)).Distinct().Single().Refusal.ShouldBe(Refusals.InsufficientBalance);
    }

    [Fact]
    public async Task V4_One_key_for_a_whole_piece_of_work_is_done_once()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var posting = Spending(card, 5_00, key: "order-1");

        var answers = await AllAtOnceAsync(Buyers, _ => Ledger.OnceAsync(posting.Operation, async db =>
        {
            db.Add(A.Store("WORK").Build());

            return await Ledger.PostAsync(db, posting);
        }));

        answers.Select(a => a.Transaction.Id).Distinct().Count().ShouldBe(1);
        (await Db.ReadAsync(db => db.Stores.CountAsync(s => s.Code == "WORK"))).ShouldBe(1);
        (await BalanceAsync(card)).ShouldBe(95_00);
    }

    [Fact]
    public async Task V7_Of_two_refunds_of_each_of_500_payments_one_succeeds()
    {
        var cards = await A.GiftCard().Holding(10m).SaveToAsync(Db, 20);
        var payments = await AllAtOnceAsync(20, async i =>
        {
            var spent = new List<LedgerTransaction>();
            for (var n = 0; n < 25; n++)
            {
                spent.Add((await Ledger.PostAsync(Spending(cards[i], 40))).Transaction);
            }

            return spent;
        });
        var all = payments.SelectMany((spent, i) => spent.Select(payment => (Card: cards[i], payment))).ToList();

        var outcomes = await AllAtOnceAsync(all.Count * 2, async i =>
        {
            var (card, payment) = all[i / 2];
            try
            {
                return (await Ledger.PostAsync(Reversing(card, payment, 40))).Transaction.Refusal;
            }
            catch (RuleViolationException refused)
            {
                return refused.Code;
            }
        });

        outcomes.Count(refusal => refusal is null).ShouldBe(500);
        outcomes.Count(refusal => refusal == Refusals.ExceedsCapture).ShouldBe(500);
        (await Db.ReadAsync(db => db.LedgerAccounts.AllAsync(a => a.Balance == 10_00))).ShouldBeTrue();
    }

    [Fact]
    public async Task V11_After_a_freeze_is_acknowledged_nothing_is_spent()
    {
        var cards = await A.GiftCard().Holding(1_000m).SaveToAsync(Db, 100);
        var random = new Random(11);

        foreach (var card in cards)
        {
            var frostComesAfter = random.Next(Buyers);
            var spending = AllAtOnceAsync(frostComesAfter, _ => Ledger.PostAsync(Spending(card, 1_00), keepRefusal: false));
            var freezing = Ledger.PostAsync(Freezing(card));
            var more = AllAtOnceAsync(Buyers - frostComesAfter, _ => Ledger.PostAsync(Spending(card, 1_00), keepRefusal: false));
            var frozen = (await freezing).Transaction;
            var late = await Ledger.PostAsync(Spending(card, 1_00), keepRefusal: false);
            var outcomes = (await spending).Concat(await more).Select(p => p.Transaction).ToList();

            late.Transaction.Refusal.ShouldBe(Refusals.Frozen);
            outcomes.Where(t => t.Refusal is null).ShouldAllBe(t => t.Sequence < frozen.Sequence);
            outcomes.Where(t => t.Refusal is not null).ShouldAllBe(t => t.Refusal == Refusals.Frozen);
            (await AccountAsync(card)).LastSequence.ShouldBe(frozen.Sequence!.Value);
        }
    }

    private async Task ExactlyTwentySpendAsync(GiftCard card, Func<Task<string?>> spend)
    {
        var refusals = await AllAtOnceAsync(Buyers, _ => spend());

        refusals.Count(refusal => refusal is null).ShouldBe(20);
        refusals.Count(refusal => refusal == Refusals.InsufficientBalance).ShouldBe(44);
        (await BalanceAsync(card)).ShouldBe(0);
    }

    private async Task<bool> TransferAsync(GiftCard from, GiftCard to, long amount)
    {
        Posting[] postings = [Spending(from, amount), Loading(to, amount)];
        try
        {
            await Db.Database.WriteAsync(Till, async db =>
            {
                // Always in the same order, so that two transfers never wait for each other.
                foreach (var posting in postings.OrderBy(p => p.AccountId))
                {
                    await Ledger.PostAsync(db, posting);
                }
            });

            return true;
        }
        catch (InsufficientBalanceException)
        {
            return false;
        }
    }
}
