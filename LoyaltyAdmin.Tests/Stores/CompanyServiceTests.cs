using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
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
}
