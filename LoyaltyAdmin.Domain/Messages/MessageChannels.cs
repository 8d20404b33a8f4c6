using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>A channel and how it fares.</summary>
public sealed record ChannelRow(ConsentChannel Id, bool UsesSandbox, bool HasSecret, DateTimeOffset? LastSuccessAt, DateTimeOffset? LastFailureAt, string? LastFailure)
{
    public bool IsFailing => LastFailureAt is not null && (LastSuccessAt is null || LastFailureAt > LastSuccessAt);
}

/// <summary>A channel's settings being edited.</summary>
public sealed class ChannelForm
{
    public ConsentChannel Id { get; set; }
    public bool UsesSandbox { get; set; } = true;
    public string? Host { get; set; }
    public int? Port { get; set; } = 587;
    public bool UsesTls { get; set; } = true;
    public string? UserName { get; set; }
    public string? FromAddress { get; set; }
    public string? FromName { get; set; }
    public string? AccountSid { get; set; }
    public string? From { get; set; }
    public string? MessagingServiceSid { get; set; }

    /// <summary>A new secret; empty: the present one stays.</summary>
    public string? Secret { get; set; }

    public bool HasSecret { get; set; }
    public Guid Version { get; set; }
}

/// <summary>How e-mail, SMS and push leave the house: provider settings, test sends, health. Mini programs have settings of their own.</summary>
public sealed class MessageChannels(LoyaltyDatabase database, AccessControl access, SecretKeys keys, SendFactsReader facts, MessageDispatch dispatch, MessageSender sender, BounceTokens bounces, TimeProvider clock)
{
    /// <summary>The channels with one provider for all.</summary>
    public static readonly IReadOnlyList<ConsentChannel> All = [ConsentChannel.Email, ConsentChannel.Sms, ConsentChannel.Push];

    [Requires(Permission.MessagesRead)]
    public async Task<IReadOnlyList<ChannelRow>> ListAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var known = await db.MessageChannels.ToDictionaryAsync(c => c.Id, cancel);
        var health = await db.MessageChannelHealth.ToDictionaryAsync(h => h.Id, cancel);

        return [.. All.Select(id => (Channel: known.GetValueOrDefault(id), Health: health.GetValueOrDefault(id.ToString()), Id: id))
            .Select(c => new ChannelRow(c.Id, c.Channel?.UsesSandbox ?? true, c.Channel?.SealedSecret is not null, c.Health?.LastSuccessAt, c.Health?.LastFailureAt, c.Health?.LastFailure))];
    }

    [Requires(Permission.SettingsManage)]
    public async Task<ChannelForm> FormAsync(Actor actor, ConsentChannel channel, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var settings = await db.MessageChannels.FirstOrDefaultAsync(c => c.Id == channel, cancel);
        var options = settings?.Options ?? new ChannelOptions();

        return new ChannelForm
        {
            Id = Demand(channel),
            UsesSandbox = settings?.UsesSandbox ?? true,
            Host = options.Host,
            Port = options.Port,
            UsesTls = options.UsesTls,
            UserName = options.UserName,
            FromAddress = options.FromAddress,
            FromName = options.FromName,
            AccountSid = options.AccountSid,
            From = options.From,
            MessagingServiceSid = options.MessagingServiceSid,
            HasSecret = settings?.SealedSecret is not null,
            Version = settings?.Version ?? Guid.Empty,
        };
    }

    /// <summary>Where the e-mail provider reports bounces and complaints: the address holds the key.</summary>
    [Requires(Permission.SettingsManage)]
    public async Task<string> BounceAddressAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);

        return $"{(await facts.SettingsAsync(cancel)).Rules.PublicUrl}{bounces.Path}";
    }

    [Requires(Permission.SettingsManage)]
    public async Task SaveAsync(Actor actor, ChannelForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        ChannelChecks.Of(form).ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var settings = await db.MessageChannels.FirstOrDefaultAsync(c => c.Id == form.Id, cancel);
            if ((settings?.Version ?? Guid.Empty) != form.Version)
            {
                throw new ConcurrentChangeException("The channel");
            }

            settings ??= db.MessageChannels.Add(new MessageChannelSettings { Id = Demand(form.Id), UsesSandbox = true, Options = new ChannelOptions() }).Entity;
            settings.UsesSandbox = form.UsesSandbox;
            settings.Options = ChannelChecks.Options(form);
            settings.SealedSecret = Inputs.Clean(form.Secret) is { } secret ? keys.Seal(secret) : settings.SealedSecret;
        }, cancel);
        sender.Wake();
    }

    /// <summary>Sends one message through the provider as it is saved, sandbox or not, and says what came of it.</summary>
    [Requires(Permission.SettingsManage)]
    public async Task<SendOutcome> TestAsync(Actor actor, ConsentChannel channel, string address, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        var normal = Suppressions.Normalise(Demand(channel), address);
        new FieldErrors().Require(normal is not null, nameof(address), channel == ConsentChannel.Email ? "Enter an e-mail address such as name@example.com." : channel == ConsentChannel.Sms ? "Enter an international number such as +1 212 555 0100." : "Enter the app's push token.").ThrowIfAny();
        var settings = await facts.SettingsAsync(cancel);
        if (!settings.Channels.TryGetValue(channel, out var known) || ChannelChecks.Missing(known) is not null)
        {
            throw new RuleViolationException("channel_incomplete", "Save the provider's settings first.");
        }

        var text = new MessageText("Test message", $"This is a test from {settings.Company}.");
        var outgoing = new OutgoingMessage(Guid.CreateVersion7(clock.GetUtcNow()), MessageScenario.Verification, channel, normal!, text)
        {
            Html = EmailLayout.Html(text.Subject, $"<p>{System.Net.WebUtility.HtmlEncode(text.Body)}</p>", settings.Company, settings.Rules.EmailFooter, unsubscribe: null),
            Plain = EmailLayout.Text(text.Body, settings.Company, settings.Rules.EmailFooter, unsubscribe: null),
            Device = channel == ConsentChannel.Push ? DeviceKind.FcmToken : null,
        };
        var outcome = await dispatch.ProvideAsync(outgoing, new MemberAddress(channel, normal!, IsSuppressed: false), settings, cancel);
        await database.WriteAsync(actor, async db => MessageOutcomes.Note(db, await db.MessageChannelHealth.FirstOrDefaultAsync(h => h.Id == channel.ToString(), cancel), channel.ToString(),
            outcome.Result is SendResult.Accepted or SendResult.AddressRefused, outcome.Result is SendResult.Failed or SendResult.Unknown ? outcome.Error : null, clock.GetUtcNow()), cancel);

        return outcome;
    }

    private static ConsentChannel Demand(ConsentChannel channel) => All.Contains(channel) ? channel : throw new NotFoundException("The channel");
}
