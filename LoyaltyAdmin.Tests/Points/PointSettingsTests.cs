using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Points;

/// <summary>The dates of points, without a database.</summary>
public sealed class PointExpiryTests
{
    [Theory]
    [InlineData(PointExpiry.EndOfMonth, 12, "2020-07-06", "2021-08-01")]
    [InlineData(PointExpiry.RollingMonths, 12, "2020-07-06", "2021-07-07")]
    [InlineData(PointExpiry.RollingMonths, 6, "2025-08-31", "2026-03-01")]
    [InlineData(PointExpiry.RollingMonths, 6, "2027-08-31", "2028-03-01")]
    [InlineData(PointExpiry.EndOfMonth, 6, "2025-08-31", "2026-03-01")]
    [InlineData(PointExpiry.EndOfYear, 12, "2026-03-02", "2028-01-01")]
    [InlineData(PointExpiry.EndOfYear, 9, "2026-03-31", "2027-01-01")]
    [InlineData(PointExpiry.Never, 12, "2026-03-02", null)]
    public void Points_are_gone_on_the_first_day_after_their_policy_ends(PointExpiry policy, int months, string earned, string? gone)
    {
        var zone = Calendar.Zone("America/New_York");
        var settings = new PointSettings { Expiry = policy, Months = months };

        var at = settings.ExpiresAt(zone.StartOf(DateOnly.Parse(earned, null)).AddHours(23), zone);

        at.ShouldBe(gone is null ? null : zone.StartOf(DateOnly.Parse(gone, null)));
        new PointSettingsForm { Expiry = policy, Months = months }.LastDayOf(DateOnly.Parse(earned, null)).ShouldBe(gone is null ? null : DateOnly.Parse(gone, null).AddDays(-1));
    }
}

public abstract class PointSettingsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : PointSettingsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PointSettingsTests(DatabaseKind.PostgreSql);

    private PointSettingsService Settings => Db.Get<PointSettingsService>();

    [Fact]
    public async Task Switching_on_starts_now_and_saving_again_keeps_the_start()
    {
        var manager = await A.StaffUser().With(Permission.SettingsManage).SaveToAsync(Db);
        var product = new Product { Code = "SKU-1", Name = "Bag" };
        await Db.AddAsync(product);
        var form = await Settings.FormAsync(manager);
        (form.IsActive, form.DefaultRate, form.ExcludedProducts) = (true, 0.1m, "SKU-1\n");
        await Settings.SaveAsync(manager, form);
        Clock.Advance(TimeSpan.FromDays(1));

        await Should.ThrowAsync<ConcurrentChangeException>(() => Settings.SaveAsync(manager, form));
        form = await Settings.FormAsync(manager);
        form.MinimumOrder = 5;
        await Settings.SaveAsync(manager, form);

        var saved = await Db.ReadAsync(db => db.PointSettings.SingleAsync());
        (saved.IsActive, saved.ActiveSince, saved.MinimumOrder, saved.ExcludedProductIds.Single()).ShouldBe((true, TestClock.Start, 5m, product.Id));
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.EntityType == nameof(PointSettings)))).ShouldBe(2);
    }

    [Fact]
    public async Task Every_fault_is_told_at_its_field()
    {
        var manager = await A.StaffUser().With(Permission.SettingsManage).SaveToAsync(Db);
        var form = await Settings.FormAsync(manager);
        (form.DefaultRate, form.MinimumOrder, form.Stores, form.Expiry, form.Months, form.UsableAfterDays) = (-1, -1, StoreScope.Only(), PointExpiry.EndOfYear, 0, 400);

        (await Should.ThrowAsync<InvalidInputException>(() => Settings.SaveAsync(manager, form))).Errors.Select(error => error.Field).ShouldBe(["DefaultRate", "MinimumOrder", "Stores", "Months", "UsableAfterDays"], ignoreOrder: true);
        (form.DefaultRate, form.MinimumOrder, form.Stores, form.Months, form.UsableAfterDays, form.ExcludedProducts) = (1, 0, StoreScope.All, 1, 0, "NOPE");
        (await Should.ThrowAsync<InvalidInputException>(() => Settings.SaveAsync(manager, form))).Errors.ShouldHaveSingleItem().Field.ShouldBe("ExcludedProducts");
        form.ExcludedProducts = null;
        (form.UsableAfterDays, form.Months) = (28, 1);
        (await Should.ThrowAsync<InvalidInputException>(() => Settings.SaveAsync(manager, form))).Errors.ShouldHaveSingleItem().Field.ShouldBe("UsableAfterDays");
    }
}
