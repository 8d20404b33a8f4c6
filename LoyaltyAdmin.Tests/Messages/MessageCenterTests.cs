using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Messages;

/// <summary>What staff do in the Message Center: texts, switches, rules, the Outbox, and the masters.</summary>
public abstract class MessageCenterTests(DatabaseKind kind) : MessageTest(kind)
{
    private Actor editor = Actor.System;

    public sealed class OnSqlite() : MessageCenterTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MessageCenterTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        editor = await A.StaffUser().With(Permission.MessagesRead, Permission.MessagesEdit, Permission.SettingsManage, Permission.MembersRead, Permission.MembersReveal).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_template_is_used_in_its_language_from_its_saving_on_and_its_versions_stay()
    {
        var templates = Db.Get<MessageTemplates>();
        var form = await templates.FormAsync(editor, MessageScenario.TierChange, ConsentChannel.Email, "zh-CN");
        (form.Number, form.Subject).ShouldBe((0, "You are now {{tier}}"));
        (form.Subject, form.Body) = ("{{name}}: {{tier}}", "<p>{{plan}}</p>");
        (await templates.SaveAsync(editor, form)).ShouldBe(1);
        form.Number = 1;
        form.Body = "<p>{{plan}} {{tier}}</p>";
        (await templates.SaveAsync(editor, form)).ShouldBe(2);
        await Should.ThrowAsync<ConcurrentChangeException>(() => templates.SaveAsync(editor, form));

        await AddAsync(Tier(await MemberAsync(set: m => (m.FullName, m.Language) = ("<script>alert(1)</script>", "zh-CN"))), Tier(await MemberAsync()));
        await Sender.RunOnceAsync();

        var messages = await MessagesAsync();
        (messages[0].Language, messages[0].Body).ShouldBe(("zh-CN", "<p>Club Gold</p>"));
        messages[1].Subject.ShouldBe("You are now Gold");
        (await templates.VersionsAsync(editor, MessageScenario.TierChange, ConsentChannel.Email, "zh-CN")).Select(v => v.Number).ShouldBe([2, 1]);
        (await templates.ListAsync(editor)).Count.ShouldBe((Scenarios.All.Count * Scenarios.Channels.Count) + 1);
    }

    [Theory]
    [InlineData("<p>{{{name}}}</p>", "two braces")]
    [InlineData("<p>{{& name}}</p>", "two braces")]
    [InlineData("<p>{{> footer}}</p>", "cannot include others")]
    [InlineData("<p>{{#if name}}</p>", "cannot be read")]
    [InlineData("<p>{{password}}</p>", "“password” is not one")]
    public async Task A_template_that_does_not_escape_does_not_end_or_names_what_is_not_there_is_refused(string body, string why) =>
        (await Should.ThrowAsync<InvalidInputException>(() => Db.Get<MessageTemplates>().SaveAsync(editor, new TemplateForm { Scenario = MessageScenario.TierChange, Channel = ConsentChannel.Email, Subject = "x", Body = body }))).Errors.ShouldContain(error => error.Field == "Body" && error.Message.Contains(why, StringComparison.Ordinal));

    [Theory]
    [InlineData("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("\" onmouseover=\"alert(1)", "&quot; onmouseover=&quot;alert(1)")]
    [InlineData("' onfocus='alert(1)", "&#39; onfocus=&#39;alert(1)")]
    [InlineData("{{company}}", "{{company}}")]
    public async Task A_members_name_is_text_wherever_it_stands(string name, string written)
    {
        var member = await MemberAsync(set: m => m.FullName = name);

        var preview = await Db.Get<MessageTemplates>().PreviewAsync(editor, new TemplateForm { Scenario = MessageScenario.TierChange, Channel = ConsentChannel.Email, Subject = "For {{name}}\r\nBcc: x", Body = "<p title=\"{{name}}\">{{name}}</p>" }, member.Number);

        preview.Page!.ShouldContain($"<p title=\"{written}\">{written}</p>");
        preview.Subject!.ShouldNotContain("\n");
    }

    [Fact]
    public async Task The_outbox_masks_names_for_those_who_may_not_see_them()
    {
        var reader = await A.StaffUser().With(Permission.MessagesRead).SaveToAsync(Db);
        await AddAsync(Tier(await MemberAsync()));
        await Sender.RunOnceAsync();
        var id = (await OnlyAsync()).Id;

        (await Db.Get<MessageLog>().GetAsync(editor, id)).Page!.ShouldContain("Hello Ada Lovelace,");
        var masked = (await Db.Get<MessageLog>().GetAsync(reader, id)).Page!;
        masked.ShouldContain("Hello A•••,");
        masked.ShouldNotContain("Lovelace");
    }

    [Fact]
    public async Task The_outbox_is_searched_and_seen_by_store_and_a_message_is_sent_again_under_its_identifier()
    {
        var (here, there) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var (member, other) = (await MemberAsync([], m => m.HomeStoreId = here.Id), await MemberAsync(set: m => m.HomeStoreId = there.Id));
        await AddAsync(Tier(member), Tier(other), Coupon(other));
        await Sender.RunOnceAsync();
        var log = Db.Get<MessageLog>();
        async Task<int> CountAsync(MessageFilter filter, Actor? actor = null) => (await log.ListAsync(actor ?? editor, filter, new PageRequest())).Rows.Count;

        (await CountAsync(new())).ShouldBe(3);
        (await CountAsync(new() { Text = other.Number })).ShouldBe(2);
        (await CountAsync(new() { MemberId = member.Id })).ShouldBe(1);
        (await CountAsync(new() { Scenario = MessageScenario.CouponArrival })).ShouldBe(1);
        (await CountAsync(new() { Status = MessageStatus.Suppressed })).ShouldBe(1);
        (await CountAsync(new() { Channel = ConsentChannel.Email })).ShouldBe(2);
        (await CountAsync(new() { To = DateOnly.FromDateTime(Clock.Now.UtcDateTime).AddDays(-2) })).ShouldBe(0);
        (await CountAsync(new(), await A.StaffUser().With(Permission.MessagesRead).In(here).SaveToAsync(Db))).ShouldBe(1);
        (await log.CountAsync(editor, new())).Count.ShouldBe(3);

        var suppressed = (await MessagesAsync())[0];
        await AgreeAsync([member.Id], [ConsentChannel.Email]);
        await log.ReplayAsync(editor, suppressed.Id);
        await Sender.RunOnceAsync();
        var sent = (await MessagesAsync())[0];
        (sent.Status, sent.MessageId).ShouldBe((MessageStatus.Sent, suppressed.MessageId));
        (await Should.ThrowAsync<RuleViolationException>(() => log.ReplayAsync(editor, sent.Id))).Code.ShouldBe("message_not_over");
    }

    [Fact]
    public async Task Rules_scenarios_and_masters_are_checked_saved_and_audited()
    {
        var rules = Db.Get<MessageRules>();
        var form = await rules.FormAsync(editor);
        (form.QuietFrom, form.MostPerDay, form.PublicUrl) = ("21:00", 0, "ftp://x");
        (await Should.ThrowAsync<InvalidInputException>(() => rules.SaveAsync(editor, form))).Errors.Select(e => e.Field).Order().ShouldBe(["MostPerDay", "PublicUrl", "QuietTo"]);
        (form.QuietTo, form.MostPerDay, form.PublicUrl) = ("08:00", 2, "https://loyalty.example/");
        await rules.SaveAsync(editor, form);
        var saved = await rules.FormAsync(editor);
        (saved.QuietFrom, saved.QuietTo, saved.MostPerDay, saved.PublicUrl).ShouldBe(("21:00", "08:00", 2, "https://loyalty.example"));
        await Should.ThrowAsync<ConcurrentChangeException>(() => rules.SaveAsync(editor, form));

        var scenario = (await rules.ScenariosAsync(editor))[0];
        (scenario.Title, scenario.IsOn).ShouldBe(("Coupon Arrival Notification", true));
        await Should.ThrowAsync<InvalidInputException>(() => rules.SaveScenarioAsync(editor, scenario.Id, true, [.. scenario.Channels.Select(c => c with { IsOn = false })], scenario.Version));
        await rules.SaveScenarioAsync(editor, scenario.Id, false, scenario.Channels, scenario.Version);
        (await rules.ScenariosAsync(editor))[0].IsOn.ShouldBeFalse();
        (await Db.ReadAsync(db => db.AuditEntries.Where(e => e.EntityType == nameof(MessageSettings) || e.EntityType == nameof(MessageScenarioSettings)).CountAsync())).ShouldBe(2);

        var programs = Db.Get<MiniPrograms>();
        var program = new MiniProgramForm { Code = "shop", Name = "Shop", Kind = MiniProgramKind.Http, AppId = "a", Url = "https://192.168.0.1/x", UsesSandbox = false, Templates = { [MessageScenario.CouponArrival] = "tpl" } };
        (await Should.ThrowAsync<InvalidInputException>(() => programs.SaveAsync(editor, program))).Errors.Select(e => e.Field).Order().ShouldBe(["Secret", "Url"]);
        (program.Url, program.Secret) = ("https://shop.example.com/n", "s3cret");
        var id = await programs.SaveAsync(editor, program);
        (await programs.FormAsync(editor, id)).Templates[MessageScenario.CouponArrival].ShouldBe("tpl");
        (await Should.ThrowAsync<RuleViolationException>(() => programs.SaveAsync(editor, program))).Code.ShouldBe("code_taken");
        (await Db.ReadAsync(db => db.AuditEntries.AnyAsync(e => e.After!.Contains("s3cret")))).ShouldBeFalse();

        var channels = Db.Get<SalesChannels>();
        await channels.SaveAsync(editor, new SalesChannelForm { Code = "web", Name = "Online store", CountsAs = Channel.Online });
        (await Should.ThrowAsync<RuleViolationException>(() => channels.SaveAsync(editor, new SalesChannelForm { Code = "web", Name = "Other", CountsAs = Channel.Pos }))).Code.ShouldBe("code_taken");
        (await channels.ListAsync(editor, new PageRequest())).Rows.ShouldHaveSingleItem().Name.ShouldBe("Online store");
    }

    [Fact]
    public async Task A_channel_keeps_its_secret_sealed_and_a_test_send_says_what_the_provider_said()
    {
        var channels = Db.Get<MessageChannels>();
        var mail = await channels.FormAsync(editor, ConsentChannel.Email);
        mail.Port = 465;
        (await Should.ThrowAsync<InvalidInputException>(() => channels.SaveAsync(editor, mail))).Errors.ShouldHaveSingleItem().Field.ShouldBe("Port");
        var form = await channels.FormAsync(editor, ConsentChannel.Sms);
        form.UsesSandbox = false;
        (await Should.ThrowAsync<InvalidInputException>(() => channels.SaveAsync(editor, form))).Errors.Select(e => e.Field).Order().ShouldBe(["AccountSid", "From", "Secret"]);
        (form.AccountSid, form.From, form.Secret) = ("AC00000000000000000000000000000000", "+1 212 555 0000", "s3cret-token");
        await channels.SaveAsync(editor, form);
        Http.Answer = _ => Task.FromResult(new RecordedReply(401, """{"code":20003}"""));

        var outcome = await channels.TestAsync(editor, ConsentChannel.Sms, "+12125550123");

        outcome.Error.ShouldBe("Twilio answered 401 (20003).");
        Http.Requests.ShouldHaveSingleItem().Body.ShouldContain("To=%2B12125550123&From=%2B12125550000&Body=This+is+a+test");
        (await channels.ListAsync(editor)).Single(c => c.Id == ConsentChannel.Sms).IsFailing.ShouldBeTrue();
        (await channels.FormAsync(editor, ConsentChannel.Sms)).Secret.ShouldBeNull();
        (await Db.ReadAsync(db => db.AuditEntries.AnyAsync(e => e.After!.Contains("s3cret")))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_gift_card_sold_to_a_member_sends_a_receipt_once_and_an_erased_member_leaves_no_text()
    {
        var member = await MemberAsync([]);
        var (plan, store) = await PlanAsync();
        var clerk = await A.StaffUser().With(Permission.GiftCardsSell).SaveToAsync(Db);
        var sale = new GiftCardSale { PlanCode = plan.Code, Amount = 100, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos, BuyerName = "Ada", BuyerEmail = member.Email!.ToUpperInvariant() };
        await Db.Get<GiftCardSales>().SellAsync(clerk, sale, "sale-1");
        await Db.Get<GiftCardSales>().SellAsync(clerk, sale, "sale-1");
        await Db.Get<GiftCardSales>().SellAsync(clerk, sale with { BuyerEmail = "somebody@example.com" }, "sale-2");

        await Sender.RunOnceAsync();

        var message = await OnlyAsync();
        (message.Status, message.Scenario, message.Subject).ShouldBe((MessageStatus.Sent, MessageScenario.GiftCard, "Your gift card over USD 100.00"));

        await AddAsync(Tier(member) with { NotBefore = Clock.Now.AddDays(1) });
        var eraser = await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db);
        await Db.Get<MemberErasure>().EraseAsync(eraser, member.Id, member.Number, "Asked for it");
        var messages = await MessagesAsync();
        messages.ShouldAllBe(m => m.Body == null && m.Subject == null && m.MaskedTo == null && m.Variables == "{}");
        messages[1].Status.ShouldBe(MessageStatus.Cancelled);
    }

    private async Task<(GiftCardPlan Plan, Store Store)> PlanAsync()
    {
        var store = await A.Store().SaveToAsync(Db);

        return (await A.GiftCardPlan().SaveToAsync(Db), store);
    }
}
