using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Support;

public abstract class DatabaseTestTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : DatabaseTestTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : DatabaseTestTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_database_is_migrated_and_empty()
    {
        (await Db.Get<DatabaseStartup>().PendingMigrationsAsync()).ShouldBeEmpty();
        (await Db.ReadAsync(db => db.Stores.AnyAsync())).ShouldBeFalse();
    }

    [Fact]
    public async Task A_built_actor_holds_exactly_what_was_named()
    {
        var store = await A.Store().SaveToAsync(Db);
        var clerk = await A.StaffUser().With(Permission.GiftCardsSell).In(store).SaveToAsync(Db);

        var grant = await Db.Get<AccessControl>().DemandAsync(clerk, Permission.GiftCardsSell);

        grant.May(Permission.GiftCardsRefund).ShouldBeFalse();
        grant.Sees(store.Id).ShouldBeTrue();
        grant.Sees(store.Id + 1).ShouldBeFalse();
    }

    [Fact]
    public async Task A_built_card_holds_its_balance_in_the_ledger()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);

        (await Db.ReadAsync(db => db.LedgerAccounts.Where(a => a.Id == card.AccountId).Select(a => a.Balance).SingleAsync())).ShouldBe(100_00);
    }
}
