using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Messages;

/// <summary>The doors without a sign-in: unsubscribing and providers' reports.</summary>
public sealed class MessageDoorsTests : IDisposable
{
    private readonly Portal portal = new();

    public void Dispose() => portal.Dispose();

    private LoyaltyDatabase Database => portal.Services.GetRequiredService<LoyaltyDatabase>();

    [Fact]
    public async Task Looking_at_the_link_changes_nothing_and_posting_withdraws_as_often_as_it_is_posted()
    {
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });
        var (member, link) = await AgreedAsync();

        for (var look = 0; look < 3; look++)
        {
            using var page = await client.GetAsync(link);
            page.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await page.Content.ReadAsStringAsync()).ShouldContain("<button type=\"submit\" class=\"button\">Unsubscribe</button>");
        }

        using (var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, link)))
        {
            (await StatusAsync(member)).ShouldBe(ConsentStatus.Granted, "scanners fetch links");
        }

        foreach (var body in new HttpContent[] { new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]), Multipart(), new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]) })
        {
            using var answer = await client.PostAsync(link, body);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        }

        (await StatusAsync(member)).ShouldBe(ConsentStatus.Withdrawn);
        await using var db = await Database.ReadAsync();
        var said = await db.ConsentEvents.Where(e => e.MemberId == member).ToListAsync();
        said.ShouldHaveSingleItem().Source.ShouldBe(ConsentSource.UnsubscribeLink);
    }

    [Fact]
    public async Task A_person_at_the_page_is_told_and_a_wrong_link_or_body_does_nothing()
    {
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });
        var (member, link) = await AgreedAsync();
        var token = link.Split('/')[^1];
        var forged = $"/u/{(token[0] == 'A' ? 'B' : 'A')}{token[1..]}";

        (await PostAsync(client, forged, ("List-Unsubscribe", "One-Click"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(client, "/u/x", ("List-Unsubscribe", "One-Click"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(client, link, ("something", "else"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync(new Uri(forged, UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(member)).ShouldBe(ConsentStatus.Granted);

        using var done = await PostAsync(client, link, ("List-Unsubscribe", "One-Click"), ("shown", "1"));
        (await done.Content.ReadAsStringAsync()).ShouldContain("You are unsubscribed");
        (await StatusAsync(member)).ShouldBe(ConsentStatus.Withdrawn);
    }

    [Fact]
    public async Task Twilios_reports_count_only_with_its_signature()
    {
        using var client = portal.CreateClient();
        var keys = portal.Services.GetRequiredService<SecretKeys>();
        var id = await SentAsync(ConsentChannel.Sms, "SM1");
        await Database.WriteAsync(Actor.System, async db =>
        {
            var rules = await db.MessageSettings.FirstOrDefaultAsync() ?? db.MessageSettings.Add(new MessageSettings()).Entity;
            rules.PublicUrl = "https://loyalty.example";
            db.MessageChannels.RemoveRange(await db.MessageChannels.Where(c => c.Id == ConsentChannel.Sms).ToListAsync());
            await db.SaveChangesAsync();
            db.MessageChannels.Add(new MessageChannelSettings { Id = ConsentChannel.Sms, UsesSandbox = false, Options = new ChannelOptions { AccountSid = "AC", From = "+1" }, SealedSecret = keys.Seal("token") });
        });
        (string, string)[] failed = [("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("ErrorCode", "21610"), ("To", "+12125550177")];

        (await ReportAsync(client, "wrong", failed)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusOfAsync(id)).ShouldBe(MessageStatus.Sent);
        (await ReportAsync(client, "token", failed)).ShouldBe(HttpStatusCode.NoContent);
        (await ReportAsync(client, "token", failed)).ShouldBe(HttpStatusCode.NoContent);

        (await StatusOfAsync(id)).ShouldBe(MessageStatus.Dead);
        await using var db = await Database.ReadAsync();
        (await db.Suppressions.Where(s => s.Channel == ConsentChannel.Sms && s.MaskedAddress == "••• 0177").ToListAsync()).ShouldHaveSingleItem().Reason.ShouldBe(SuppressionReason.Stop);
    }

    [Fact]
    public async Task A_bounce_suppresses_the_address_where_the_key_is_right()
    {
        using var client = portal.CreateClient();
        var id = await SentAsync(ConsentChannel.Email, "<x>");
        await using var db = await Database.ReadAsync();
        var messageId = await db.Messages.Where(m => m.Id == id).Select(m => m.MessageId).SingleAsync();
        var body = $$"""{"kind":"HardBounce","address":"Gone@Example.com","messageId":"<{{messageId}}@shop.example>"}""";

        (await client.PostAsync(new Uri("/hooks/messages/email/wrong", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.PostAsync(new Uri(portal.Services.GetRequiredService<BounceTokens>().Path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.PostAsync(new Uri(portal.Services.GetRequiredService<BounceTokens>().Path, UriKind.Relative), new StringContent("{", Encoding.UTF8, "application/json"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        (await StatusOfAsync(id)).ShouldBe(MessageStatus.Dead);
        (await db.Suppressions.AsNoTracking().SingleAsync(s => s.MaskedAddress == "g•••@example.com")).Reason.ShouldBe(SuppressionReason.HardBounce);
    }

    private static async Task<HttpStatusCode> ReportAsync(HttpClient client, string token, (string Name, string Value)[] fields)
    {
        var text = "https://loyalty.example/hooks/messages/twilio" + string.Concat(fields.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => f.Name + f.Value));
#pragma warning disable CA5350 // Twilio's choice.
        var signature = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/messages/twilio") { Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))) };
        request.Headers.Add("X-Twilio-Signature", signature);
        using var answer = await client.SendAsync(request);

        return answer.StatusCode;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, params (string Name, string Value)[] fields) =>
        client.PostAsync(new Uri(path, UriKind.Relative), new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    private static MultipartFormDataContent Multipart()
    {
        var part = new StringContent("One-Click");
        part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"List-Unsubscribe\"" };

        return new MultipartFormDataContent { part };
    }

    private async Task<(long Member, string Link)> AgreedAsync()
    {
        var member = A.Member().Build(portal.Clock.Now);
        await Database.WriteAsync(Actor.System, async db =>
        {
            db.Members.Add(member);
            await db.SaveChangesAsync();
            db.MemberConsents.Add(new MemberConsent { MemberId = member.Id, Channel = ConsentChannel.Email, Purpose = ConsentPurpose.Marketing, Status = ConsentStatus.Granted, Since = portal.Clock.Now.AddDays(-1) });
        });

        return (member.Id, $"/u/{portal.Services.GetRequiredService<UnsubscribeTokens>().For(member.Id, ConsentChannel.Email, ConsentPurpose.Marketing)}");
    }

    private async Task<long> SentAsync(ConsentChannel channel, string reference)
    {
        var member = A.Member().Build(portal.Clock.Now);
        var message = await Database.WriteAsync(Actor.System, async db =>
        {
            db.Members.Add(member);
            await db.SaveChangesAsync();

            return db.Messages.Add(new Message
            {
                MessageId = Guid.NewGuid(),
                ReasonKey = A.Unique("report"),
                Scenario = MessageScenario.TierChange,
                MemberId = member.Id,
                IsTransactional = false,
                Purpose = ConsentPurpose.Marketing,
                Variables = "{}",
                MiniProgramIds = [],
                CreatedAt = portal.Clock.Now,
                Status = MessageStatus.Sent,
                Channel = channel,
                ProviderRef = reference,
                SentAt = portal.Clock.Now,
                Decisions = [],
            }).Entity;
        });

        return message.Id;
    }

    private async Task<ConsentStatus> StatusAsync(long member)
    {
        await using var db = await Database.ReadAsync();

        return await db.MemberConsents.Where(c => c.MemberId == member && c.Channel == ConsentChannel.Email && c.Purpose == ConsentPurpose.Marketing).Select(c => c.Status).SingleAsync();
    }

    private async Task<MessageStatus> StatusOfAsync(long id)
    {
        await using var db = await Database.ReadAsync();

        return await db.Messages.Where(m => m.Id == id).Select(m => m.Status).SingleAsync();
    }
}
