using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>An address of a member in one channel.</summary>
public sealed record MemberAddress(ConsentChannel Channel, string Address, bool IsSuppressed, long? MiniProgramId = null, DeviceKind? Device = null);

/// <summary>All that decides about a message at the moment it would be sent.</summary>
public sealed record SendFacts
{
    public required MemberStatus? MemberStatus { get; init; }

    /// <summary>The member's own zone, else the home store's, else the group's.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>The channels with a granted consent for the message's purpose.</summary>
    public required IReadOnlySet<ConsentChannel> Consents { get; init; }

    public required IReadOnlyList<MemberAddress> Addresses { get; init; }

    /// <summary>When the member was written to lately, receipts left out.</summary>
    public required IReadOnlyList<DateTimeOffset> SentBefore { get; init; }

    public required bool ScenarioIsOn { get; init; }
    public required IReadOnlyList<ScenarioChannel> Channels { get; init; }
    public QuietHours? QuietHours { get; init; }
    public int? MostPerDay { get; init; }
    public int? MostPerWeek { get; init; }
}

/// <summary>What is to become of a message now: send it to <see cref="To"/>, hold it until <see cref="Until"/>, or end it.</summary>
public sealed record SendVerdict(MessageStatus Status, MemberAddress? To, DateTimeOffset? Until, string? Reason, IReadOnlyList<MessageDecision> Decisions);

/// <summary>
/// Asks everything at send and writes down each answer (domain rules, Consent 4): the member, the offer's end, the scenario, the first channel with consent and
/// an address, quiet hours, caps. A transactional message asks neither consent nor hours nor caps, but never an address on the suppression list.
/// </summary>
public static class SendRules
{
    public const string Refused = "Refused";
    public const string Replayed = "Replayed";

    public static SendVerdict Decide(Message message, SendFacts facts, DateTimeOffset now)
    {
        var decisions = new List<MessageDecision>();
        SendVerdict End(MessageStatus status, string check, string reason)
        {
            decisions.Add(new MessageDecision(now, check, reason));

            return new SendVerdict(status, null, null, reason, decisions);
        }

        if (facts.MemberStatus is null or Members.MemberStatus.Erased or Members.MemberStatus.Merged)
        {
            return End(MessageStatus.Cancelled, "Member", "The member is gone.");
        }

        if (facts.MemberStatus == Members.MemberStatus.Frozen && !message.IsTransactional)
        {
            return End(MessageStatus.Cancelled, "Member", "The member is frozen.");
        }

        if (message.NotAfter <= now)
        {
            return End(MessageStatus.Cancelled, "Offer", "The offer has ended.");
        }

        if (!facts.ScenarioIsOn)
        {
            return End(MessageStatus.Cancelled, "Scenario", "The scenario is switched off.");
        }

        if (Choose(message, facts, now, decisions) is not { } to)
        {
            return new SendVerdict(MessageStatus.Suppressed, null, null, string.Join(" ", decisions.Select(decision => $"{decision.Channel?.Name()}: {decision.Verdict}")) is { Length: > 0 } reasons ? reasons : "The scenario has no channel.", decisions);
        }

        if (!message.IsTransactional && facts.QuietHours?.EndAfter(now, facts.Zone) is { } end)
        {
            return message.NotAfter <= end
                ? End(MessageStatus.Cancelled, "Quiet hours", "The offer ends within the quiet hours.")
                : new SendVerdict(MessageStatus.Held, null, end, "Held until the quiet hours end.", [.. decisions, new MessageDecision(now, "Quiet hours", $"Held until {TimeZoneInfo.ConvertTime(end, facts.Zone):yyyy-MM-dd HH:mm} ({facts.Zone.Id}).")]);
        }

        if (!message.IsTransactional && Cap(facts, now) is { } cap)
        {
            return End(MessageStatus.Capped, "Frequency cap", cap);
        }

        return new SendVerdict(MessageStatus.Sent, to, null, null, decisions);
    }

    private static MemberAddress? Choose(Message message, SendFacts facts, DateTimeOffset now, List<MessageDecision> decisions)
    {
        var refused = message.Decisions.Reverse().TakeWhile(decision => decision.Check != Replayed).Where(decision => decision.Check == Refused).Select(decision => decision.Channel).ToHashSet();
        foreach (var channel in message.OnlyChannel is { } only ? [new ScenarioChannel(only, IsOn: true)] : facts.Channels.Where(channel => channel.IsOn))
        {
            var (to, verdict) = Check(message, facts, channel.Channel, refused.Contains(channel.Channel));
            decisions.Add(new MessageDecision(now, "Channel", verdict, channel.Channel));
            if (to is not null)
            {
                return to;
            }
        }

        return null;
    }

    private static (MemberAddress? To, string Verdict) Check(Message message, SendFacts facts, ConsentChannel channel, bool wasRefused)
    {
        if (wasRefused)
        {
            return (null, "Refused before.");
        }

        if (!message.IsTransactional && !facts.Consents.Contains(channel))
        {
            return (null, "No consent.");
        }

        var addresses = facts.Addresses.Where(address => address.Channel == channel && (channel != ConsentChannel.MiniProgram || (address.MiniProgramId is { } program && message.MiniProgramIds.Contains(program)))).ToList();
        if (addresses.Count == 0)
        {
            return (null, channel == ConsentChannel.MiniProgram && message.MiniProgramIds.Length == 0 ? "No mini program was chosen." : "No address.");
        }

        return addresses.Find(address => !address.IsSuppressed) is { } open ? (open, message.IsTransactional ? "Chosen (transactional)." : "Chosen.") : (null, "On the suppression list.");
    }

    // Calendar days and weeks (from Monday) of the member's zone (decided: Journey 4).
    private static string? Cap(SendFacts facts, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, facts.Zone).DateTime);
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        var days = facts.SentBefore.Select(at => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, facts.Zone).DateTime)).ToList();
        if (facts.MostPerDay is { } perDay && days.Count(day => day == today) >= perDay)
        {
            return $"Had {perDay} today.";
        }

        return facts.MostPerWeek is { } perWeek && days.Count(day => day >= monday && day <= today) >= perWeek ? $"Had {perWeek} this week." : null;
    }
}
