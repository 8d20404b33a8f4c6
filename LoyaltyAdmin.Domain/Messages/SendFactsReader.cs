using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>The settings a batch is sent under.</summary>
public sealed record SendSettings(
    MessageSettings Rules,
    string Company,
    TimeZoneInfo Zone,
    IReadOnlyDictionary<MessageScenario, MessageScenarioSettings> Scenarios,
    IReadOnlyDictionary<(MessageScenario Scenario, ConsentChannel Channel, string Language), (long Id, MessageText Text)> Templates,
    IReadOnlyDictionary<ConsentChannel, MessageChannelSettings> Channels,
    IReadOnlyDictionary<long, MiniProgram> Programs)
{
    /// <summary>How long links to members' pages open them; null: there are none.</summary>
    public int? PortalLinkDays { get; init; }

    public bool IsOn(MessageScenario scenario) => Scenarios.TryGetValue(scenario, out var settings) ? settings.IsOn : Messages.Scenarios.Of(scenario).StartsOn;

    public IReadOnlyList<ScenarioChannel> ChannelsOf(MessageScenario scenario) => Scenarios.TryGetValue(scenario, out var settings) ? settings.Channels : Messages.Scenarios.DefaultChannels;

    /// <summary>The text in the member's language, else in its main language, else in English, else the built-in one.</summary>
    public (long? VersionId, string Language, MessageText Text) TextFor(MessageScenario scenario, ConsentChannel channel, string? language)
    {
        foreach (var candidate in new[] { language, language?.Split('-')[0], "en" })
        {
            if (candidate is not null && Templates.TryGetValue((scenario, channel, candidate), out var found))
            {
                return (found.Id, candidate, found.Text);
            }
        }

        return (null, "en", Messages.Scenarios.BuiltIn(scenario, channel));
    }
}

/// <summary>What is known of a message's member.</summary>
public sealed record Recipient(long MemberId, string Number, string? Name, string? Language, SendFacts Facts)
{
    /// <summary>The generation of links that opens the member's page.</summary>
    public int PortalGeneration { get; init; }
}

/// <summary>Reads what a batch of messages needs, in one query per table.</summary>
public sealed class SendFactsReader(LoyaltyDatabase database, SecretKeys keys, ProviderAddresses addresses)
{
    public async Task<SendSettings> SettingsAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var company = await db.CompanySettings.Select(c => new { c.Name, c.TimeZone }).FirstOrDefaultAsync(cancel);
        var rules = await db.MessageSettings.FirstOrDefaultAsync(cancel) ?? new MessageSettings();
        rules.PublicUrl = (rules.PublicUrl ?? addresses.PublicUrl).TrimEnd('/');
        var templates = await (from template in db.MessageTemplates
                               join version in db.MessageTemplateVersions on new { TemplateId = template.Id, template.Number } equals new { version.TemplateId, version.Number }
                               select new { template.Scenario, template.Channel, template.Language, version.Id, version.Subject, version.Body }).ToListAsync(cancel);

        var portal = await db.PortalSettings.FirstOrDefaultAsync(cancel) ?? new MemberPortal.PortalSettings();

        return new SendSettings(
            rules,
            company?.Name ?? "",
            company is null ? TimeZoneInfo.Utc : Calendar.Zone(company.TimeZone),
            await db.MessageScenarios.ToDictionaryAsync(s => s.Id, cancel),
            templates.ToDictionary(t => (t.Scenario, t.Channel, t.Language), t => (t.Id, new MessageText(t.Subject, t.Body))),
            await db.MessageChannels.ToDictionaryAsync(c => c.Id, cancel),
            await db.MiniPrograms.ToDictionaryAsync(p => p.Id, cancel))
        {
            PortalLinkDays = portal.IsOn ? portal.MessageLinkDays : null,
        };
    }

    /// <summary>What is known of each message's member now, by message; a merged member's message goes to the survivor.</summary>
    public async Task<IReadOnlyDictionary<long, Recipient>> RecipientsAsync(IReadOnlyCollection<Message> messages, SendSettings settings, DateTimeOffset now, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var ids = messages.Select(m => m.MemberId).Distinct().ToArray();
        var members = await MembersAsync(db, ids, cancel);
        var survivors = members.Values.Where(m => m.MergedIntoId is not null).Select(m => m.MergedIntoId!.Value).Except(ids).ToArray();
        foreach (var (id, member) in survivors.Length == 0 ? [] : await MembersAsync(db, survivors, cancel))
        {
            members[id] = member;
        }

        var all = members.Keys.ToArray();
        var consents = (await db.MemberConsents.Where(c => all.Contains(c.MemberId) && c.Status == ConsentStatus.Granted).Select(c => new { c.MemberId, c.Channel, c.Purpose }).ToListAsync(cancel)).ToLookup(c => (c.MemberId, c.Purpose), c => c.Channel);
        var generations = await db.PortalStandings.Where(s => all.Contains(s.MemberId)).ToDictionaryAsync(s => s.MemberId, s => s.Generation, cancel);
        var devices = (await db.MemberDevices.Where(d => all.Contains(d.MemberId)).OrderByDescending(d => d.SeenAt).ToListAsync(cancel)).ToLookup(d => d.MemberId);
        var since = now.AddDays(-8);
        var sent = (await db.Messages.Where(m => all.Contains(m.MemberId) && m.SentAt > since && !m.IsTransactional).Select(m => new { m.MemberId, m.SentAt }).ToListAsync(cancel)).ToLookup(m => m.MemberId, m => m.SentAt!.Value);
        var reached = all.ToDictionary(id => id, id => Addresses(members[id], devices[id], settings));
        var suppressed = await SuppressedAsync(db, reached.Values.SelectMany(list => list), cancel);
        var recipients = new Dictionary<long, Recipient>();
        foreach (var message in messages)
        {
            var found = members.GetValueOrDefault(message.MemberId);
            var member = found?.MergedIntoId is { } into ? members.GetValueOrDefault(into) : found;
            recipients[message.Id] = new Recipient(member?.Id ?? message.MemberId, member?.Number ?? "", member?.FullName, member?.Language, new SendFacts
            {
                MemberStatus = member?.Status,
                Zone = Zone(member, settings.Zone),
                Consents = member is null ? new HashSet<ConsentChannel>() : consents[(member.Id, message.Purpose)].ToHashSet(),
                Addresses = member is null ? [] : [.. reached[member.Id].Select(a => a with { IsSuppressed = suppressed.Contains(HashOf(a)) })],
                SentBefore = member is null ? [] : [.. sent[member.Id]],
                ScenarioIsOn = settings.IsOn(message.Scenario),
                Channels = settings.ChannelsOf(message.Scenario),
                QuietHours = settings.Rules is { QuietFrom: { } from, QuietTo: { } to } ? new QuietHours(from, to) : null,
                MostPerDay = settings.Rules.MostPerDay,
                MostPerWeek = settings.Rules.MostPerWeek,
            })
            {
                PortalGeneration = member is null ? 0 : generations.GetValueOrDefault(member.Id),
            };
        }

        return recipients;
    }

    private string HashOf(MemberAddress address) => Convert.ToHexString(Suppressions.Hash(keys, address.Channel, address.Address));

    private async Task<HashSet<string>> SuppressedAsync(LoyaltyDbContext db, IEnumerable<MemberAddress> all, CancellationToken cancel)
    {
        var hashes = all.Select(address => Suppressions.Hash(keys, address.Channel, address.Address)).ToArray();

        return (await db.Suppressions.Where(s => hashes.Contains(s.AddressHash)).Select(s => s.AddressHash).ToListAsync(cancel)).Select(Convert.ToHexString).ToHashSet(StringComparer.Ordinal);
    }

    private static List<MemberAddress> Addresses(Reached member, IEnumerable<MemberDevice> devices, SendSettings settings)
    {
        var list = new List<MemberAddress>();
        if (member.Email is { } email)
        {
            list.Add(new MemberAddress(ConsentChannel.Email, email, IsSuppressed: false));
        }

        if (member.Phone is { } phone)
        {
            list.Add(new MemberAddress(ConsentChannel.Sms, phone, IsSuppressed: false));
        }

        foreach (var device in devices)
        {
            if (device.Kind != DeviceKind.MiniProgramUser)
            {
                list.Add(new MemberAddress(ConsentChannel.Push, device.Address, IsSuppressed: false, Device: device.Kind));
            }
            else if (device.MiniProgramId is { } program && settings.Programs.TryGetValue(program, out var known) && known.IsEnabled)
            {
                list.Add(new MemberAddress(ConsentChannel.MiniProgram, device.Address, IsSuppressed: false, program, device.Kind));
            }
        }

        return list;
    }

    private static TimeZoneInfo Zone(Reached? member, TimeZoneInfo group) =>
        member?.TimeZone is { } own && TimeZoneInfo.TryFindSystemTimeZoneById(own, out var zone) ? zone : member?.StoreZone is { } store && TimeZoneInfo.TryFindSystemTimeZoneById(store, out var home) ? home : group;

    private static Task<Dictionary<long, Reached>> MembersAsync(LoyaltyDbContext db, long[] ids, CancellationToken cancel) => db.Members.Where(m => ids.Contains(m.Id))
        .Select(m => new Reached(m.Id, m.Number, m.FullName, m.Language, m.Email, m.Phone, m.TimeZone, db.Stores.Where(s => s.Id == m.HomeStoreId).Select(s => s.TimeZone).FirstOrDefault(), m.Status, m.MergedIntoId))
        .ToDictionaryAsync(m => m.Id, cancel);

    private sealed record Reached(long Id, string Number, string? FullName, string? Language, string? Email, string? Phone, string? TimeZone, string? StoreZone, MemberStatus Status, long? MergedIntoId);
}
