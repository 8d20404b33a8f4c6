using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.MemberPortal;

/// <summary>Links open one member's page for as long as they should, and nothing kept of them opens anything.</summary>
public abstract class PortalLinksTests(DatabaseKind kind) : PortalTest(kind)
{
    public sealed class OnSqlite() : PortalLinksTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PortalLinksTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_link_opens_the_page_of_its_member_as_often_as_needed_until_it_ends_and_says_who_made_it()
    {
        var link = await Links.CreateAsync(Staff, Member.Id, new PortalLinkWish("coupons", 60));

        (await Sessions.OpenLinkAsync(TokenOf(link)))!.Path.ShouldBe("/my/coupons");
        var actor = (await OpenAsync(link)).ShouldNotBeNull();
        (actor.Key, actor.Name, actor.AuthenticationMethod).ShouldBe(($"member:{Member.Id}", $"Member {Member.Number}, link made by Sam Store", "link"));
        (await Links.ListAsync(Staff, Member.Id)).ShouldHaveSingleItem().Opened.ShouldBe(2);

        Clock.Advance(TimeSpan.FromMinutes(60));
        (await Sessions.OpenLinkAsync(TokenOf(link))).ShouldBeNull();
        (await Sessions.OpenLinkAsync(TokenOf(link)[..^1] + "A")).ShouldBeNull();
        (await Sessions.OpenLinkAsync("nonsense")).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_in_the_database_is_the_token_and_who_made_it_is_in_the_audit_trail()
    {
        var link = await Links.CreateAsync(Staff, Member.Id, new PortalLinkWish());
        var key = await A.ApiClient().With(ApiScope.PortalLinksWrite).SaveToAsync(Db);
        var other = await Links.CreateOnceAsync(key, Member.Number, new PortalLinkWish(), Operation.For(key, "k", "x"));

        var everything = new StringBuilder();
        await using var db = await Db.ReadAsync();
        foreach (var audit in await db.AuditEntries.ToListAsync())
        {
            everything.Append(audit.Before).Append(audit.After).Append(audit.Reason).Append(audit.Subject);
        }

        foreach (var stored in await db.PortalLinks.ToListAsync())
        {
            everything.Append(Encoding.Latin1.GetString(stored.TokenHash)).Append(Convert.ToHexString(stored.TokenHash)).Append(Convert.ToBase64String(stored.TokenHash));
        }

        everything.ToString().ShouldNotContain(TokenOf(link));
        everything.ToString().ShouldNotContain(TokenOf(other));
        (await db.AuditEntries.CountAsync(e => e.Action == "PortalLink.Create")).ShouldBe(2);
    }

    [Fact]
    public async Task The_same_request_makes_the_same_link_once()
    {
        var key = await A.ApiClient().With(ApiScope.PortalLinksWrite).SaveToAsync(Db);
        Task<NewPortalLink> Make(string target) => Links.CreateOnceAsync(key, Member.Number, new PortalLinkWish(target), Operation.For(key, "k", target));

        var links = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Make("points")));

        links.Distinct().ShouldHaveSingleItem();
        (await Db.ReadAsync(db => db.PortalLinks.CountAsync())).ShouldBe(1);
        (await Should.ThrowAsync<RuleViolationException>(() => Make("coupons"))).Code.ShouldBe("idempotency_key_reused");
    }

    [Fact]
    public async Task Revoking_ends_the_link_and_what_it_opened_and_revoking_all_ends_links_of_messages_too()
    {
        var (one, two) = (await Links.CreateAsync(Staff, Member.Id, new PortalLinkWish()), await Links.CreateAsync(Staff, Member.Id, new PortalLinkWish()));
        var (first, second) = ((await Sessions.OpenLinkAsync(TokenOf(one)))!.SessionId, (await Sessions.OpenLinkAsync(TokenOf(two)))!.SessionId);
        var signed = Db.Get<PortalTokens>().ForMessage(new MessageLinkToken(Member.Id, 0, Clock.Now.AddDays(1)));
        var third = (await Sessions.OpenMessageLinkAsync(signed, "points"))!;
        third.Path.ShouldBe("/my/points");

        await Links.RevokeAsync(Staff, Member.Id, (await Links.ListAsync(Staff, Member.Id))[^1].Id);

        (await Sessions.ActorOfAsync(first)).ShouldBeNull();
        (await Sessions.OpenLinkAsync(TokenOf(one))).ShouldBeNull();
        (await Sessions.ActorOfAsync(second)).ShouldNotBeNull();

        await Links.RevokeAllAsync(Staff, Member.Id);

        (await Sessions.ActorOfAsync(second)).ShouldBeNull();
        (await Sessions.ActorOfAsync(third.SessionId)).ShouldBeNull();
        (await Sessions.OpenMessageLinkAsync(signed, null)).ShouldBeNull();
        (await Links.ListAsync(Staff, Member.Id)).ShouldAllBe(l => l.RevokedBy == "Sam Store");
        (await OpenAsync(await Links.CreateAsync(Staff, Member.Id, new PortalLinkWish()))).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_link_of_a_message_is_signed_ends_with_its_time_and_cannot_be_made_for_another()
    {
        var tokens = Db.Get<PortalTokens>();
        var token = tokens.ForMessage(new MessageLinkToken(Member.Id, 0, Clock.Now.AddDays(7)));
        var other = tokens.ForMessage(new MessageLinkToken(Member.Id + 1, 0, Clock.Now.AddDays(7)));

        (await Sessions.OpenMessageLinkAsync(token, null)).ShouldNotBeNull();
        (await Sessions.OpenMessageLinkAsync(other[..20] + token[20..], null)).ShouldBeNull();
        (await Sessions.OpenMessageLinkAsync(Db.Get<UnsubscribeTokens>().For(Member.Id, ConsentChannel.Email, ConsentPurpose.Marketing), null)).ShouldBeNull();

        Clock.Advance(TimeSpan.FromDays(7));
        (await Sessions.OpenMessageLinkAsync(token, null)).ShouldBeNull();
    }

    [Fact]
    public async Task Every_template_may_name_the_link_and_outside_the_demo_the_log_never_shows_it()
    {
        var quiet = Db.OpenAgain();
        await using var _ = quiet;
        var rendering = Db.Get<MessageRendering>();
        Scenarios.All.ShouldAllBe(s => rendering.Fault("{{portalLink}}/coupons", true, s.Id) == null);
        var template = new MessageTemplate { Scenario = MessageScenario.Verification, Channel = ConsentChannel.Email, Language = "en", Number = 1 };
        await Db.AddAsync(template);
        await Db.AddAsync(new MessageTemplateVersion { TemplateId = template.Id, Number = 1, Subject = "Hello", Body = "<a href=\"{{portalLink}}/points\">x</a>", CreatedAt = Clock.Now, ActorName = "x" });
        Task AddAsync(string key) => Db.Database.WriteAsync(Actor.System, db => Db.Get<MessageOutbox>().AddAsync(db, new MessageRequest(MessageScenario.Verification, Member.Id, key) { OnlyChannel = ConsentChannel.Email }));

        await AddAsync("shown");
        await Db.Get<MessageSender>().RunOnceAsync();
        await AddAsync("hidden");
        await quiet.Get<MessageSender>().RunOnceAsync();

        var bodies = await Db.ReadAsync(db => db.Messages.OrderBy(m => m.Id).Select(m => m.Body!).ToListAsync());
        bodies[1].ShouldBe($"<a href=\"{MessageRendering.Hidden}/points\">x</a>".Replace(MessageRendering.Hidden, System.Net.WebUtility.HtmlEncode(MessageRendering.Hidden), StringComparison.Ordinal));
        var link = bodies[0].Split('"')[1];
        link.ShouldStartWith("http://localhost:5080/my/m/");
        (await Sessions.OpenMessageLinkAsync(link.Split('/')[^2], link.Split('/')[^1]))!.Path.ShouldBe("/my/points");
    }

    [Fact]
    public async Task A_frozen_member_may_look_a_merged_one_is_its_survivor_and_an_erased_one_is_nobody()
    {
        var link = await Links.CreateAsync(Staff, Member.Id, new PortalLinkWish());
        await Db.Get<MemberProfiles>().FreezeAsync(Staff, Member.Id, "Test");
        var frozen = (await OpenAsync(link)).ShouldNotBeNull();
        (await Db.Get<PortalHome>().FrameAsync(frozen)).IsFrozen.ShouldBeTrue();
        await Db.Get<MemberProfiles>().RestoreAsync(Staff, Member.Id, "Test");

        var survivor = await A.Member().SaveToAsync(Db);
        await Db.Get<MemberMerges>().MergeAsync(Staff, survivor.Id, Member.Id, "Same person");
        (await OpenAsync(link)).ShouldNotBeNull().Id.ShouldBe(survivor.Id);
        (await Links.ListAsync(Staff, survivor.Id)).ShouldHaveSingleItem();

        await Db.Get<MemberErasure>().EraseAsync(Staff, survivor.Id, survivor.Number, "Asked for");
        (await OpenAsync(link)).ShouldBeNull();
        await Should.ThrowAsync<NotFoundException>(() => Links.CreateAsync(Staff, survivor.Id, new PortalLinkWish()));
        await Should.ThrowAsync<AccessDeniedException>(() => Db.Get<PortalHome>().FrameAsync(frozen));
        (await Db.ReadAsync(db => db.PortalLinks.CountAsync())).ShouldBe(0);
        (await Db.ReadAsync(db => db.PortalSessions.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task The_settings_say_when_nobody_is_sent_a_code()
    {
        var settings = Db.Get<PortalSettingsService>();
        (await settings.FormAsync(Staff)).SendsCodes.ShouldBeTrue();

        await Db.AddAsync(new MessageScenarioSettings { Id = MessageScenario.Verification, IsOn = false, Channels = [] });

        (await settings.FormAsync(Staff)).SendsCodes.ShouldBeFalse();
    }

    [Fact]
    public async Task A_session_ends_after_four_hours_when_signed_out_and_when_pages_are_switched_off()
    {
        var link = await Links.CreateAsync(Staff, Member.Id, new PortalLinkWish());
        var (one, two) = ((await Sessions.OpenLinkAsync(TokenOf(link)))!.SessionId, (await Sessions.OpenLinkAsync(TokenOf(link)))!.SessionId);
        await Sessions.EndAsync(one);
        (await Sessions.ActorOfAsync(one)).ShouldBeNull();

        var settings = Db.Get<PortalSettingsService>();
        var form = await settings.FormAsync(Staff);
        form.IsOn = false;
        await settings.SaveAsync(Staff, form);
        (await Sessions.ActorOfAsync(two)).ShouldBeNull();
        (await Sessions.OpenLinkAsync(TokenOf(link))).ShouldBeNull();
        (await Should.ThrowAsync<RuleViolationException>(() => Links.CreateAsync(Staff, Member.Id, new PortalLinkWish()))).Code.ShouldBe("member_page_off");

        form = await settings.FormAsync(Staff);
        form.IsOn = true;
        await settings.SaveAsync(Staff, form);
        (await Sessions.ActorOfAsync(two)).ShouldNotBeNull();
        Clock.Advance(PortalSessions.AbsoluteLifetime);
        (await Sessions.ActorOfAsync(two)).ShouldBeNull();
    }

    [Theory]
    [InlineData("https://evil.example", 10, "target")]
    [InlineData("/sign-in", 10, "target")]
    [InlineData("coupons", 0, "validMinutes")]
    [InlineData("coupons", 43_201, "validMinutes")]
    public async Task A_link_leads_to_a_members_page_for_30_days_at_most(string target, int minutes, string field) =>
        (await Should.ThrowAsync<InvalidInputException>(() => Links.CreateAsync(Staff, Member.Id, new PortalLinkWish(target, minutes)))).Errors.ShouldHaveSingleItem().Field.ShouldBe(field);
}
