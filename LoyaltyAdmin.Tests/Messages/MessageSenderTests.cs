using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Messages;

public abstract class MessageSenderTests(DatabaseKind kind) : MessageTest(kind)
{
    public sealed class OnSqlite() : MessageSenderTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MessageSenderTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_message_is_recorded_by_the_sandbox_with_its_text_and_every_decision()
    {
        await AddAsync(Tier(await MemberAsync()));

        await Sender.RunOnceAsync();

        var message = await OnlyAsync();
        (message.Status, message.Channel, message.Attempts, message.SentAt, message.NextAt, message.Claim).ShouldBe((MessageStatus.Sent, ConsentChannel.Email, 1, Clock.Now, null, null));
        (message.Subject, message.MaskedTo).ShouldBe(("You are now Gold", "m•••@example.com"));
        message.Body!.ShouldContain("<p>Hello Ada Lovelace,</p>");
        message.Body!.ShouldContain("Your Club card is now Gold, after Silver.");
        message.Decisions.Select(d => (d.Check, d.Channel, d.Verdict)).ShouldBe([("Channel", ConsentChannel.Email, "Chosen."), ("Attempt", ConsentChannel.Email, "Recorded by the sandbox.")]);
    }

    [Fact]
    public async Task One_reason_tells_once_and_an_undone_reason_tells_nobody()
    {
        var member = await MemberAsync();

        (await AddAsync(Tier(member, "tier-change:1"), Tier(member, "tier-change:1"))).ShouldBe(1);
        (await AddAsync(Tier(member, "tier-change:1"))).ShouldBe(0);
        await Should.ThrowAsync<InvalidOperationException>(() => Db.Database.WriteAsync(Actor.System, async db =>
        {
            await Db.Get<MessageOutbox>().AddAsync(db, Tier(member, "undone"));

            throw new InvalidOperationException("Undone.");
        }));

        (await OnlyAsync()).ReasonKey.ShouldBe("tier-change:1");
    }

    [Fact]
    public async Task T7_consent_withdrawn_after_enqueueing_counts_at_send()
    {
        var members = Enumerable.Range(0, 1_000).Select(i => A.Member().Where(m => m.Email = $"t7-{i}@example.com").Build(Clock.Now)).ToArray();
        await Db.AddAsync([.. members]);
        await AgreeAsync(members.Select(m => m.Id), [ConsentChannel.Email]);
        (await AddAsync([.. members.Select(m => Coupon(m))])).ShouldBe(1_000);
        var withdrawn = members.Where((_, i) => i % 10 < 3).Select(m => m.Id).ToHashSet();
        await WithdrawAsync(withdrawn);

        await Sender.RunOnceAsync();

        var messages = await MessagesAsync();
        messages.Count(m => m.Status == MessageStatus.Sent).ShouldBe(700);
        var suppressed = messages.Where(m => m.Status == MessageStatus.Suppressed).ToList();
        suppressed.Select(m => m.MemberId).ToHashSet().SetEquals(withdrawn).ShouldBeTrue();
        suppressed.ShouldAllBe(m => m.Error!.StartsWith("E-mail: No consent.", StringComparison.Ordinal) && m.Body == null && m.SentAt == null);
    }

    [Fact]
    public async Task No_record_of_consent_means_no_message_but_a_code_the_member_asked_for_arrives_and_is_not_kept()
    {
        var member = await MemberAsync(agreed: []);
        await AddAsync(Tier(member), new MessageRequest(MessageScenario.Verification, member.Id, "code:1")
        {
            Variables = new Dictionary<string, string?> { ["minutes"] = "10" },
            Secrets = new Dictionary<string, string?> { ["code"] = "482913" },
            OnlyChannel = ConsentChannel.Email,
        });

        await Sender.RunOnceAsync();

        var messages = await MessagesAsync();
        messages[0].Status.ShouldBe(MessageStatus.Suppressed);
        (messages[1].Status, messages[1].SealedVariables).ShouldBe((MessageStatus.Sent, null));
        messages[1].Body!.ShouldContain("Your code is ••••••. It is valid for 10 minutes.");
        messages[1].Variables.ShouldNotContain("482913");
    }

    [Fact]
    public async Task The_first_channel_of_the_scenarios_order_that_is_viable_gets_the_one_message()
    {
        var member = await MemberAsync([ConsentChannel.Email, ConsentChannel.Sms], m => m.Phone = "+12125550100");
        await OnlyThroughAsync(MessageScenario.TierChange, ConsentChannel.Push, ConsentChannel.Email, ConsentChannel.Sms);
        await Db.Get<Suppressions>().AddAsync(await A.StaffUser().With(Permission.MembersEdit).SaveToAsync(Db), ConsentChannel.Email, member.Email!, SuppressionReason.Complaint, null);
        await AddAsync(Tier(member));

        await Sender.RunOnceAsync();

        var message = await OnlyAsync();
        (message.Status, message.Channel, message.MaskedTo).ShouldBe((MessageStatus.Sent, ConsentChannel.Sms, "••• 0100"));
        message.Decisions.Select(d => (d.Channel, d.Verdict)).Take(3).ShouldBe([(ConsentChannel.Push, "No consent."), (ConsentChannel.Email, "On the suppression list."), (ConsentChannel.Sms, "Chosen.")]);
    }

    [Fact]
    public async Task Quiet_hours_hold_in_the_members_zone_and_a_held_offer_that_ends_is_cancelled()
    {
        Clock.Advance(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero) - Clock.Now);
        await Db.AddAsync(new MessageSettings { QuietFrom = new TimeOnly(21, 0), QuietTo = new TimeOnly(8, 0) });
        var (inNewYork, inLondon) = (await MemberAsync(set: m => m.TimeZone = "America/New_York"), await MemberAsync(set: m => m.TimeZone = "Asia/Tokyo"));
        await AddAsync(Coupon(inNewYork, "held"), Coupon(inLondon, "sent"), Coupon(inNewYork, "ends") with { NotAfter = Clock.Now.AddHours(2) });

        await Sender.RunOnceAsync();

        var messages = (await MessagesAsync()).ToDictionary(m => m.ReasonKey);
        // 22:00 in New York, 12:00 in Tokyo.
        (messages["held"].Status, messages["held"].NextAt, messages["held"].Attempts).ShouldBe((MessageStatus.Held, new DateTimeOffset(2026, 11, 24, 13, 0, 0, TimeSpan.Zero), 0));
        messages["sent"].Status.ShouldBe(MessageStatus.Sent);
        (messages["ends"].Status, messages["ends"].Error).ShouldBe((MessageStatus.Cancelled, "The offer ends within the quiet hours."));

        Clock.Advance(TimeSpan.FromHours(10));
        await Sender.RunOnceAsync();
        (await MessagesAsync()).First(m => m.ReasonKey == "held").Status.ShouldBe(MessageStatus.Sent);
    }

    [Fact]
    public async Task Caps_count_days_and_weeks_over_all_scenarios_but_not_receipts()
    {
        Clock.Advance(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero) - Clock.Now);
        await Db.AddAsync(new MessageSettings { MostPerDay = 2, MostPerWeek = 3 });
        var member = await MemberAsync();
        var receipt = new MessageRequest(MessageScenario.GiftCard, member.Id, "receipt") { Variables = new Dictionary<string, string?> { ["amount"] = "USD 50.00" } };
        await AddAsync(Coupon(member), Tier(member), Coupon(member), receipt);

        await Sender.RunOnceAsync();

        (await MessagesAsync()).Select(m => m.Status).ShouldBe([MessageStatus.Sent, MessageStatus.Sent, MessageStatus.Capped, MessageStatus.Sent]);
        (await MessagesAsync())[2].Error.ShouldBe("Had 2 today.");

        Clock.Advance(TimeSpan.FromDays(1));
        await AddAsync(Coupon(member), Coupon(member));
        await Sender.RunOnceAsync();
        (await MessagesAsync()).Skip(4).Select(m => (m.Status, m.Error)).ShouldBe([(MessageStatus.Sent, null), (MessageStatus.Capped, "Had 3 this week.")]);
    }

    [Fact]
    public async Task A_scenario_switched_off_and_members_who_left_get_nothing()
    {
        await Db.AddAsync(new MessageScenarioSettings { Id = MessageScenario.CouponArrival, IsOn = false, Channels = Scenarios.DefaultChannels });
        var (frozen, here) = (await MemberAsync(set: m => m.Status = MemberStatus.Frozen), await MemberAsync());
        await AddAsync(Tier(frozen), Coupon(here));

        await Sender.RunOnceAsync();

        (await MessagesAsync()).Select(m => (m.Status, m.Error)).ShouldBe([(MessageStatus.Cancelled, "The member is frozen."), (MessageStatus.Cancelled, "The scenario is switched off.")]);
    }

    [Fact]
    public async Task Two_senders_at_once_send_each_message_once()
    {
        var program = await ProgramAsync();
        var members = await MembersInAsync(program, 120);
        await AddAsync([.. members.Select(m => Coupon(m) with { MiniProgramIds = [program.Id] })]);
        await using var other = Db.OpenAgain(Configure);

        await Task.WhenAll(Task.Run(() => Sender.RunOnceAsync()), Task.Run(() => other.Get<MessageSender>().RunOnceAsync()));

        Http.Requests.Count.ShouldBe(120);
        Http.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct().Count().ShouldBe(120);
        (await MessagesAsync()).ShouldAllBe(m => m.Status == MessageStatus.Sent);
    }

    [Fact]
    public async Task C4_a_sender_lost_between_the_providers_yes_and_its_mark_repeats_under_the_same_identifier_and_changes_nothing_later()
    {
        var program = await ProgramAsync();
        var members = await MembersInAsync(program, 40);
        await AddAsync([.. members.Select(m => Coupon(m) with { MiniProgramIds = [program.Id] })]);
        var (arrived, lost) = (new TaskCompletionSource(), new TaskCompletionSource<RecordedReply>());
        Http.Answer = _ =>
        {
            arrived.TrySetResult();

            return lost.Task;
        };
        await using var dying = Db.OpenAgain(Configure);
        var sending = dying.Get<MessageSender>().RunOnceAsync();
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Http.Answer = _ => Task.FromResult(new RecordedReply(200, "{}"));
        await Sender.RunOnceAsync();
        (await MessagesAsync()).ShouldAllBe(m => m.Status == MessageStatus.Waiting, "the lost sender's claim still holds");

        Clock.Advance(MessageSender.Lease);
        await Sender.RunOnceAsync();
        var after = await MessagesAsync();
        lost.SetResult(new RecordedReply(503));
        await sending;

        after.ShouldAllBe(m => m.Status == MessageStatus.Sent);
        (await MessagesAsync()).Select(m => (m.Status, m.Attempts)).ShouldBe(after.Select(m => (m.Status, m.Attempts)), "an outcome that comes too late is nobody's");
        Http.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct().Count().ShouldBe(40);
        Http.Requests.GroupBy(r => r.Headers["Idempotency-Key"]).Max(g => g.Count()).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_failing_provider_is_tried_twelve_times_ever_later_and_then_given_up()
    {
        var program = await ProgramAsync();
        var member = (await MembersInAsync(program, 1))[0];
        await AddAsync(Coupon(member) with { MiniProgramIds = [program.Id] });
        Http.Answer = _ => Task.FromResult(new RecordedReply(503));

        for (var attempt = 1; attempt <= MessageSender.MostAttempts; attempt++)
        {
            await Sender.RunOnceAsync();
            Http.Requests.Count.ShouldBe(attempt);
            Clock.Advance(MessageSender.PauseAfter(attempt) - TimeSpan.FromTicks(1));
            await Sender.RunOnceAsync();
            Http.Requests.Count.ShouldBe(attempt);
            Clock.Advance(TimeSpan.FromTicks(1));
        }

        await Sender.RunOnceAsync();
        Http.Requests.Count.ShouldBe(12);
        var dead = await OnlyAsync();
        (dead.Status, dead.Attempts, dead.Error, dead.NextAt).ShouldBe((MessageStatus.Dead, 12, "The mini program answered 503.", null));
        (await Db.ReadAsync(db => db.MessageChannelHealth.SingleAsync())).LastFailure.ShouldBe("The mini program answered 503.");
    }

    [Fact]
    public async Task A_merged_members_message_goes_to_the_survivor()
    {
        var survivor = await MemberAsync();
        var gone = await A.Member().Where(m => (m.Status, m.MergedIntoId) = (MemberStatus.Merged, survivor.Id)).SaveToAsync(Db);
        await AddAsync(Tier(gone));

        await Sender.RunOnceAsync();

        var message = await OnlyAsync();
        (message.Status, message.MemberId).ShouldBe((MessageStatus.Sent, survivor.Id));
    }

    private async Task<MiniProgram> ProgramAsync()
    {
        var program = new MiniProgram
        {
            Code = "shop",
            Name = "Shop",
            Kind = MiniProgramKind.Http,
            AppId = "app",
            Url = Http.Url + "/notice",
            SealedSecret = Db.Keys.Seal("s3cret"),
            UsesSandbox = false,
            Templates = [new MiniProgramTemplate(MessageScenario.CouponArrival, "tpl-1")],
        };
        await Db.AddAsync(program);
        await OnlyThroughAsync(MessageScenario.CouponArrival, ConsentChannel.MiniProgram);

        return program;
    }

    private async Task<Member[]> MembersInAsync(MiniProgram program, int count)
    {
        var members = Enumerable.Range(0, count).Select(_ => A.Member().Build(Clock.Now)).ToArray();
        await Db.AddAsync([.. members]);
        await AgreeAsync(members.Select(m => m.Id), [ConsentChannel.MiniProgram]);
        await Db.AddAsync([.. members.Select(m => new MemberDevice
        {
            MemberId = m.Id,
            Kind = DeviceKind.MiniProgramUser,
            MiniProgramId = program.Id,
            Address = $"openid-{m.Id}",
            AddressHash = Db.Keys.Hash("device", $"openid-{m.Id}"),
            CreatedAt = Clock.Now,
            SeenAt = Clock.Now,
        })]);

        return members;
    }
}
