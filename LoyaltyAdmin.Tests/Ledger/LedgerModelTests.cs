using System.Data.Common;
using FsCheck;
using FsCheck.Fluent;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>
/// Reliability 2.1, V14: random sequences of everything that can happen to a card give the same answers as a model that fits on one page.
/// A failure names the shortest sequence and the seed; <c>Config.WithReplay</c> runs it again.
/// </summary>
[Long]
public abstract class LedgerModelTests(DatabaseKind kind, int sequences) : LedgerTest(kind)
{
    private readonly Queue<GiftCard> fresh = new();

    public sealed class OnSqlite() : LedgerModelTests(DatabaseKind.Sqlite, sequences: 10_000)
    {
        // What a power cut would lose is tested elsewhere; here only the answers count.
        protected override void Configure(IServiceCollection services) =>
            services.ConfigureDbContext<SqliteLoyaltyDbContext>(options => options.AddInterceptors(new NoFlush()));
    }

    public sealed class OnPostgreSql() : LedgerModelTests(DatabaseKind.PostgreSql, sequences: 300);

    [Fact]
    public async Task V14_Whatever_happens_to_a_card_the_ledger_answers_as_its_model()
    {
        var property = Prop.ForAll(Arb.From(Steps(), Shorter), steps => Task.Run(() => RunAsync(steps)).GetAwaiter().GetResult());

        await Task.Run(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(sequences).WithEndSize(16).WithQuietOnSuccess(true), property));
    }

    private async Task RunAsync(Step[] steps)
    {
        var card = await NextCardAsync();
        var (model, start) = (new CardModel(Clock.Now.AddHours(1)), Clock.Now);
        var answered = new List<(Posting Posting, LedgerTransaction Answer)>();
        foreach (var step in steps)
        {
            if (step.What == What.Wait)
            {
                Clock.Advance(TimeSpan.FromMinutes(step.Amount % 40));
            }
            else if (step.What == What.Repeat)
            {
                if (answered.Count > 0)
                {
                    var (posting, first) = answered[step.Which % answered.Count];
                    var again = await Ledger.PostAsync(posting);
                    (again.WasRepeated, again.Transaction.Id, again.Transaction.Refusal, again.Transaction.BalanceAfter).ShouldBe((true, first.Id, first.Refusal, first.BalanceAfter));
                }
            }
            else if (PostingFor(card, model, step) is { } posting)
            {
                var (refusal, balance, sequence) = model.Apply(step, Clock.Now);
                if (refusal == Refusals.ExceedsCapture)
                {
                    (await Should.ThrowAsync<RuleViolationException>(() => Ledger.PostAsync(posting))).Code.ShouldBe(refusal);
                    continue;
                }

                var answer = (await Ledger.PostAsync(posting)).Transaction;
                (answer.Refusal, answer.BalanceAfter, answer.Sequence).ShouldBe((refusal, balance, sequence));
                model.Remember(step, answer);
                answered.Add((posting, answer));
            }
        }

        var account = await AccountAsync(card);
        (account.Balance, account.Status, account.LastSequence, account.UsableUntil).ShouldBe((model.Balance, model.Status, model.Sequence, (DateTimeOffset?)model.UsableUntil));
        Clock.Now = start;
    }

    private Posting? PostingFor(GiftCard card, CardModel model, Step step) => step.What switch
    {
        What.Load => Loading(card, step.Amount),
        What.Spend => Spending(card, step.Amount),
        What.Reverse when model.Payments.Count == 0 => null,
        What.Reverse => Reversing(card, model.Payments[step.Which % model.Payments.Count].Transaction, step.Amount),
        What.Freeze => Freezing(card),
        What.Restore => Posting(card, TransactionType.Restore, 0, House.Adjustments) with { From = [AccountStatus.Blocked], To = AccountStatus.Open, OnlyWhileUsable = false },
        What.Expire => Posting(card, TransactionType.Expiry, -model.Balance, House.Breakage) with { From = [AccountStatus.Open, AccountStatus.Blocked], To = AccountStatus.Expired, OnlyWhileUsable = false, ExpectedSequence = model.Sequence },
        What.Refund => Posting(card, TransactionType.Refund, -model.Balance, House.CashIn) with { To = AccountStatus.Closed, ExpectedSequence = model.Sequence },
        _ => Posting(card, TransactionType.ValidityExtension, 0, House.Adjustments) with { OnlyWhileUsable = false, NewUsableUntil = model.UsableUntil.AddMinutes(step.Amount % 60) },
    };

    private async Task<GiftCard> NextCardAsync()
    {
        if (fresh.Count == 0)
        {
            foreach (var card in await A.GiftCard().UsableUntil(Clock.Now.AddHours(1)).SaveToAsync(Db, Math.Min(sequences, 500)))
            {
                fresh.Enqueue(card);
            }
        }

        return fresh.Dequeue();
    }

    private static Gen<Step[]> Steps()
    {
        var what = Gen.Frequency(
            (6, Gen.Constant(What.Load)), (8, Gen.Constant(What.Spend)), (5, Gen.Constant(What.Reverse)), (2, Gen.Constant(What.Repeat)), (2, Gen.Constant(What.Wait)),
            (1, Gen.Constant(What.Freeze)), (2, Gen.Constant(What.Restore)), (1, Gen.Constant(What.Expire)), (1, Gen.Constant(What.Refund)), (1, Gen.Constant(What.Extend)));
        var step = Gen.Zip(what, Gen.Zip(Gen.Choose(1, 1_000), Gen.Choose(0, 9)), (kind, n) => new Step(kind, n.Item1, n.Item2));

        return Gen.ArrayOf(step);
    }

    private static IEnumerable<Step[]> Shorter(Step[] steps) => Enumerable.Range(0, steps.Length).Select(left => steps.Where((_, i) => i != left).ToArray());

    private sealed class NoFlush : DbConnectionInterceptor
    {
        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA synchronous=OFF";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private enum What
    {
        Load,
        Spend,
        Reverse,
        Repeat,
        Wait,
        Freeze,
        Restore,
        Expire,
        Refund,
        Extend,
    }

    private sealed record Step(What What, int Amount, int Which);

    /// <summary>What a card must do, without a database.</summary>
    private sealed class CardModel(DateTimeOffset usableUntil)
    {
        public long Balance { get; private set; }
        public long Sequence { get; private set; }
        public AccountStatus Status { get; private set; } = AccountStatus.Open;
        public DateTimeOffset UsableUntil { get; private set; } = usableUntil;
        public List<(LedgerTransaction Transaction, long Left)> Payments { get; } = [];

        public (string? Refusal, long Balance, long? Sequence) Apply(Step step, DateTimeOffset now)
        {
            var refusal = Refusal(step, now);
            if (refusal is null)
            {
                Do(step);
            }

            return (refusal, Balance, refusal is null ? Sequence : null);
        }

        public void Remember(Step step, LedgerTransaction answer)
        {
            if (step.What == What.Spend && answer.Refusal is null)
            {
                Payments.Add((answer, step.Amount));
            }
        }

        private string? Refusal(Step step, DateTimeOffset now)
        {
            AccountStatus[] from = step.What switch
            {
                What.Restore => [AccountStatus.Blocked],
                What.Reverse or What.Expire => [AccountStatus.Open, AccountStatus.Blocked],
                _ => [AccountStatus.Open],
            };
            if (!from.Contains(Status))
            {
                return Status switch
                {
                    AccountStatus.Blocked => Refusals.Frozen,
                    AccountStatus.Expired => Refusals.Expired,
                    AccountStatus.Closed => Refusals.Closed,
                    _ => Refusals.AlreadyActive,
                };
            }

            return step.What is What.Load or What.Spend or What.Refund && now >= UsableUntil ? Refusals.Expired
                : step.What == What.Spend && step.Amount > Balance ? Refusals.InsufficientBalance
                : step.What == What.Reverse && step.Amount > Payments[step.Which % Payments.Count].Left ? Refusals.ExceedsCapture
                : null;
        }

        private void Do(Step step)
        {
            Sequence++;
            switch (step.What)
            {
                case What.Load:
                    Balance += step.Amount;
                    break;
                case What.Spend:
                    Balance -= step.Amount;
                    break;
                case What.Reverse:
                    var i = step.Which % Payments.Count;
                    Balance += step.Amount;
                    Payments[i] = (Payments[i].Transaction, Payments[i].Left - step.Amount);
                    break;
                case What.Extend:
                    UsableUntil = UsableUntil.AddMinutes(step.Amount % 60);
                    break;
                default:
                    Balance = step.What is What.Expire or What.Refund ? 0 : Balance;
                    Status = step.What switch
                    {
                        What.Freeze => AccountStatus.Blocked,
                        What.Restore => AccountStatus.Open,
                        What.Expire => AccountStatus.Expired,
                        _ => AccountStatus.Closed,
                    };
                    break;
            }
        }
    }
}
