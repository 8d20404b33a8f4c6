using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Demo;

[Long]
public abstract class DemoGiftCardsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : DemoGiftCardsTests(DatabaseKind.Sqlite)
    {
        [Fact]
        public async Task A_year_cut_short_is_continued_and_nothing_happens_twice()
        {
            await StoresAsync();
            using var cut = new CancellationTokenSource();
            var load = Db.Get<DemoGiftCards>().LoadAsync(cut.Token);
            while (!load.IsCompleted && (await CountsAsync()).Transactions < 200)
            {
                await Task.Delay(5);
            }

            await cut.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => load);
            var half = await CountsAsync();

            (await Db.Get<DemoGiftCards>().LoadAsync()).ShouldBeTrue();

            var whole = await CountsAsync();
            whole.Transactions.ShouldBeGreaterThan(half.Transactions);
            await using var other = await TestDatabase.CreateAsync(Db.Kind);
            await StoresAsync(other);
            await other.Get<DemoGiftCards>().LoadAsync();
            (await CountsAsync(other)).ShouldSatisfyAllConditions(straight => straight.Cards.ShouldBe(whole.Cards), straight => straight.Transactions.ShouldBe(whole.Transactions));
        }
    }

    public sealed class OnPostgreSql() : DemoGiftCardsTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_year_with_every_kind_of_movement_is_told_once()
    {
        await StoresAsync();

        (await Db.Get<DemoGiftCards>().LoadAsync()).ShouldBeTrue();

        var first = await CountsAsync();
        first.Cards.ShouldBeInRange(400, 650);
        first.Types.ShouldBe(
            [
                TransactionType.Activation, TransactionType.Recharge, TransactionType.Consumption, TransactionType.ConsumptionReversal, TransactionType.Refund,
                TransactionType.Freeze, TransactionType.Restore, TransactionType.Expiry, TransactionType.ImportOpening, TransactionType.Adjustment,
            ], ignoreOrder: true);
        (await Db.ReadAsync(db => db.LedgerTransactions.Select(t => t.Currency).Distinct().OrderBy(c => c).ToListAsync())).ShouldBe(["EUR", "USD"]);
        (await Db.ReadAsync(db => db.LedgerTransactions.AnyAsync(t => t.StoreId != t.HomeStoreId))).ShouldBeTrue();
        (await Db.ReadAsync(db => db.LedgerTransactions.AnyAsync(t => t.Refusal != null))).ShouldBeFalse();

        (await Db.Get<DemoGiftCards>().LoadAsync()).ShouldBeFalse();
        (await CountsAsync()).Transactions.ShouldBe(first.Transactions);
    }

    private async Task StoresAsync(TestDatabase? database = null)
    {
        foreach (var (code, zone) in new[] { ("NYC01", "America/New_York"), ("CHI01", "America/Chicago"), ("LAX01", "America/Los_Angeles"), ("WEB01", "America/New_York") })
        {
            await A.Store(code).InZone(zone).SaveToAsync(database ?? Db);
        }
    }

    private async Task<(int Cards, int Transactions, List<TransactionType> Types)> CountsAsync(TestDatabase? database = null)
    {
        await using var db = await (database ?? Db).ReadAsync();

        return (await db.GiftCards.CountAsync(), await db.LedgerTransactions.CountAsync(), await db.LedgerTransactions.Select(t => t.Type).Distinct().ToListAsync());
    }
}
