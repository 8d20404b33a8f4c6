using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

[Long]
public abstract class GiftCardDashboardTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : GiftCardDashboardTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardDashboardTests(DatabaseKind.PostgreSql);

    private static readonly TimeZoneInfo zone = Calendar.Zone("America/New_York");

    [Fact]
    public async Task Every_figure_equals_the_list_behind_it_for_every_view_and_scope()
    {
        List<Store> stores = [await A.Store("NYC01").SaveToAsync(Db), await A.Store("CHI01").InZone("America/Chicago").SaveToAsync(Db), await A.Store("WEB01").SaveToAsync(Db)];
        await Db.Get<DemoGiftCards>().LoadAsync();
        var manager = await A.StaffUser().With(Permission.DashboardRead, Permission.GiftCardsRead).SaveToAsync(Db);
        var local = await A.StaffUser().With(Permission.DashboardRead, Permission.GiftCardsRead).In(stores[1]).SaveToAsync(Db);
        var today = zone.DayOf(Clock.Now);

        foreach (var (actor, view) in new[] { (manager, (long?)null), (manager, stores[0].Id), (local, null), (local, stores[1].Id) })
        {
            var figures = await Db.Get<GiftCardDashboard>().ReadAsync(actor, today.AddDays(-89), today, zone, view);

            figures.Currencies.ShouldNotBeEmpty();
            foreach (var currency in figures.Currencies)
            {
                var code = currency.Currency;
                (await CardsAsync(actor, GiftCardFigures.Outstanding(code), view)).ShouldBe(currency.Outstanding);
                (await CardsAsync(actor, figures.ExpiringSoon(code), view)).ShouldBe(currency.ExpiringSoon);
                (await CardsAsync(actor, GiftCardFigures.Frozen(code), view)).ShouldBe(currency.Frozen);
                (await MovedAsync(actor, figures.Moved(code, TransactionType.Activation), view)).ShouldBe(currency.Sold);
                (await MovedAsync(actor, figures.Moved(code, TransactionType.Consumption), view)).ShouldBe(currency.Redeemed);
                (await MovedAsync(actor, figures.Moved(code, TransactionType.Refund), view)).ShouldBe(currency.Refunded);
                foreach (var store in currency.Stores)
                {
                    (await CardsAsync(actor, GiftCardFigures.Outstanding(code, store.StoreId), view)).ShouldBe(store.Outstanding);
                    (await MovedAsync(actor, figures.Moved(code, TransactionType.Consumption, store.StoreId), view)).ShouldBe(store.Redeemed);
                }
            }
        }
    }

    [Fact]
    public async Task The_liability_of_each_month_is_the_closing_of_the_roll_forward()
    {
        await A.Store("NYC01").SaveToAsync(Db);
        await A.Store("WEB01").SaveToAsync(Db);
        await Db.Get<DemoGiftCards>().LoadAsync();
        var manager = await A.StaffUser().With(Permission.DashboardRead, Permission.ReportsRead).SaveToAsync(Db);
        var today = zone.DayOf(Clock.Now);

        var figures = await Db.Get<GiftCardDashboard>().ReadAsync(manager, today.AddDays(-29), today, zone);

        var rolled = await Db.Get<GiftCardReconciliation>().RollForwardAsync(manager, new ReconciliationFilter { From = figures.Currencies[0].Months[0].Month, To = today });
        foreach (var currency in figures.Currencies)
        {
            foreach (var month in currency.Months)
            {
                month.Liability.ShouldBe(rolled.Rows.Where(row => row.Currency == currency.Currency && row.From == month.Month).Sum(row => row.Closing));
            }

            currency.OutstandingBefore.ShouldBe((await Db.ReadAsync(db => db.LedgerTransactions.Where(t => t.Currency == currency.Currency && t.BusinessDay < figures.From).ToListAsync())).Sum(t => t.Amount));
        }
    }

    private async Task<Figure> CardsAsync(Actor actor, SoldGiftCardFilter filter, long? view)
    {
        var all = new List<SoldGiftCardRow>();
        for (var page = new PageRequest { Size = 100 }; ;)
        {
            var found = await Db.Get<SoldGiftCards>().ListAsync(actor, filter, page, view);
            all.AddRange(found.Rows);
            if (found.Next is null)
            {
                return new Figure(all.Count, all.Sum(row => row.BalanceMinor));
            }

            page = page with { Cursor = found.Next };
        }
    }

    private async Task<Figure> MovedAsync(Actor actor, GiftCardTransactionFilter filter, long? view)
    {
        var all = new List<GiftCardTransactionRow>();
        for (var page = new PageRequest { Size = 100 }; ;)
        {
            var found = await Db.Get<GiftCardTransactions>().ListAsync(actor, filter, page, view);
            all.AddRange(found.Rows);
            if (found.Next is null)
            {
                return new Figure(all.Count, Math.Abs(all.Sum(row => row.AmountMinor)));
            }

            page = page with { Cursor = found.Next };
        }
    }
}
