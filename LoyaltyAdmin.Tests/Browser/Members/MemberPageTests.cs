using System.Globalization;
using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Members;

/// <summary>The operations of Membership Marketing > Members > Member Directory.</summary>
public sealed class MemberPageTests(WebApp app) : BrowserTest(app)
{
    private static int last = Random.Shared.Next(1_000_000, 8_000_000);

    private ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    [Fact]
    public async Task A_member_is_registered_found_and_edited()
    {
        var (name, phone) = await RegisterAsync();

        await Expect(Page.Locator("dl.facts")).ToContainTextAsync(phone);
        await Button("Edit").ClickAsync();
        await Expect(Page.GetByLabel("City")).ToBeVisibleAsync();
        await Page.GetByLabel("City").FillAsync("Boston");
        await Page.GetByLabel("Country").FillAsync("US");
        await Button("Add attribute").ClickAsync();
        await Page.GetByLabel("Attribute 1", new() { Exact = true }).FillAsync("Shoe size");
        await Page.GetByLabel("Value 1", new() { Exact = true }).FillAsync("42");
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync($"{name} Active Member");
        await Expect(Page.Locator("dl.facts")).ToContainTextAsync("Boston, US");
        await Expect(Page.Locator("dl.facts")).ToContainTextAsync("Shoe size");

        await OpenAsync($"/members/directory?text={Uri.EscapeDataString(phone)}", "Member Directory");
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = name })).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Audit" }).ClickAsync();
        await Expect(Page.Locator("ol.history")).ToContainTextAsync("Set attributes");
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Cards" }).ClickAsync();
        await Expect(Page.GetByText("Card", new() { Exact = false }).First).ToBeVisibleAsync();
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_phone_somebody_has_is_refused_at_its_field_and_nothing_typed_is_lost()
    {
        var (_, phone) = await RegisterAsync();

        await OpenAsync("/members/directory/new", "Register Member");
        await Page.GetByLabel("Full name").FillAsync("Somebody Else");
        await Page.GetByLabel("Phone").FillAsync(phone);
        await Button("Save").ClickAsync();

        await Expect(Page.GetByText("has this phone number already", new() { Exact = false }).First).ToBeVisibleAsync();
        await Expect(Page.GetByLabel("Full name")).ToHaveValueAsync("Somebody Else");
    }

    [Fact]
    public async Task A_consent_is_granted_and_withdrawn_with_its_history()
    {
        await RegisterAsync();
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Consents" }).ClickAsync();
        await Button("Grant E-mail, Marketing").ClickAsync();
        await Dialog.GetByLabel("Text version").FillAsync("2026-06");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Grant", Exact = true }).ClickAsync();
        await Expect(Button("Withdraw E-mail, Marketing")).ToBeVisibleAsync();
        await Button("Withdraw E-mail, Marketing").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Withdraw", Exact = true }).ClickAsync();
        await Expect(Button("Grant E-mail, Marketing")).ToBeVisibleAsync();

        await Expect(Page.Locator("table.grid tbody tr")).ToHaveCountAsync(2);
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Timeline" }).ClickAsync();
        await Expect(Page.Locator("ol.history")).ToContainTextAsync("Email marketing: withdrawn");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_duplicate_is_previewed_and_merged()
    {
        var (_, duplicatePhone) = await RegisterAsync();
        var (name, _) = await RegisterAsync();

        await MenuAsync("Merge");
        await Dialog.GetByLabel("Duplicate").FillAsync(duplicatePhone);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("This cannot be taken back");
        await Dialog.GetByLabel("Reason").FillAsync("Registered twice");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Merge", Exact = true }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);

        await Page.GetByRole(AriaRole.Tab, new() { Name = "Timeline" }).ClickAsync();
        await Expect(Page.Locator("ol.history")).ToContainTextAsync("Registered twice");
        await OpenAsync($"/members/directory?text={Uri.EscapeDataString(duplicatePhone)}", "Member Directory");
        await Expect(Page.GetByText("Nothing matches these filters")).ToBeVisibleAsync();
        name.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_erased_member_is_a_bare_number()
    {
        var (name, _) = await RegisterAsync();
        var number = Regex.Match(await Page.Locator("p.purpose").InnerTextAsync(), @"Member (\d{12})", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value;

        await MenuAsync("Erase");
        await Dialog.GetByLabel("Member number").FillAsync(number);
        await Dialog.GetByLabel("Reason").FillAsync("Asked for it");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Erase for good" }).ClickAsync();

        await ShowsHeadingAsync($"Member {number} Erased");
        await Expect(Page.Locator("main")).Not.ToContainTextAsync(name);
    }

    [Fact]
    public async Task A_member_list_is_imported_with_its_verdicts()
    {
        var (good, phone) = ($"Imported {NewNumber()}", NewPhone());
        await OpenAsync("/members/directory", "Member Directory");
        await Button("Import").ClickAsync();
        await ShowsHeadingAsync("Import Members");
        await UploadAsync("members.xlsx", ["Full Name", "Phone Number"], [good, phone], ["Bad Phone", "0100"]);
        await ShowsHeadingAsync("Import members.xlsx To be confirmed");
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "phone_invalid" })).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Radio, new() { Name = "Valid rows only" }).CheckAsync();
        await Button("Confirm").ClickAsync();
        await ShowsHeadingAsync("Import members.xlsx Imported");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Show the members" }).ClickAsync();

        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = good })).ToBeVisibleAsync();
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_import_that_updates_changes_members_that_exist_and_cannot_be_rolled_back()
    {
        var (name, phone) = await RegisterAsync();

        await OpenAsync("/members/directory/import", "Import Members");
        await Page.GetByRole(AriaRole.Radio, new() { Name = "Create and update" }).CheckAsync();
        await UploadAsync("cities.xlsx", ["Full Name", "Phone Number", "City"], [name, phone, "Oslo"]);
        await ShowsHeadingAsync("Import cities.xlsx To be confirmed");
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Result" })).ToContainTextAsync("0 new, 1 to update, 0 without change");
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Update" })).ToContainTextAsync(": City.");
        await Button("Confirm").ClickAsync();
        await ShowsHeadingAsync("Import cities.xlsx Imported");
        await Button("Roll back").ClickAsync();
        await Dialog.GetByLabel("Reason").FillAsync("Wrong file");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await Expect(Page.Locator(".rz-notification")).ToContainTextAsync("it cannot be rolled back as a whole");

        await OpenMemberAsync(name, phone);
        await Expect(Page.Locator("dl.facts")).ToContainTextAsync("Oslo");
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_import_of_consents_is_taken_back_without_deleting_what_was_said()
    {
        var (name, phone) = await RegisterAsync();

        await OpenAsync("/members/consents/import", "Import Consents");
        await UploadAsync("consents.xlsx", ["Member", "Channel", "Purpose", "Consent", "Said At"], [phone, "Sms", "Marketing", "Granted", "2024-01-05 10:00"]);
        await ShowsHeadingAsync("Import consents.xlsx To be confirmed");
        await Button("Confirm").ClickAsync();
        await ShowsHeadingAsync("Import consents.xlsx Imported");
        await Button("Roll back").ClickAsync();
        await Dialog.GetByLabel("Reason").FillAsync("Wrong file");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await ShowsHeadingAsync("Import consents.xlsx Rolled back");

        await OpenMemberAsync(name, phone);
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Consents" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "SMS" }).Filter(new() { HasText = "Marketing" }).First).ToContainTextAsync("Withdrawn");
        ConsoleErrors.ShouldBeEmpty();
    }

    private ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private async Task MenuAsync(string operation)
    {
        await Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^More", RegexOptions.None, TimeSpan.FromSeconds(1)) }).First.ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new Regex($"^{operation}", RegexOptions.None, TimeSpan.FromSeconds(1)) }).ClickAsync();
    }

    private async Task UploadAsync(string name, string[] columns, params string[][] rows)
    {
        var sheet = columns.Select((title, column) => (title, column)).Aggregate(new Sheet<string[]>("Rows"), (all, next) => all.Text(next.title, row => row[next.column]));
        using var file = new MemoryStream();
        await sheet.WriteXlsxAsync(file, rows.ToAsyncEnumerable());
        await Page.GetByLabel("Excel file").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Buffer = file.ToArray() });
    }

    private async Task OpenMemberAsync(string name, string phone)
    {
        await OpenAsync($"/members/directory?text={Uri.EscapeDataString(phone)}", "Member Directory");
        await Page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await ShowsHeadingAsync($"{name} Active Member");
    }

    private async Task<(string Name, string Phone)> RegisterAsync()
    {
        var (name, phone) = ($"Jane {NewNumber()}", NewPhone());
        await OpenAsync("/members/directory/new", "Register Member");
        await Page.GetByLabel("Full name").FillAsync(name);
        await Page.GetByLabel("Phone").FillAsync(phone);
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync($"{name} Active Member");

        return (name, phone);
    }

    private static string NewNumber() => Interlocked.Increment(ref last).ToString(CultureInfo.InvariantCulture);

    private static string NewPhone() => $"+1617{NewNumber()}";
}
