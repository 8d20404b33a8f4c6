using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>A message made for one address: what the log keeps and what became of it.</summary>
public sealed record Dispatched(MessageText Text, long? TemplateVersionId, string Language, SendOutcome Outcome, bool WasSandbox);

/// <summary>What the sandbox keeps of secrets (codes, links to members' pages): nothing, but in the demo company, where a newcomer has no other way to read them.</summary>
public sealed record MessageSandbox(bool ShowsSecrets);

/// <summary>Writes a message's text and hands it to its channel: the sandbox, which only records, or the provider.</summary>
public sealed class MessageDispatch(SecretKeys keys, MessageRendering rendering, UnsubscribeTokens unsubscribe, SmtpProvider smtp, TwilioProvider twilio, FcmProvider fcm, MiniProgramProvider miniPrograms, PortalTokens portal, MessageSandbox sandbox, TimeProvider clock)
{
    public const string Sandbox = "sandbox";

    /// <summary>Whether a channel only records.</summary>
    public static bool UsesSandbox(SendSettings settings, MemberAddress to) => to.Channel == ConsentChannel.MiniProgram
        ? !settings.Programs.TryGetValue(to.MiniProgramId ?? 0, out var program) || program.UsesSandbox
        : !settings.Channels.TryGetValue(to.Channel, out var channel) || channel.UsesSandbox;

    public async Task<Dispatched> SendAsync(Message message, Recipient recipient, MemberAddress to, SendSettings settings, CancellationToken cancel)
    {
        var (versionId, language, template) = settings.TextFor(message.Scenario, to.Channel, recipient.Language);
        var variables = MessageRendering.Read(message.Variables);
        (variables["name"], variables["number"], variables["company"]) = (recipient.Name, recipient.Number, settings.Company);
        var secrets = message.SealedVariables is { } sealedValues ? MessageRendering.Read(keys.Open(sealedValues)) : [];
        if (PortalLink(template, recipient, settings) is { } link)
        {
            secrets[MessageRendering.PortalLink] = link;
        }

        var text = rendering.Render(template, to.Channel, MessageRendering.Variables(variables.Concat(secrets)));
        var kept = secrets.Count == 0 ? text : rendering.Render(template, to.Channel, MessageRendering.Variables(variables.Concat(secrets.Select(s => KeyValuePair.Create(s.Key, (string?)MessageRendering.Hidden)))));
        if (UsesSandbox(settings, to))
        {
            return new Dispatched(sandbox.ShowsSecrets ? text : kept, versionId, language, new SendOutcome(SendResult.Accepted, $"{Sandbox}:{message.MessageId}"), WasSandbox: true);
        }

        var outcome = await ProvideAsync(Outgoing(message, recipient, to, settings, text, language), to, settings, cancel);

        return new Dispatched(kept, versionId, language, outcome, WasSandbox: false);
    }

    /// <summary>Hands a finished message to the real provider: also what a test send does.</summary>
    public async Task<SendOutcome> ProvideAsync(OutgoingMessage outgoing, MemberAddress to, SendSettings settings, CancellationToken cancel)
    {
        var channel = settings.Channels.GetValueOrDefault(to.Channel);
        var stored = to.Channel == ConsentChannel.MiniProgram ? outgoing.Program?.SealedSecret : channel?.SealedSecret;
        string secret;
        try
        {
            secret = stored is null ? "" : keys.Open(stored);
        }
        catch (CryptographicException)
        {
            return SendOutcome.Failed("The channel's secret belongs to other keys: enter it again.");
        }

        var account = new ChannelAccount(channel?.Options ?? new ChannelOptions(), secret, settings.Rules.PublicUrl!);

        return await Provider(to.Channel).SendAsync(outgoing, account, cancel);
    }

    /// <summary>The whole page of an e-mail as its reader sees it.</summary>
    public string Page(Message message, SendSettings settings) => EmailLayout.Html(message.Subject, message.Body ?? "", settings.Company, settings.Rules.EmailFooter, Link(message, message.MemberId, ConsentChannel.Email, settings));

    private OutgoingMessage Outgoing(Message message, Recipient recipient, MemberAddress to, SendSettings settings, MessageText text, string language)
    {
        var link = Link(message, recipient.MemberId, to.Channel, settings);
        var isEmail = to.Channel == ConsentChannel.Email;

        return new OutgoingMessage(message.MessageId, message.Scenario, to.Channel, to.Address, text)
        {
            Html = isEmail ? EmailLayout.Html(text.Subject, text.Body, settings.Company, settings.Rules.EmailFooter, link) : null,
            Plain = isEmail ? EmailLayout.Text(text.Body, settings.Company, settings.Rules.EmailFooter, link) : null,
            Unsubscribe = link,
            Language = language,
            Device = to.Device,
            Program = to.MiniProgramId is { } program ? settings.Programs.GetValueOrDefault(program) : null,
        };
    }

    // Made only where it is read: what nobody asked for cannot leak.
    private string? PortalLink(MessageText template, Recipient recipient, SendSettings settings) =>
        settings.PortalLinkDays is { } days && (template.Body.Contains(MessageRendering.PortalLink, StringComparison.Ordinal) || template.Subject?.Contains(MessageRendering.PortalLink, StringComparison.Ordinal) == true)
            ? settings.Rules.PublicUrl + PortalTokens.MessageRoot + portal.ForMessage(new MessageLinkToken(recipient.MemberId, recipient.PortalGeneration, clock.GetUtcNow().AddDays(days)))
            : null;

    private string? Link(Message message, long memberId, ConsentChannel channel, SendSettings settings) =>
        message.IsTransactional ? null : $"{settings.Rules.PublicUrl}/u/{unsubscribe.For(memberId, channel, message.Purpose)}";

    private MessageProvider Provider(ConsentChannel channel) => channel switch
    {
        ConsentChannel.Email => smtp,
        ConsentChannel.Sms => twilio,
        ConsentChannel.Push => fcm,
        _ => miniPrograms,
    };
}
