using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

public abstract class GiftCardImportsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private GiftCardPlan plan = null!;
    private Store store = null!;
    private Actor finance = null!;
    private Actor till = null!;

    public sealed class OnSqlite() : GiftCardImportsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardImportsTests(DatabaseKind.PostgreSql);

    private GiftCardImports Imports => Db.Get<GiftCardImports>();

    private ImportWork Work => Db.Get<ImportWork>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        plan = await A.GiftCardPlan().Physical().Selling(50, 100).SaveToAsync(Db);
        finance = await A.StaffUser().With(Permission.GiftCardsImport, Permission.GiftCardsRead).SaveToAsync(Db);
        till = await A.ApiClient().With(ApiScope.GiftCardsRead, ApiScope.GiftCardsRedeem).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_card_exists_for_nobody_before_the_import_is_committed_and_can_be_spent_afterwards()
    {
        var file = new ImportFile(plan, store).Row(("Buyer Name", "Jane Miller"), ("Buyer Phone Number", "+1 212 555 0100"), ("Order Number", "INV-7"), ("Sold Date", "2026-01-15"), ("Expiry Date", "2027-01-15"));
        var import = await UploadAsync(file);

        (import.Status, import.ValidRows, import.ErrorRows, import.ValueSummary).ShouldBe((ImportStatus.Validated, 1, 0, "USD 100.00"));
        await Imports.ConfirmAsync(finance, import.Id, ImportMode.AllOrNothing);
        (await ListedAsync()).ShouldBeEmpty();
        await RunAsync();

        var card = (await ListedAsync()).ShouldHaveSingleItem();
        (card.BuyerPhone, card.Balance, card.Paid, card.SoldOn, card.Status).ShouldBe(("••• 0100", 100m, 90m, new DateOnly(2026, 1, 15), GiftCardStatus.Active));
        card.ExpiresAt.ShouldBe(store.Zone.StartOf(new DateOnly(2027, 1, 16)));
        (await SpendAsync(file.Numbers[0], 30)).ShouldBe(70);
        (await Imports.GetAsync(finance, import.Id)).Status.ShouldBe(ImportStatus.Committed);
    }

    [Theory]
    [InlineData("Card Number", null, "required")]
    [InlineData("Card Number", "12-34", "number_invalid")]
    [InlineData("Card Number", "1234567890123456789012", "number_invalid")]
    [InlineData("Card Number", "card_number!", "number_invalid")]
    [InlineData("Card Number", "4111111111111111", "payment_card")]
    [InlineData("Order Number", "paid with 4111 1111 1111 1111", "payment_card")]
    [InlineData("Plan", "GC-NONE", "plan_unknown")]
    [InlineData("Store", "NOWHERE", "store_unknown")]
    [InlineData("Amount", "75", "amount_not_sold_by_denomination")]
    [InlineData("Amount", "0", "amount_not_positive")]
    [InlineData("Amount", "-100", "amount_not_positive")]
    [InlineData("Amount", "100.005", "too_many_decimals")]
    [InlineData("Amount", "1e3", "amount_invalid")]
    [InlineData("Amount", "one hundred", "amount_invalid")]
    [InlineData("Paid Amount", "101", "paid_invalid")]
    [InlineData("Paid Amount", "-1", "paid_invalid")]
    [InlineData("Security Code", "A1", "code_invalid")]
    [InlineData("Buyer Phone Number", "0100", "phone_invalid")]
    [InlineData("Buyer Email", "jane", "email_invalid")]
    [InlineData("Sold Date", "2027-01-01", "sold_date_invalid")]
    [InlineData("Sold Date", "yesterday", "date_invalid")]
    [InlineData("Expiry Date", "2026-01-01", "expiry_date_invalid")]
    [InlineData("Activate", "perhaps", "yes_no_invalid")]
    public async Task A_bad_row_gets_its_verdict(string column, string? value, string code)
    {
        plan = await A.GiftCardPlan().Physical().Selling(50, 100).With(rules => rules with { CustomAmount = code == "amount_not_sold_by_denomination" ? null : new(1, 5000) }).SaveToAsync(Db);
        var import = await UploadAsync(new ImportFile(plan, store).Row().Row((column, value)));

        (import.ValidRows, import.ErrorRows).ShouldBe((1, 1));
        var verdict = (await VerdictsAsync(import)).ShouldHaveSingleItem();
        verdict.RowNumber.ShouldBe(3);
        verdict.Code.ShouldBe(code.Replace("_by_denomination", "", StringComparison.Ordinal));
        verdict.Sentence.ShouldNotBeNullOrWhiteSpace();
        verdict.Column.ShouldBe(code == "payment_card" ? "Row" : column);
    }

    [Fact]
    public async Task Numbers_twice_in_the_file_or_taken_inactive_plans_and_plans_of_other_stores_are_refused()
    {
        var existing = await A.GiftCard().Of(plan).In(store).Holding(50).SaveToAsync(Db);
        var taken = Db.Get<CardNumbers>().Open(existing.SealedNumber);
        var draft = await A.GiftCardPlan().Draft().SaveToAsync(Db);
        var elsewhere = await A.GiftCardPlan().With(rules => rules with { Stores = StoreScope.Only(store.Id + 1000) }).SaveToAsync(Db);
        var file = new ImportFile(plan, store).Row();
        file.Row(("Card Number", file.Numbers[0].ToLowerInvariant().Insert(4, " "))).Row(("Card Number", taken)).Row(("Plan", draft.Code)).Row(("Plan", elsewhere.Code));

        var import = await UploadAsync(file);

        (await VerdictsAsync(import)).Select(verdict => verdict.Code).ShouldBe(["number_twice", "number_taken", "plan_inactive", "plan_not_sold_here"]);
    }

    [Fact]
    public async Task A_payment_card_in_a_column_the_import_ignores_is_refused_too_and_never_stored()
    {
        var import = await Imports.UploadAsync(finance, await new ImportFile(plan, store).Row().SaveAsync("Paid with"), "cards.xlsx");

        (await VerdictsAsync(import)).ShouldHaveSingleItem().Code.ShouldBe("payment_card");
        var row = await Db.ReadAsync(db => db.ImportRows.SingleAsync());
        Db.Keys.Open(row.SealedValues).ShouldNotContain("4111");
    }

    [Fact]
    public async Task All_or_nothing_needs_a_file_without_errors_and_valid_rows_only_imports_the_rest()
    {
        var import = await UploadAsync(new ImportFile(plan, store).Rows(3).Row(("Amount", "1")));

        (await Should.ThrowAsync<RuleViolationException>(() => Imports.ConfirmAsync(finance, import.Id, ImportMode.AllOrNothing))).Code.ShouldBe("has_errors");
        await Imports.ConfirmAsync(finance, import.Id, ImportMode.ValidRowsOnly);
        await RunAsync();

        (await ListedAsync()).Count.ShouldBe(3);
        (await Should.ThrowAsync<RuleViolationException>(() => Imports.ConfirmAsync(finance, import.Id, ImportMode.ValidRowsOnly))).Code.ShouldBe("not_confirmable");
    }

    [Fact]
    public async Task The_same_file_is_recognised_and_says_who_imported_it_when()
    {
        var file = new ImportFile(plan, store).Rows(2);
        await CommitAsync(file);

        var refusal = await Should.ThrowAsync<RuleViolationException>(() => UploadAsync(file));

        refusal.Code.ShouldBe("file_already_imported");
        refusal.Message.ShouldContain(finance.Name);
        refusal.Message.ShouldContain("2026-03-02 15:00");
        (await ListedAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_rows_with_errors_come_back_with_their_reasons_and_are_imported_once_corrected()
    {
        var file = new ImportFile(plan, store).Row().Row(("Amount", "7000"), ("Paid Amount", null), ("Buyer Name", "=HYPERLINK(\"x\")"));
        var import = await UploadAsync(file);
        await Imports.ConfirmAsync(finance, import.Id, ImportMode.ValidRowsOnly);
        await RunAsync();

        using var errors = new MemoryStream();
        await Imports.WriteErrorRowsAsync(finance, import.Id, errors);
        errors.Position = 0;
        using var workbook = new ClosedXML.Excel.XLWorkbook(errors);
        var sheet = workbook.Worksheets.First();
        sheet.RowsUsed().Count().ShouldBe(2);
        sheet.Cell(2, ImportFile.Headers.Length + 1).GetString().ShouldContain("denominations");
        sheet.Cell(2, 7).HasFormula.ShouldBeFalse();
        sheet.Cell(2, 4).SetValue("50");
        using var corrected = new MemoryStream();
        workbook.SaveAs(corrected);
        corrected.Position = 0;
        var second = await Imports.UploadAsync(finance, corrected, "corrected.xlsx");
        second.ErrorRows.ShouldBe(0);
        await Imports.ConfirmAsync(finance, second.Id, ImportMode.AllOrNothing);
        await RunAsync();

        (await ListedAsync()).Select(card => card.FaceValue).Order().ShouldBe([50, 100]);
    }

    [Fact]
    public async Task Numbers_that_follow_one_another_are_warned_about()
    {
        var sequential = await UploadAsync(new ImportFile(plan, store).Rows(200, i => [("Card Number", $"96004700000{i + 10_000}")]));
        await Imports.CancelAsync(finance, sequential.Id);
        await RunAsync();
        var random = await UploadAsync(new ImportFile(plan, store).Rows(200));

        sequential.Warning.ShouldNotBeNull().ShouldContain("guess");
        random.Warning.ShouldBeNull();
    }

    [Fact]
    public async Task Cards_are_for_pos_only_without_a_security_code_and_not_active_unless_asked()
    {
        var online = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(Db);
        var file = new ImportFile(plan, store).Row(("Security Code", "ab-1o2l")).Row().Row(("Activate", null));
        await CommitAsync(file);
        var payments = Db.Get<GiftCardPayments>();

        (await payments.RedeemAsync(online, Payment(file.Numbers[0], 10) with { Channel = Channel.Online, SecurityCode = "AB1O2L" }, A.Unique("k"))).Balance.ShouldBe(90);
        await Should.ThrowAsync<CardNotAcceptedException>(() => payments.RedeemAsync(online, Payment(file.Numbers[1], 10) with { Channel = Channel.Online, SecurityCode = "" }, A.Unique("k")));
        (await Should.ThrowAsync<RuleViolationException>(() => SpendAsync(file.Numbers[2], 10))).Code.ShouldBe(Refusals.NotActive);
    }

    [Fact]
    public async Task A_user_of_one_store_imports_for_that_store_and_sees_own_imports_only()
    {
        var other = await A.Store().SaveToAsync(Db);
        var clerk = await A.StaffUser().With(Permission.GiftCardsImport).In(store).SaveToAsync(Db);
        var everywhere = await UploadAsync(new ImportFile(plan, store).Row());

        var own = await Imports.UploadAsync(clerk, await new ImportFile(plan, other).Row().SaveAsync(), "cards.xlsx");

        (await VerdictsAsync(own)).ShouldHaveSingleItem().Code.ShouldBe("store_unknown");
        (await Imports.ListAsync(clerk, new PageRequest())).Rows.Select(row => row.Id).ShouldBe([own.Id]);
        (await Imports.ListAsync(finance, new PageRequest())).Rows.Count.ShouldBe(2);
        await Should.ThrowAsync<NotFoundException>(() => Imports.GetAsync(clerk, everywhere.Id));
        await Should.ThrowAsync<NotFoundException>(() => Imports.ConfirmAsync(clerk, everywhere.Id, ImportMode.AllOrNothing));
        await Should.ThrowAsync<NotFoundException>(() => Imports.CancelAsync(clerk, everywhere.Id));
    }

    [Fact]
    public async Task Ten_files_a_day_are_enough()
    {
        for (var i = 0; i < GiftCardImports.DailyLimit; i++)
        {
            await UploadAsync(new ImportFile(plan, store).Row());
        }

        (await Should.ThrowAsync<RuleViolationException>(() => UploadAsync(new ImportFile(plan, store).Row()))).Code.ShouldBe("too_many_imports");
        Clock.Advance(TimeSpan.FromDays(1));
        (await UploadAsync(new ImportFile(plan, store).Row())).Status.ShouldBe(ImportStatus.Validated);
    }

    [Fact]
    public async Task Only_one_import_runs_at_a_time()
    {
        var first = await UploadAsync(new ImportFile(plan, store).Row());
        await Imports.ConfirmAsync(finance, first.Id, ImportMode.AllOrNothing);

        (await Should.ThrowAsync<RuleViolationException>(() => UploadAsync(new ImportFile(plan, store).Row()))).Code.ShouldBe("import_running");
        await RunAsync();
        await UploadAsync(new ImportFile(plan, store).Row());
    }

    [Fact]
    public async Task A_file_without_rows_or_that_is_no_workbook_is_refused()
    {
        (await UploadAsync(new ImportFile(plan, store))).Status.ShouldBe(ImportStatus.Failed);
        await Should.ThrowAsync<UploadRefusedException>(() => Imports.UploadAsync(finance, new MemoryStream("not a workbook"u8.ToArray()), "cards.xlsx"));
    }

    [Fact]
    public async Task The_template_offers_active_plans_and_own_stores()
    {
        await A.GiftCardPlan().Draft().SaveToAsync(Db);
        await A.Store().SaveToAsync(Db);
        var clerk = await A.StaffUser().With(Permission.GiftCardsImport).In(store).SaveToAsync(Db);

        using var workbook = new ClosedXML.Excel.XLWorkbook(new MemoryStream(await Imports.TemplateAsync(clerk)));

        var sheet = workbook.Worksheets.First();
        sheet.Row(1).CellsUsed().Select(cell => cell.GetString().TrimEnd(' ', '*')).ShouldBe(ImportFile.Headers);
        sheet.Column(1).Style.NumberFormat.Format.ShouldBe("@");
        var lists = workbook.Worksheet("Lists");
        lists.Column(2).CellsUsed().Select(cell => cell.GetString()).ShouldBe([plan.Code]);
        lists.Column(3).CellsUsed().Select(cell => cell.GetString()).ShouldBe([store.Code]);
    }

    private async Task<ImportSummary> UploadAsync(ImportFile file) => await Imports.UploadAsync(finance, await file.SaveAsync(), "cards.xlsx");

    private async Task CommitAsync(ImportFile file)
    {
        var import = await UploadAsync(file);
        await Imports.ConfirmAsync(finance, import.Id, ImportMode.AllOrNothing);
        await RunAsync();
        (await Imports.GetAsync(finance, import.Id)).Status.ShouldBe(ImportStatus.Committed);
    }

    private async Task RunAsync()
    {
        while (await Work.RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }
    }

    private async Task<IReadOnlyList<ImportVerdict>> VerdictsAsync(ImportSummary import) => (await Imports.VerdictsAsync(finance, import.Id, new PageRequest())).Rows;

    private async Task<IReadOnlyList<SoldGiftCardRow>> ListedAsync() => (await Db.Get<SoldGiftCards>().ListAsync(finance, new SoldGiftCardFilter(), new PageRequest { Size = 100 })).Rows;

    private GiftCardMovement Payment(string number, decimal amount) => new() { CardNumber = number, Amount = amount, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos };

    private async Task<decimal> SpendAsync(string number, decimal amount) => (await Db.Get<GiftCardPayments>().RedeemAsync(till, Payment(number, amount), A.Unique("k"))).Balance;
}
