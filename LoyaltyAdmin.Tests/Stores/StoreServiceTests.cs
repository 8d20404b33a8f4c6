using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Stores;

public abstract class StoreServiceTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : StoreServiceTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : StoreServiceTests(DatabaseKind.PostgreSql);

    private StoreService Stores => Db.Get<StoreService>();

    [Fact]
    public async Task A_store_is_created_edited_closed_and_reopened()
    {
        var manager = await A.StaffUser().With(Permission.StoresManage).SaveToAsync(Db);
        var id = await Stores.SaveAsync(manager, new StoreForm { Code = "sea01", Name = " Harbour ", TimeZone = "America/Los_Angeles" });
        var form = await Stores.FormAsync(manager, id);
        (form.Name, form.City) = ("Pier", "Seattle");

        await Stores.SaveAsync(manager, form);
        await Stores.CloseAsync(manager, id);

        (await Stores.ListAsync(manager, new StoreFilter("seattle"), new PageRequest())).Rows.ShouldHaveSingleItem().ShouldBe(new StoreRow(id, "SEA01", "Pier", "America/Los_Angeles", "Seattle", IsOpen: false));
        await Stores.ReopenAsync(manager, id);
        (await Stores.ListAsync(manager, new StoreFilter(IsOpen: true), new PageRequest())).Rows.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_code_is_unique_and_never_changes()
    {
        var manager = await A.StaffUser().With(Permission.StoresManage).SaveToAsync(Db);
        var store = await A.Store("AAA").SaveToAsync(Db);

        await Should.ThrowAsync<InvalidInputException>(() => Stores.SaveAsync(manager, new StoreForm { Code = "aaa", Name = "Twin", TimeZone = "UTC" }));
        var form = await Stores.FormAsync(manager, store.Id);
        form.Code = "BBB";
        (await Should.ThrowAsync<RuleViolationException>(() => Stores.SaveAsync(manager, form))).Code.ShouldBe("code_is_fixed");
    }

    [Fact]
    public async Task Every_field_at_fault_is_named_at_once()
    {
        var manager = await A.StaffUser().With(Permission.StoresManage).SaveToAsync(Db);

        var refused = await Should.ThrowAsync<InvalidInputException>(() => Stores.SaveAsync(manager, new StoreForm { Code = "?", TimeZone = "Mars/Olympus" }));

        refused.Errors.Select(error => error.Field).ShouldBe(["Code", "Name", "TimeZone"], ignoreOrder: true);
    }

    [Fact]
    public async Task Somebody_bound_to_a_store_neither_sees_nor_touches_another()
    {
        var (own, foreign) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var manager = await A.StaffUser().With(Permission.StoresManage).In(own).SaveToAsync(Db);

        (await Stores.ListAsync(manager, new StoreFilter(), new PageRequest())).Rows.ShouldHaveSingleItem().Id.ShouldBe(own.Id);
        await Should.ThrowAsync<NotFoundException>(() => Stores.FormAsync(manager, foreign.Id));
        await Should.ThrowAsync<NotFoundException>(() => Stores.CloseAsync(manager, foreign.Id));
    }

    [Fact]
    public async Task A_save_over_somebody_elses_save_is_refused()
    {
        var manager = await A.StaffUser().With(Permission.StoresManage).SaveToAsync(Db);
        var store = await A.Store().SaveToAsync(Db);
        var (mine, theirs) = (await Stores.FormAsync(manager, store.Id), await Stores.FormAsync(manager, store.Id));
        theirs.Name = "Theirs";
        await Stores.SaveAsync(manager, theirs);

        mine.Name = "Mine";
        await Should.ThrowAsync<ConcurrentChangeException>(() => Stores.SaveAsync(manager, mine));
    }
}
