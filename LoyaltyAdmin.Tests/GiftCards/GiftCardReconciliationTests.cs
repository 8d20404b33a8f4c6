using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

public abstract class GiftCardReconciliationTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : GiftCardReconciliationTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardReconciliationTests(DatabaseKind.PostgreSql);

    private static readonly DateOnly first = new(2026, 1, 5);
    private static readonly DateOnly last = new(2026, 6, 20);

    private GiftCardReconciliation Reconciliation => Db.Get<GiftCardReconciliation>();

    [Theory]
    [InlineData(ReconciliationPeriod.Month)]
    [InlineData(ReconciliationPeriod.Day)]
    public async Task The_roll_forward_of_random_movements_equals_sums_added_up_one_by_one(ReconciliationPeriod period)
    {
        var finance = await A.StaffUser().With(Permission.ReportsRead).SaveToAsync(Db);
        await MoveAtRandomAsync(300);
        var filter = new ReconciliationFilter { From = new(2026, 2, 10), To = new(2026, 5, 10), Period = period };

        var report = await Reconciliation.RollForwardAsync(finance, filter);

        var all = await Db.ReadAsync(db => db.LedgerTransactions.ToListAsync());
        report.Rows.ShouldNotBeEmpty();
        foreach (var row in report.Rows)
        {
            var own = all.Where(t => t.HomeStoreId == row.StoreId && t.Currency == row.Currency).ToList();
            var within = own.Where(t => t.BusinessDay >= row.From && t.BusinessDay <= row.To).ToLookup(t => t.Type, t => t.Amount);
            row.Opening.ShouldBe(own.Where(t => t.BusinessDay < row.From).Sum(t => t.Amount));
            row.Closing.ShouldBe(own.Where(t => t.BusinessDay <= row.To).Sum(t => t.Amount));
            row.Movements.ShouldBe(new LiabilityMovements(
                within[TransactionType.Activation].Sum(), within[TransactionType.ImportOpening].Sum(), within[TransactionType.Recharge].Sum(), within[TransactionType.Consumption].Sum(),
                within[TransactionType.ConsumptionReversal].Sum(), within[TransactionType.Refund].Sum(), within[TransactionType.Expiry].Sum(), within[TransactionType.Adjustment].Sum()));
        }

        report.Rows.Sum(row => row.Movements.Total).ShouldBe(all.Where(t => t.BusinessDay >= filter.From && t.BusinessDay <= filter.To).Sum(t => t.Amount));
        report.Ties.ShouldAllBe(tie => tie.TiesOut);
    }

    [Fact]
    public async Task The_closing_of_today_is_what_the_cards_hold()
    {
        var finance = await A.StaffUser().With(Permission.ReportsRead).SaveToAsync(Db);
        await MoveAtRandomAsync(150);

        var report = await Reconciliation.RollForwardAsync(finance, new ReconciliationFilter { From = new(2026, 5, 1), To = new(2026, 12, 31) });

        var balances = await Db.ReadAsync(db => db.LedgerAccounts.GroupBy(a => new { a.Currency, a.StoreId }).Select(g => new { g.Key.Currency, g.Key.StoreId, Sum = g.Sum(a => a.Balance) }).ToListAsync());
        foreach (var held in balances)
        {
            report.Rows.Last(row => row.StoreId == held.StoreId && row.Currency == held.Currency).Closing.ShouldBe(held.Sum);
        }

        report.TiesOut.ShouldBeTrue();
    }

    [Fact]
    public async Task A_closing_that_differs_from_the_balances_is_told()
    {
        LedgerMustTieOut = false;
        var finance = await A.StaffUser().With(Permission.ReportsRead).SaveToAsync(Db);
        var card = await A.GiftCard().Holding(100).SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, db => db.Database.ExecuteSqlAsync($"""UPDATE "LedgerAccounts" SET "Balance" = "Balance" + 1 WHERE "Id" = {card.AccountId}"""));

        var report = await Reconciliation.RollForwardAsync(finance, new ReconciliationFilter { From = new(2026, 3, 1), To = new(2026, 3, 31) });

        report.TiesOut.ShouldBeFalse();
        report.Ties.ShouldHaveSingleItem().ShouldSatisfyAllConditions(tie => tie.Closing.ShouldBe(10_000), tie => tie.Ledger.ShouldBe(10_001));
    }

    [Fact]
    public async Task An_import_counts_only_once_it_is_committed()
    {
        var finance = await A.StaffUser().With(Permission.ReportsRead).SaveToAsync(Db);
        var (job, store) = await ImportAsync(25m);
        var filter = new ReconciliationFilter { From = new(2026, 3, 1), To = new(2026, 3, 31) };

        var before = await Reconciliation.RollForwardAsync(finance, filter);
        await Db.Database.WriteAsync(Actor.System, async db => (await db.ImportJobs.SingleAsync(j => j.Id == job)).Status = ImportStatus.Committed);
        var after = await Reconciliation.RollForwardAsync(finance, filter);

        before.Rows.Sum(row => row.Closing).ShouldBe(0);
        before.TiesOut.ShouldBeTrue();
        after.Rows.ShouldHaveSingleItem().ShouldSatisfyAllConditions(row => row.StoreId.ShouldBe(store), row => row.Movements.Imported.ShouldBe(2_500), row => row.Closing.ShouldBe(2_500));
        after.TiesOut.ShouldBeTrue();
    }

    [Fact]
    public async Task Finance_of_one_store_sees_what_that_store_owes_and_its_side_of_settlements()
    {
        var (mine, other, third) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var finance = await A.StaffUser().With(Permission.ReportsRead).In(mine).SaveToAsync(Db);
        foreach (var (sold, spent) in new[] { (mine, other), (other, mine), (other, third) })
        {
            var card = await A.GiftCard().Holding(100).In(sold).SaveToAsync(Db);
            await PostAsync(card, TransactionType.Consumption, -3_000, spent, new(2026, 3, 2));
        }

        var filter = new ReconciliationFilter { From = new(2026, 3, 1), To = new(2026, 3, 31) };

        (await Reconciliation.RollForwardAsync(finance, filter)).Rows.ShouldHaveSingleItem().StoreId.ShouldBe(mine.Id);
        (await Reconciliation.InterStoreAsync(finance, filter)).Rows.Select(row => (row.SoldAtId, row.RedeemedAtId)).ShouldBe([(mine.Id, other.Id), (other.Id, mine.Id)], ignoreOrder: true);
    }

    [Fact]
    public async Task What_two_stores_redeemed_for_each_other_is_set_off()
    {
        var finance = await A.StaffUser().With(Permission.ReportsRead).SaveToAsync(Db);
        var (a, b) = (await A.Store("A").SaveToAsync(Db), await A.Store("B").SaveToAsync(Db));
        var (soldAtA, soldAtB) = (await A.GiftCard().Holding(100).In(a).SaveToAsync(Db), await A.GiftCard().Holding(100).In(b).SaveToAsync(Db));
        var taken = await PostAsync(soldAtA, TransactionType.Consumption, -5_000, b, new(2026, 3, 10));
        await PostAsync(soldAtA, TransactionType.ConsumptionReversal, 1_000, b, new(2026, 3, 11), reverses: taken);
        await PostAsync(soldAtB, TransactionType.Consumption, -1_500, a, new(2026, 4, 1));
        await PostAsync(soldAtB, TransactionType.Consumption, -700, b, new(2026, 4, 1));

        var settlement = await Reconciliation.InterStoreAsync(finance, new ReconciliationFilter { From = new(2026, 3, 1), To = new(2026, 4, 30) });

        settlement.Rows.Select(row => (row.Month, row.SoldAtCode, row.RedeemedAtCode, row.Redeemed)).ShouldBe([(new(2026, 3, 1), "A", "B", 4_000L), (new(2026, 4, 1), "B", "A", 1_500L)]);
        settlement.Net.ShouldHaveSingleItem().ShouldSatisfyAllConditions(net => net.PayerCode.ShouldBe("A"), net => net.PayeeCode.ShouldBe("B"), net => net.Amount.ShouldBe(2_500));
    }

    [Fact]
    public async Task A_range_that_ends_before_it_begins_is_refused()
    {
        var finance = await A.StaffUser().With(Permission.ReportsRead).SaveToAsync(Db);

        await Should.ThrowAsync<InvalidInputException>(() => Reconciliation.RollForwardAsync(finance, new ReconciliationFilter { From = last, To = first }));
    }

    private async Task MoveAtRandomAsync(int moves)
    {
        var random = new Random(17);
        var stores = new List<Store> { await A.Store().SaveToAsync(Db), await A.Store().InZone("Asia/Tokyo").SaveToAsync(Db), await A.Store().SaveToAsync(Db) };
        var (dollars, euros) = (await A.GiftCardPlan().SaveToAsync(Db), await A.GiftCardPlan().In("EUR").SaveToAsync(Db));
        var cards = new List<(GiftCard Card, long Balance)>();
        Clock.Now = new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
        foreach (var store in stores)
        {
            foreach (var plan in new[] { dollars, euros })
            {
                cards.Add((await A.GiftCard().Holding(500).In(store).Of(plan).SaveToAsync(Db), 50_000));
            }
        }

        TransactionType[] up = [TransactionType.Recharge, TransactionType.ImportOpening, TransactionType.Adjustment, TransactionType.Activation];
        TransactionType[] down = [TransactionType.Consumption, TransactionType.Refund, TransactionType.Expiry];
        for (var i = 0; i < moves; i++)
        {
            var at = random.Next(cards.Count);
            var (card, balance) = cards[at];
            var day = first.AddDays(random.Next(last.DayNumber - first.DayNumber));
            var amount = random.Next(3) > 0 ? -Math.Min(balance, random.Next(1, 4_000)) : random.Next(1, 5_000);
            var type = amount < 0 ? down[random.Next(down.Length)] : up[random.Next(up.Length)];
            if (amount != 0)
            {
                await PostAsync(card, type, amount, stores[random.Next(stores.Count)], day);
                cards[at] = (card, balance + amount);
            }
        }
    }

    private async Task<(long Job, long Store)> ImportAsync(decimal value)
    {
        var card = await A.GiftCard().SaveToAsync(Db);
        var job = new ImportJob { Kind = ImportKind.GiftCards, FileName = "cards.xlsx", FileHash = "", FileSize = 1, UploadedByKey = "system", UploadedByName = "System", UploadedAt = Clock.Now, Status = ImportStatus.Applying, AppliedRows = 1 };
        await Db.AddAsync(job);
        var operation = Operation.For(Actor.System, "1") with { Source = $"import:{job.Id}" };
        await Db.Ledger.PostAsync(Posting(card, TransactionType.ImportOpening, (long)(value * 100), card.StoreId, new(2026, 3, 2), operation));

        return (job.Id, card.StoreId);
    }

    private async Task<LedgerTransaction> PostAsync(GiftCard card, TransactionType type, long amount, Store store, DateOnly day, LedgerTransaction? reverses = null)
    {
        var posting = Posting(card, type, amount, store.Id, day, Operation.For(Actor.System, Guid.NewGuid().ToString("N")));
        var posted = await Db.Ledger.PostAsync(reverses is null ? posting : posting with { ReversesId = reverses.Id, ReversibleAmount = -reverses.Amount });
        posted.Transaction.Refusal.ShouldBeNull();

        return posted.Transaction;
    }

    private Posting Posting(GiftCard card, TransactionType type, long amount, long storeId, DateOnly day, Operation operation) => new()
    {
        Operation = operation,
        Type = type,
        AccountKind = AccountKind.GiftCard,
        AccountId = card.AccountId,
        Currency = card.Currency,
        Amount = amount,
        House = [new HouseLeg(House.Adjustments, -amount)],
        HomeStoreId = card.StoreId,
        StoreId = storeId,
        Channel = Channel.Pos,
        BusinessDay = day,
        At = Clock.Now,
    };
}
