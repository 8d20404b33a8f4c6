using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Members;

/// <summary>Member lists and consent histories through the import cockpit.</summary>
public abstract class MemberImportsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private static readonly string[] memberHeaders = ["Member Number", "Full Name", "Phone Number", "Email", "Birthday", "Home Store", "Registered On"];
    private static readonly string[] consentHeaders = ["Member", "Channel", "Purpose", "Consent", "Said At"];

    private Actor admin = null!;

    public sealed class OnSqlite() : MemberImportsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MemberImportsTests(DatabaseKind.PostgreSql);

    private MemberImports Imports => Db.Get<MemberImports>();

    private ImportWork Work => Db.Get<ImportWork>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        admin = await A.StaffUser().With(Permission.MembersImport, Permission.MembersRead, Permission.MembersReveal, Permission.MembersEdit).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_list_becomes_members_at_home_in_their_stores()
    {
        var store = await A.Store("NYC7").SaveToAsync(Db);
        var import = await UploadAsync(["M-1", "Jane Miller", "+1 212 555 0100", "Jane@Example.com", "1985-04-23", "nyc7", "2024-09-01"], [null, "John Doe", null, null, null, null, null]);

        (import.Status, import.ValidRows, import.ErrorRows, import.ValueSummary).ShouldBe((ImportStatus.Validated, 2, 0, null));
        (await Db.ReadAsync(db => db.Members.AnyAsync())).ShouldBeFalse();
        await CommitAsync(import);

        var jane = await Db.ReadAsync(db => db.Members.SingleAsync(m => m.Number == "M-1"));
        (jane.FullName, jane.Phone, jane.Email, jane.BirthdayKey, jane.HomeStoreId, jane.RegisteredThrough).ShouldBe(("Jane Miller", "+12125550100", "jane@example.com", 423, store.Id, RegistrationSource.Import));
        (jane.RegisteredOn, jane.RegisteredAt).ShouldBe((new DateOnly(2024, 9, 1), store.Zone.StartOf(new DateOnly(2024, 9, 1))));
        (await Db.Get<MemberDirectory>().ListAsync(admin, new MemberFilter { Text = "john d", ImportId = import.Id }, new PageRequest())).Rows.ShouldHaveSingleItem();
        jane.Version.ShouldNotBe(Guid.Empty);
        await Db.Get<MemberProfiles>().PatchAsync(admin, "M-1", form => form.City = "Boston");
    }

    [Theory]
    [InlineData(2, "0100", "phone_invalid", "Phone Number")]
    [InlineData(3, "jane", "email_invalid", "Email")]
    [InlineData(4, "2199-01-01", "birthday_invalid", "Birthday")]
    [InlineData(4, "spring", "date_invalid", "Birthday")]
    [InlineData(5, "NOWHERE", "store_unknown", "Home Store")]
    [InlineData(6, "2199-01-01", "registered_invalid", "Registered On")]
    [InlineData(0, "a b", "number_invalid", "Member Number")]
    [InlineData(1, "4111 1111 1111 1111", "payment_card", "Row")]
    public async Task A_bad_row_gets_its_verdict(int column, string value, string code, string shown)
    {
        var row = new string?[] { "M-1", "Jane", null, null, null, null, null };
        row[column] = value;

        var import = await UploadAsync(row, ["M-2", "John", null, null, null, null, null]);

        (import.ValidRows, import.ErrorRows).ShouldBe((1, 1));
        var verdict = (await Imports.VerdictsAsync(admin, import.Id, new PageRequest())).Rows.ShouldHaveSingleItem();
        (verdict.RowNumber, verdict.Code, verdict.Column).ShouldBe((2, code, shown));
    }

    [Fact]
    public async Task Members_that_exist_and_doubles_in_the_file_are_not_touched()
    {
        await A.Member().Numbered("M-9").Where(m => (m.Phone, m.Email) = ("+12125550109", "nine@example.com")).SaveToAsync(Db);

        var import = await UploadAsync(
            ["M-9", "A", null, null, null, null, null], [null, "B", "+1 212 555 0109", null, null, null, null], [null, "C", null, "NINE@example.com", null, null, null],
            ["M-1", "D", "+1 212 555 0101", null, null, null, null], ["M-2", "E", "+1 (212) 555 0101", null, null, null, null], [null, null, null, null, "1985-04-23", null, null]);

        (await Imports.VerdictsAsync(admin, import.Id, new PageRequest())).Rows.Select(verdict => verdict.Code).ShouldBe(["number_taken", "phone_taken", "email_taken", "phone_twice", "member_unnamed"]);
        await CommitAsync(import, ImportMode.ValidRowsOnly);
        (await Db.ReadAsync(db => db.Members.CountAsync())).ShouldBe(2);
    }

    [Fact]
    public async Task Members_that_exist_are_updated_where_the_upload_says_so()
    {
        await A.Member().Numbered("M-9").Where(m => (m.FullName, m.Phone, m.City, m.BirthDate) = ("Nine", "+12125550109", "Boston", new DateOnly(1985, 4, 23))).SaveToAsync(Db);
        await A.Member().Numbered("M-8").Where(m => m.Email = "eight@example.com").SaveToAsync(Db);

        var import = await UploadToUpdateAsync(
            ["M-9", "Nina", null, "nina@example.com", "1985-04-24", null, "2020-01-01"], [null, "Eighty", null, "EIGHT@example.com", null, null, null], ["M-1", "Jane", null, null, null, null, null]);
        (import.ValidRows, import.ErrorRows, import.ValueSummary).ShouldBe((3, 0, "1 new, 2 to update, 0 without change"));
        await CommitAsync(import);

        var members = await Db.ReadAsync(db => db.Members.OrderByDescending(m => m.Number).ToListAsync());
        members.Select(m => (m.Number, m.FullName, m.Phone, m.Email, m.City)).ShouldBe([("M-9", "Nina", "+12125550109", "nina@example.com", "Boston"), ("M-8", "Eighty", null, "eight@example.com", null), ("M-1", "Jane", null, null, null)]);
        (members[0].BirthdayKey, members[0].BirthDateChanges, members[0].RegisteredThrough).ShouldBe((424, 1, RegistrationSource.Staff));
        (await Db.Get<MemberDirectory>().ListAsync(admin, new MemberFilter { Text = "nina" }, new PageRequest())).Rows.ShouldHaveSingleItem();
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.Action == "Member.Update" && e.Subject == "M-9" && e.ActorKey == admin.Key))).ShouldBe(1);
        (await Should.ThrowAsync<RuleViolationException>(() => Imports.RollBackAsync(admin, import.Id, "Wrong list"))).Message.ShouldStartWith("This import changed members that existed");

        // The same again changes nothing but is not refused as a file of creations: another one with the same rows.
        var entries = await Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.EntityType == nameof(Member)));
        await CommitAsync(await UploadToUpdateAsync(["M-9", "Nina", null, null, null, null, null], ["M-1", "Jane", null, null, null, null, null]));
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.EntityType == nameof(Member)))).ShouldBe(entries);
    }

    [Fact]
    public async Task Each_row_of_an_updating_list_tells_beforehand_what_it_does()
    {
        var store = await A.Store("NYC8").SaveToAsync(Db);
        await A.Member().Numbered("M-9").Where(m => (m.FullName, m.Phone, m.BirthDate) = ("Nine", "+12125550109", new DateOnly(1985, 4, 23))).SaveToAsync(Db);
        await A.Member().Numbered("M-8").Where(m => (m.FullName, m.Email, m.HomeStoreId) = ("Eight", "eight@example.com", store.Id)).SaveToAsync(Db);
        await A.Member().Numbered("M-6").Where(m => m.Status = MemberStatus.Erased).SaveToAsync(Db);
        string?[][] rows =
        [
            ["M-9", "Nina", "+1 212 555 0110", "nine@example.com", "1985-04-23", "nyc8", null], ["M-1", "Jane", null, null, null, null, null],
            [null, "Eight", null, "EIGHT@example.com", null, "NYC8", "2020-01-01"], ["M-6", "Six", null, null, null, null, null], ["M-2", null, "0100", null, null, null, null],
        ];

        var import = await UploadToUpdateAsync(rows);

        (import.ValidRows, import.ErrorRows, import.ValueSummary).ShouldBe((3, 2, "1 new, 1 to update, 1 without change"));
        var verdicts = (await Imports.VerdictsAsync(admin, import.Id, new PageRequest(), effect: null)).Rows;
        verdicts.Select(v => (v.RowNumber, v.Effect)).ShouldBe([(2, ImportEffect.Updates), (3, ImportEffect.Creates), (4, ImportEffect.Unchanged), (5, ImportEffect.Refused), (6, ImportEffect.Refused)]);
        verdicts.Take(3).Select(v => v.Sentence).ShouldBe(["Updates member M-9: Full Name, Email, Phone Number, Home Store.", "Creates a member.", "Changes nothing: member M-8 is as the row says."]);
        (await Imports.VerdictsAsync(admin, import.Id, new PageRequest(), ImportEffect.Updates)).Rows.ShouldHaveSingleItem().RowNumber.ShouldBe(2);
        (await Imports.VerdictsAsync(admin, import.Id, new PageRequest())).Rows.Select(v => v.Code).ShouldBe(["member_erased", "phone_invalid"]);
        (await Db.ReadAsync(db => db.Members.SingleAsync(m => m.Number == "M-9"))).FullName.ShouldBe("Nine");

        // What was told is what happens, and no other row becomes a change.
        await CommitAsync(import, ImportMode.ValidRowsOnly);
        var entries = await Db.ReadAsync(db => db.AuditEntries.Where(e => e.EntityType == nameof(Member) && e.Action == "Member.Update").ToListAsync());
        entries.ShouldHaveSingleItem().Subject.ShouldBe("M-9");
        (await Db.ReadAsync(db => db.Members.SingleAsync(m => m.Number == "M-9"))).ShouldSatisfyAllConditions(
            m => (m.FullName, m.Phone, m.Email, m.HomeStoreId).ShouldBe(("Nina", "+12125550110", "nine@example.com", store.Id)), m => m.BirthDateChanges.ShouldBe(0));
        (await Imports.ListAsync(admin, new PageRequest())).Rows.ShouldHaveSingleItem().ValueSummary.ShouldBe(import.ValueSummary);
        (await Imports.VerdictsAsync(admin, import.Id, new PageRequest(), effect: null)).Rows.Count.ShouldBe(5);
    }

    [Fact]
    public async Task An_update_that_means_another_or_no_longer_a_member_gets_its_verdict()
    {
        await A.Member().Numbered("M-9").Where(m => (m.Phone, m.BirthDate, m.BirthDateChanges) = ("+12125550109", new DateOnly(1985, 4, 23), 1)).SaveToAsync(Db);
        var other = await A.Member().Numbered("M-8").Where(m => m.Phone = "+12125550108").SaveToAsync(Db);
        await A.Member().Numbered("M-7").Where(m => (m.Status, m.MergedIntoId) = (MemberStatus.Merged, other.Id)).SaveToAsync(Db);
        await A.Member().Numbered("M-6").Where(m => m.Status = MemberStatus.Erased).SaveToAsync(Db);

        var import = await UploadToUpdateAsync(
            ["M-1", "A", "+1 212 555 0109", null, null, null, null], ["M-9", "B", "+1 212 555 0108", null, null, null, null], ["M-7", "C", null, null, null, null, null],
            ["M-6", "D", null, null, null, null, null], ["M-9", "E", null, null, "1985-04-24", null, null]);

        (await Imports.VerdictsAsync(admin, import.Id, new PageRequest())).Rows.Select(verdict => verdict.Code).ShouldBe(["number_differs", "phone_taken", "member_merged", "member_erased", "number_twice"]);
    }

    [Fact]
    public async Task A_phone_taken_since_the_dry_run_ends_an_all_or_nothing_import_without_a_trace()
    {
        var rows = Enumerable.Range(0, 1_200).Select(i => new string?[] { $"M-{i}", "Jane", $"+1212555{i:D4}", null, null, null, null }).ToArray();
        var import = await UploadAsync(rows);
        await A.Member().Where(m => m.Phone = "+12125551100").SaveToAsync(Db);

        await Imports.ConfirmAsync(admin, import.Id, ImportMode.AllOrNothing);
        await RunAsync();

        (await Imports.GetAsync(admin, import.Id)).Status.ShouldBe(ImportStatus.Cancelled);
        (await Db.ReadAsync(db => db.Members.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_crash_after_any_chunk_loses_and_doubles_nothing()
    {
        var import = await UploadAsync([.. Enumerable.Range(0, 1_700).Select(i => new string?[] { $"M-{i}", "Jane", null, null, null, null, null })]);
        await Imports.ConfirmAsync(admin, import.Id, ImportMode.AllOrNothing);
        var crashes = 0;
        Work.Progressed += Crash;
        while ((await Imports.GetAsync(admin, import.Id)).Status == ImportStatus.Applying)
        {
            await Record.ExceptionAsync(() => Work.RunOnceAsync());
        }

        crashes.ShouldBeGreaterThan(0);
        (await Imports.GetAsync(admin, import.Id)).Status.ShouldBe(ImportStatus.Committed);
        (await Db.ReadAsync(db => db.Members.CountAsync())).ShouldBe(1_700);

        void Crash(long id, int rows)
        {
            crashes++;
            throw new IOException("power cut");
        }
    }

    [Fact]
    public async Task A_finished_import_is_taken_back_while_its_members_are_unused()
    {
        var import = await UploadAsync(["M-1", "Jane", null, null, null, null, null], ["M-2", "John", null, null, null, null, null]);
        await CommitAsync(import);

        await Imports.RollBackAsync(admin, import.Id, "Wrong list");
        await RunAsync();
        (await Imports.GetAsync(admin, import.Id)).Status.ShouldBe(ImportStatus.RolledBack);
        (await Db.ReadAsync(db => db.Members.AnyAsync())).ShouldBeFalse();

        var again = await UploadAsync(["M-1", "Jane", null, null, null, null, null], ["M-3", "John", null, null, null, null, null]);
        await CommitAsync(again);
        await Db.Get<Consents>().RecordAsync(admin, (await Db.ReadAsync(db => db.Members.FirstAsync())).Id, new ConsentStatement { Channel = ConsentChannel.Email, Status = ConsentStatus.Granted });
        (await Should.ThrowAsync<RuleViolationException>(() => Imports.RollBackAsync(admin, again.Id, "Wrong list"))).Code.ShouldBe("members_used");
    }

    [Fact]
    public async Task Consents_come_with_their_own_times_and_twice_is_once()
    {
        var member = await A.Member().Where(m => (m.Phone, m.Email) = ("+12125550100", "jane@example.com")).SaveToAsync(Db);
        var consents = Db.Get<ConsentImports>();
        string?[][] rows = [["+1 212 555 0100", "Email", "Marketing", "Granted", "2024-01-05 10:00"], [member.Number, "Email", null, "Withdrawn", "2024-02-05 10:00"], ["JANE@example.com", "Sms", null, "Granted", "2024-02-05 10:00"], ["nobody@example.com", "Sms", null, "Granted", "2024-02-05 10:00"], [member.Number, "Pigeon", null, "Granted", "2024-02-05 10:00"]];

        var import = await consents.UploadAsync(admin, await FileAsync("Consents", consentHeaders, rows), "consents.xlsx");
        (import.ValidRows, import.ErrorRows).ShouldBe((3, 2));
        (await consents.VerdictsAsync(admin, import.Id, new PageRequest())).Rows.Select(verdict => verdict.Code).ShouldBe(["member_unknown", "not_allowed"]);
        await consents.ConfirmAsync(admin, import.Id, ImportMode.ValidRowsOnly);
        await RunAsync();
        var second = await consents.UploadAsync(admin, await FileAsync("Consents", consentHeaders, [.. rows[..3], [member.Number, "Push", null, "Granted", "2024-01-01"]]), "more.xlsx");
        await consents.ConfirmAsync(admin, second.Id, ImportMode.AllOrNothing);
        await RunAsync();

        (await Db.ReadAsync(db => db.ConsentEvents.CountAsync())).ShouldBe(4);
        var states = await Db.Get<Consents>().StatesAsync(admin, member.Id);
        states.Single(s => s is { Channel: ConsentChannel.Email, Purpose: ConsentPurpose.Marketing }).Status.ShouldBe(ConsentStatus.Withdrawn);
        states.Single(s => s is { Channel: ConsentChannel.Sms, Purpose: ConsentPurpose.Marketing }).Since.ShouldBe(new DateTimeOffset(2024, 2, 5, 10, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task An_import_of_consents_taken_back_restores_what_counted_before()
    {
        var member = await A.Member().SaveToAsync(Db);
        var consents = Db.Get<ConsentImports>();
        await Db.Get<Consents>().RecordAsync(admin, member.Id, new ConsentStatement { Channel = ConsentChannel.Email, Status = ConsentStatus.Withdrawn, At = new DateTimeOffset(2023, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        string?[][] rows = [[member.Number, "Email", null, "Granted", "2024-01-05 10:00"], [member.Number, "Sms", null, "Granted", "2024-02-05 10:00"], [member.Number, "Push", null, "Granted", "2024-02-05 10:00"]];
        var import = await consents.UploadAsync(admin, await FileAsync("Consents", consentHeaders, rows), "consents.xlsx");
        await consents.ConfirmAsync(admin, import.Id, ImportMode.AllOrNothing);
        await RunAsync();
        Clock.Advance(TimeSpan.FromDays(1));
        await Db.Get<Consents>().RecordAsync(admin, member.Id, new ConsentStatement { Channel = ConsentChannel.Push, Status = ConsentStatus.Granted });
        Clock.Advance(TimeSpan.FromDays(1));

        await consents.RollBackAsync(admin, import.Id, "Wrong file");
        await RunAsync();

        (await consents.GetAsync(admin, import.Id)).Status.ShouldBe(ImportStatus.RolledBack);
        (await Db.ReadAsync(db => db.MemberConsents.ToDictionaryAsync(c => c.Channel, c => c.Status))).OrderBy(c => c.Key)
            .ShouldBe(new Dictionary<ConsentChannel, ConsentStatus> { [ConsentChannel.Email] = ConsentStatus.Withdrawn, [ConsentChannel.Sms] = ConsentStatus.Withdrawn, [ConsentChannel.Push] = ConsentStatus.Granted }.OrderBy(c => c.Key));
        (await Db.ReadAsync(db => db.ConsentEvents.CountAsync())).ShouldBe(1 + 3 + 1 + 2);
    }

    private async Task<ImportSummary> UploadToUpdateAsync(params string?[][] rows) =>
        await Imports.UploadAsync(admin, await FileAsync("Members", memberHeaders, rows), "members.xlsx", MemberImports.ToJson(updatesMembers: true));

    private async Task<ImportSummary> UploadAsync(params string?[][] rows) => await Imports.UploadAsync(admin, await FileAsync("Members", memberHeaders, rows), "members.xlsx");

    private async Task CommitAsync(ImportSummary import, ImportMode mode = ImportMode.AllOrNothing)
    {
        await Imports.ConfirmAsync(admin, import.Id, mode);
        await RunAsync();
        (await Imports.GetAsync(admin, import.Id)).Status.ShouldBe(ImportStatus.Committed);
    }

    private async Task RunAsync()
    {
        while (await Work.RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }
    }

    private static async Task<Stream> FileAsync(string name, string[] headers, string?[][] rows)
    {
        var sheet = new Sheet<string?[]>(name);
        foreach (var (header, at) in headers.Select((header, at) => (header, at)))
        {
            sheet = sheet.Text(header, row => row[at]);
        }

        var file = new MemoryStream();
        await sheet.WriteXlsxAsync(file, rows.ToAsyncEnumerable());
        file.Position = 0;

        return file;
    }
}
