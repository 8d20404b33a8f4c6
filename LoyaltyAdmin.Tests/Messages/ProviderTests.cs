using System.Net;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Messages;

/// <summary>What leaves the house, byte for byte, and what the answers mean.</summary>
[Long]
public sealed class ProviderTests : MessageTest, IDisposable
{
    private readonly SmtpServer smtp = new();

    public ProviderTests() : base(DatabaseKind.Sqlite)
    {
#pragma warning disable SYSLIB0014, MA0039 // The only way to let System.Net.Mail trust exactly the test's own certificate.
        ServicePointManager.ServerCertificateValidationCallback = (_, certificate, _, _) => trusts && certificate?.GetCertHashString() == smtp.Thumbprint;
#pragma warning restore SYSLIB0014, MA0039
    }

    private bool trusts = true;

    public void Dispose() => smtp.Dispose();

    [Fact]
    public async Task An_email_is_a_conversation_with_tls_a_password_both_texts_and_a_way_out()
    {
        await UseSmtpAsync();
        var member = await MemberAsync(set: m => m.FullName = "Zoë <b>O'Neil</b>");
        await AddAsync(Coupon(member));

        await Sender.RunOnceAsync();

        var message = await OnlyAsync();
        (message.Status, message.ProviderRef).ShouldBe((MessageStatus.Sent, $"<{message.MessageId}@shop.example>"));
        var mail = smtp.Mails.ShouldHaveSingleItem();
        (mail.WasEncrypted, mail.User, mail.Password, mail.To).ShouldBe((true, "relay-user", "relay-password", member.Email));
        var unfolded = mail.Data.Replace("\r\n ", " ", StringComparison.Ordinal);
        unfolded.ShouldContain($"Message-ID: <{message.MessageId}@shop.example>");
        unfolded.ShouldContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
        var token = Db.Get<UnsubscribeTokens>().For(member.Id, ConsentChannel.Email, ConsentPurpose.Marketing);
        unfolded.ShouldContain($"List-Unsubscribe: <https://loyalty.example/u/{token}>\r\n");
        unfolded.ShouldContain("multipart/alternative");
        var text = Decoded(mail.Data);
        text.ShouldContain($"Unsubscribe: https://loyalty.example/u/{token}");
        text.ShouldContain($"<a href=\"https://loyalty.example/u/{token}\"");
        text.ShouldContain("<p>Hello Zo&#235; &lt;b&gt;O&#39;Neil&lt;/b&gt;,</p>");
        text.ShouldContain("1 Main Street");
        text.ShouldContain("Hello Zoë <b>O'Neil</b>,", Case.Sensitive, "the plain part is text, not HTML");
    }

    [Fact]
    public async Task A_receipt_has_no_unsubscribe_link()
    {
        await UseSmtpAsync();
        await AddAsync(new MessageRequest(MessageScenario.GiftCard, (await MemberAsync()).Id, "sale:1") { Variables = new Dictionary<string, string?> { ["amount"] = "USD 50.00", ["cardEnding"] = "4821" } });

        await Sender.RunOnceAsync();

        smtp.Mails.ShouldHaveSingleItem().Data.ShouldNotContain("nsubscribe");
    }

    [Fact]
    public async Task A_refused_mailbox_is_suppressed_and_the_next_channel_takes_the_message()
    {
        await UseSmtpAsync();
        smtp.Recipient = _ => "550 5.1.1 no such user ada@example.com";
        var member = await MemberAsync([ConsentChannel.Email, ConsentChannel.Sms], m => m.Phone = "+12125550100");
        await AddAsync(Tier(member));

        await Sender.RunOnceAsync();

        var message = await OnlyAsync();
        (message.Status, message.Channel).ShouldBe((MessageStatus.Sent, ConsentChannel.Sms));
        var suppression = (await SuppressionsAsync()).ShouldHaveSingleItem();
        (suppression.Channel, suppression.Reason, suppression.MaskedAddress).ShouldBe((ConsentChannel.Email, SuppressionReason.HardBounce, Domain.Values.Masks.Email(member.Email)));
        message.Decisions.ShouldAllBe(d => !d.Verdict.Contains('@'));
    }

    [Theory]
    [InlineData("450 4.2.1 busy", "The relay answered 450 to the recipient.")]
    [InlineData("550 5.7.1 relaying denied", "The relay answered 550 to the recipient.")]
    public async Task A_relay_that_cannot_now_is_tried_again(string answer, string error)
    {
        await UseSmtpAsync();
        smtp.Recipient = _ => answer;
        await AddAsync(Tier(await MemberAsync()));

        await Sender.RunOnceAsync();

        var message = await OnlyAsync();
        (message.Status, message.Error, message.NextAt).ShouldBe((MessageStatus.Waiting, error, Clock.Now.AddSeconds(10)));
        (await SuppressionsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_relay_without_tls_with_a_strange_certificate_or_refusing_the_password_gets_no_message()
    {
        await UseSmtpAsync();
        var errors = new List<string?>();
        smtp.OffersTls = false;
        errors.Add(await TriedAsync());
        (smtp.OffersTls, trusts) = (true, false);
        errors.Add(await TriedAsync());
        trusts = true;
        await Db.Database.WriteAsync(Domain.Access.Actor.System, async db => (await db.MessageChannels.SingleAsync()).SealedSecret = Db.Keys.Seal("wrong"));
        errors.Add(await TriedAsync());

        smtp.Mails.ShouldBeEmpty();
        errors.ShouldAllBe(error => error != null);
    }

    [Fact]
    public async Task A_relay_that_falls_silent_after_the_message_leaves_it_unknown_and_nobody_repeats_it()
    {
        await UseSmtpAsync();
        var silence = new TaskCompletionSource();
        smtp.BeforeConfirming = () => silence.Task;
        await AddAsync(Tier(await MemberAsync()));

        await Sender.RunOnceAsync();
        Clock.Advance(TimeSpan.FromDays(1));
        await Sender.RunOnceAsync();

        (await OnlyAsync()).Status.ShouldBe(MessageStatus.Unknown);
        smtp.Mails.ShouldHaveSingleItem();
        silence.SetResult();
    }

    [Fact]
    public async Task An_SMS_is_the_form_Twilio_documents()
    {
        await UseTwilioAsync();
        Http.Answer = _ => Task.FromResult(new RecordedReply(201, """{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued"}"""));
        await AddAsync(Tier(await MemberAsync([ConsentChannel.Sms], m => m.Phone = "+12125550123")));

        await Sender.RunOnceAsync();

        var request = Http.Requests.ShouldHaveSingleItem();
        (request.Method, request.Path, request.Headers["Content-Type"]).ShouldBe(("POST", "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json", "application/x-www-form-urlencoded"));
        request.Headers["Authorization"].ShouldBe("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("AC00000000000000000000000000000000:token")));
        request.Body.ShouldBe("To=%2B12125550123&From=%2B12125550000&Body=%3A+Your+Club+card+is+now+Gold%2C+after+Silver.&StatusCallback=https%3A%2F%2Floyalty.example%2Fhooks%2Fmessages%2Ftwilio");
        (await OnlyAsync()).ProviderRef.ShouldBe("SM0123456789abcdef0123456789abcdef");
    }

    [Theory]
    [InlineData(400, 21610, MessageStatus.Suppressed, SuppressionReason.Stop)]
    [InlineData(400, 21211, MessageStatus.Suppressed, SuppressionReason.HardBounce)]
    [InlineData(500, 20500, MessageStatus.Unknown, null)]
    [InlineData(429, 20429, MessageStatus.Waiting, null)]
    [InlineData(401, 20003, MessageStatus.Waiting, null)]
    public async Task Twilios_refusals_mean_stop_wrong_number_maybe_or_later(int status, int code, MessageStatus becomes, SuppressionReason? reason)
    {
        await UseTwilioAsync();
        Http.Answer = _ => Task.FromResult(new RecordedReply(status, $$"""{"code":{{code}},"message":"no","status":{{status}}}"""));
        await AddAsync(Tier(await MemberAsync([ConsentChannel.Sms], m => m.Phone = "+12125550123")));

        await Sender.RunOnceAsync();

        (await OnlyAsync()).Status.ShouldBe(becomes);
        (await SuppressionsAsync()).Select(s => (SuppressionReason?)s.Reason).ShouldBe(reason is null ? [] : [reason]);
        Http.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_push_is_the_body_FCM_documents_under_a_token_for_a_signed_assertion()
    {
        using var key = RSA.Create(2048);
        await UseFcmAsync(key);
        Http.Answer = request => Task.FromResult(request.Path == "/token" ? new RecordedReply(200, """{"access_token":"ya29.test","expires_in":3599,"token_type":"Bearer"}""") : new RecordedReply(200, """{"name":"projects/demo-1/messages/0:1"}"""));
        await AddAsync(Tier(await WithTokenAsync("tok-1")), Tier(await WithTokenAsync("tok-2")));

        await Sender.RunOnceAsync();

        var messages = await MessagesAsync();
        messages.ShouldAllBe(m => m.Status == MessageStatus.Sent && m.ProviderRef == "projects/demo-1/messages/0:1");
        var sends = Http.Requests.Where(r => r.Path == "/v1/projects/demo-1/messages:send").ToList();
        sends.Count.ShouldBe(2);
        sends.ShouldAllBe(r => r.Headers["Authorization"] == "Bearer ya29.test" && r.Headers["Content-Type"] == "application/json; charset=utf-8");
        sends.Select(r => r.Body).ShouldContain("""{"validate_only":false,"message":{"token":"tok-1","notification":{"title":"You are now Gold","body":"Your Club card is now Gold, after Silver."},"data":{"messageId":"ID","scenario":"TierChange"},"android":{"priority":"HIGH","ttl":"86400s"},"apns":{"headers":{"apns-priority":"10"},"payload":{"aps":{"sound":"default"}}},"fcm_options":{"analytics_label":"TierChange"}}}""".Replace("ID", messages[0].MessageId.ToString(), StringComparison.Ordinal));
        var exchange = Http.Requests.Where(r => r.Path == "/token").ToList();
        exchange.Count.ShouldBeInRange(1, 2);
        exchange[0].Body.ShouldStartWith("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=");
        var parts = exchange[0].Body.Split("assertion=")[1].Split('.');
        key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
        Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])).ShouldBe($$"""{"iss":"push@demo-1.iam.example","scope":"https://www.googleapis.com/auth/firebase.messaging","aud":"{{Http.Url}}/token","iat":{{Clock.Now.ToUnixTimeSeconds()}},"exp":{{Clock.Now.AddHours(1).ToUnixTimeSeconds()}}}""");
    }

    [Theory]
    [InlineData("""[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]""", 404, true)]
    [InlineData("""[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"}]""", 400, true)]
    [InlineData("""[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"},{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.data"}]}]""", 400, false)]
    [InlineData("""[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNAVAILABLE"}]""", 503, false)]
    public async Task Only_an_error_of_the_token_costs_the_token_its_place(string details, int status, bool costs)
    {
        using var key = RSA.Create(2048);
        await UseFcmAsync(key);
        Http.Answer = request => Task.FromResult(request.Path == "/token" ? new RecordedReply(200, """{"access_token":"t","expires_in":3599}""") : new RecordedReply(status, $$$"""{"error":{"code":{{{status}}},"details":{{{details}}}}}"""));
        await AddAsync(Tier(await WithTokenAsync("tok-1")));

        await Sender.RunOnceAsync();

        (await Db.ReadAsync(db => db.MemberDevices.CountAsync())).ShouldBe(costs ? 0 : 1);
        (await SuppressionsAsync()).Count.ShouldBe(costs ? 1 : 0);
        (await OnlyAsync()).Status.ShouldBe(costs ? MessageStatus.Suppressed : MessageStatus.Waiting);
    }

    [Fact]
    public async Task A_mini_program_notice_is_WeChats_subscribe_message()
    {
        var program = new MiniProgram { Code = "shop", Name = "Shop", Kind = MiniProgramKind.WeChat, AppId = "wx1", SealedSecret = Db.Keys.Seal("s3cret"), UsesSandbox = false, Templates = [new MiniProgramTemplate(MessageScenario.CouponArrival, "tpl-1", "pages/coupons")] };
        await Db.AddAsync(program);
        await OnlyThroughAsync(MessageScenario.CouponArrival, ConsentChannel.MiniProgram);
        var member = await MemberAsync([ConsentChannel.MiniProgram]);
        await Db.AddAsync(Device(member, DeviceKind.MiniProgramUser, "openid-1", program.Id));
        Http.Answer = request => Task.FromResult(new RecordedReply(200, request.Path.StartsWith("/cgi-bin/token", StringComparison.Ordinal) ? """{"access_token":"AT","expires_in":7200}""" : """{"errcode":0,"errmsg":"ok","msgid":294402298110051942}"""));
        await AddAsync(Coupon(member) with { MiniProgramIds = [program.Id] }, Coupon(member));

        await Sender.RunOnceAsync();

        Http.Requests.Select(r => r.Path).ShouldBe(["/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=s3cret", "/cgi-bin/message/subscribe/send?access_token=AT"]);
        Http.Requests[1].Body.ShouldBe("""{"touser":"openid-1","template_id":"tpl-1","page":"pages/coupons","miniprogram_state":"formal","lang":"en_US","data":{"thing1":{"value":"A coupon for you: 10 off"},"thing2":{"value":"You have received 10 off."}}}""");
        (await MessagesAsync()).Select(m => (m.Status, m.ProviderRef)).ShouldBe([(MessageStatus.Sent, "294402298110051942"), (MessageStatus.Suppressed, null)]);
    }

    private async Task<string?> TriedAsync()
    {
        var request = Tier(await MemberAsync());
        await AddAsync(request);
        await Sender.RunOnceAsync();

        return (await MessagesAsync()).Single(m => m.ReasonKey == request.ReasonKey).Error;
    }

    private async Task UseSmtpAsync()
    {
        await Db.AddAsync(new MessageSettings { PublicUrl = "https://loyalty.example", EmailFooter = "Demo Retail Group, 1 Main Street" });
        await UseAsync(ConsentChannel.Email, new ChannelOptions { Host = "localhost", Port = smtp.Port, UserName = "relay-user", FromAddress = "news@shop.example", FromName = "Shop" }, "relay-password");
    }

    private async Task UseTwilioAsync()
    {
        await Db.AddAsync(new MessageSettings { PublicUrl = "https://loyalty.example" });
        await UseAsync(ConsentChannel.Sms, new ChannelOptions { AccountSid = "AC00000000000000000000000000000000", From = "+12125550000" }, "token");
    }

    private Task UseFcmAsync(RSA key) => UseAsync(ConsentChannel.Push, new ChannelOptions(), JsonSerializer.Serialize(new { type = "service_account", project_id = "demo-1", private_key_id = "k1", private_key = key.ExportPkcs8PrivateKeyPem(), client_email = "push@demo-1.iam.example" }));

    private async Task<Member> WithTokenAsync(string token)
    {
        var member = await MemberAsync([ConsentChannel.Push]);
        await Db.AddAsync(Device(member, DeviceKind.FcmToken, token, null));

        return member;
    }

    private MemberDevice Device(Member member, DeviceKind kind, string address, long? program) =>
        new() { MemberId = member.Id, Kind = kind, MiniProgramId = program, Address = address, AddressHash = Db.Keys.Hash("device", address), CreatedAt = Clock.Now, SeenAt = Clock.Now };

    private static string Decoded(string data)
    {
        var soft = data.Replace("=\r\n", "", StringComparison.Ordinal);
        var bytes = new List<byte>();
        for (var i = 0; i < soft.Length; i++)
        {
            if (soft[i] == '=' && i + 2 < soft.Length && byte.TryParse(soft.AsSpan(i + 1, 2), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes([soft[i]]));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
