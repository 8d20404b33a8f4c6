using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Members;

public abstract class MemberProfilesTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor clerk = null!;

    public sealed class OnSqlite() : MemberProfilesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MemberProfilesTests(DatabaseKind.PostgreSql);

    private MemberProfiles Profiles => Db.Get<MemberProfiles>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        clerk = await A.StaffUser().With(Permission.MembersRead, Permission.MembersEdit, Permission.MembersReveal).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_registered_member_has_a_number_and_is_found_by_all_it_is_known_by()
    {
        var key = await Profiles.RegisterAsync(clerk, Jane());

        var member = await MemberAsync(key.Id);
        (member.FullName, member.Phone, member.Email, member.BirthdayKey, member.RegisteredThrough).ShouldBe(("Jane Miller", "+12125550100", "jane@example.com", 423, RegistrationSource.Staff));
        key.Number.Length.ShouldBe(12);
        var directory = Db.Get<MemberDirectory>();
        foreach (var text in new[] { key.Number, "ane Mil", "+1 (212) 555-0100", "JANE@example" })
        {
            (await directory.ListAsync(clerk, new MemberFilter { Text = text }, new PageRequest())).Rows.ShouldHaveSingleItem().Id.ShouldBe(key.Id);
        }
    }

    [Fact]
    public async Task Every_wrong_field_is_named_at_once()
    {
        var form = new MemberForm
        {
            Phone = "0100",
            Email = "jane",
            BirthDate = DateOnly.FromDateTime(Clock.Now.UtcDateTime).AddDays(2),
            Country = "XX",
            Street = "1 Main St",
            IdNumber = "1!",
            Language = "english!",
            Attributes = [new() { Name = "Shoe size", Value = "42" }, new() { Name = "shoe size", Value = "43" }],
        };

        var invalid = await Should.ThrowAsync<InvalidInputException>(() => Profiles.RegisterAsync(clerk, form));

        invalid.Errors.Select(error => error.Field).ShouldBe(["Phone", "Email", "BirthDate", "Country", "City", "Language", "Attributes", "IdNumber"], ignoreOrder: true);
        (await Db.ReadAsync(db => db.Members.CountAsync())).ShouldBe(0);
    }

    [Theory]
    [InlineData("11010519491231002X", true)]
    [InlineData("110105194912310021", false)]
    [InlineData("1101051949123100", false)]
    public async Task A_chinese_id_number_needs_its_check_digit(string number, bool right)
    {
        var form = new MemberForm { FullName = "Li Wei", Country = "CN", IdNumber = number };

        var outcome = await Record.ExceptionAsync(() => Profiles.RegisterAsync(clerk, form));

        (outcome is null).ShouldBe(right);
    }

    [Fact]
    public async Task Phone_and_email_belong_to_one_member()
    {
        var first = await Profiles.RegisterAsync(clerk, Jane());

        var refusal = await Should.ThrowAsync<RuleViolationException>(() => Profiles.RegisterAsync(clerk, new MemberForm { FullName = "John", Phone = "+1 212 555 0100" }));
        (refusal.Code, refusal.Field).ShouldBe(("phone_taken", "Phone"));
        refusal.Message.ShouldContain(first.Number);
        (await Should.ThrowAsync<RuleViolationException>(() => Profiles.RegisterAsync(clerk, new MemberForm { FullName = "John", Email = "JANE@example.com" }))).Code.ShouldBe("email_taken");
    }

    [Fact]
    public async Task A_birthday_can_be_corrected_once_and_the_correction_is_in_the_history_without_the_day()
    {
        var key = await Profiles.RegisterAsync(clerk, Jane());
        await EditAsync(key.Id, form => form.BirthDate = new DateOnly(1985, 4, 24));

        (await Should.ThrowAsync<RuleViolationException>(() => EditAsync(key.Id, form => form.BirthDate = new DateOnly(1985, 4, 25)))).Code.ShouldBe("birthday_fixed");
        (await Should.ThrowAsync<RuleViolationException>(() => EditAsync(key.Id, form => form.BirthDate = null))).Code.ShouldBe("birthday_fixed");
        (await MemberAsync(key.Id)).BirthDate.ShouldBe(new DateOnly(1985, 4, 24));
        var entry = await Db.ReadAsync(db => db.AuditEntries.SingleAsync(e => e.Action == "Member.Update"));
        entry.After.ShouldNotBeNull().ShouldContain("BirthDateChanges");
        entry.After.ShouldNotContain("1985");
    }

    [Fact]
    public async Task A_birthday_not_known_yet_is_given_without_using_up_the_correction()
    {
        var key = await Profiles.RegisterAsync(clerk, new MemberForm { FullName = "Jane" });

        await EditAsync(key.Id, form => form.BirthDate = new DateOnly(1985, 4, 24));
        await EditAsync(key.Id, form => form.BirthDate = new DateOnly(1985, 4, 25));

        (await MemberAsync(key.Id)).BirthDateChanges.ShouldBe(1);
    }

    [Fact]
    public async Task A_changed_address_starts_unproved()
    {
        var key = await Profiles.RegisterAsync(clerk, Jane());
        await Db.Database.WriteAsync(Actor.System, async db =>
        {
            var member = await db.Members.SingleAsync();
            (member.EmailVerifiedAt, member.PhoneVerifiedAt) = (Clock.Now, Clock.Now);
        });

        await EditAsync(key.Id, form => form.Email = "jane.miller@example.com");

        var changed = await MemberAsync(key.Id);
        changed.EmailVerifiedAt.ShouldBeNull();
        changed.PhoneVerifiedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_edits_without_seeing_keeps_what_is_stored()
    {
        var key = await Profiles.RegisterAsync(clerk, Jane());
        var blind = await A.StaffUser().With(Permission.MembersEdit, Permission.MembersRead).SaveToAsync(Db);

        var form = await Profiles.FormAsync(blind, key.Id);
        form.FullName.ShouldBeNull();
        form.Phone.ShouldBeNull();
        form.City = "Boston";
        await Profiles.EditAsync(blind, form);

        var member = await MemberAsync(key.Id);
        (member.FullName, member.Phone, member.BirthDate, member.City).ShouldBe(("Jane Miller", "+12125550100", new DateOnly(1985, 4, 23), "Boston"));
    }

    [Fact]
    public async Task Personal_data_is_masked_for_who_may_not_see_it_and_seeing_it_leaves_a_trace()
    {
        var key = await Profiles.RegisterAsync(clerk, Jane());
        var analyst = await A.StaffUser().With(Permission.MembersRead).SaveToAsync(Db);

        var masked = await Db.Get<MemberPages>().DetailAsync(analyst, key.Id);
        (masked.FullName, masked.Phone, masked.Email, masked.BirthDate, masked.IdNumberLastFour).ShouldBe(("J•••", "••• 0100", "j•••@example.com", null, "•••"));
        (await Db.Get<MemberDirectory>().ListAsync(analyst, new MemberFilter(), new PageRequest())).Rows.ShouldHaveSingleItem().Phone.ShouldBe("••• 0100");
        (await ActionsAsync("Member.View")).ShouldBe(0);

        (await Db.Get<MemberPages>().DetailAsync(clerk, key.Id)).FullName.ShouldBe("Jane Miller");
        (await ActionsAsync("Member.View")).ShouldBe(1);
    }

    [Fact]
    public async Task The_id_number_is_stored_sealed_and_shown_for_a_reason()
    {
        var key = await Profiles.RegisterAsync(clerk, Jane());

        Db.Keys.Open((await MemberAsync(key.Id)).SealedIdNumber!).ShouldBe("D1234567");
        await Should.ThrowAsync<InvalidInputException>(() => Profiles.RevealIdNumberAsync(clerk, key.Id, " "));
        (await Profiles.RevealIdNumberAsync(clerk, key.Id, "Checked at the counter")).ShouldBe("D1234567");
        (await Db.ReadAsync(db => db.AuditEntries.SingleAsync(e => e.Action == "Member.RevealIdNumber"))).Reason.ShouldBe("Checked at the counter");
    }

    [Fact]
    public async Task A_member_of_another_store_does_not_exist_for_a_clerk_of_one()
    {
        var (here, there) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var local = await A.StaffUser().With(Permission.MembersRead, Permission.MembersEdit).In(here).SaveToAsync(Db);
        var other = await A.Member().In(there).SaveToAsync(Db);
        var own = await A.Member().In(here).SaveToAsync(Db);

        await Should.ThrowAsync<NotFoundException>(() => Db.Get<MemberPages>().DetailAsync(local, other.Id));
        await Should.ThrowAsync<NotFoundException>(() => Profiles.FormAsync(local, other.Id));
        await Should.ThrowAsync<NotFoundException>(() => Profiles.FreezeAsync(local, other.Id, "x"));
        (await Db.Get<MemberDirectory>().ListAsync(local, new MemberFilter(), new PageRequest())).Rows.Select(row => row.Id).ShouldBe([own.Id]);
        (await Should.ThrowAsync<RuleViolationException>(() => Profiles.RegisterAsync(local, new MemberForm { FullName = "Jane", HomeStoreId = there.Id }))).Code.ShouldBe("unknown_store");
    }

    [Fact]
    public async Task A_frozen_member_is_restored_with_reasons_kept()
    {
        var member = await A.Member().SaveToAsync(Db);

        await Profiles.FreezeAsync(clerk, member.Id, "Misuse");
        (await MemberAsync(member.Id)).Status.ShouldBe(MemberStatus.Frozen);
        (await Should.ThrowAsync<RuleViolationException>(() => Profiles.FreezeAsync(clerk, member.Id, "Again"))).Code.ShouldBe("wrong_status");
        await Profiles.RestoreAsync(clerk, member.Id, "Cleared up");

        (await MemberAsync(member.Id)).Status.ShouldBe(MemberStatus.Active);
        (await Db.ReadAsync(db => db.AuditEntries.Where(e => e.Action == "Member.Freeze" || e.Action == "Member.Restore").OrderBy(e => e.Id).Select(e => e.Reason).ToListAsync())).ShouldBe(["Misuse", "Cleared up"]);
    }

    [Fact]
    public async Task A_form_read_before_another_change_is_refused()
    {
        var key = await Profiles.RegisterAsync(clerk, Jane());
        var stale = await Profiles.FormAsync(clerk, key.Id);
        await EditAsync(key.Id, form => form.City = "Boston");

        await Should.ThrowAsync<ConcurrentChangeException>(() => Profiles.EditAsync(clerk, stale));
    }

    private static MemberForm Jane() => new()
    {
        FullName = "Jane Miller",
        Phone = "+1 212 555 0100",
        Email = "Jane@Example.com",
        BirthDate = new DateOnly(1985, 4, 23),
        Country = "us",
        City = "New York",
        PostalCode = "10018",
        Street = "1 Bryant Park",
        IdNumber = "D-123 4567",
        Attributes = [new() { Name = "Shoe size", Value = "42" }],
    };

    private async Task EditAsync(long id, Action<MemberForm> change)
    {
        var form = await Profiles.FormAsync(clerk, id);
        change(form);
        await Profiles.EditAsync(clerk, form);
    }

    private Task<Member> MemberAsync(long id) => Db.ReadAsync(db => db.Members.SingleAsync(m => m.Id == id));

    private Task<int> ActionsAsync(string action) => Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.Action == action && e.Outcome == AuditOutcome.Done));
}
