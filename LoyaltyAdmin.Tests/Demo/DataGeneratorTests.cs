using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Demo;

// That the ledger ties out is checked after each test.
public abstract class DataGeneratorTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : DataGeneratorTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : DataGeneratorTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Generated_cards_can_be_found_spent_and_reconciled_and_more_can_be_added()
    {
        var manager = await A.StaffUser().With(Permission.GiftCardsRead, Permission.ReportsRead, Permission.BuyersReveal).SaveToAsync(Db);

        await Db.Get<DataGenerator>().GenerateAsync(20_000, 110_000, _ => { });
        await Db.Get<DataGenerator>().GenerateAsync(10, 50, _ => { });

        (await Db.ReadAsync(db => db.GiftCards.CountAsync())).ShouldBe(20_010);
        (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync())).ShouldBe(110_050);
        (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync(t => t.ReversesId != null))).ShouldBeGreaterThan(0);
        var today = DateOnly.FromDateTime(Clock.Now.UtcDateTime);
        (await Db.Get<GiftCardReconciliation>().RollForwardAsync(manager, new ReconciliationFilter { From = today.AddMonths(-3), To = today })).TiesOut.ShouldBeTrue();
        var found = await Db.Get<SoldGiftCards>().ListAsync(manager, new SoldGiftCardFilter { Buyer = "garcia" }, new PageRequest());
        found.Rows.ShouldNotBeEmpty();
        found.Rows.ShouldAllBe(row => row.BuyerName!.Contains("Garcia", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_size_without_a_sale_for_each_card_is_refused() =>
        await Should.ThrowAsync<RuleViolationException>(() => Db.Get<DataGenerator>().GenerateAsync(100, 99, _ => { }));
}
