using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Orders;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Stores;

public abstract class CompanyServiceTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : CompanyServiceTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CompanyServiceTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Settings_are_saved_once_per_version_and_faults_are_named()
    {
        await Db.AddAsync(new CompanySettings { Name = "Group", TimeZone = "America/New_York", Currency = "USD" });
        var administrator = await A.StaffUser().With(Permission.SettingsManage).SaveToAsync(Db);
        var company = Db.Get<CompanyService>();
        var (form, late) = (await company.FormAsync(administrator), await company.FormAsync(administrator));
        form.MinimumGiftCardMonths = 60;
        await company.SaveAsync(administrator, form);

        (await company.FormAsync(administrator)).MinimumGiftCardMonths.ShouldBe(60);
        await Should.ThrowAsync<ConcurrentChangeException>(() => company.SaveAsync(administrator, late));
        var wrong = new CompanyForm { TimeZone = "Mars/Olympus", Currency = "XXX", MinimumGiftCardMonths = -1 };
        (await Should.ThrowAsync<InvalidInputException>(() => company.SaveAsync(administrator, wrong))).Errors.Select(error => error.Field).ShouldBe(["Name", "TimeZone", "Currency", "MinimumGiftCardMonths"]);
    }

    [Fact]
    public async Task The_currency_changes_until_there_are_orders_or_cards()
    {
        await Db.AddAsync(new CompanySettings { Name = "Group", TimeZone = "America/New_York", Currency = "USD" });
        var administrator = await A.StaffUser().With(Permission.SettingsManage).SaveToAsync(Db);
        var shop = await A.ApiClient().With(ApiScope.OrdersWrite).SaveToAsync(Db);
        var store = await A.Store().SaveToAsync(Db);
        await SetAsync("EUR");
        await Db.Get<OrderIngest>().PutAsync(shop, Purchases.Of(store, 10, "1"));

        (await Should.ThrowAsync<RuleViolationException>(() => SetAsync("USD"))).ShouldSatisfyAllConditions(
            refused => refused.Code.ShouldBe("currency_is_fixed"),
            refused => refused.Field.ShouldBe("Currency"));
        await SetAsync("EUR", "Renamed");

        async Task SetAsync(string currency, string name = "Group")
        {
            var form = await Db.Get<CompanyService>().FormAsync(administrator);
            (form.Currency, form.Name) = (currency, name);
            await Db.Get<CompanyService>().SaveAsync(administrator, form);
        }
    }
}
