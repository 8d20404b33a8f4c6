using System.Text.RegularExpressions;
using ClosedXML.Excel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Browser.GiftCards;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Wallets;

/// <summary>Wallets as store staff, finance and administrators use them.</summary>
public sealed class WalletPageTests(WebApp app) : GiftCardBrowserTest(app)
{
    private string user = StoreStaff;

    protected override string? User => user;

    private ILocator Panel => Page.Locator("section.panel").Filter(new() { HasText = "Wallet in USD" });

    [Fact]
    public async Task A_wallet_is_topped_up_once_frozen_and_restored_at_the_counter()
    {
        var (id, _) = await MemberAsync();
        await Page.GotoAsync($"/members/directory/{id}");
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Wallet", Exact = true }).ClickAsync();
        await Expect(Page.Locator(".empty")).ToContainTextAsync("No wallet yet");

        await Button("Top Up").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Top Up", Exact = true }).ClickAsync();
        await Expect(Dialog.Locator(".error-summary")).ToContainTextAsync("The amount must be above 0");
        await Dialog.GetByLabel("Amount").FillAsync("80");
        await Dialog.GetByLabel("Order Number").FillAsync("R-2024");
        await Dialog.GetByLabel("Order Number").BlurAsync();
        await ClickTwentyTimesAsync(Dialog.GetByRole(AriaRole.Button, new() { Name = "Top Up", Exact = true }));

        await SaysAsync("Wallet topped up");
        await Expect(Panel.Locator(".figure").Filter(new() { HasText = "Balance" })).ToContainTextAsync("USD 80.00");
        await Expect(Row("R-2024")).ToHaveCountAsync(1);
        await GiveReasonAsync("Freeze");
        await Expect(Panel).ToContainTextAsync("Frozen");
        await Expect(Panel.Locator(".figure").Filter(new() { HasText = "Usable now" })).ToContainTextAsync("USD 0.00");
        await GiveReasonAsync("Restore");
        await Expect(Panel).ToContainTextAsync("Active");
        await Expect(Operation(Row("R-2024"), "Pay Out")).ToHaveCountAsync(0);
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Finance_pays_unused_principal_out_seeing_the_arithmetic()
    {
        var (id, number) = await MemberAsync(topUp: 100, bonus: 20);
        await AsAsync(Finance);
        await Page.GotoAsync($"/members/directory/{id}/wallet");
        await Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Pay Out USD 100.00", RegexOptions.None, TimeSpan.FromSeconds(1)) }).ClickAsync();
        await Expect(Dialog.Locator("tr").Filter(new() { HasText = "Unused bonus, forfeited" })).ToContainTextAsync("USD 20.00");
        await Expect(Dialog.Locator("tr.total")).ToContainTextAsync("USD 100.00");
        await Dialog.GetByLabel("Reason").FillAsync("Member moves away");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pay Out", Exact = true }).ClickAsync();

        await SaysAsync("USD 100.00 paid out");
        await Expect(Panel.Locator(".figure").Filter(new() { HasText = "Balance" })).ToContainTextAsync("USD 0.00");
        await Page.GetByRole(AriaRole.Link, new() { Name = "All transactions of this member" }).ClickAsync();
        await ShowsHeadingAsync("Wallets");
        await Expect(Rows).ToHaveCountAsync(2);
        await Expect(Rows.First).ToContainTextAsync("Payout");
        await Expect(Rows.First).ToContainTextAsync(number);
    }

    [Fact]
    public async Task Transactions_are_exported_as_filtered_with_the_reconciliation()
    {
        var (_, number) = await MemberAsync(topUp: 40, bonus: 0);
        await AsAsync(Finance);
        await OpenAsync($"/members/wallets?member={number}&type=Recharge", "Wallets");
        await Expect(Rows).ToHaveCountAsync(1);
        await Button("Export").ClickAsync();
        var link = Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^Download Wallet Transactions", RegexOptions.None, TimeSpan.FromSeconds(1)) });
        await Expect(link).ToBeVisibleAsync(new() { Timeout = 60_000 });

        var download = await Page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
        using var workbook = new XLWorkbook(new MemoryStream(await File.ReadAllBytesAsync(await download.PathAsync())));
        workbook.Worksheets.Select(sheet => sheet.Name).ShouldBe(["Wallet Transactions", "Reconciliation"]);
        workbook.Worksheet(1).Column(1).CellsUsed().Select(cell => cell.GetString()).ShouldContain("Filter: Member: one member; Type: Top-up");
        workbook.Worksheet(1).CellsUsed().Select(cell => cell.GetString()).ShouldContain(number);
    }

    [Fact]
    public async Task The_spend_order_explains_itself_and_is_saved()
    {
        await AsAsync("administrator@demo.example");
        await OpenAsync("/members/wallets/settings", "Wallets");
        var example = Page.GetByLabel("Example", new() { Exact = true }).Locator("tbody tr").Nth(1);
        try
        {
            await Page.GetByLabel("Bonus first, then principal").CheckAsync();
            await Expect(example).ToContainTextAsync("USD 70.00");
            await Page.GetByLabel("Principal first, then bonus").CheckAsync();
            await Expect(example).ToContainTextAsync("USD 0.00");
            await Page.GetByLabel("Hold minutes").FillAsync("0");
            await Button("Save").ClickAsync();
            await Expect(Page.Locator(".error-summary")).ToContainTextAsync("A hold lasts 1 to 43,200 minutes");
            await Page.GetByLabel("Hold minutes").FillAsync("90");
            await Button("Save").ClickAsync();

            await SaysAsync("Settings saved");
            await OpenAsync("/members/wallets/settings", "Wallets");
            await Expect(Page.GetByLabel("Hold minutes")).ToHaveValueAsync("90");
        }
        finally
        {
            await using var database = App.OpenDatabase();
            await database.Database.WriteAsync(Actor.System, db => db.WalletSettings.ExecuteDeleteAsync());
        }
    }

    private async Task AsAsync(string who)
    {
        user = who;
        await DisposeAsync();
        await InitializeAsync();
    }

    private async Task GiveReasonAsync(string operation)
    {
        await Operation(Panel, operation).ClickAsync();
        await Dialog.GetByLabel("Reason").FillAsync("Phone lost and found");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = operation, Exact = true }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);
    }

    // A member of its own per test, at home where the store's staff works.
    private async Task<(long Id, string Number)> MemberAsync(decimal topUp = 0, decimal bonus = 0)
    {
        await using var database = App.OpenDatabase();
        var store = await database.ReadAsync(db => db.Stores.SingleAsync(s => s.Code == "NYC01"));
        var member = await A.Member().In(store).SaveToAsync(database);
        if (topUp > 0)
        {
            var grant = (await database.Get<AccessControl>().FindAsync(Actor.System))!;
            var credit = new WalletCredit { MemberNumber = member.Number, Principal = topUp, Bonus = bonus, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos };
            await database.Database.WriteAsync(Actor.System, db => database.Get<WalletTopUps>().CreditAsync(db, grant, Domain.Ledger.Operation.For(Actor.System, A.Unique("top-up")), credit));
        }

        return (member.Id, member.Number);
    }
}
