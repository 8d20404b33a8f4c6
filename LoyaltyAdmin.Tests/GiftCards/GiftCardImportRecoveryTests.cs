using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

/// <summary>Imports that are interrupted, cancelled, approved, rolled back or overtaken.</summary>
[Long]
public abstract class GiftCardImportRecoveryTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private GiftCardPlan plan = null!;
    private Store store = null!;
    private Actor finance = null!;
    private Actor till = null!;

    public sealed class OnSqlite() : GiftCardImportRecoveryTests(DatabaseKind.Sqlite)
    {
        [Fact]
        public async Task Fifty_thousand_rows_with_five_hundred_errors_report_five_hundred()
        {
            var file = new ImportFile(plan, store).Rows(50_000, i => i % 100 == 7 ? [("Amount", "-1")] : []);

            var import = await Imports.UploadAsync(finance, await file.SaveAsync(), "cards.xlsx");
            (import.TotalRows, import.ValidRows, import.ErrorRows).ShouldBe((50_000, 49_500, 500));
            await Imports.ConfirmAsync(finance, import.Id, ImportMode.ValidRowsOnly);
            await RunAsync();

            (await VisibleAsync()).ShouldBe(49_500);
        }
    }

    public sealed class OnPostgreSql() : GiftCardImportRecoveryTests(DatabaseKind.PostgreSql);

    private GiftCardImports Imports => Db.Get<GiftCardImports>();

    private ImportWork Work => Db.Get<ImportWork>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        plan = await A.GiftCardPlan().Physical().SaveToAsync(Db);
        finance = await A.StaffUser().With(Permission.GiftCardsImport, Permission.GiftCardsImportApprove, Permission.GiftCardsRead, Permission.DashboardRead).SaveToAsync(Db);
        till = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_crash_after_any_chunk_loses_and_doubles_nothing()
    {
        var file = new ImportFile(plan, store).Rows(2_100);
        var import = await ConfirmAsync(file);
        var crashes = 0;
        Work.Progressed += Crash;
        while ((await Imports.GetAsync(finance, import.Id)).Status == ImportStatus.Applying)
        {
            try
            {
                await Work.RunOnceAsync();
            }
            catch (IOException)
            {
                (await VisibleAsync()).ShouldBe(0);
            }
        }

        crashes.ShouldBeGreaterThanOrEqualTo(2);
        (await VisibleAsync()).ShouldBe(2_100);
        (await Db.ReadAsync(db => db.LedgerAccounts.SumAsync(account => account.Balance))).ShouldBe(2_100 * 100_00);

        void Crash(long id, int rows)
        {
            crashes++;
            throw new IOException("power cut");
        }
    }

    [Fact]
    public async Task Cancelling_half_way_reverses_what_was_applied_and_frees_the_numbers()
    {
        var file = new ImportFile(plan, store).Rows(1_200);
        var import = await ConfirmAsync(file);
        Work.Progressed += Cancel;
        await RunAsync();

        var cancelled = await Imports.GetAsync(finance, import.Id);
        cancelled.Status.ShouldBe(ImportStatus.Cancelled);
        cancelled.AppliedRows.ShouldBeInRange(100, 1_200);
        (await VisibleAsync()).ShouldBe(0);
        (await Db.ReadAsync(db => db.LedgerAccounts.SumAsync(account => account.Balance))).ShouldBe(0);
        await Should.ThrowAsync<NotFoundException>(() => SpendAsync(file.Numbers[0], 10));

        var again = await Imports.UploadAsync(finance, await file.SaveAsync(), "cards.xlsx");
        again.ErrorRows.ShouldBe(0);

        void Cancel(long id, int rows)
        {
            Work.Progressed -= Cancel;
            Imports.CancelAsync(finance, import.Id).GetAwaiter().GetResult();
        }
    }

    [Fact]
    public async Task A_finished_import_is_rolled_back_while_its_cards_are_unused()
    {
        var file = new ImportFile(plan, store).Rows(450);
        var import = await CommitAsync(file);

        await Imports.RollBackAsync(finance, import.Id, "Wrong file");
        await RunAsync();

        (await Imports.GetAsync(finance, import.Id)).Status.ShouldBe(ImportStatus.RolledBack);
        var cards = await Db.Get<SoldGiftCards>().ListAsync(finance, new SoldGiftCardFilter(), new PageRequest());
        cards.Rows.ShouldAllBe(card => card.Status == GiftCardStatus.Cancelled && card.Balance == 0);
        await Should.ThrowAsync<NotFoundException>(() => SpendAsync(file.Numbers[0], 10));
        (await CommitAsync(file)).ValidRows.ShouldBe(450);
        (await SpendAsync(file.Numbers[0], 10)).ShouldBe(90);
    }

    [Fact]
    public async Task A_used_card_stands_in_the_way_of_a_roll_back()
    {
        var file = new ImportFile(plan, store).Rows(3);
        var import = await CommitAsync(file);
        await SpendAsync(file.Numbers[1], 10);

        var refusal = await Should.ThrowAsync<RuleViolationException>(() => Imports.RollBackAsync(finance, import.Id, "Wrong file"));

        refusal.Code.ShouldBe("cards_used");
        refusal.Message.ShouldStartWith("1 card ");
        (await SpendAsync(file.Numbers[1], 10)).ShouldBe(80);
    }

    [Fact]
    public async Task A_number_sold_since_the_dry_run_ends_an_all_or_nothing_import_and_is_left_out_of_the_other()
    {
        var first = new ImportFile(plan, store).Rows(700);
        var second = new ImportFile(plan, store).Rows(700);
        var (import, other) = (await Imports.UploadAsync(finance, await first.SaveAsync(), "a.xlsx"), await Imports.UploadAsync(finance, await second.SaveAsync(), "b.xlsx"));
        await CommitAsync(new ImportFile(plan, store).Row(("Card Number", first.Numbers[600])).Row(("Card Number", second.Numbers[600])));

        await Imports.ConfirmAsync(finance, import.Id, ImportMode.AllOrNothing);
        await RunAsync();
        var ended = await Imports.GetAsync(finance, import.Id);
        ended.Status.ShouldBe(ImportStatus.Cancelled);
        ended.Failure.ShouldNotBeNull().ShouldContain("taken");
        (await VisibleAsync()).ShouldBe(2);

        await Imports.ConfirmAsync(finance, other.Id, ImportMode.ValidRowsOnly);
        await RunAsync();
        var done = await Imports.GetAsync(finance, other.Id);
        (done.Status, done.ValidRows, done.ErrorRows).ShouldBe((ImportStatus.Committed, 699, 1));
        (await Imports.VerdictsAsync(finance, other.Id, new PageRequest())).Rows.ShouldHaveSingleItem().RowNumber.ShouldBe(602);
        using var errors = new MemoryStream();
        await Imports.WriteErrorRowsAsync(finance, other.Id, errors);
        errors.Length.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Above_the_limit_a_second_person_decides()
    {
        var maker = await A.StaffUser().As(await A.Role().With(Permission.GiftCardsImport, Permission.GiftCardsImportApprove, Permission.DashboardRead).Where(role => role.ImportLimit = 150).SaveToAsync(Db)).SaveToAsync(Db);
        var approvals = Db.Get<Approvals>();
        var import = await Imports.UploadAsync(maker, await new ImportFile(plan, store).Rows(2).SaveAsync(), "cards.xlsx");

        (await Imports.ConfirmAsync(maker, import.Id, ImportMode.AllOrNothing)).Status.ShouldBe(ImportStatus.AwaitingApproval);
        await RunAsync();
        (await VisibleAsync()).ShouldBe(0);
        var request = (await approvals.ListAsync(finance, ApprovalStatus.Pending, new PageRequest())).Rows.ShouldHaveSingleItem();
        await Should.ThrowAsync<AccessDeniedException>(() => approvals.DecideAsync(maker, request.Id, approve: true, note: null));
        await approvals.DecideAsync(finance, request.Id, approve: true, note: null);
        await RunAsync();
        (await VisibleAsync()).ShouldBe(2);

        var refused = await Imports.UploadAsync(maker, await new ImportFile(plan, store).Rows(2).SaveAsync(), "more.xlsx");
        await Imports.ConfirmAsync(maker, refused.Id, ImportMode.AllOrNothing);
        request = (await approvals.ListAsync(finance, ApprovalStatus.Pending, new PageRequest())).Rows.ShouldHaveSingleItem();
        await approvals.DecideAsync(finance, request.Id, approve: false, note: "No");
        await RunAsync();
        (await Imports.GetAsync(maker, refused.Id)).Status.ShouldBe(ImportStatus.Cancelled);
        (await VisibleAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task An_upload_whose_server_stopped_is_ended_and_nothing_of_it_remains()
    {
        await Db.AddAsync(new ImportJob { Kind = ImportKind.GiftCards, FileName = "cards.xlsx", FileHash = "00", FileSize = 1, UploadedByKey = finance.Key, UploadedByName = finance.Name, UploadedAt = Clock.Now });

        await RunAsync();

        var failed = (await Imports.ListAsync(finance, new PageRequest())).Rows.ShouldHaveSingleItem();
        failed.Status.ShouldBe(ImportStatus.Failed);
        failed.Failure.ShouldNotBeNull().ShouldContain("Upload it again");
    }

    [Fact]
    public async Task Unconfirmed_uploads_end_after_a_week_and_rows_are_forgotten_a_month_after_the_end()
    {
        var left = await Imports.UploadAsync(finance, await new ImportFile(plan, store).Rows(2).SaveAsync(), "left.xlsx");
        await CommitAsync(new ImportFile(plan, store).Rows(3));
        Clock.Advance(TimeSpan.FromDays(8));
        (await Work.CleanUpAsync()).ShouldBe(0);
        (await Imports.GetAsync(finance, left.Id)).Status.ShouldBe(ImportStatus.Cancelled);

        Clock.Advance(TimeSpan.FromDays(31));
        (await Work.CleanUpAsync()).ShouldBe(5);
        (await VisibleAsync()).ShouldBe(3);
    }

    private async Task<ImportSummary> ConfirmAsync(ImportFile file)
    {
        var import = await Imports.UploadAsync(finance, await file.SaveAsync(), "cards.xlsx");

        return await Imports.ConfirmAsync(finance, import.Id, ImportMode.AllOrNothing);
    }

    private async Task<ImportSummary> CommitAsync(ImportFile file)
    {
        var import = await ConfirmAsync(file);
        await RunAsync();
        import = await Imports.GetAsync(finance, import.Id);
        import.Status.ShouldBe(ImportStatus.Committed);

        return import;
    }

    private async Task RunAsync()
    {
        while (await Work.RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }
    }

    private async Task<int> VisibleAsync() => (int)(await Db.ReadAsync(db => db.GiftCards.LongCountAsync(card => db.ImportJobs.Any(job => job.Id == card.ImportId && job.Status == ImportStatus.Committed))));

    private async Task<decimal> SpendAsync(string number, decimal amount) => (await Db.Get<GiftCardPayments>().RedeemAsync(till,
        new GiftCardMovement { CardNumber = number, Amount = amount, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, A.Unique("k"))).Balance;
}
