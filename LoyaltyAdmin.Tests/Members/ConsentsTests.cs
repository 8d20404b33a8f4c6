using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Members;

public abstract class ConsentsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor clerk = null!;
    private Member member = null!;

    public sealed class OnSqlite() : ConsentsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : ConsentsTests(DatabaseKind.PostgreSql);

    private Consents Consents => Db.Get<Consents>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        clerk = await A.StaffUser().With(Permission.MembersRead, Permission.MembersEdit).SaveToAsync(Db);
        member = await A.Member().Where(m => (m.Phone, m.Email) = ("+12125550100", "jane@example.com")).SaveToAsync(Db);
    }

    [Fact]
    public async Task The_last_word_by_time_counts_and_an_older_one_only_joins_the_history()
    {
        await SayAsync(ConsentStatus.Granted, Clock.Now.AddDays(-10));
        await SayAsync(ConsentStatus.Withdrawn, Clock.Now.AddDays(-2));
        await SayAsync(ConsentStatus.Granted, Clock.Now.AddDays(-5));

        (await StateAsync()).ShouldBe((ConsentStatus.Withdrawn, Clock.Now.AddDays(-2)));
        (await Consents.HistoryAsync(clerk, member.Id, new PageRequest())).Rows.Select(said => said.Status).ShouldBe([ConsentStatus.Withdrawn, ConsentStatus.Granted, ConsentStatus.Granted]);
    }

    [Fact]
    public async Task Saying_the_same_of_the_same_moment_again_changes_nothing()
    {
        var at = Clock.Now.AddDays(-1);
        await SayAsync(ConsentStatus.Granted, at);
        await SayAsync(ConsentStatus.Granted, at);

        (await Db.ReadAsync(db => db.ConsentEvents.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_words_of_one_moment_the_withdrawal_counts()
    {
        var at = Clock.Now.AddDays(-1);
        await SayAsync(ConsentStatus.Withdrawn, at);
        await SayAsync(ConsentStatus.Granted, at);

        (await StateAsync()).Status.ShouldBe(ConsentStatus.Withdrawn);
    }

    [Fact]
    public async Task The_address_is_kept_apart_as_evidence()
    {
        await Consents.RecordAsync(clerk, member.Id, new ConsentStatement { Channel = ConsentChannel.Email, Status = ConsentStatus.Granted, IpAddress = "203.0.113.9", TextVersion = "2026-01" });

        (await Consents.HistoryAsync(clerk, member.Id, new PageRequest())).Rows.ShouldHaveSingleItem().HasEvidence.ShouldBeTrue();
        (await Db.ReadAsync(db => db.ConsentEvidence.SingleAsync())).IpAddress.ShouldBe("203.0.113.9");
        (await Should.ThrowAsync<InvalidInputException>(() => Consents.RecordAsync(clerk, member.Id, new ConsentStatement { Channel = ConsentChannel.Email, Status = ConsentStatus.Granted, IpAddress = "nowhere" }))).Errors[0].Field.ShouldBe("IpAddress");
    }

    [Fact]
    public async Task A_till_says_it_by_number_and_the_future_is_refused()
    {
        var till = await A.ApiClient().With(ApiScope.ConsentsWrite).SaveToAsync(Db);
        var statement = new ConsentStatement { Channel = ConsentChannel.Sms, Purpose = ConsentPurpose.LoyaltyNotification, Status = ConsentStatus.Granted, Source = ConsentSource.Pos };

        (await Consents.PutAsync(till, member.Number, statement)).Status.ShouldBe(ConsentStatus.Granted);
        await Should.ThrowAsync<InvalidInputException>(() => Consents.PutAsync(till, member.Number, statement with { At = Clock.Now.AddHours(1) }));
        await Should.ThrowAsync<NotFoundException>(() => Consents.PutAsync(till, "M-unknown", statement));
    }

    [Fact]
    public async Task A_suppressed_address_is_kept_by_hash_and_found_by_the_whole_address_only()
    {
        var suppressions = Db.Get<Suppressions>();
        await suppressions.AddAsync(clerk, ConsentChannel.Email, " Jane@Example.com ", SuppressionReason.Staff, "Asked at the counter");
        await suppressions.AddAsync(clerk, ConsentChannel.Email, "jane@example.com", SuppressionReason.HardBounce, null);

        var row = (await suppressions.ListAsync(clerk, "JANE@example.com", new PageRequest())).Rows.ShouldHaveSingleItem();
        (row.MaskedAddress, row.Reason).ShouldBe(("j•••@example.com", SuppressionReason.Staff));
        (await suppressions.ListAsync(clerk, "jane", new PageRequest())).Rows.ShouldBeEmpty();
        (await suppressions.OfMemberAsync(clerk, member.Id)).Count.ShouldBe(1);
        await suppressions.RemoveAsync(clerk, row.Id);
        (await suppressions.OfMemberAsync(clerk, member.Id)).ShouldBeEmpty();
    }

    private Task SayAsync(ConsentStatus status, DateTimeOffset at) => Consents.RecordAsync(clerk, member.Id, new ConsentStatement { Channel = ConsentChannel.Email, Status = status, At = at });

    private async Task<(ConsentStatus? Status, DateTimeOffset? Since)> StateAsync()
    {
        var state = (await Consents.StatesAsync(clerk, member.Id)).Single(s => s is { Channel: ConsentChannel.Email, Purpose: ConsentPurpose.Marketing });

        return (state.Status, state.Since);
    }
}
