using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>ADR-004 on PostgreSQL: payments that wait at the same time are one statement, and each of them is as guarded as alone.</summary>
public sealed class SharedPostingsTests() : LedgerTest(DatabaseKind.PostgreSql)
{
    private const int Cards = 20;

    [Fact]
    public async Task Of_many_tills_at_many_cards_everybody_gets_their_own_answer()
    {
        var cards = await A.GiftCard().Holding(100m).SaveToAsync(Db, Cards);
        await Ledger.PostAsync(Freezing(cards[0]));
        await Ledger.PostAsync(Spending(cards[1], 99_00));

        // Every key is used twice for the same request: the second is told what the first one did, or that it was refused.
        var posted = await AllAtOnceAsync(400, i => Ledger.PostAsync(Spending(cards[i % Cards], 1_00 + (i % Cards), $"till-{i % 200}")));

        var answers = posted.Select((answer, i) => (Card: i % Cards, answer)).ToLookup(a => a.Card, a => a.answer);
        answers[0].ShouldAllBe(a => a.Transaction.Refusal == Refusals.Frozen);
        answers[1].ShouldAllBe(a => a.Transaction.Refusal == Refusals.InsufficientBalance);
        for (var card = 2; card < Cards; card++)
        {
            answers[card].ShouldAllBe(a => a.Transaction.Refusal == null);
            answers[card].Count(a => a.WasRepeated).ShouldBe(10);
            answers[card].Select(a => a.Transaction.Id).Distinct().Count().ShouldBe(10);
            (await BalanceAsync(cards[card])).ShouldBe(100_00 - (10 * (1_00 + card)));
        }

        (await Db.ReadAsync(db => db.Database.SqlQuery<int>($"""SELECT COUNT(*)::int - COUNT(DISTINCT xmin::text)::int AS "Value" FROM "LedgerTransactions" WHERE "Type" = 'Consumption' AND "Refusal" IS NULL""").SingleAsync()))
            .ShouldBeGreaterThan(0, "nothing shared a transaction");
    }

    [Fact]
    public async Task One_key_for_many_cards_at_the_same_moment_pays_once_and_spoils_nobody_elses_payment()
    {
        var cards = await A.GiftCard().Holding(100m).SaveToAsync(Db, Cards);

        var answers = await AllAtOnceAsync(100, async i =>
        {
            try
            {
                return (await Ledger.PostAsync(i % 2 == 0 ? Spending(cards[i % Cards], 1_00, "same") : Spending(cards[i % Cards], 2_00))).Transaction.Amount;
            }
            catch (Domain.Values.RuleViolationException reused) when (reused.Code == "idempotency_key_reused")
            {
                return 0;
            }
        });

        answers.Count(amount => amount == -2_00).ShouldBe(50);
        (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync(t => t.IdempotencyKey == "same"))).ShouldBe(1);
        (await Task.WhenAll(cards.Select(BalanceAsync))).Sum().ShouldBe((Cards * 100_00) - (50 * 2_00) - 1_00);
    }
}
