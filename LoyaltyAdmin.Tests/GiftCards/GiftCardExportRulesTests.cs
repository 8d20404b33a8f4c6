using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

/// <summary>Who gets a file of what, how often and for how long.</summary>
public abstract class GiftCardExportRulesTests(DatabaseKind kind) : GiftCardExportTest(kind)
{
    public sealed class OnSqlite() : GiftCardExportRulesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardExportRulesTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Buyers_are_masked_unless_the_role_reveals_them_and_a_store_user_gets_own_stores_only()
    {
        await SellAsync(Store, 100, "Jane Miller");
        await SellAsync(Other, 50, "Elsewhere");
        var clerk = await A.StaffUser().With(Permission.TransactionsExport).In(Store).SaveToAsync(Db);

        var (file, _) = await ExportAsync(clerk, new ExportRequest { Kind = ExportKind.SoldGiftCards });

        var text = string.Join('\n', Read(file, "Sold Gift Cards").Concat(Read(file, "Reconciliation")).SelectMany(row => row));
        text.ShouldContain("J•••");
        text.ShouldNotContain("Miller");
        text.ShouldNotContain(Other.Code);
    }

    [Fact]
    public async Task A_file_opens_for_its_owner_only_for_a_day_and_every_download_leaves_a_trace()
    {
        var colleague = await A.StaffUser().With(Permission.TransactionsExport).SaveToAsync(Db);
        var (_, export) = await ExportAsync(Finance, new ExportRequest { Kind = ExportKind.SoldGiftCards });

        await Should.ThrowAsync<NotFoundException>(() => Exports.OpenAsync(colleague, export.Id));
        await Should.ThrowAsync<NotFoundException>(() => Exports.GetAsync(colleague, export.Id));
        (await Exports.ListAsync(colleague, new PageRequest())).Rows.ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromHours(24));
        await Should.ThrowAsync<NotFoundException>(() => Exports.OpenAsync(Finance, export.Id));
        (await Work.CleanUpAsync()).ShouldBe(1);
        (await Exports.GetAsync(Finance, export.Id)).Status.ShouldBe(ExportStatus.Expired);
        var name = await Db.ReadAsync(db => db.ExportJobs.Select(job => job.FileName).SingleAsync());
        File.Exists(Path.Combine(Db.Get<ExportSettings>().Folder, name!)).ShouldBeFalse();
        (await Db.ReadAsync(db => db.AuditEntries.Where(e => e.EntityType == "ExportJob").Select(e => e.Action).Distinct().ToListAsync())).ShouldBe(["ExportJob.Create", "ExportJob.Update", "ExportJob.Download"], ignoreOrder: true);
    }

    [Fact]
    public async Task Nobody_exports_without_the_permission_and_nobody_whose_permission_was_taken_gets_a_file()
    {
        var clerk = await A.StaffUser().With(Permission.GiftCardsRead).SaveToAsync(Db);
        await Should.ThrowAsync<AccessDeniedException>(() => Exports.RequestAsync(clerk, new ExportRequest { Kind = ExportKind.SoldGiftCards }));

        var ticket = await Exports.RequestAsync(Finance, new ExportRequest { Kind = ExportKind.SoldGiftCards });
        await Db.Database.WriteAsync(Actor.System, db => db.Staff.Where(user => user.Id == Finance.Id).ExecuteUpdateAsync(set => set.SetProperty(user => user.IsEnabled, false)));
        Db.Get<AccessControl>().Forget();
        await Should.ThrowAsync<AccessDeniedException>(() => Work.RunOnceAsync());

        (await Db.ReadAsync(db => db.ExportJobs.SingleAsync(job => job.Id == ticket.ExportId))).Status.ShouldBe(ExportStatus.Failed);
    }

    [Fact]
    public async Task Full_numbers_need_a_reason_and_a_second_person()
    {
        var card = await SellAsync(Store, 100, "Jane");
        var second = await A.StaffUser().With(Permission.GiftCardNumbersExport, Permission.DashboardRead).SaveToAsync(Db);
        var request = new ExportRequest { Kind = ExportKind.SoldGiftCards, WithFullNumbers = true };

        await Should.ThrowAsync<InvalidInputException>(() => Exports.RequestAsync(Finance, request));
        var ticket = await Exports.RequestAsync(Finance, request with { Reason = "Move to the new card printer" });
        ticket.IsWaiting.ShouldBeTrue();
        (await Work.RunOnceAsync()).ShouldBeNull();
        await Should.ThrowAsync<AccessDeniedException>(() => Db.Get<Approvals>().DecideAsync(Finance, ticket.ApprovalId!.Value, approve: true, note: null));
        await Db.Get<Approvals>().DecideAsync(second, ticket.ApprovalId!.Value, approve: true, note: null);
        await RunAsync();

        var export = (await Exports.ListAsync(Finance, new PageRequest())).Rows.ShouldHaveSingleItem();
        Read(await DownloadAsync(Finance, export.Id), "Sold Gift Cards").SelectMany(row => row).ShouldContain(card.CardNumber);
    }

    [Fact]
    public async Task Five_exports_an_hour_and_no_more_rows_than_the_cap()
    {
        for (var i = 0; i < 5; i++)
        {
            await Exports.RequestAsync(Finance, new ExportRequest { Kind = ExportKind.SoldGiftCards });
        }

        (await Should.ThrowAsync<RuleViolationException>(() => Exports.RequestAsync(Finance, new ExportRequest { Kind = ExportKind.SoldGiftCards }))).Code.ShouldBe("too_many_exports");
        Clock.Advance(TimeSpan.FromHours(1));
        await SellAsync(Store, 100, "Jane");
        await using var small = Db.OpenAgain(services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(services, new ExportSettings(Db.Get<ExportSettings>().Folder) { MostRows = 0 }));
        (await Should.ThrowAsync<RuleViolationException>(() => small.Get<Exports>().RequestAsync(Finance, new ExportRequest { Kind = ExportKind.SoldGiftCards }))).Code.ShouldBe("too_many_rows");
    }

    [Fact]
    public async Task An_interrupted_export_is_made_again_and_a_filter_never_names_whom_it_looked_for()
    {
        await SellAsync(Store, 100, "Jane Miller");
        var ticket = await Exports.RequestAsync(Finance, new ExportRequest { Kind = ExportKind.SoldGiftCards, Cards = new() { Buyer = "jane miller", StoreId = Store.Id } });
        await Db.Database.WriteAsync(Actor.System, db => db.ExportJobs.ExecuteUpdateAsync(set => set.SetProperty(job => job.Status, ExportStatus.Running)));

        await RunAsync();

        var export = await Exports.GetAsync(Finance, ticket.ExportId!.Value);
        (export.Status, export.Rows).ShouldBe((ExportStatus.Ready, 1));
        export.FilterText.ShouldContain(Store.Code);
        var traces = await Db.ReadAsync(async db => string.Join('\n', await db.AuditEntries.Select(e => e.Subject + e.Before + e.After).ToListAsync()) + string.Join('\n', await db.ExportJobs.Select(j => j.Filter + j.FilterText).ToListAsync()));
        traces.ShouldNotContain("miller", Case.Insensitive);
    }
}
