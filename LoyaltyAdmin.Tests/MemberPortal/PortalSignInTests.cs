using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.MemberPortal;

/// <summary>One-time codes: the same answer for everybody, five tries, once, for the address they went to.</summary>
public abstract class PortalSignInTests(DatabaseKind kind) : PortalTest(kind)
{
    private const string Ip = "203.0.113.9";

    public sealed class OnSqlite() : PortalSignInTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PortalSignInTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task The_right_code_opens_the_page_once_and_proves_the_address_it_went_to()
    {
        var request = await SignIn.AskAsync("+1 (212) 555-0100", Ip);
        var code = await CodeAsync(request);

        var entry = (await SignIn.EnterAsync(request, $" {code![..3]} {code[3..]} ", Ip)).ShouldNotBeNull();

        (await Sessions.ActorOfAsync(entry.SessionId)).ShouldNotBeNull().Name.ShouldBe($"Member {Member.Number}");
        (await SignIn.EnterAsync(request, code, Ip)).ShouldBeNull();
        var member = await Db.ReadAsync(db => db.Members.SingleAsync(m => m.Id == Member.Id));
        (member.PhoneVerifiedAt, member.EmailVerifiedAt).ShouldBe((Clock.Now, null));
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.ActorKey == $"member:{Member.Id}" && e.Action == "Member.Update"))).ShouldBe(1);
    }

    [Fact]
    public async Task The_code_is_sent_whatever_the_member_agreed_to_and_only_its_hash_is_kept()
    {
        var request = await SignIn.AskAsync("ADA@example.com", Ip);
        var code = await CodeAsync(request);

        var row = await Db.ReadAsync(db => db.PortalCodes.SingleAsync());
        row.SealedAddress.ShouldBeNull();
        row.MemberId.ShouldBe(Member.Id);
        row.CodeHash.ShouldBe(Db.Keys.Hash("portal-code", $"{request:N}:{code}"));
        (await Db.ReadAsync(db => db.Messages.SingleAsync())).Variables.ShouldNotContain(code!);
    }

    [Fact]
    public async Task Asking_for_an_address_nobody_has_leaves_the_same_row_and_answers_the_same()
    {
        var (known, unknown) = (await SignIn.AskAsync("ada@example.com", Ip), await SignIn.AskAsync("eve@example.com", Ip));

        var rows = await Db.ReadAsync(db => db.PortalCodes.ToListAsync());
        rows.Count.ShouldBe(2);
        rows.ShouldAllBe(r => r.MemberId == null && r.CodeHash == null && r.SealedAddress != null && r.Tries == 0);
        (await Db.ReadAsync(db => db.Messages.CountAsync())).ShouldBe(0);

        (await CodeAsync(known)).ShouldNotBeNull();
        (await CodeAsync(unknown)).ShouldBeNull();
        (await SignIn.EnterAsync(known, "x", Ip)).ShouldBeNull();
        (await SignIn.EnterAsync(unknown, "000000", Ip)).ShouldBeNull();
        (await Db.ReadAsync(db => db.PortalCodes.Select(c => c.Tries).ToListAsync())).ShouldBe([1, 1]);
    }

    [Fact]
    public async Task Of_64_codes_tried_at_once_five_are_looked_at()
    {
        var request = await SignIn.AskAsync("ada@example.com", Ip);
        var code = int.Parse((await CodeAsync(request))!, System.Globalization.CultureInfo.InvariantCulture);

        var wrong = await Task.WhenAll(Enumerable.Range(1, 64).Select(i => SignIn.EnterAsync(request, ((code + i) % 1_000_000).ToString("000000", System.Globalization.CultureInfo.InvariantCulture), $"198.51.100.{i}")));

        wrong.ShouldAllBe(entry => entry == null);
        (await Db.ReadAsync(db => db.PortalCodes.Select(c => c.Tries).SingleAsync())).ShouldBe(5);
        (await SignIn.EnterAsync(request, code.ToString("000000", System.Globalization.CultureInfo.InvariantCulture), Ip)).ShouldBeNull();
    }

    [Fact]
    public async Task The_right_code_entered_16_times_at_once_opens_one_session()
    {
        var request = await SignIn.AskAsync("ada@example.com", Ip);
        var code = await CodeAsync(request);

        var entries = await Task.WhenAll(Enumerable.Range(1, 16).Select(i => SignIn.EnterAsync(request, code, $"198.51.100.{i}")));

        entries.Count(entry => entry is not null).ShouldBe(1);
        (await Db.ReadAsync(db => db.PortalSessions.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_code_is_over_after_ten_minutes_and_of_no_use_to_another_browser()
    {
        var request = await SignIn.AskAsync("ada@example.com", Ip);
        var code = await CodeAsync(request);

        (await SignIn.EnterAsync(Guid.NewGuid(), code, Ip)).ShouldBeNull();
        (await SignIn.EnterAsync(await SignIn.AskAsync("eve@example.com", Ip), code, Ip)).ShouldBeNull();
        Clock.Advance(PortalSignIn.CodeLifetime);
        (await SignIn.EnterAsync(request, code, Ip)).ShouldBeNull();
    }

    [Fact]
    public async Task A_code_proves_nothing_once_the_member_has_another_address()
    {
        var request = await SignIn.AskAsync("ada@example.com", Ip);
        var code = await CodeAsync(request);
        await Db.Database.WriteAsync(Domain.Access.Actor.System, async db => (await db.Members.SingleAsync(m => m.Id == Member.Id)).Email = "ada@example.org");

        (await SignIn.EnterAsync(request, code, Ip)).ShouldBeNull();
        (await Db.ReadAsync(db => db.Members.SingleAsync(m => m.Id == Member.Id))).EmailVerifiedAt.ShouldBeNull();
    }

    [Fact]
    public async Task Two_nodes_at_once_send_one_code()
    {
        var request = await SignIn.AskAsync("ada@example.com", Ip);
        await using var other = Db.OpenAgain();

        await Task.WhenAll(Db.Get<PortalCodeWork>().RunOnceAsync(), other.Get<PortalCodeWork>().RunOnceAsync());

        (await Db.ReadAsync(db => db.Messages.CountAsync())).ShouldBe(1);
        (await SignIn.EnterAsync(request, await CodeAsync(request), Ip)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("ada@example.com")]
    [InlineData("nobody@example.com")]
    public async Task The_fourth_code_within_a_quarter_of_an_hour_is_refused_for_members_and_others_alike(string address)
    {
        for (var i = 0; i < 3; i++)
        {
            await SignIn.AskAsync(address, $"198.51.100.{i}");
        }

        await Should.ThrowAsync<TooManyAttemptsException>(() => SignIn.AskAsync(address.ToUpperInvariant(), "198.51.100.9"));
        Clock.Advance(TimeSpan.FromMinutes(16));
        await SignIn.AskAsync(address, "198.51.100.9");
    }

    [Fact]
    public async Task One_network_may_ask_30_times_an_hour_and_be_wrong_30_times()
    {
        for (var i = 0; i < 30; i++)
        {
            await SignIn.AskAsync($"m{i}@example.com", Ip);
        }

        await Should.ThrowAsync<TooManyAttemptsException>(() => SignIn.AskAsync("m31@example.com", Ip));
        await SignIn.AskAsync("m31@example.com", "198.51.100.1");
        for (var i = 0; i < 30; i++)
        {
            (await SignIn.EnterAsync(Guid.NewGuid(), "000000", Ip)).ShouldBeNull();
        }

        await Should.ThrowAsync<TooManyAttemptsException>(() => SignIn.EnterAsync(Guid.NewGuid(), "000000", Ip));
    }

    [Fact]
    public async Task A_member_gets_ten_codes_a_day()
    {
        for (var i = 0; i < 10; i++)
        {
            (await CodeAsync(await SignIn.AskAsync("ada@example.com", $"198.51.100.{i}"))).ShouldNotBeNull();
            Clock.Advance(TimeSpan.FromMinutes(16));
        }

        (await CodeAsync(await SignIn.AskAsync("ada@example.com", Ip))).ShouldBeNull();
        Clock.Advance(TimeSpan.FromDays(1));
        (await CodeAsync(await SignIn.AskAsync("ada@example.com", Ip))).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("ada")]
    [InlineData("2125550100")]
    [InlineData("a@b")]
    public async Task What_is_no_address_is_refused(string? address) => await Should.ThrowAsync<InvalidInputException>(() => SignIn.AskAsync(address, Ip));

    [Fact]
    public async Task Codes_sessions_and_links_are_forgotten_some_time_after_their_end()
    {
        await SignIn.EnterAsync(await SignIn.AskAsync("ada@example.com", Ip), "1", Ip);
        await OpenAsync(await Links.CreateAsync(Staff, Member.Id, new PortalLinkWish()));
        Clock.Advance(TimeSpan.FromDays(3));
        (await Db.Get<PortalCodeWork>().CleanUpAsync()).ShouldBe(1);
        Clock.Advance(TimeSpan.FromDays(40));
        (await Db.Get<PortalCodeWork>().CleanUpAsync()).ShouldBe(1);
        Clock.Advance(TimeSpan.FromDays(400));
        (await Db.Get<PortalCodeWork>().CleanUpAsync()).ShouldBe(1);
    }
}
