using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Tests.Ledger;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Data;

/// <summary>Postings that share a flush to disk share nothing else.</summary>
public sealed class SqliteGroupCommitTests() : LedgerTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task A_posting_that_fails_takes_none_of_its_neighbours_with_it()
    {
        var cards = await A.GiftCard().Holding(100m).SaveToAsync(Db, 3);
        var spent = (await Ledger.PostAsync(Spending(cards[0], 1_00))).Transaction;
        var tooMuch = Reversing(cards[0], spent, 2_00);

        var (failed, done) = (0, 0);
        await Task.WhenAll(await WhileOthersWriteAsync(() => Enumerable.Range(0, 90).Select(async i =>
        {
            try
            {
                await Ledger.PostAsync(i % 3 == 0 ? tooMuch with { Operation = Operation.For(Till, $"reverse-{i}") } : Spending(cards[i % 3], 1_00));
                Interlocked.Increment(ref done);
            }
            catch (Domain.Values.RuleViolationException refused) when (refused.Code == Refusals.ExceedsCapture)
            {
                Interlocked.Increment(ref failed);
            }
        })));

        (failed, done).ShouldBe((30, 60));
        (await BalanceAsync(cards[0])).ShouldBe(99_00);
        (await BalanceAsync(cards[1])).ShouldBe(70_00);
        (await BalanceAsync(cards[2])).ShouldBe(70_00);
    }

    [Fact]
    public async Task A_repeat_in_the_same_group_gets_the_answer_of_the_first()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);

        var answers = await Task.WhenAll(await WhileOthersWriteAsync(() => Enumerable.Range(0, 64).Select(_ => Ledger.PostAsync(Spending(card, 5_00, key: "order-1")))));

        answers.Select(a => a.Transaction.Id).Distinct().Count().ShouldBe(1);
        (await BalanceAsync(card)).ShouldBe(95_00);
    }

    [Fact]
    public async Task Whoever_gives_up_while_waiting_gets_nothing_done_and_holds_nobody_up()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        using var patience = new CancellationTokenSource();

        var (gaveUp, served) = await WhileOthersWriteAsync(() =>
        {
            var impatient = Ledger.PostAsync(Spending(card, 5_00, key: "impatient"), cancel: patience.Token);
            var patient = Ledger.PostAsync(Spending(card, 1_00));
            patience.Cancel();

            return (impatient, patient);
        });

        await Should.ThrowAsync<OperationCanceledException>(() => gaveUp);
        (await served).Transaction.Refusal.ShouldBeNull();
        (await BalanceAsync(card)).ShouldBe(99_00);
        (await Ledger.PostAsync(Spending(card, 5_00, key: "impatient"))).WasRepeated.ShouldBeFalse();
    }

    [Fact]
    public async Task A_cancelled_write_leaves_the_gate_open_and_nothing_behind()
    {
        using var patience = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => Db.Database.WriteAsync(Till, async db =>
        {
            db.Add(A.Store("GONE").Build());
            await db.SaveChangesAsync();
            await patience.CancelAsync();
            await Task.Delay(Timeout.Infinite, patience.Token);
        }, patience.Token));

        await A.Store("HERE").SaveToAsync(Db);
        (await Db.ReadAsync(db => db.Stores.Select(s => s.Code).ToListAsync())).ShouldBe(["HERE"]);
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_refuses_every_posting_and_serves_again_when_it_can()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        await using var again = Db.OpenAgain();
        var file = new SqliteConnectionStringBuilder(Db.ConnectionString).DataSource;
        SqliteConnection.ClearAllPools();
        Directory.Move(Path.GetDirectoryName(file)!, Path.GetDirectoryName(file) + "-away");

        await Should.ThrowAsync<DatabaseUnavailableException>(() => again.Ledger.PostAsync(Spending(card, 1_00, key: "order-1")));

        Directory.Move(Path.GetDirectoryName(file) + "-away", Path.GetDirectoryName(file)!);
        (await again.Ledger.PostAsync(Spending(card, 1_00, key: "order-1"))).Transaction.Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Stopping_finishes_what_was_accepted_and_refuses_the_rest()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var stopping = Db.OpenAgain();
        var ledger = stopping.Ledger;
        await ledger.PostAsync(Spending(card, 1_00));
        var accepted = Enumerable.Range(0, 50).Select(_ => ledger.PostAsync(Spending(card, 1_00))).ToList();

        await stopping.DisposeAsync();

        (await Task.WhenAll(accepted)).ShouldAllBe(posted => posted.Transaction.Refusal == null);
        await Should.ThrowAsync<DatabaseUnavailableException>(() => ledger.PostAsync(Spending(card, 1_00)));
        (await BalanceAsync(card)).ShouldBe(49_00);
    }

    /// <summary>Starts something while a write holds the gate, so that all of it waits for one group.</summary>
    private async Task<T> WhileOthersWriteAsync<T>(Func<T> start)
    {
        var (isHeld, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var writing = Db.Database.WriteAsync(Actor.System, _ =>
        {
            isHeld.SetResult();

            return mayEnd.Task;
        });
        await isHeld.Task;
        var started = start();
        mayEnd.SetResult();
        await writing;

        return started;
    }
}
